"""Golden vectors through every stage of a pipeline, and the C that checks them on the device."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeunet.emit.document import FilePage, file_facts
from edgeunet.emit.source import Compiled
from edgeunet.emit.tables import number_lines
from edgeunet.emit.template import render
from edgeunet.escaping.c import CText
from edgeunet.graph.ir import Graph
from edgeunet.pipeline.reference import Event, run_pipeline
from edgeunet.pipeline.settings import GAIN_FRACTION_BITS, Pipeline
from edgeunet.signals.causal import COUNTS_PER_UNIT
from edgeunet.signals.synthesis.ecg_parameters import SyntheticECG
from edgeunet.signals.synthesis.heart import LEADS
from edgeunet.signals.synthesis.synthetic import synthesize

SEED = 0x5EED
SECONDS = 1.6
RAILS = (32767, -32768, 32767)


def golden_samples(compiled: Compiled, pipeline: Pipeline) -> npt.NDArray[np.int16]:
    """Return the samples of the self-test, int16 ``(time, channels)``: synthetic ECG that hits both rails once.

    They last longer than the network looks ahead, and not a multiple of anything; in window form, a whole window.
    """
    up, down = pipeline.ratio.numerator, pipeline.ratio.denominator
    rows = compiled.inputs[0].shape[0]
    if compiled.mode == "stream":
        rows = max(round(SECONDS * pipeline.rate_hz), compiled.lookahead_samples + 2 * compiled.hop_samples) + 1
    samples = synthetic_samples(pipeline, -(-rows * down // up), SEED)
    at = max(0, len(samples) * 3 // 4)
    samples[at : at + len(RAILS)] = np.array(RAILS, np.int16)[: len(samples) - at, None]
    return samples


def synthetic_samples(pipeline: Pipeline, count: int, seed: int) -> npt.NDArray[np.int16]:
    """Return synthetic ECG as the pipeline takes it: int16 ``(count, channels)`` at its input rate, in ADC counts."""
    rate_hz = pipeline.input_rate_hz
    # Synthetic ECG wants a sample rate of its kind; other signals get its samples at their own rate.
    made_hz = rate_hz if 100 <= rate_hz <= 2000 else 250.0
    leads = tuple(LEADS[(c + 1) % len(LEADS)] for c in range(pipeline.channels))
    parameters = replace(
        SyntheticECG(), sample_rate_hz=made_hz, duration_s=(count + 1) / made_hz, leads=tuple(dict.fromkeys(leads))
    )
    signal = synthesize(parameters, seed).signal[:count]
    signal = signal[:, [parameters.leads.index(lead) for lead in leads]]
    per_count = pipeline.gain / (1 << GAIN_FRACTION_BITS)
    counts = np.clip(np.rint(signal.astype(np.float64) * COUNTS_PER_UNIT / per_count), -32768, 32767)
    return counts.astype(np.int16)


@dataclass(frozen=True)
class Vector:
    """Values of one stage."""

    size: int
    numbers: CText


@dataclass(frozen=True)
class EventValues:
    """An event; samples since the reset, the position of its class, and steps."""

    onset: int
    peak: int
    offset: int
    class_index: int
    confidence: int


@dataclass(frozen=True, eq=False)
class SelftestPage(FilePage):
    """``<name>_pipeline_selftest.c``: what each stage is given and must give."""

    template = "pipeline/c/selftest.c.jinja"

    streams: bool
    sample_count: int
    rows: int
    samples: Vector
    resampled: Vector | None
    normalized: Vector
    quantized: Vector
    scores: Vector
    classes: Vector
    events: tuple[EventValues, ...]


def render_pipeline_selftest(compiled: Compiled, graph: Graph, pipeline: Pipeline) -> str:
    """Text of ``<name>_pipeline_selftest.c``."""
    samples = golden_samples(compiled, pipeline)
    streams = compiled.mode == "stream"
    stages = run_pipeline(graph, pipeline, samples, stride=compiled.stride_samples, window=not streams)
    return render(
        SelftestPage(
            *file_facts(compiled.name, compiled.facts, compiled.run_digest),
            streams=streams,
            sample_count=len(samples),
            rows=len(stages.labels),
            samples=_vector(samples),
            resampled=_vector(stages.resampled) if pipeline.resampler else None,
            normalized=_vector(stages.normalized),
            quantized=_vector(stages.quantized),
            scores=_vector(stages.scores),
            classes=_vector(stages.labels),
            events=tuple(_event(event, pipeline) for event in stages.events),
        )
    )


def _vector(values: npt.NDArray[Any]) -> Vector:
    return Vector(values.size, number_lines(values))


def _event(event: Event, pipeline: Pipeline) -> EventValues:
    kind = pipeline.classes.index(event.kind)
    return EventValues(event.onset, event.peak, event.offset, kind, event.confidence)
