"""The whole pipeline in C around a compiled network: raw samples in, events out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from edgeunet.emit.document import FilePage, cmake_text, file_facts
from edgeunet.emit.source import Compiled, SourceTree
from edgeunet.emit.tables import c_number, number_lines
from edgeunet.emit.template import render
from edgeunet.escaping.c import CComment, CString, CText, c_comment, c_string
from edgeunet.graph.ir import Graph
from edgeunet.modelcard import ModelCard
from edgeunet.pipeline.selftest import render_pipeline_selftest, value_type
from edgeunet.pipeline.settings import GAIN_FRACTION_BITS, Pipeline, PipelineRequest, settle_pipeline
from edgeunet.signals.causal import GAIN_SLOWER_BITS, LOST_BITS, baseline_shift, ends_of

LONGEST_EVENT_ROWS = 1 << 30
"""Rows at the network's rate that an event may last."""


def add_pipeline(
    compiled: Compiled, graph: Graph, card: ModelCard | None, request: PipelineRequest
) -> tuple[Compiled, Pipeline]:
    """Return ``compiled`` with ``<name>_pipeline.h``, ``.c`` and ``_selftest.c`` added, and the stages settled.

    Parameters
    ----------
    compiled : made from ``graph``, with a hop for the stream form.
    card : classes, sample rate, normalization and post-processing.
    request : what else is asked for.

    Raises
    ------
    CompileError
        When the stages cannot be settled; see `settle_pipeline`.
    """
    pipeline = settle_pipeline(compiled, card, request)
    name = compiled.name
    tree = {
        f"{name}_pipeline.h": _header(compiled, pipeline),
        f"{name}_pipeline.c": _program(compiled, pipeline),
        f"{name}_pipeline_selftest.c": render_pipeline_selftest(compiled, graph, pipeline),
    }
    own = (source.removeprefix(name) for source in compiled.c_sources)
    cmake = cmake_text(name, compiled.facts, (*own, "_selftest.c", "_pipeline.c", "_pipeline_selftest.c"))
    sources = SourceTree({**compiled.sources.files, **tree, f"{name}.cmake": cmake})
    return replace(compiled, sources=sources, c_sources=(*compiled.c_sources, f"{name}_pipeline.c")), pipeline


@dataclass(frozen=True)
class ResamplerHeader:
    """Taps per output, and half the filter in 1/up of a given sample."""

    taps: int
    delay: int


@dataclass(frozen=True)
class StreamHeader:
    """A stream's latency in given samples, and the room that its events want."""

    latency: int
    least_rows: int
    more_events: int
    flush_events: int


@dataclass(frozen=True)
class WindowHeader:
    """Given samples that fill a window, and the events there may be in one."""

    samples: int
    events: int


@dataclass(frozen=True, eq=False)
class HeaderPage(FilePage):
    """``<name>_pipeline.h``; either ``stream`` or ``window`` is there."""

    template = "pipeline/c/header.h.jinja"

    stages: tuple[CComment, ...]
    sample_rate_hz: CText
    channels: int
    value: CText
    level: CText
    wide_bits: int | None
    lost_rows: int | None
    classes: tuple[CString, ...]
    up: int
    down: int
    threshold: int
    input_rows: int
    output_rows: int
    values: int
    resampler: ResamplerHeader | None
    stream: StreamHeader | None
    window: WindowHeader | None
    origin_rows: int | None


