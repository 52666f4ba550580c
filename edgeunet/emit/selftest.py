"""The generated self-test: a golden input and the output the network must give for it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from edgeunet.emit.document import banner, digest_guard
from edgeunet.emit.tables import wrap_numbers
from edgeunet.graph.evaluate import evaluate
from edgeunet.graph.ir import Graph
from edgeunet.rewrite import strip_edges
from edgeunet.schedule.steps import Int8Array

SEED = 0x5EED


def golden_vectors(graph: Graph) -> tuple[Int8Array, Int8Array]:
    """A seeded input of every int8 value alike and the exact output, each as one run of bytes."""
    rng = np.random.default_rng(SEED)
    graph = strip_edges(graph)
    inputs = [rng.integers(-128, 128, graph.tensors[i].shape, np.int8) for i in graph.inputs]
    outputs = evaluate(graph, inputs)
    return _joined(inputs), _joined(outputs)


def _joined(arrays: list[Int8Array]) -> Int8Array:
    joined: Int8Array = np.concatenate([np.asarray(a, np.int8).reshape(-1) for a in arrays])
    return joined


def render_selftest(graph: Graph, prefix: str, facts: Mapping[str, str], digest: str) -> str:
    """Text of ``<prefix>_selftest.c``."""
    upper = prefix.upper()
    given, expected = golden_vectors(graph)
    lines = banner(f"Self-test of {prefix}: golden vectors, computed by edgeunet's exact evaluator.", facts)
    lines += [f'#include "{prefix}.h"', ""]
    lines += digest_guard(upper, digest)
    lines += [f"static const int8_t {prefix}_golden_input[{upper}_INPUT_BYTES] = {{", *wrap_numbers(given), "};", ""]
    lines += [
        f"static const int8_t {prefix}_golden_output[{upper}_OUTPUT_BYTES] = {{",
        *wrap_numbers(expected),
        "};",
        "",
    ]
    lines += [
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
    return "\n".join(lines) + "\n"
