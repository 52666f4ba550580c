"""Numbers computed while reading: what is folded, to what, and what stays an operator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.ir import ABSENT, Quantization, Tensor
from edgeunet.graph.reading.computed import MOST_ELEMENTS
from edgeunet.graph.reading.operator import Operator
from edgeunet.graph.reading.schema import GATHER_OPTIONS, STRIDED_SLICE_OPTIONS
from edgeunet.graph.reading.shape_arithmetic import fold_shapes, may_fold
from tests.rigs.operators import Options, ints

SHAPE = (7, 5, 3, 2)
Known = np.ndarray[Any, Any] | None


def folded(
    kind: str,
    given: list[Known],
    inputs: tuple[int, ...] | None = None,
    outputs: int = 1,
    made: str = "int32",
    options: dict[int, Any] | None = None,
    **masks: int,
) -> Any:
    """What the operator on ``given`` (``None``: a signal) becomes: constants, or itself."""
    tensors = [
        Tensor(f"t{i}", SHAPE if data is None else data.shape, made if data is None else str(data.dtype), None, data)
        for i, data in enumerate([*given, *[None] * outputs])
    ]
    fields = Options({STRIDED_SLICE_OPTIONS[name]: mask for name, mask in masks.items()} | (options or {}))
    targets = tuple(range(len(given), len(tensors)))
    names = tuple(range(len(given))) if inputs is None else inputs
    operator = Operator(0, kind, "layer", names, targets, fields, tuple(tensors))
    reader = Operator(1, "RESHAPE", "reader", targets, (), fields, tuple(tensors))
    *kept, last = fold_shapes([operator, reader], tensors, {})
    assert last.name == "reader"
    if kept:
        assert (kept[0].kind, kept[0].inputs, kept[0].outputs) == (kind, names, targets)
        return kept[0]
    results = []
    for target in targets:
        found = last.tensors[target]
        assert found.data is not None
        assert (found.shape, found.dtype) == (found.data.shape, str(found.data.dtype)) == (found.shape, made)
        assert not found.data.flags.writeable
        results.append(found.data.tolist())
    return results[0] if outputs == 1 else results


def stays(kind: str, given: list[Known], inputs: tuple[int, ...] | None = None, **options: Any) -> bool:
    return isinstance(folded(kind, given, inputs, **options), Operator)


def test_shapes_are_numbers() -> None:
    assert folded("SHAPE", [None]) == [7, 5, 3, 2]
    assert folded("SHAPE", [None], made="int64") == [7, 5, 3, 2]
    assert folded("RANK", [None]) == 4
    for kind in ("SHAPE", "RANK"):
        assert stays(kind, [ints(1), ints(2)])
        assert stays(kind, [])
    assert stays("SHAPE", [None], outputs=2)


AXIS_0, AXIS_1 = {1: 0}, {1: 1}


@pytest.mark.parametrize(
    ("kind", "given", "options", "expected"),
    [
        ("CONCATENATION", [ints(4, 5), ints(7)], {}, [4, 5, 7]),
        ("CONCATENATION", [ints([1], [2]), ints([3], [4])], {0: 1}, [[1, 3], [2, 4]]),
        ("PACK", [np.int32(6).reshape(()), np.int32(8).reshape(())], {}, [6, 8]),
        ("PACK", [ints(1, 2), ints(3, 4)], AXIS_1, [[1, 3], [2, 4]]),
        ("RESHAPE", [ints(1, 2, 3, 4), ints(2, -1)], {}, [[1, 2], [3, 4]]),
        ("EXPAND_DIMS", [ints(1, 2), np.int32(0).reshape(())], {}, [[1, 2]]),
        ("TRANSPOSE", [ints([1, 2], [3, 4]), ints(1, 0)], {}, [[1, 3], [2, 4]]),
        ("SLICE", [ints(1, 2, 3, 4), ints(1), ints(2)], {}, [2, 3]),
        ("SLICE", [ints(1, 2, 3, 4), ints(1), ints(-1)], {}, [2, 3, 4]),
        ("TILE", [ints(1, 2), ints(2)], {}, [1, 2, 1, 2]),
        ("BROADCAST_TO", [ints(1, 2), ints(2, 2)], {}, [[1, 2], [1, 2]]),
        ("FILL", [ints(2, 1), np.int32(9).reshape(())], {}, [[9], [9]]),
        ("RANGE", [np.int32(n).reshape(()) for n in (1, 8, 3)], {}, [1, 4, 7]),
        ("GATHER", [ints(5, 6, 7), ints(2, 0)], {}, [7, 5]),
        ("GATHER", [ints([5, 6], [7, 8]), np.int32(1).reshape(())], {0: 1}, [6, 8]),
        ("ZEROS_LIKE", [ints(4, 5)], {}, [0, 0]),
    ],
)  # fmt: skip
def test_numbers_are_moved(kind: str, given: list[Known], options: dict[int, int], expected: Any) -> None:
    assert folded(kind, given, options=options) == expected
    assert stays(kind, [None, *given[1:]], options=options)
    if len(given) > 1:
        assert stays(kind, given, (ABSENT, *range(1, len(given))), options=options)


def test_an_axis_is_taken_apart() -> None:
    assert folded("UNPACK", [ints([1, 2], [3, 4])], outputs=2, options={1: 1}) == [[1, 3], [2, 4]]
    assert stays("UNPACK", [ints([1, 2], [3, 4])], outputs=3)


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("ADD", (5, -2), 3), ("SUB", (5, 7), -2), ("MUL", (5, -2), -10),
        ("DIV", (7, -2), -3), ("FLOOR_DIV", (7, -2), -4), ("FLOOR_MOD", (7, -2), -1),
        ("MAXIMUM", (5, 7), 7), ("MINIMUM", (5, 7), 5), ("NEG", (5,), -5), ("ABS", (-5,), 5), ("SQUARE", (-5,), 25),
        ("ADD", (2**31 - 1, 1), -(2**31)),
    ],
)  # fmt: skip
def test_integers_are_reckoned_with(kind: str, given: tuple[int, ...], expected: int) -> None:
    assert folded(kind, [ints(number) for number in given]) == [expected]


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("EQUAL", (5, 5), True), ("NOT_EQUAL", (5, 5), False), ("LESS", (5, 6), True), ("LESS_EQUAL", (6, 6), True),
        ("GREATER", (5, 6), False), ("GREATER_EQUAL", (5, 6), False),
    ],
)  # fmt: skip
def test_numbers_are_compared(kind: str, given: tuple[int, int], expected: bool) -> None:
    assert folded(kind, [ints(number) for number in given], made="bool") == [expected]


def test_conditions_choose() -> None:
    yes, no = np.array([True]), np.array([False])
    assert folded("LOGICAL_AND", [yes, no], made="bool") == [False]
    assert folded("LOGICAL_OR", [yes, no], made="bool") == [True]
    assert folded("LOGICAL_NOT", [yes], made="bool") == [False]
    assert folded("SELECT_V2", [no, ints(1), ints(2)]) == [2]


def test_numbers_are_reduced_and_change_type() -> None:
    assert folded("REDUCE_PROD", [ints(2, 3, 4), ints(0)]) == 24
    assert folded("SUM", [ints([2, 3], [4, 5]), ints(1)], options={0: True}) == [[5], [9]]
    assert folded("REDUCE_MAX", [ints(2, 9, 4), ints(0)]) == 9
    assert folded("REDUCE_MIN", [ints(2, 9, 4), ints(0)]) == 2
    assert folded("CAST", [ints(3)], made="float32") == [3.0]
    assert folded("CAST", [np.array([2.9, -2.9], np.float32)]) == [2, -2]
    assert folded("FLOOR", [np.array([-2.5], np.float32)], made="float32") == [-3.0]
    assert folded("CEIL", [np.array([-2.5], np.float32)], made="float32") == [-2.0]
    assert folded("DIV", [np.array([1], np.float32), np.array([4], np.float32)], made="float32") == [0.25]
    assert stays("SUM", [np.array([2.5, 3], np.float32), ints(0)], made="float32")


def test_what_has_no_answer_stays() -> None:
    for kind in ("DIV", "FLOOR_DIV", "FLOOR_MOD"):
        assert stays(kind, [ints(7), ints(0)])
    assert stays("ADD", [ints(1), ints(2)], options={0: 1})  # a fused activation
    assert stays("CONCATENATION", [ints([1]), ints(2)])
    assert stays("RESHAPE", [ints(1, 2, 3), ints(2, 2)])
    assert stays("GATHER", [ints(1), ints(-1)])
    assert stays("GATHER", [ints(1), ints(0)], options={GATHER_OPTIONS["batch_dims"]: 1})
    assert stays("GATHER", [ints(1), ints(3)])
    assert stays("MUL", [ints(3)])
    assert stays("RANGE", [np.int32(n).reshape(()) for n in (0, 1, 0)])


@pytest.mark.parametrize("kind", ["TILE", "BROADCAST_TO", "FILL", "RANGE"])
def test_a_few_bytes_of_a_file_ask_for_no_more_than_that(kind: str) -> None:
    most = np.int32(MOST_ELEMENTS)
    given = {
        "TILE": lambda n: [ints(1), ints(n)],
        "BROADCAST_TO": lambda n: [ints(1), ints(n)],
        "FILL": lambda n: [ints(n), np.int32(1).reshape(())],
        "RANGE": lambda n: [np.int32(0).reshape(()), n.reshape(()), np.int32(1).reshape(())],
    }[kind]
    assert len(folded(kind, given(most))) == MOST_ELEMENTS
    assert stays(kind, given(most + 1))


STEPS = ints(1)


@pytest.mark.parametrize(
    ("begin", "end", "masks", "expected"),
    [
        (1, 3, {}, [5, 3]),
        (0, 4, {}, [7, 5, 3, 2]),
        (1, 0, {"shrink_axis_mask": 1}, 5),
        (3, 0, {"shrink_axis_mask": 1}, 2),
        (2, 0, {"end_mask": 1}, [3, 2]),
        (2, 3, {"begin_mask": 1}, [7, 5, 3]),
        (-1, 4, {}, [2]),
    ],
)
def test_slices_of_numbers(begin: int, end: int, masks: dict[str, int], expected: Any) -> None:
    assert folded("STRIDED_SLICE", [ints(*SHAPE), ints(begin), ints(end), STEPS], **masks) == expected


def test_slices_with_steps() -> None:
    assert folded("STRIDED_SLICE", [ints(*SHAPE), ints(0), ints(4), ints(2)]) == [7, 3]
    assert folded("STRIDED_SLICE", [ints(*SHAPE), ints(3), ints(0), ints(-1)]) == [2, 3, 5]
    masks = {"begin_mask": 1, "end_mask": 1}
    assert folded("STRIDED_SLICE", [ints(*SHAPE), ints(1), ints(2), ints(-1)], **masks) == [2, 3, 5, 7]
    assert stays("STRIDED_SLICE", [ints(*SHAPE), ints(0), ints(4), ints(2)], shrink_axis_mask=1)
    assert stays("STRIDED_SLICE", [None, ints(0), ints(1), STEPS])


def test_constants_of_a_network_are_moved_where_their_bytes_mean_the_same() -> None:
    """Weights that a converter transposes at run time: the scale before and after must be one."""
    for scale, kinds in ((0.5, ["RESHAPE"]), (0.25, ["TRANSPOSE", "RESHAPE"])):
        data = np.array([[1, 2, 3], [4, 5, 6]], np.int8)
        before, after = Quantization((0.5,), (0,)), Quantization((scale,), (0,))
        tensors = (
            Tensor("w", (2, 3), "int8", before, data),
            Tensor("order", (2,), "int32", None, ints(1, 0)),
            Tensor("t", (3, 2), "int8", after),
            Tensor("y", (6,), "int8", after),
        )
        operators = [
            Operator(0, "TRANSPOSE", "t", (0, 1), (2,), Options({}), tensors),
            Operator(1, "RESHAPE", "y", (2,), (), Options({}), tensors),
        ]
        found = fold_shapes(operators, tensors, {})
        assert [operator.kind for operator in found] == kinds
        if len(kinds) == 1:
            moved = found[0].tensors[2]
            assert moved.data is not None
            assert (moved.data.tolist(), moved.quantization) == ([[1, 4], [2, 5], [3, 6]], after)


def test_arithmetic_of_quantized_values_is_no_candidate() -> None:
    tensors = (Tensor("x", (4,), "int8"), Tensor("n", (4,), "int32"))
    assert not may_fold(Operator(0, "FLOOR_MOD", "layer", (0, 0), (0,), Options({}), tensors))
    assert may_fold(Operator(0, "FLOOR_MOD", "layer", (1, 1), (1,), Options({}), tensors))
    assert may_fold(Operator(0, "PACK", "layer", (0, 0), (0,), Options({}), tensors))
    assert not may_fold(Operator(0, "SVDF", "layer", (1, 1), (1,), Options({}), tensors))


def test_what_is_folded_feeds_what_comes_after() -> None:
    one, two = (Tensor(f"number{n}", (1,), "int32", None, ints(n)) for n in (1, 2))
    later = (Tensor(name, (), "int32") for name in ("shape", "part", "pack"))
    tensors = (Tensor("x", SHAPE, "int8"), one, two, *later)
    empty = Options({})
    ops = [
        Operator(0, "SHAPE", "a", (0,), (3,), empty, tensors),
        Operator(1, "STRIDED_SLICE", "b", (3, 1, 2, 1), (4,), empty, tensors),
        Operator(2, "CONCATENATION", "c", (4, 2), (5,), empty, tensors),
        Operator(3, "RESHAPE", "d", (0, 5), (), empty, tensors),
    ]
    (last,) = fold_shapes(ops, tensors, {})
    data = last.tensors[5].data
    assert data is not None
    assert (data.tolist(), last.tensors[5].shape, last.tensors[3].shape) == ([5, 2], (2,), (4,))


def test_an_open_shape_follows_from_its_operands_or_is_refused() -> None:
    tensors = (
        Tensor("x", (2, 6, 4), "int8"),
        Tensor("to", (3,), "int32", None, ints(-1, 3, 2)),
        Tensor("y", (1, 3, 2), "int8"),
    )
    operator = Operator(0, "RESHAPE", "layer", (0, 1), (2,), Options({}), tensors)
    (last,) = fold_shapes([operator], tensors, {2: (-1, 3, 2)})
    assert last.tensors[2].shape == (8, 3, 2)
    unknown = (tensors[0], Tensor("to", (3,), "int32"), tensors[2])
    (last,) = fold_shapes(
        [Operator(0, "RESHAPE", "layer", (0, 1), (2,), Options({}), unknown)], unknown, {2: (-1, 3, 2)}
    )
    assert last.tensors[2].shape == (1, 3, 2)
    with pytest.raises(
        UnsupportedOpError, match=r"^RESHAPE 'layer': its output 'y' has the dynamic shape \(-1, -1, 2\), which"
    ):
        fold_shapes([Operator(0, "RESHAPE", "layer", (0, 1), (2,), Options({}), unknown)], unknown, {2: (-1, -1, 2)})
