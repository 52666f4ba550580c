"""The shape of each operator's output by the rule of its kind, from shapes and options alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgeunet.graph.reading import schema
from edgeunet.graph.reading.open_shapes import RULES, settled_shape, shape_by_rule
from tests.rigs.operators import S, ints, operator

OPEN = (1, 1, 1, 1)
"""What the file says of an output that it leaves open."""


def option(number: int, value: Any) -> dict[str, Any]:
    return {f"o{number}": value}


AXIS, WEIGHTS = schema.CONCATENATION_OPTIONS["axis"], np.ones((5, 2, 3, 4), np.int8)
SLIDING = {
    **option(schema.CONV_2D_OPTIONS["padding"], 1), **option(schema.CONV_2D_OPTIONS["stride_w"], 1),
    **option(schema.CONV_2D_OPTIONS["stride_h"], 1),
}  # fmt: skip
CASES: list[tuple[str, list[Any], dict[str, Any], tuple[int, ...]]] = [
    ("RELU", [(1, 2, 3)], {}, (1, 2, 3)),
    ("ADD", [(1, 6, 1), (2, 1, 4)], {}, (2, 6, 4)),
    ("MUL", [(4,), (1, 2, 1)], {}, (1, 2, 4)),
    ("RESHAPE", [S, ints(1, 12, 4)], {}, (1, 12, 4)),
    ("RESHAPE", [S, ints(2, -1, 3)], {}, (2, 8, 3)),
    ("SQUEEZE", [(1, 3, 1, 4)], {}, (3, 4)),
    ("SQUEEZE", [(1, 3, 1, 4)], option(schema.SQUEEZE_OPTIONS["squeeze_dims"], [-2]), (1, 3, 4)),
    ("EXPAND_DIMS", [(2, 3), ints(0)], {}, (1, 2, 3)),
    ("EXPAND_DIMS", [(2, 3), ints(1)], {}, (2, 1, 3)),
    ("EXPAND_DIMS", [(2, 3), ints(-1)], {}, (2, 3, 1)),
    ("EXPAND_DIMS", [(2, 3), ints(-2)], {}, (2, 1, 3)),
    ("TRANSPOSE", [(2, 3, 4), ints(2, 0, 1)], {}, (4, 2, 3)),
    ("CONV_2D", [(3, 7, 9, 4), WEIGHTS], SLIDING, (3, 6, 7, 5)),
    ("DEPTHWISE_CONV_2D", [(3, 7, 9, 4), WEIGHTS], SLIDING, (3, 6, 7, 4)),
    ("FULLY_CONNECTED", [(2, 3, 4), np.ones((5, 6), np.int8)], {}, (4, 5)),
    ("FULLY_CONNECTED", [(2, 3, 4), np.ones((5, 4), np.int8)],
     option(schema.FULLY_CONNECTED_OPTIONS["keep_num_dims"], True), (2, 3, 5)),
    ("CONCATENATION", [(2, 3, 4), (2, 5, 4)], option(AXIS, 1), (2, 8, 4)),
    ("CONCATENATION", [(2, 3, 4), (2, 3, 1)], option(AXIS, -1), (2, 3, 5)),
    ("RESIZE_NEAREST_NEIGHBOR", [(2, 3, 4, 5), ints(7, 8)], {}, (2, 7, 8, 5)),
    ("PAD", [(2, 3), np.array([[1, 2], [3, 5]], np.int32)], {}, (5, 11)),
    ("PAD", [(2, 3, 4), np.array([[1, 2], [3, 5], [7, 9]], np.int32)], {}, (5, 11, 20)),
    ("SLICE", [(9, 9, 9), ints(0, 2, 3), ints(4, -1, 5)], {}, (4, 7, 5)),
    ("STRIDED_SLICE", [(9, 8, 7), ints(1, 2, 3), ints(4, 8, 4), ints(1, 1, 1)],
     option(schema.STRIDED_SLICE_OPTIONS["shrink_axis_mask"], 4), (3, 6)),
    ("MEAN", [(2, 3, 4), ints(1)], {}, (2, 4)),
    ("MEAN", [(2, 3, 4), ints(-1, 0)], {}, (3,)),
    ("REDUCE_MAX", [(2, 3, 4), ints(1)], option(schema.MEAN_OPTIONS["keep_dims"], True), (2, 1, 4)),
    ("TILE", [(2, 3), ints(3, 2)], {}, (6, 6)),
    ("BROADCAST_TO", [(2, 3), ints(4, 2, 3)], {}, (4, 2, 3)),
    ("TRANSPOSE_CONV", [ints(1, 2, 3, 4), WEIGHTS, S], {}, (1, 2, 3, 4)),
    ("SPACE_TO_BATCH_ND", [(2, 10, 3), ints(4), np.array([[3, 7]], np.int32)], {}, (8, 5, 3)),
    ("SPACE_TO_BATCH_ND", [(1, 4, 6, 3), ints(2, 3), np.array([[0, 2], [3, 0]], np.int32)], {}, (6, 3, 3, 3)),
    ("SPACE_TO_BATCH_ND", [(1, 2, 2, 2, 3), ints(2, 2, 2), np.array([[0, 0], [1, 1], [2, 4]], np.int32)], {},
     (8, 1, 2, 4, 3)),
    ("BATCH_TO_SPACE_ND", [(8, 5, 3), ints(4), np.array([[3, 7]], np.int32)], {}, (2, 10, 3)),
    ("GATHER", [(2, 3, 4), np.array([[0, 1, 1, 2, 0]], np.int32)], option(schema.GATHER_OPTIONS["axis"], 1),
     (2, 1, 5, 4)),
    ("GATHER", [(2, 3, 4), ints(0)], option(schema.GATHER_OPTIONS["axis"], -1), (2, 3, 1)),
    ("PACK", [(2, 3), (2, 3), (2, 3), (2, 3)], option(schema.PACK_OPTIONS["axis"], 1), (2, 4, 3)),
    ("PACK", [(2, 3)], option(schema.PACK_OPTIONS["axis"], 0), (1, 2, 3)),
    ("PACK", [(2, 3)] * 4, option(schema.PACK_OPTIONS["axis"], -2), (2, 4, 3)),
    ("PACK", [(2, 3), (2, 3)], option(schema.PACK_OPTIONS["axis"], -1), (2, 3, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "operands", "options", "made"), CASES)
def test_a_shape_follows_from_operands(
    kind: str, operands: list[Any], options: dict[str, Any], made: tuple[int, ...]
) -> None:
    found = operator(kind, operands, OPEN, **options)
    assert shape_by_rule(found) == made
    assert settled_shape(found, (-1, -1, -1, -1)) == made


@pytest.mark.parametrize(
    ("kind", "operands"),
    [
        *((kind, [S, (2,)]) for kind in ("RESHAPE", "EXPAND_DIMS", "TRANSPOSE", "RESIZE_NEAREST_NEIGHBOR", "PAD")),
        *((kind, [S, (2,)]) for kind in ("MEAN", "TILE", "BROADCAST_TO")),
        *((kind, [S, ints(1, 2), (4,)]) for kind in ("SLICE", "SPACE_TO_BATCH_ND")),
        *((kind, [S, (4,), ints(1, 2)]) for kind in ("SLICE", "BATCH_TO_SPACE_ND")),
        ("RESHAPE", [S, np.array([2.0, 24.0], np.float32)]),
        ("RESHAPE", [S]),
        ("MAGIC", [S]),
        ("RELU", []),
        ("TILE", [(2, 3), ints(1, 2, 3)]),
        ("TRANSPOSE", [(2, 3), ints(0, 2)]),
        ("FULLY_CONNECTED", [S, np.ones((3, 0), np.int8)]),
    ],
)
def test_what_is_not_known_or_does_not_fit_tells_no_shape(kind: str, operands: list[Any]) -> None:
    assert shape_by_rule(operator(kind, operands, OPEN)) is None


def test_without_a_rule_all_but_the_first_axis_are_as_the_file_says() -> None:
    assert "MAGIC" not in RULES
    assert settled_shape(operator("MAGIC", [(6, 3, 4)], (1, 3, 4)), (-1, 3, 4)) == (6, 3, 4)
    assert settled_shape(operator("MAGIC", [(6, 3, 5)], (1, 3, 4)), (-1, 3, 4)) == (1, 3, 4)
    assert settled_shape(operator("MAGIC", [(6, 3)], (1, 3, 4)), (-1, 3, 4)) == (1, 3, 4)
    assert settled_shape(operator("MAGIC", [(6, 3)], (1, 0, 4)), (-1, 0, 4)) == (1, 0, 4)
    assert settled_shape(operator("MAGIC", [(6, 3, 5)], (1, 3, 4)), (-1, -1, 4)) is None
