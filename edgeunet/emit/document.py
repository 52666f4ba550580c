"""The generated files besides the header, and what they are all made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edgeunet.emit.code import Code
from edgeunet.emit.source import Interface
from edgeunet.emit.stream import end_expression
from edgeunet.emit.tables import Tables
from edgeunet.modelcard import ModelCard
from edgeunet.program.steps import ARENA
from edgeunet.schedule.schedule import Schedule

RUNNING = 1 << 24
"""Input samples left while a stream has no end; more than any lag, and small enough for every rate."""


@dataclass(frozen=True, eq=False)
class Document:
    """Everything the texts are written from."""

    prefix: str
    schedule: Schedule
    code: Code
    data: Tables
    facts: Mapping[str, str]
    digest: str
    card: ModelCard | None
    mode: str = "window"
    """``stream`` where the caller pushes hops; ``window`` where it runs windows, at once or by hops."""

    @property
    def upper(self) -> str:
        return self.prefix.upper()

    @property
    def streams(self) -> bool:
        return self.schedule.timing.streams

    @property
    def style(self) -> str:
        """How it is called, in words."""
        return f"{self.schedule.timing.hop} input rows per call" if self.streams else "a whole window per call"

    @property
    def inputs(self) -> tuple[Interface, ...]:
        return tuple(_interface(self.schedule, signal) for signal in self.schedule.inputs)

    @property
    def outputs(self) -> tuple[Interface, ...]:
        return tuple(_interface(self.schedule, signal) for signal in self.schedule.outputs)

    @property
    def arena_words(self) -> int:
        return max(self.schedule.arena_bytes, 4) // 4

    @property
    def state_bytes(self) -> int:
        return 4 * self.arena_words + (8 if self.streams else 0)

    @property
    def total_stride(self) -> int:
        return self.schedule.timing.stride

    @property
    def lookahead_samples(self) -> int:
        """Input rows that must follow the first input row of an output before it comes."""
        if not self.streams:
            return 0
        rate = self.schedule.timing.rates[self.schedule.outputs[0]]
        return int(self.schedule.lookahead_rows / rate)

    @property
    def spans(self) -> list[str]:
        """Which bytes of the arena each step writes."""
        spans = []
        for step in self.schedule.steps:
            view = step.output
            if view.space == ARENA:
                buffer = self.schedule.buffers[view.buffer]
                spans.append(f"{buffer.offset_bytes}..{buffer.offset_bytes + buffer.size_bytes - 1}")
            else:
                spans.append(view.space)
        return spans


def _interface(schedule: Schedule, signal: int) -> Interface:
    found = schedule.signals[signal]
    shape = (found.height, found.width, found.channels) if found.height > 1 else (found.width, found.channels)
    return Interface(shape, "int8", found.size_bytes, found.scale, found.zero_point)


def banner(title: str, facts: Mapping[str, str]) -> list[str]:
    """The comment at the top of each generated file."""
    width = max(len(key) for key in facts)
    return ["/* " + title, " *", *(f" * {key:<{width}}  {value}" for key, value in facts.items()), " */", ""]


def digest_guard(prefix: str, digest: str) -> list[str]:
    """Lines that stop the compiler when a file meets a header of another model or another run."""
    return [
        f"#if {prefix}_DIGEST != 0x{digest}UL",
        f'#error "this file and {prefix.lower()}.h come from different runs of edgeunet export-c; '
        'use files of one run"',
        "#endif",
        "",
    ]


def weights_text(document: Document) -> str:
    """Text of ``<prefix>_weights.h``."""
    lines = banner(f"Constants of {document.prefix}; included by {document.prefix}.c alone.", document.facts)
    lines += digest_guard(document.upper, document.digest)
    return "\n".join(lines) + "\n" + document.data.text


def program_text(document: Document) -> str:
    """Text of ``<prefix>.c``."""
    prefix, upper, code = document.prefix, document.upper, document.code
    lines = banner(f"{prefix}: kernels, arguments and the network itself.", document.facts)
    lines += [f'#include "{prefix}.h"', "", "#include <stddef.h>", "#include <string.h>", ""]
    lines += digest_guard(upper, document.digest)
    lines += [code.kernels, f'#include "{prefix}_weights.h"', "", code.arguments]
    lines += [
        f"#ifdef {upper}_TRACE",
        f"void {prefix}_trace(int32_t layer);",
        f"#define {upper}_LAYER(index) {prefix}_trace(index)",
        "#else",
        f"#define {upper}_LAYER(index) ((void)0)",
        "#endif",
        "",
        f"typedef char {prefix}_arena_fits[sizeof(((({prefix}_state_t *)0)->arena)) >= {upper}_ARENA_BYTES ? 1 : -1];",
        "",
    ]
    lines += _stream_program(document) if document.streams else _window_program(document)
    return "\n".join(lines) + "\n"


def _window_program(document: Document) -> list[str]:
    prefix, upper = document.prefix, document.upper
    return [
        f"void {prefix}_reset({prefix}_state_t *state)",
        "{",
        "    memset(state->arena, 0, sizeof state->arena);",
        "}",
        "",
        f"void {prefix}_run({prefix}_state_t *state, const int8_t *input, int8_t *output)",
        "{",
        "    int8_t *const a = (int8_t *)state->arena;",
        "    (void)a;",
        "",
        *_indented(document.code.calls),
        f"    {upper}_LAYER({upper}_LAYERS);",
        "}",
    ]


def _indented(lines: tuple[str, ...]) -> list[str]:
    return ["    " + line if line else "" for line in lines]


def _stream_program(document: Document) -> list[str]:
    prefix, upper, schedule = document.prefix, document.upper, document.schedule
    settling = schedule.settling_hops
    out_channels, in_channels = document.outputs[0].shape[-1], document.inputs[0].shape[-1]
    ends = end_expression(schedule.span(schedule.outputs[0]))
    return [
        f"#define {upper}_RUNNING {RUNNING} /* input rows left while there is no end */",
        f"#define {upper}_SETTLING {settling} /* hops after which nothing remembers the start */",
        "",
        f"void {prefix}_reset({prefix}_state_t *state)",
        "{",
        "    memset(state->arena, 0, sizeof state->arena);",
        "    state->hops = 0;",
        f"    state->left = {upper}_RUNNING;",
        "}",
        "",
        "/* One hop, of which the first rows are there. Indices are counted from this hop's first input row. */",
        f"static int32_t {prefix}_hop({prefix}_state_t *state, const int8_t *input, int32_t rows, int8_t *output)",
        "{",
        "    int8_t *const a = (int8_t *)state->arena;",
        f"    const int32_t edge = state->hops < {upper}_SETTLING || state->left != {upper}_RUNNING;",
        "    int32_t ready = 0;",
        "    (void)edge;",
        "",
        *_indented(document.code.calls),
        f"    {upper}_LAYER({upper}_LAYERS);",
        f"    state->hops += state->hops < {upper}_SETTLING ? 1 : 0;",
        f"    state->left -= state->left == {upper}_RUNNING ? 0 : {upper}_HOP;",
        "    return ready;",
        "}",
        "",
        f"int32_t {prefix}_push({prefix}_state_t *state, const int8_t *input, int8_t *output)",
        "{",
        f"    return {prefix}_hop(state, input, {upper}_HOP, output);",
        "}",
        "",
        f"int32_t {prefix}_flush({prefix}_state_t *state, const int8_t *input, int32_t rows, int8_t *output)",
        "{",
        "    int32_t ready = 0;",
        f"    if (rows < 0 || rows >= {upper}_HOP || rows % {upper}_STRIDE != 0) {{",
        "        return -1;",
        "    }",
        f"    if (state->left == {upper}_RUNNING) {{",
        "        state->left = rows;",
        "    } else {",
        "        rows = 0;",
        "    }",
        f"    while (ready == 0 && {ends} + {schedule.lookahead_rows} > 0) {{",
        f"        ready = {prefix}_hop(state, input, rows, output);",
        "        rows = 0;",
        "    }",
        "    return ready;",
        "}",
        "",
        f"void {prefix}_run({prefix}_state_t *state, const int8_t *input, int8_t *output)",
        "{",
        "    int32_t ready;",
        f"    {prefix}_reset(state);",
        f"    for (int32_t i = 0; i < {upper}_INPUT_ROWS / {upper}_HOP; i++) {{",
        f"        output += {prefix}_push(state, input, output) * {out_channels};",
        f"        input += {upper}_HOP * {in_channels};",
        "    }",
        f"    ready = {prefix}_flush(state, input, {upper}_INPUT_ROWS % {upper}_HOP, output);",
        "    while (ready > 0) {",
        f"        output += ready * {out_channels};",
        f"        ready = {prefix}_flush(state, input, 0, output);",
        "    }",
        "}",
    ]


def cmake_text(document: Document) -> str:
    """Text of ``<prefix>.cmake``."""
    prefix = document.prefix
    here = "${CMAKE_CURRENT_LIST_DIR}"
    lines = [f"# {key}: {value}" for key, value in document.facts.items()]
    lines += [
        "# In your CMakeLists.txt:",
        f"#   include(path/to/{prefix}.cmake)",
        f"#   target_link_libraries(firmware PRIVATE {prefix})",
        f"add_library({prefix} STATIC {here}/{prefix}.c {here}/{prefix}_selftest.c)",
        f"target_include_directories({prefix} PUBLIC {here})",
        f"set_target_properties({prefix} PROPERTIES C_STANDARD 99)",
    ]
    return "\n".join(lines) + "\n"
