"""A recording sent through the compiled pipeline on this machine, and compared with the pipeline in numpy."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeunet.emit import Compiled, compile_model
from edgeunet.emit.identifier import suggest_identifier
from edgeunet.errors import RunError, SignalError
from edgeunet.files import scratch_directory, write_text
from edgeunet.graph import read_tflite
from edgeunet.modelcard import ModelCard, read_card
from edgeunet.pipeline.program import add_pipeline, latency_samples, wide_bytes
from edgeunet.pipeline.reference import Event, Found, Loss, expected
from edgeunet.pipeline.settings import Pipeline, PipelineRequest
from edgeunet.pipeline.simulator import simulator_text
from edgeunet.run.machines.toolchains import Toolchain, find_toolchain, run_tool
from edgeunet.short_repr import short_repr
from edgeunet.signals import CLASSES, Record, Source, Wave
from edgeunet.signals.causal import WideCounts, to_counts
from edgeunet.signals.plausibility import Expectation, examine, require_plausible, summaries
from edgeunet.train.delineation import TOLERANCE_MS, LeadDelineation, score_boundaries

COMPARED_S = 600.0
"""Recordings longer than this are not run in numpy too, unless asked for."""

FAVOURITE_LEAD = "ii"
_TIMEOUT_S = 600.0
_FLAGS = ("-std=c99", "-O2")


@dataclass(frozen=True)
class SimulationRequest:
    """What to run.

    Attributes
    ----------
    record : name within the source.
    leads : channels to give the network, in order; chosen when empty.
    stream : hop by hop; else window after window, each by itself.
    hop : samples per hop at the network's rate; the total stride when ``None``.
    adc_bits : of a sample, one per microvolt: 16, or up to 24; ``None`` for what the model was trained with.
    compare : run the pipeline in numpy too; ``None`` for recordings up to ten minutes.
    """

    model: Path
    record: str
    leads: tuple[str, ...] = ()
    stream: bool = True
    hop: int | None = None
    normalization: str | None = None
    threshold: float = 0.0
    adc_bits: int | None = None
    toolchain: str | None = None
    compare: bool | None = None

    __repr__ = short_repr


@dataclass(frozen=True, eq=False)
class Simulation:
    """What came out.

    Attributes
    ----------
    record : with just the leads that went in, at its own rate.
    found : events, and where the signal was lost.
    exact : whether the compiled pipeline found the very same as the one in numpy; ``None`` where that was not run.
    latency_samples : of the recording, after which the class of a sample is known.
    pipeline_bytes, network_bytes : state, in all and of the network alone.
    warnings : what is implausible about the recording.
    """

    model: str
    record: Record
    compiled: Compiled
    pipeline: Pipeline
    toolchain: Toolchain
    found: Found
    exact: bool | None
    latency_samples: int | None
    pipeline_bytes: int
    network_bytes: int
    warnings: tuple[str, ...] = ()

    __repr__ = short_repr

    @property
    def events(self) -> tuple[Event, ...]:
        return self.found.events

    def document(self) -> dict[str, Any]:
        """Return the object that ``simulate --json`` prints."""
        rate = self.record.sample_rate_hz
        latency = self.latency_samples
        return {
            "schema": "edgeunet.simulate/1",
            "model": self.model,
            "model_digest": self.compiled.model_digest,
            "record": self.record.name,
            "leads": list(self.record.leads),
            "mode": self.compiled.mode,
            "sample_rate_hz": rate,
            "network_rate_hz": self.pipeline.rate_hz,
            "normalization": self.pipeline.normalization,
            "adc_bits": self.pipeline.adc_bits,
            "samples": self.record.samples,
            "hop_samples": self.compiled.hop_samples or None,
            "latency_samples": latency,
            "latency_ms": None if latency is None else 1000.0 * latency / rate,
            "pipeline_bytes": self.pipeline_bytes,
            "adc_bits_bytes": wide_bytes(self.compiled, self.pipeline),
            "network_bytes": self.network_bytes,
            "compiler": self.toolchain.version,
            "exact": self.exact,
            "counts": {k: sum(e.kind == k for e in self.events) for k in self.pipeline.classes[1:]},
            "boundaries": self._boundaries(),
            "warnings": list(self.warnings),
            "signal_lost": [
                {"lead": self.record.leads[loss.channel], "onset": loss.onset, "offset": loss.offset}
                for loss in self.found.losses
            ],
            "events": [_row(event, rate) for event in self.events],
        }

    def _boundaries(self) -> dict[str, Any] | None:
        """Scores against the annotations of the first lead, where there are any of the network's classes."""
        known = self.record.labels[:, 0] >= 0
        if self.record.classes != self.pipeline.classes or not self.record.waves[0]:
            return None
        found = tuple(Wave(e.kind, e.onset, e.peak, e.offset) for e in self.events)
        lead = LeadDelineation(self.record.waves[0], found, known, self.record.sample_rate_hz)
        return {"tolerance_ms": TOLERANCE_MS, **score_boundaries([lead], self.pipeline.classes[1:], TOLERANCE_MS)}


def _row(event: Event, rate_hz: float) -> dict[str, Any]:
    return {
        "class": event.kind,
        "onset": event.onset,
        "peak": event.peak,
        "offset": event.offset,
        "onset_s": event.onset / rate_hz,
        "confidence": event.confidence,
    }


