"""The generated self-test: a golden input and the output the network must give for it."""

from __future__ import annotations

import numpy as np

from edgeunet.emit.document import Document, banner, digest_guard
from edgeunet.emit.tables import wrap_numbers
from edgeunet.graph.evaluation.evaluate import evaluate
from edgeunet.graph.ir import Graph
from edgeunet.graph.length import with_length
from edgeunet.program.parameters import Int8Array
from edgeunet.rewrite import strip_edges
from edgeunet.schedule.schedule import Schedule

SEED = 0x5EED
MOST_ROWS = 8192
"""A golden recording is no longer than this, unless one hop is."""


def golden_vectors(graph: Graph, rows: int | None = None) -> tuple[Int8Array, Int8Array]:
    """A seeded input of every int8 value alike and the exact output, each as one run of bytes.

    With ``rows`` they are a recording of that length and the network over the whole of it.
    """
    rng = np.random.default_rng(SEED)
    graph = strip_edges(graph)
    if rows is not None:
        graph = with_length(graph, rows)
    inputs = [rng.integers(-128, 128, graph.tensors[i].shape, np.int8) for i in graph.inputs]
    outputs = evaluate(graph, inputs)
    return _joined(inputs), _joined(outputs)


def recording_rows(schedule: Schedule) -> int:
    """Rows of a recording that starts, settles, runs two hops with no edge in sight, and ends within a hop."""
    hop, stride = schedule.timing.hop, schedule.timing.stride
    assert hop is not None
    window = schedule.signals[schedule.inputs[0]].rows
    settled = (schedule.settling_hops + 2) * hop
    rows = settled if settled <= MOST_ROWS else hop
    return max(rows, -(-window // hop) * hop) + (stride if hop > stride else 0)


def _joined(arrays: list[Int8Array]) -> Int8Array:
    joined: Int8Array = np.concatenate([np.asarray(a, np.int8).reshape(-1) for a in arrays])
    return joined


def render_selftest(graph: Graph, document: Document) -> str:
    """Text of ``<prefix>_selftest.c``: a window, or a recording in hops."""
    prefix, streams = document.prefix, document.mode == "stream"
    given, expected = golden_vectors(graph, recording_rows(document.schedule) if streams else None)
    lines = banner(f"Self-test of {prefix}: golden vectors, computed by edgeunet's exact evaluator.", document.facts)
    lines += [f'#include "{prefix}.h"', ""]
    lines += digest_guard(document.upper, document.digest)
    for name, values in (("input", given), ("output", expected)):
        lines += [f"static const int8_t {prefix}_golden_{name}[{values.size}] = {{", *wrap_numbers(values), "};", ""]
    lines += _stream_check(document, len(expected)) if streams else _window_check(document)
    return "\n".join(lines) + "\n"


def _window_check(document: Document) -> list[str]:
    prefix, upper = document.prefix, document.upper
    return [
        f"int32_t {prefix}_selftest({prefix}_state_t *state, int8_t *output)",
        "{",
        f"    {prefix}_reset(state);",
        f"    {prefix}_run(state, {prefix}_golden_input, output);",
        f"    for (int32_t i = 0; i < {upper}_OUTPUT_BYTES; i++) {{",
        f"        if (output[i] != {prefix}_golden_output[i]) {{",
        "            return i + 1;",
        "        }",
        "    }",
        "    return 0;",
        "}",
    ]


def _stream_check(document: Document, output_bytes: int) -> list[str]:
    """Pushes and flushes; what is ready is compared at once, so that a hop of output is room enough."""
    prefix, upper, timing = document.prefix, document.upper, document.schedule.timing
    rows = recording_rows(document.schedule)
    assert timing.hop is not None
    hop_bytes = f"{upper}_HOP * {upper}_INPUT_CHANNELS"
    return [
        "/* Compares `rows` rows from byte `at` on; 0, or 1 + the index of the first wrong byte. */",
        f"static int32_t {prefix}_compare(const int8_t *output, int32_t rows, int32_t at)",
        "{",
        f"    for (int32_t i = 0; i < rows * {upper}_OUTPUT_CHANNELS; i++) {{",
        f"        if (at + i >= {output_bytes} || output[i] != {prefix}_golden_output[at + i]) {{",
        "            return at + i + 1;",
        "        }",
        "    }",
        "    return 0;",
        "}",
        "",
        f"int32_t {prefix}_selftest({prefix}_state_t *state, int8_t *output)",
        "{",
        f"    const int8_t *input = {prefix}_golden_input;",
        "    int32_t at = 0, ready, wrong;",
        f"    {prefix}_reset(state);",
        f"    for (int32_t i = 0; i < {rows // timing.hop}; i++) {{",
        f"        ready = {prefix}_push(state, input, output);",
        f"        wrong = {prefix}_compare(output, ready, at);",
        "        if (wrong != 0) {",
        "            return wrong;",
        "        }",
        f"        input += {hop_bytes};",
        f"        at += ready * {upper}_OUTPUT_CHANNELS;",
        "    }",
        f"    ready = {prefix}_flush(state, input, {rows % timing.hop}, output);",
        "    while (ready > 0) {",
        f"        wrong = {prefix}_compare(output, ready, at);",
        "        if (wrong != 0) {",
        "            return wrong;",
        "        }",
        f"        at += ready * {upper}_OUTPUT_CHANNELS;",
        f"        ready = {prefix}_flush(state, input, 0, output);",
        "    }",
        f"    return at == {output_bytes} ? 0 : at + 1;",
        "}",
    ]
