"""``compile_model``: from a graph to the generated C, in one call."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from edgeunet import __version__
from edgeunet.emit.code import Code, render_steps
from edgeunet.emit.dsp import DSP, fuses
from edgeunet.emit.header import banner, classes_lines, digest_guard, interface_lines, layer_table
from edgeunet.emit.identifier import check_identifier, suggest_identifier
from edgeunet.emit.kernels import KernelTable, select_kernel
from edgeunet.emit.mve import MVE
from edgeunet.emit.portable import PORTABLE
from edgeunet.emit.selftest import render_selftest
from edgeunet.emit.source import Compiled, Interface, SourceTree
from edgeunet.emit.tables import Tables
from edgeunet.errors import CompileError
from edgeunet.graph.ir import Graph
from edgeunet.modelcard import ModelCard
from edgeunet.rewrite import simplify
from edgeunet.schedule.build import build_schedule
from edgeunet.schedule.fuse_add import fuse_additions
from edgeunet.schedule.fuse_concat import fuse_concatenations
from edgeunet.schedule.lower import lower
from edgeunet.schedule.order import order_nodes
from edgeunet.schedule.program import Node
from edgeunet.schedule.schedule import ARENA, Schedule, Step
from edgeunet.schedule.timing import window_timing

CORES: dict[str, tuple[KernelTable, ...]] = {"portable": (PORTABLE,), "dsp": (DSP, PORTABLE), "mve": (MVE, PORTABLE)}
"""Kernel tables per core, most wanted first."""

FUSES: dict[str, Callable[[Node], bool]] = {"dsp": fuses}
"""Per core with such kernels: whether a node with an epilogue has one."""

MODES = ("window", "stream")


def schedule_graph(graph: Graph, *, core: str = "portable", mode: str = "window", hop: int | None = None) -> Schedule:
    """Rewrite, lower, fuse, order, time and place ``graph``."""
    if mode not in MODES:
        raise CompileError(f"mode '{mode}' is unknown; use one of {', '.join(MODES)}")
    if core not in CORES:
        raise CompileError(f"core '{core}' is unknown; use one of {', '.join(CORES)}")

    def overlap(step: Step, position: int) -> int | None:
        return select_kernel(step, CORES[core]).overlap(step, position)

    program = fuse_concatenations(lower(simplify(graph)))
    if core in FUSES:
        program = fuse_additions(program, FUSES[core])
    program = order_nodes(program)
    return build_schedule(graph.name, program, window_timing(program), overlap)


def compile_model(
    graph: Graph,
    name: str | None = None,
    *,
    core: str = "portable",
    mode: str = "window",
    hop: int | None = None,
    card: ModelCard | None = None,
    command: str = "",
) -> Compiled:
    """Compile ``graph`` to C.

    Parameters
    ----------
    graph : what ``read_tflite`` returned.
    name : prefix of every generated name and file; the graph's name when ``None``.
    core : kernel flavour, one of ``CORES``.
    mode : ``window`` (whole window per call) or ``stream``.
    hop : input samples per call of a stream.
    card : the model's card, for class names and sample rate.
    command : the command line, for the header comment.

    Raises
    ------
    CompileError
        When the graph cannot be compiled as asked.
    """
    prefix = check_identifier(name) if name else suggest_identifier(graph.name)
    schedule = schedule_graph(graph, core=core, mode=mode, hop=hop)
    data = Tables(prefix)
    code = render_steps(schedule, prefix, CORES[core], data)
    inputs = tuple(_interface(schedule, i) for i in schedule.inputs)
    outputs = tuple(_interface(schedule, i) for i in schedule.outputs)
    facts = {
        "made by": f"edgeunet {__version__}",
        "model": f"{graph.name}, SHA-256 {graph.digest}",
        "command": command or f"edgeunet export-c --core {core} --mode {mode}",
    }
    digest = _digest(code, data, facts)
    header = _header(prefix, schedule, code, data, inputs, outputs, facts, digest, card)
    weights = _weights(prefix, data, facts, digest)
    program = _program(prefix, schedule, code, facts, digest)
    selftest = render_selftest(graph, prefix, facts, digest)
    files = {
        f"{prefix}.h": header,
        f"{prefix}.c": program,
        f"{prefix}_weights.h": weights,
        f"{prefix}_selftest.c": selftest,
        f"{prefix}.cmake": _cmake(prefix, facts),
    }
    return Compiled(
        prefix,
        SourceTree(files),
        (f"{prefix}.c",),
        code.layers,
        inputs,
        outputs,
        schedule.arena_bytes,
        data.size_bytes,
        core,
        mode,
        graph.digest,
    )


def _interface(schedule: Schedule, signal: int) -> Interface:
    found = schedule.signals[signal]
    shape = (found.height, found.width, found.channels) if found.height > 1 else (found.width, found.channels)
    return Interface(shape, "int8", found.size_bytes, found.scale, found.zero_point)


def _digest(code: Code, data: Tables, facts: dict[str, str]) -> str:
    parts = [code.kernels, code.arguments, *code.calls, data.text, *facts.values()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8].upper()


def _spans(schedule: Schedule) -> list[str]:
    spans = []
    for step in schedule.steps:
        view = step.output
        buffer = schedule.buffers[view.buffer] if view.buffer >= 0 else None
        if view.space == ARENA and buffer is not None:
            spans.append(f"{buffer.offset_bytes}..{buffer.offset_bytes + buffer.size_bytes - 1}")
        else:
            spans.append(view.space)
    return spans


def _header(
    prefix: str,
    schedule: Schedule,
    code: Code,
    data: Tables,
    inputs: Sequence[Interface],
    outputs: Sequence[Interface],
    facts: dict[str, str],
    digest: str,
    card: ModelCard | None,
) -> str:
    upper = prefix.upper()
    lines = banner(f"{prefix}: an int8 network as C99, whole window per call.", facts)
    lines += [f"#ifndef {upper}_H", f"#define {upper}_H", "", "#include <stdint.h>", ""]
    lines += ["#ifdef __cplusplus", 'extern "C" {', "#endif", ""]
    lines += [f"#define {upper}_DIGEST 0x{digest}UL /* of this run of export-c; the other files check it */", ""]
    if card is not None and card.sample_rate_hz:
        lines.append(f"#define {upper}_SAMPLE_RATE_HZ {c_number(card.sample_rate_hz)}")
    lines += interface_lines(upper, "INPUT", inputs, "row")
    lines.append("")
    lines += interface_lines(upper, "OUTPUT", outputs, "row")
    lines += classes_lines(upper, card.classes if card is not None else ())
    lines += [
        "",
        f"#define {upper}_ARENA_BYTES {schedule.arena_bytes} /* largest live set: {schedule.lower_bound_bytes} */",
        f"#define {upper}_WEIGHTS_BYTES {data.size_bytes} /* constants in flash: weights, biases, multipliers, tables */",
        f"#define {upper}_LAYERS {len(code.layers)}",
        f"#define {upper}_MACS {sum(layer.macs for layer in code.layers)}",
        "",
        "/* Every byte the network needs; the caller owns it. Two of them are two independent instances. */",
        "typedef struct {",
        f"    uint32_t arena[{max(schedule.arena_bytes, 4) // 4}];",
        f"}} {prefix}_state_t;",
        "",
        "/* Prepares a state for its first run. */",
        f"void {prefix}_reset({prefix}_state_t *state);",
        "",
        f"/* Runs the network: {upper}_INPUT_BYTES in, {upper}_OUTPUT_BYTES out. The buffers must not overlap. */",
        f"void {prefix}_run({prefix}_state_t *state, const int8_t *input, int8_t *output);",
        "",
        f"/* Runs the golden input in {prefix}_selftest.c: 0 when every output byte is right, else 1 + the index of the first",
        f" * wrong one. output has {upper}_OUTPUT_BYTES. */",
        f"int32_t {prefix}_selftest({prefix}_state_t *state, int8_t *output);",
        "",
        "/* Layers, in the order they run:",
        " *",
        *layer_table(code.layers, _spans(schedule)),
        " */",
        "",
        "#ifdef __cplusplus",
        "}",
        "#endif",
        "",
        f"#endif /* {upper}_H */",
    ]
    return "\n".join(lines) + "\n"


def c_number(value: float) -> str:
    """A number as short as it goes: an integer where it is one."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _weights(prefix: str, data: Tables, facts: dict[str, str], digest: str) -> str:
    lines = banner(f"Constants of {prefix}; included by {prefix}.c alone.", facts)
    lines += digest_guard(prefix.upper(), digest)
    return "\n".join(lines) + "\n" + data.text