def _header(compiled: Compiled, pipeline: Pipeline) -> str:
    streams, resampler = compiled.mode == "stream", pipeline.resampler
    rows, hop = compiled.inputs[0].shape[0], compiled.hop_samples
    return render(
        HeaderPage(
            *file_facts(compiled.name, compiled.facts, compiled.run_digest),
            stages=tuple(map(c_comment, stage_lines(compiled, pipeline))),
            sample_rate_hz=c_number(pipeline.input_rate_hz),
            channels=pipeline.channels,
            value=value_type(pipeline),
            level=_level_type(pipeline),
            wide_bits=_wide_bits(pipeline),
            lost_rows=_lost_rows(pipeline),
            classes=tuple(map(c_string, pipeline.classes)),
            up=pipeline.ratio.numerator,
            down=pipeline.ratio.denominator,
            threshold=pipeline.threshold_steps,
            input_rows=hop if streams else rows,
            output_rows=compiled.hop_output_rows if streams else compiled.outputs[0].shape[0],
            values=_values(compiled),
            resampler=ResamplerHeader(resampler.taps.shape[1], resampler.delay) if resampler else None,
            stream=_stream_header(compiled, pipeline) if streams else None,
            window=None if streams else _window_header(rows, pipeline),
            origin_rows=_origin_rows(compiled, pipeline),
        )
    )


def _level_type(pipeline: Pipeline) -> CText:
    """The type of a baseline, 14 fraction bits and twice the span of a sample."""
    return CText("int64_t" if pipeline.is_wide else "int32_t")


def _wide_bits(pipeline: Pipeline) -> int | None:
    return pipeline.adc_bits if pipeline.is_wide else None


def _lost_rows(pipeline: Pipeline) -> int | None:
    if pipeline.normalization != "causal":
        return None
    return int(1 << (baseline_shift(pipeline.rate_hz) - LOST_BITS))


def wide_bytes(compiled: Compiled, pipeline: Pipeline) -> int:
    """Return how much of the state samples of more than 16 bits take, the filling between fields left out."""
    if not pipeline.is_wide:
        return 0
    history = 2 * pipeline.resampler.taps.shape[1] if pipeline.resampler else 0
    return pipeline.channels * (2 * history + 4) + 2 * _values(compiled)


def _values(compiled: Compiled) -> int:
    """Rows between the newest and the one judged."""
    if compiled.mode == "stream":
        return compiled.lookahead_samples + 2 * compiled.hop_samples
    return compiled.inputs[0].shape[0]