def simulate(request: SimulationRequest, source: Source) -> Simulation:
    """Compile the model with its pipeline for this machine and run a record of ``source`` through it.

    Raises
    ------
    EdgeUNetError
        A subclass saying what is wrong with the model, the record or the compiler.
    """
    graph = read_tflite(request.model)
    card = read_card(request.model, graph.digest)
    stem = request.model.name.split(".")[0]
    compiled = compile_model(
        graph,
        suggest_identifier(stem),
        mode="stream" if request.stream else "window",
        hop=request.hop if request.stream else None,
        card=card,
    )
    record = _chosen(source, request, compiled.inputs[0].shape[-1], card)
    asked = PipelineRequest(
        record.sample_rate_hz,
        threshold=request.threshold,
        normalization=request.normalization,
        adc_bits=request.adc_bits,
    )
    compiled, pipeline = add_pipeline(compiled, graph, card, asked)
    findings = examine(record, Expectation(card is not None and card.classes == CLASSES, pipeline.adc_bits))
    require_plausible(findings)
    _require_length(record, compiled, pipeline)
    toolchain = find_toolchain(None, request.toolchain)
    samples = to_counts(record.signal, pipeline.bits)
    with scratch_directory() as directory:
        program = build_simulator(compiled, pipeline, toolchain, directory)
        sizes, found = run_simulator(program, samples, pipeline)
    compare = request.compare
    if compare is None:
        compare = record.samples <= COMPARED_S * record.sample_rate_hz
    exact = expected(graph, compiled, pipeline, samples) == found if compare else None
    return Simulation(
        model=card.name if card else stem,
        record=record,
        compiled=compiled,
        pipeline=pipeline,
        toolchain=toolchain,
        found=found,
        exact=exact,
        latency_samples=latency_samples(compiled, pipeline) if request.stream else None,
        pipeline_bytes=sizes[0],
        network_bytes=sizes[1],
        warnings=summaries(findings),
    )


def _chosen(source: Source, request: SimulationRequest, channels: int, card: ModelCard | None) -> Record:
    """Return the record with the leads to use: those asked for, those of the card, or one that is there."""
    if card is not None and card.classes and len(source.classes) > 1 and source.classes != card.classes:
        raise SignalError(
            f"the model's classes are {', '.join(card.classes)} but the data's {', '.join(source.classes)}; "
            "use data labelled with the model's classes, or without labels"
        )
    record = source.read(request.record)
    leads: Sequence[str] = request.leads or (card.leads if card else ())
    if not leads:
        folded = [lead.casefold() for lead in record.leads]
        first = folded.index(FAVOURITE_LEAD) if FAVOURITE_LEAD in folded else 0
        leads = (record.leads[first],) if channels == 1 else record.leads
    if len(leads) != channels:
        raise SignalError(
            f"the model takes {channels} channels but {len(leads)} leads of record '{record.name}' were chosen "
            f"({', '.join(leads)}); name {channels} with --lead"
        )
    return record.pick(leads)


def _require_length(record: Record, compiled: Compiled, pipeline: Pipeline) -> None:
    """Raise where ``evaluate`` would not judge the recording either: it is less than a quarter of a window."""
    window, rows = compiled.inputs[0].shape[0], int(record.samples * pipeline.ratio)
    if 4 * rows < window:
        raise SignalError(
            f"record '{record.name}' has {rows} samples at the model's rate, whose window is {window}; "
            "give recordings of at least a quarter of a window"
        )


def build_simulator(compiled: Compiled, pipeline: Pipeline, toolchain: Toolchain, directory: Path) -> Path:
    """Compile the pipeline and the program around it into ``directory``; return the program.

    Raises
    ------
    ToolError
        When the compiler fails.
    """
    compiled.sources.write(directory)
    write_text(directory / "simulate.c", simulator_text(compiled, pipeline))
    sources = [*compiled.c_sources, "simulate.c"]
    command = [*toolchain.command, *_FLAGS, *sources, "-o", "simulate"]
    run_tool(command, directory, f"compiling the pipeline of '{compiled.name}'")
    return directory / "simulate"


def run_simulator(program: Path, samples: WideCounts, pipeline: Pipeline) -> tuple[tuple[int, int], Found]:
    """Return the bytes of state (all, network) and what is found in ``samples``, ``(time, channels)``.

    Raises
    ------
    RunError
        When the program fails or does not end.
    """
    try:
        done = subprocess.run([program], input=samples.tobytes(), capture_output=True, timeout=_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise RunError(f"the pipeline had not finished after {_TIMEOUT_S:g} s; give a shorter recording") from error
    if done.returncode != 0:
        raise RunError(f"the pipeline ended with status {done.returncode}; please report the model and the recording")
    sizes, *rows = [line.split() for line in done.stdout.decode().splitlines()]
    losses = tuple(Loss(*map(int, row[1:])) for row in rows if row[0] == "lost")
    numbers = [map(int, row) for row in rows if row[0] != "lost"]
    events = tuple(Event(pipeline.classes[kind], on, peak, off, how) for on, peak, off, kind, how in numbers)
    return (int(sizes[0]), int(sizes[1])), Found(events, losses)
