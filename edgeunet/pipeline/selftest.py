"""Golden vectors through every stage of a pipeline, and the C that checks them on the device."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeunet.emit.document import banner, digest_guard
from edgeunet.emit.source import Compiled
from edgeunet.emit.tables import wrap_numbers
from edgeunet.graph.ir import Graph
from edgeunet.pipeline.reference import Event, Stages, run_pipeline
from edgeunet.pipeline.settings import GAIN_FRACTION_BITS, Pipeline
from edgeunet.pipeline.templates import filled
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


def render_pipeline_selftest(compiled: Compiled, graph: Graph, pipeline: Pipeline) -> str:
    """Text of ``<name>_pipeline_selftest.c``."""
    name, upper = compiled.name, compiled.name.upper()
    samples = golden_samples(compiled, pipeline)
    streams = compiled.mode == "stream"
    stages = run_pipeline(graph, pipeline, samples, stride=compiled.stride_samples, window=not streams)
    lines = banner(f"Self-test of {name}_pipeline: golden vectors of every stage.", compiled.facts)
    lines += [f'#include "{name}_pipeline.h"', "", "#include <string.h>", ""]
    lines += digest_guard(upper, compiled.run_digest)
    lines += [f"#define SAMPLES {len(samples)}", f"#define ROWS {len(stages.labels)}", ""]
    lines += _vectors(name, samples, stages, pipeline)
    return "\n".join(lines) + "\n" + _checks(compiled, pipeline, bool(stages.events))


def _vectors(name: str, samples: npt.NDArray[np.int16], stages: Stages, pipeline: Pipeline) -> list[str]:
    lines = _array("int16_t", "samples", samples)
    if pipeline.resampler:
        lines += _array("int16_t", "resampled", stages.resampled)
    lines += _array("int16_t", "normalized", stages.normalized)
    lines += _array("int8_t", "quantized", stages.quantized)
    lines += _array("int8_t", "scores", stages.scores)
    lines += _array("uint8_t", "classes", stages.labels)
    lines += [f"#define EVENTS {len(stages.events)}"]
    if stages.events:
        lines += [f"static const {name}_event_t golden_events[EVENTS] = {{"]
        lines += [f"    {{{_event(event, pipeline)}}}," for event in stages.events]
        lines += ["};"]
    return [*lines, ""]


def _event(event: Event, pipeline: Pipeline) -> str:
    kind = pipeline.classes.index(event.kind)
    return f"{event.onset}u, {event.peak}u, {event.offset}u, {kind}, {event.confidence}"


def _array(c_type: str, name: str, values: npt.NDArray[Any]) -> list[str]:
    return [f"static const {c_type} golden_{name}[{values.size}] = {{", *wrap_numbers(values), "};"]


def _checks(compiled: Compiled, pipeline: Pipeline, has_events: bool) -> str:
    name, resamples = compiled.name, pipeline.resampler is not None
    given = "golden_resampled[at]" if resamples else f"{name}_pipeline_scale(golden_samples[at])"
    templates = ["check_resampling.c.in"] if resamples else []
    templates += ["check_rows.c.in", f"check_network_{compiled.mode}.c.in"]
    templates += ["check_events.c.in" if has_events else "check_no_events.c.in", "check_all.c.in"]
    parts = {"given": given, "first": "check_resampling(p)" if resamples else "0"}
    return "\n".join(filled(template, name, parts) for template in templates)