def _stream_header(compiled: Compiled, pipeline: Pipeline) -> StreamHeader:
    up, down, hop = pipeline.ratio.numerator, pipeline.ratio.denominator, compiled.hop_samples
    tail = -(-pipeline.resampler.delay // down) + 1 if pipeline.resampler else 0
    least = min(pipeline.least_rows[1:])
    return StreamHeader(
        latency=latency_samples(compiled, pipeline),
        least_rows=least,
        more_events=(2 * up + 2 * hop) // least + 3,
        flush_events=(_values(compiled) + tail + hop) // least + 2,
    )


def _origin_rows(compiled: Compiled, pipeline: Pipeline) -> int | None:
    """Rows by which a stream moves the row that others are counted from, so that none wraps where samples do not.

    With rows a multiple of samples apart (500 to 250 Hz) both wrap together and nothing is moved.
    """
    up = pipeline.ratio.numerator
    return LONGEST_EVENT_ROWS // up * up if compiled.mode == "stream" and up > 1 else None


def _window_header(rows: int, pipeline: Pipeline) -> WindowHeader:
    samples = -(-rows * pipeline.ratio.denominator // pipeline.ratio.numerator)
    return WindowHeader(samples, rows // min(pipeline.least_rows[1:]) + 2)


def stage_lines(compiled: Compiled, pipeline: Pipeline) -> list[str]:
    """Return the stages in words, one or two lines each."""
    source = compiled.inputs[0]
    rate, given = c_number(pipeline.rate_hz), c_number(pipeline.input_rate_hz)
    size = pipeline.gain / (1 << GAIN_FRACTION_BITS)
    kind = "int16" if not pipeline.is_wide else f"int32 (of {pipeline.adc_bits} bits) or int16"
    lines = [f"{kind} samples at {given} Hz, {size:g} uV each, {pipeline.channels} channel(s) interleaved"]
    if pipeline.is_wide:
        lines.append(f"   that takes {wide_bytes(compiled, pipeline)} bytes of state more than int16 alone")
    if pipeline.resampler:
        taps = pipeline.resampler.taps.shape[1]
        lines.append(f"-> {rate} Hz by {pipeline.resampler.up}/{pipeline.resampler.down}, {taps} taps per output")
    if pipeline.normalization == "causal":
        shift = baseline_shift(pipeline.rate_hz)
        shifts = (shift - pipeline.baseline_faster_bits, shift + GAIN_SLOWER_BITS)
        seconds = [f"{(1 << s) / pipeline.rate_hz:.3g} s" for s in shifts]
        lines.append(
            f"-> less a baseline ({seconds[0]}), over twice the mean magnitude ({seconds[1]}); int16 of 1/1024"
        )
    lines += [
        f"-> int8, saturating: {source.scale:.6g} per step, zero point {source.zero_point}",
        f"-> the network: {len(pipeline.classes)} outputs per row; the largest one is the class",
    ]
    for index, kind in enumerate(pipeline.classes[1:], start=1):
        lines.append(
            f"-> {kind}: gaps up to {pipeline.merge_rows[index]} rows bridged, then at least "
            f"{pipeline.least_rows[index]} rows long"
        )
    return lines


def latency_samples(compiled: Compiled, pipeline: Pipeline) -> int:
    """Return after how many given samples the class of a sample is known, in stream form."""
    rows = compiled.lookahead_samples + compiled.hop_samples
    filtered = pipeline.resampler.delay / pipeline.resampler.up if pipeline.resampler else 0.0
    return math.ceil(rows / pipeline.ratio + filtered)


@dataclass(frozen=True)
class Normalizer:
    """Time constants of the causal normalization, as shifts."""

    baseline_shift: int
    gain_shift: int


@dataclass(frozen=True)
class ResamplerTables:
    """The taps of each phase."""

    phases: tuple[CText, ...]


@dataclass(frozen=True, eq=False)
class ProgramPage(FilePage):
    """``<name>_pipeline.c``; what this model does without is ``None``."""

    template = "pipeline/c/program.c.jinja"

    aligned: bool
    streams: bool
    origin_rows: int | None
    value: CText
    level: CText
    sum: CText
    wide_bits: int | None
    bits: int
    least: int
    most: int
    adc_least: int
    adc_most: int
    beyond: CText
    factor: int
    gain: int | None
    normalizer: Normalizer | None
    resampler: ResamplerTables | None
    lowest: int
    steps: int
    step_starts: CText
    merge_rows: tuple[int, ...]
    least_rows: tuple[int, ...]


def _program(compiled: Compiled, pipeline: Pipeline) -> str:
    lowest, steps = pipeline.staircase()
    (least, most), (adc_least, adc_most) = ends_of(pipeline.bits), ends_of(pipeline.adc_bits)
    normalizer = resampler = None
    if pipeline.normalization == "causal":
        shift = baseline_shift(pipeline.rate_hz)
        normalizer = Normalizer(shift - pipeline.baseline_faster_bits, shift + GAIN_SLOWER_BITS)
    if pipeline.resampler:
        resampler = ResamplerTables(tuple(number_lines(phase, "        ") for phase in pipeline.resampler.taps))
    return render(
        ProgramPage(
            *file_facts(compiled.name, compiled.facts, compiled.run_digest),
            aligned=compiled.aligned,
            streams=compiled.mode == "stream",
            origin_rows=_origin_rows(compiled, pipeline),
            value=value_type(pipeline),
            level=_level_type(pipeline),
            sum=_level_type(pipeline),
            wide_bits=_wide_bits(pipeline),
            bits=pipeline.bits,
            least=least,
            most=most,
            adc_least=adc_least,
            adc_most=adc_most,
            beyond=CText(f"{5 * (most + 1) // 4}.0F"),
            factor=pipeline.gain,
            gain=pipeline.gain if pipeline.gain != 1 << GAIN_FRACTION_BITS else None,
            normalizer=normalizer,
            resampler=resampler,
            lowest=lowest,
            steps=len(steps),
            step_starts=number_lines(steps) if len(steps) else CText("    0,"),
            merge_rows=pipeline.merge_rows,
            least_rows=pipeline.least_rows,
        )
    )
