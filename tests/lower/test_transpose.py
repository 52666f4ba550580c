"""An exchange of axes as copies: two loops around runs of bytes, the shortest loop unrolled."""

from __future__ import annotations

import math

import numpy as np
import pytest

from edgeunet.graph.ir import Graph, Op, Quantization, Tensor
from edgeunet.lower.lower import lower
from edgeunet.program.parameters import Copy


@pytest.mark.parametrize("dtype", ["int8", "int16"])
@pytest.mark.parametrize(
    ("sizes", "copies"),
    [((1, 3, 8, 1), 1), ((1, 8, 3, 1), 1), ((4, 3, 8, 1), 3), ((5, 9, 2, 3), 2), ((2, 5, 6, 2), 2), ((1, 1, 7, 2), 1)],
)
def test_copies_move_every_value_to_its_place(sizes: tuple[int, int, int, int], copies: int, dtype: str) -> None:
    outer, rows, columns, run = sizes
    quantization = Quantization((0.1,), (0,))
    tensors = (
        Tensor("x", (1, outer, rows, columns * run), dtype, quantization),
        Tensor("y", (1, outer, columns, rows * run), dtype, quantization),
    )
    attributes = {"outer": outer, "rows": rows, "columns": columns, "run": run}
    program = lower(Graph("net", tensors, (Op("TRANSPOSE", "layer", (0,), (1,), attributes),), (0,), (1,), ""))
    assert [node.kind for node in program.nodes] == ["copy"] * copies
    values = np.random.default_rng(0).integers(0, 100, math.prod(sizes)).astype(dtype)
    given, made = values.view(np.uint8), np.full(values.nbytes, 255, np.uint8)
    for node in program.nodes:
        p = node.parameters
        assert isinstance(p, Copy)
        assert p.in_pitch is not None
        assert p.out_pitch is not None
        for i, j in np.ndindex(p.outer, p.rows):
            start, to = (p.in_offset + i * p.in_jump + j * p.in_pitch, p.out_offset + i * p.out_jump + j * p.out_pitch)
            assert (made[to : to + p.run_bytes] == 255).all()
            made[to : to + p.run_bytes] = given[start : start + p.run_bytes]
    np.testing.assert_array_equal(made.view(dtype), values.reshape(sizes).swapaxes(1, 2).reshape(-1))