def _program(prefix: str, schedule: Schedule, code: Code, facts: dict[str, str], digest: str) -> str:
    upper = prefix.upper()
    lines = banner(f"{prefix}: kernels, arguments and the network itself.", facts)
    lines += [f'#include "{prefix}.h"', "", "#include <stddef.h>", "#include <string.h>", ""]
    lines += digest_guard(upper, digest)
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
        *("    " + line if line else "" for line in code.calls),
        f"    {upper}_LAYER({upper}_LAYERS);",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _cmake(prefix: str, facts: dict[str, str]) -> str:
    lines = [f"# {key}: {value}" for key, value in facts.items()]
    lines += [
        "# In your CMakeLists.txt:",
        f"#   include(path/to/{prefix}.cmake)",
        f"#   target_link_libraries(firmware PRIVATE {prefix})",
        f"add_library({prefix} STATIC ${{CMAKE_CURRENT_LIST_DIR}}/{prefix}.c ${{CMAKE_CURRENT_LIST_DIR}}/{prefix}_selftest.c)",
        f"target_include_directories({prefix} PUBLIC ${{CMAKE_CURRENT_LIST_DIR}})",
        f"set_target_properties({prefix} PROPERTIES C_STANDARD 99)",
    ]
    return "\n".join(lines) + "\n"
