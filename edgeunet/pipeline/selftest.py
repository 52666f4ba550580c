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
from edgeunet.signals.causal import COUNTS_PER_UNIT, WideCounts, ends_of, type_of
from edgeunet.signals.synthesis.ecg_parameters import SyntheticECG
from edgeunet.signals.synthesis.heart import LEADS
from edgeunet.signals.synthesis.synthetic import synthesize

SEED = 0x5EED
SECONDS = 1.6
OFFSET_MICROVOLTS = 300_000
"""Of the electrode, where the pipeline has bits for it, or else three quarters of what it has."""


def golden_samples(compiled: Compiled, pipeline: Pipeline) -> WideCounts:
    """Return the samples of the self-test, ``(time, channels)``: synthetic ECG that hits both rails once.

    They last longer than the network looks ahead, and not a multiple of anything; in window form, a whole window.
    """
    up, down = pipeline.ratio.numerator, pipeline.ratio.denominator
    rows = compiled.inputs[0].shape[0]
    if compiled.mode == "stream":
        rows = max(round(SECONDS * pipeline.rate_hz), compiled.lookahead_samples + 2 * compiled.hop_samples) + 1
    samples = synthetic_samples(pipeline, -(-rows * down // up), SEED)
    low, high = ends_of(pipeline.adc_bits)
    at = max(0, len(samples) * 3 // 4)
    samples[at : at + 3] = np.array([high, low, high])[: len(samples) - at, None]
    return samples


def synthetic_samples(pipeline: Pipeline, count: int, seed: int) -> WideCounts:
    """Return synthetic ECG as the pipeline takes it: ``(count, channels)`` at its input rate, in ADC counts.

    They are int16, or int32 with the offset of an electrode.
    """
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
    low, high = ends_of(pipeline.adc_bits)
    offset = min(round(OFFSET_MICROVOLTS / per_count), high * 3 // 4) if pipeline.is_wide else 0
    counts = np.clip(np.rint(signal.astype(np.float64) * COUNTS_PER_UNIT / per_count) + offset, low, high)
    return np.asarray(counts.astype(type_of(pipeline.bits)))


def value_type(pipeline: Pipeline) -> CText:
    """The type of a sample in microvolts."""
    return CText("int32_t" if pipeline.is_wide else "int16_t")


def call_width(pipeline: Pipeline) -> CText:
    """The end of the names of calls that take samples as the ADC gives them."""
    return CText("32" if pipeline.is_wide else "")


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
    value: CText
    width: CText
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
            value=value_type(pipeline),
            width=call_width(pipeline),
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
