"""The whole pipeline in C around a compiled network: raw samples in, events out."""

from __future__ import annotations

import math
from dataclasses import replace

from edgeunet.emit.document import banner, digest_guard
from edgeunet.emit.header import c_number
from edgeunet.emit.source import Compiled, SourceTree
from edgeunet.emit.tables import wrap_numbers
from edgeunet.graph.ir import Graph
from edgeunet.modelcard import ModelCard
from edgeunet.pipeline.selftest import render_pipeline_selftest
from edgeunet.pipeline.settings import GAIN_FRACTION_BITS, Pipeline, PipelineRequest, settle_pipeline
from edgeunet.pipeline.templates import filled
from edgeunet.signals.causal import GAIN_SLOWER_BITS, baseline_shift


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
    here = "${CMAKE_CURRENT_LIST_DIR}"
    added = f"{here}/{name}_pipeline.c {here}/{name}_pipeline_selftest.c"
    cmake = compiled.sources.files[f"{name}.cmake"].replace("_selftest.c)", f"_selftest.c {added})", 1)
    sources = SourceTree({**compiled.sources.files, **tree, f"{name}.cmake": cmake})
    return replace(compiled, sources=sources, c_sources=(*compiled.c_sources, f"{name}_pipeline.c")), pipeline


def _header(compiled: Compiled, pipeline: Pipeline) -> str:
    name, streams, resampler = compiled.name, compiled.mode == "stream", pipeline.resampler
    parts = {
        "stages": "\n".join(f" *   {line}".rstrip() for line in stage_lines(compiled, pipeline)),
        "facts": "\n".join(_definitions(compiled, pipeline)),
        "calls": filled("stream_calls.h.in" if streams else "window_calls.h.in", name),
        "resampler_type": "",
        "resampler_field": "",
        "resampler_calls": "",
    }
    if resampler is not None:
        sizes = {"delay": str(resampler.delay), "taps": str(resampler.taps.shape[1])}
        parts["resampler_type"] = "\n" + filled("resampler.h.in", name, sizes)
        parts["resampler_field"] = f"    {name}_resampler_t resampler;\n"
        parts["resampler_calls"] = filled("resampler_calls.h.in", name)
    title = f"{name}_pipeline: from raw samples to events, {'as a stream' if streams else 'a window per call'}."
    return "\n".join(banner(title, compiled.facts)) + "\n" + filled("header.h.in", name, parts)


def stage_lines(compiled: Compiled, pipeline: Pipeline) -> list[str]:
    """Return the stages in words, one or two lines each."""
    source = compiled.inputs[0]
    rate, given = c_number(pipeline.rate_hz), c_number(pipeline.input_rate_hz)
    size = pipeline.gain / (1 << GAIN_FRACTION_BITS)
    lines = [f"int16 samples at {given} Hz, {size:g} uV each, {pipeline.channels} channel(s) interleaved"]
    if pipeline.resampler:
        taps = pipeline.resampler.taps.shape[1]
        lines.append(f"-> {rate} Hz by {pipeline.resampler.up}/{pipeline.resampler.down}, {taps} taps per output")
    if pipeline.normalization == "causal":
        shift = baseline_shift(pipeline.rate_hz)
        seconds = [f"{(1 << s) / pipeline.rate_hz:.3g} s" for s in (shift, shift + GAIN_SLOWER_BITS)]
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


def _definitions(compiled: Compiled, pipeline: Pipeline) -> list[str]:
    streams = compiled.mode == "stream"
    upper, rows = compiled.name.upper(), compiled.inputs[0].shape[0]
    hop = compiled.hop_samples
    values = compiled.lookahead_samples + 2 * hop if streams else rows
    names = ", ".join('"' + kind.replace("\\", "\\\\").replace('"', '\\"') + '"' for kind in pipeline.classes)
    up, down = pipeline.ratio.numerator, pipeline.ratio.denominator
    tail = -(-pipeline.resampler.delay // down) + 1 if pipeline.resampler else 0
    least = min(pipeline.least_rows[1:])
    lines = [
        ("SAMPLE_RATE_HZ", c_number(pipeline.input_rate_hz), "of the samples given"),
        ("CHANNELS", pipeline.channels, "samples per row"),
        ("CLASSES", len(pipeline.classes), ""),
        ("CLASS_NAMES", f"{{{names}}}", ""),
        ("UP", up, "rows at the network's rate"),
        ("DOWN", down, "for so many given"),
        ("THRESHOLD", pipeline.threshold_steps, "steps by which a class must lead background"),
        ("INPUT_ROWS", hop if streams else rows, "rows the network takes at a time"),
        ("OUTPUT_ROWS", compiled.hop_output_rows if streams else compiled.outputs[0].shape[0], "and gives at most"),
        ("VALUES", values, "rows between the newest and the one judged"),
    ]
    if streams:
        flushed = (values + tail + hop) // least + 2
        lines += [
            ("LATENCY", latency_samples(compiled, pipeline), "samples after which the class of a sample is known"),
            (
                "EVENTS(count)",
                f"((count) / {down} * {up} / {least} + {(2 * up + 2 * hop) // least + 3})",
                "room for push",
            ),
            ("FLUSH_EVENTS", flushed, "room for flush"),
            ("RUN_EVENTS(count)", f"({upper}_PIPELINE_EVENTS(count) + {flushed})", "room for run"),
        ]
    else:
        lines += [
            ("WINDOW_SAMPLES", -(-rows * down // up), "samples that fill the window"),
            ("RUN_EVENTS(count)", rows // least + 2, "room for run"),
        ]
    return [f"#define {upper}_PIPELINE_{key} {value}" + (f" /* {why} */" if why else "") for key, value, why in lines]


def _program(compiled: Compiled, pipeline: Pipeline) -> str:
    name, streams = compiled.name, compiled.mode == "stream"
    lines = banner(f"{name}_pipeline: the stages around the network.", compiled.facts)
    lines += [f'#include "{name}_pipeline.h"', "", "#include <stddef.h>", "#include <string.h>", ""]
    lines += [*digest_guard(name.upper(), compiled.run_digest), *_tables(name, pipeline), ""]
    lines += [filled("trace.c.in", name)]
    resamples, scales = pipeline.resampler is not None, pipeline.gain != 1 << GAIN_FRACTION_BITS
    scale = "scale_gain.c.in" if scales else "scale_plain.c.in"
    parts = [filled(scale, name, {"gain": str(pipeline.gain)})]
    parts.append(filled("normalize.c.in" if pipeline.normalization == "causal" else "pass.c.in", name))
    parts += [filled("resample.c.in", name)] if resamples else []
    parts.append(filled("decide.c.in", name, {"reset_resampler": _RESET_RESAMPLER if resamples else ""}))
    feed = filled("feed_resampled.c.in" if resamples else "feed_direct.c.in", name)
    parts.append(
        filled("stream.c.in" if streams else "window.c.in", name, {"feed": feed + filled("feed_all.c.in", name)})
    )
    return "\n".join(lines) + "\n".join(parts)


_RESET_RESAMPLER = "    pipeline->resampler.is_empty = 1;\n    pipeline->resampler.position = @NAME@_PIPELINE_DELAY;\n"


def _tables(name: str, pipeline: Pipeline) -> list[str]:
    upper = name.upper()
    lowest, steps = pipeline.staircase()
    lines = []
    if pipeline.normalization == "causal":
        shift = baseline_shift(pipeline.rate_hz)
        lines += [
            f"#define {upper}_PIPELINE_BASELINE_SHIFT {shift}",
            f"#define {upper}_PIPELINE_GAIN_SHIFT {shift + GAIN_SLOWER_BITS}",
        ]
    lines += [
        f"#define {upper}_PIPELINE_LOWEST ({lowest})",
        f"#define {upper}_PIPELINE_STEPS {len(steps)}",
        f"static const int16_t step_starts[{max(1, len(steps))}] = {{",
        *(wrap_numbers(steps) if len(steps) else ["    0,"]),
        "};",
        f"static const uint32_t merge_rows[{len(pipeline.classes)}] = {{{', '.join(map(str, pipeline.merge_rows))}}};",
        f"static const uint32_t least_rows[{len(pipeline.classes)}] = {{{', '.join(map(str, pipeline.least_rows))}}};",
    ]
    if pipeline.resampler:
        taps = pipeline.resampler.taps
        lines += [f"static const int16_t resampling_taps[{upper}_PIPELINE_UP][{upper}_PIPELINE_TAPS] = {{"]
        for phase in taps:
            lines += ["    {", *wrap_numbers(phase, "        "), "    },"]
        lines += ["};"]
    return lines
