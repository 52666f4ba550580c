"""Options of operators decoded: attributes at their edges, and the whole sentence for each that does not fit."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import GraphError
from edgeunet.graph import read_tflite
from edgeunet.graph.ir import Op
from edgeunet.graph.reading.axes import normal_axis
from edgeunet.graph.reading.operator import Operator
from edgeunet.graph.reading.options import window_padding
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.operators import DAMAGED, Options, S, decoded, ints, operator, refused


@pytest.mark.parametrize("scheme", ["SAME", "VALID"])
def test_windows_and_their_padding(scheme: str) -> None:
    """Counted place by place: VALID has every window that fits, SAME one per stride with zeros on both sides alike."""
    for size in range(1, 9):
        for window, stride, dilation in ((1, 1, 1), (2, 1, 1), (3, 2, 1), (2, 3, 2), (4, 2, 1), (1, 3, 1), (3, 1, 3)):
            reach = (window - 1) * dilation + 1
            starts = range(0, size, stride) if scheme == "SAME" else range(0, max(size - reach + 1, 0), stride)
            outputs, before, after = window_padding(size, window, stride, dilation, scheme)
            if scheme == "VALID" and size < reach:
                assert outputs <= 0
                continue
            assert outputs == len(starts)
            missing = max(starts[-1] + reach - size, 0)
            assert (before, after) == (missing // 2, (missing + 1) // 2)
            assert missing == 0 or scheme == "SAME"


def test_a_convolution() -> None:
    op = decoded("CONV_2D", [(1, 7, 20, 3), (5, 3, 4, 3)], (1, 3, 6, 5), o0=1, o1=2, o2=1, o3=1, o4=3, o5=2)
    assert op.inputs == (0, 1, -1)
    assert op.attributes == {"stride": (1, 2), "dilation": (2, 3), "padding": (0, 0, 0, 0), "activation": "RELU"}


def test_dilations_are_1_unless_said_and_strides_must_be_said() -> None:
    op = decoded("CONV_2D", [S, (5, 1, 3, 4)], (1, 2, 6, 5), o0=0, o1=1, o2=1, o3=0)
    assert op.attributes == {"stride": (1, 1), "dilation": (1, 1), "padding": (0, 0, 1, 1), "activation": "NONE"}
    sentence = "its stride is 0, not a positive number; the file is damaged"
    refused(sentence, "CONV_2D", [S, (5, 1, 3, 4)], (1, 2, 6, 5), o2=1)
    op = decoded("DEPTHWISE_CONV_2D", [S, (1, 1, 3, 8)], (1, 2, 6, 8), o1=1, o2=1, o3=2, o4=0)
    assert op.attributes == {
        "stride": (1, 1), "dilation": (1, 1), "padding": (0, 0, 1, 1), "depth_multiplier": 2, "activation": "NONE",
    }  # fmt: skip
    assert op.inputs == (0, 1, -1)


@pytest.mark.parametrize("stride", [0, -1, 1 << 20])
def test_strides_are_positive_and_under_2_to_the_20(stride: int) -> None:
    sentence = f"its stride is {stride}, not a positive number; the file is damaged"
    refused(sentence, "MAX_POOL_2D", [S], S, o0=0, o1=1, o2=stride, o3=1, o4=1)
    most = (1 << 20) - 1
    assert decoded("MAX_POOL_2D", [S], (1, 1, 6, 4), o1=1, o2=most, o3=1, o4=1).attributes["stride"] == (most, 1)


def test_a_pool() -> None:
    op = decoded("AVERAGE_POOL_2D", [S], (1, 1, 3, 4), o0=1, o1=2, o2=1, o3=2, o4=2, o5=3)
    assert op.inputs == (0,)
    assert op.attributes == {
        "filter": (2, 2), "stride": (1, 2), "padding": (0, 0, 0, 0), "activation": "RELU6",
    }  # fmt: skip


@pytest.mark.parametrize(("field", "what"), [(0, "padding"), (5, "activation")])
@pytest.mark.parametrize("number", [-1, 100])
def test_numbers_without_a_name_are_refused(field: int, what: str, number: int) -> None:
    options = {"o1": 1, "o2": 1, "o3": 1, "o4": 1, f"o{field}": number}
    sentence = f"{what} {number} is unknown; the file is damaged or newer than this reader"
    refused(sentence, "MAX_POOL_2D", [S], S, **options)


def test_the_first_number_without_a_name() -> None:
    options = {"o1": 1, "o2": 1, "o3": 1, "o4": 1}
    refused(
        "padding 2 is unknown; the file is damaged or newer than this reader", "MAX_POOL_2D", [S], S, o0=2, **options
    )
    assert decoded("MAX_POOL_2D", [S], S, o0=1, **options).attributes["padding"] == (0, 0, 0, 0)


@pytest.mark.parametrize("made", [(1, 1, 6, 4), (1, 2, 5, 4), (1, 2, 7, 4)])
def test_outputs_of_another_size_are_refused(made: tuple[int, ...]) -> None:
    sentence = f"its output has shape {made}, but its input and options give 2 x 6; the file is damaged"
    refused(sentence, "MAX_POOL_2D", [S], made, o0=0, o1=1, o2=1, o3=1, o4=1)


@pytest.mark.parametrize(("width", "height", "rows", "columns"), [(7, 1, 2, 0), (1, 3, 0, 6)])
def test_windows_longer_than_the_input_are_refused(width: int, height: int, rows: int, columns: int) -> None:
    made = (1, rows, columns, 4)
    sentence = f"its output has shape {made}, but its input and options give {rows} x {columns}; the file is damaged"
    refused(sentence, "MAX_POOL_2D", [S], made, o0=1, o1=1, o2=1, o3=width, o4=height)


def test_depthwise_outputs_are_multiples_of_the_channels() -> None:
    refused("7 outputs from 4 channels" + DAMAGED, "DEPTHWISE_CONV_2D", [S, (1, 1, 3, 7)], (1, 2, 6, 7), o1=1, o2=1)
    refused("its weights has shape (1, 8) instead of four dimensions", "DEPTHWISE_CONV_2D", [S, (1, 8)], S, o1=1, o2=1)


def transposed(scheme: int, stride: int, made: int, size: Any = None, given: int = 4) -> Op:
    size = ints(1, 1, made, 5) if size is None else size
    return decoded(
        "TRANSPOSE_CONV", [size, (5, 1, 3, 2), (1, 1, given, 2)], (1, 1, made, 5), o0=scheme, o1=stride, o2=1
    )


@pytest.mark.parametrize(
    ("scheme", "stride", "made", "padding"),
    [(0, 1, 4, (0, 0, 1, 1)), (0, 2, 8, (0, 0, 0, 1)), (0, 2, 7, (0, 0, 1, 1)), (1, 2, 9, (0, 0, 0, 0)),
     (1, 2, 10, (0, 0, 0, -1)), (0, 4, 16, (0, 0, 0, -1))],
)  # fmt: skip
def test_transposed_convolutions(scheme: int, stride: int, made: int, padding: tuple[int, ...]) -> None:
    op = transposed(scheme, stride, made)
    assert op.inputs == (2, 1, -1)
    assert op.attributes == {"stride": (1, stride), "padding": padding, "activation": "NONE"}


def test_transposed_convolutions_that_do_not_fit() -> None:
    name = "TRANSPOSE_CONV 'layer': "
    for made, size, sentence in (
        (8, ints(1, 1, 7, 5), "its output shape (1, 1, 7, 5) is not that of its output (1, 1, 8, 5)"),
        (6, None, "4 inputs can't make 6 outputs along an axis"),
    ):
        with pytest.raises(GraphError, match=f"^{re.escape(name + sentence)}$"):
            transposed(0, 2, made, size)
    refused(
        "its output shape (1, 8, 5) is not that of its output (1, 8, 5)",
        "TRANSPOSE_CONV", [ints(1, 8, 5), (5, 1, 3, 2), (1, 1, 4, 2)], (1, 8, 5), o1=2, o2=1,
    )  # fmt: skip


def test_transposed_convolutions_along_both_axes() -> None:
    shapes = [ints(1, 6, 9, 5), (5, 2, 3, 2), (1, 3, 3, 2)]
    op = decoded("TRANSPOSE_CONV", shapes, (1, 6, 9, 5), o0=0, o1=3, o2=2, o3=1)
    assert op.attributes == {"stride": (2, 3), "padding": (0, 0, 0, 0), "activation": "RELU"}


def test_operators_of_two_operands() -> None:
    op = decoded("ADD", [S, S], S, o0=1)
    assert (op.inputs, op.attributes) == ((0, 1), {"activation": "RELU"})
    op = decoded("SQUARED_DIFFERENCE", [S, S], S, o0=1)
    assert (op.inputs, op.attributes) == ((0, 1), {"activation": "NONE"})
    refused("its second operand (input 1) is missing" + DAMAGED, "ADD", [S], S)


@pytest.mark.parametrize(("axis", "expected"), [(0, 0), (3, 3), (-1, 3), (-4, 0)])
def test_axes_are_counted_from_the_front(axis: int, expected: int) -> None:
    op = decoded("CONCATENATION", [S, S, S], S, o0=axis, o1=0)
    assert (op.inputs, op.attributes) == ((0, 1, 2), {"axis": expected, "activation": "NONE"})


@pytest.mark.parametrize("axis", [4, -5])
def test_axes_that_are_not_there(axis: int) -> None:
    refused(f"axis {axis} of a tensor with 4 dimensions" + DAMAGED, "CONCATENATION", [S], S, o0=axis)
    assert normal_axis(operator("MEAN", [S], S), 2, 3) == 2


def test_resizing() -> None:
    op = decoded("RESIZE_NEAREST_NEIGHBOR", [S, ints(3, 7)], (1, 3, 7, 4), o0=1, o1=0)
    assert (op.inputs, op.attributes) == ((0,), {"align_corners": True, "half_pixel_centers": False})
    sentence = "its size {} is not that of its output (1, 3, 7, 4)"
    for size in ((3, 6), (2, 7)):
        refused(sentence.format(size), "RESIZE_NEAREST_NEIGHBOR", [S, ints(*size)], (1, 3, 7, 4))
    refused("its size (3,) is not that of its output (1, 3)", "RESIZE_NEAREST_NEIGHBOR", [S, ints(3)], (1, 3))


def test_reshapes_keep_their_number_of_values() -> None:
    for kind in ("RESHAPE", "SQUEEZE", "EXPAND_DIMS"):
        op = decoded(kind, [S], (6, 8))
        assert (op.kind, op.inputs, op.attributes) == ("RESHAPE", (0,), {})
        refused(f"shape {S} can't become (6, 7)" + DAMAGED, kind, [S], (6, 7))


def test_transpositions() -> None:
    shape = (1, 6, 1, 4)
    assert decoded("TRANSPOSE", [shape, ints(1, 0, 2, 3)], (6, 1, 1, 4)).kind == "RESHAPE"
    refused("(0, 1, 2) is no permutation of 4 axes" + DAMAGED, "TRANSPOSE", [shape, ints(0, 1, 2)], shape)
    refused("(0, 1, 2, 2) is no permutation of 4 axes" + DAMAGED, "TRANSPOSE", [shape, ints(0, 1, 2, 2)], shape)
    moved = decoded("TRANSPOSE", [shape, ints(0, 3, 2, 1)], (1, 4, 1, 6))
    assert (moved.kind, moved.attributes) == ("TRANSPOSE", {"permutation": (0, 3, 2, 1)})
    sentence = "(1, 6, 1, 4) by (0, 3, 2, 1) is not (1, 6, 1, 4)" + DAMAGED
    refused(sentence, "TRANSPOSE", [shape, ints(0, 3, 2, 1)], shape)


def test_repetitions() -> None:
    op = decoded("TILE", [S, ints(1, 1, 3, 2)], (1, 2, 18, 8))
    assert (op.kind, op.inputs, op.attributes) == ("TILE", (0,), {"multiples": (1, 1, 3, 2)})
    assert decoded("BROADCAST_TO", [(1, 4), ints(1, 2, 6, 4)], S).attributes == {"multiples": (1, 2, 6, 1)}
    for kind, shape, numbers in (("TILE", S, (1, 1, 3)), ("TILE", S, (1, 1, 0, 1)), ("BROADCAST_TO", (1, 3), (1, 4)),
                                 ("BROADCAST_TO", S, (6, 4)), ("BROADCAST_TO", S, (1, 2, 6, 0))):  # fmt: skip
        refused(f"{shape} can't be repeated so" + DAMAGED, kind, [shape, ints(*numbers)], S)
    refused(f"{S} times (1, 1, 2, 1) is not {S}", "TILE", [S, ints(1, 1, 2, 1)], S)


def test_places_of_an_axis() -> None:
    op = decoded("GATHER", [S, ints(0, 5, 5)], (1, 2, 3, 4), o0=-2)
    assert (op.kind, op.inputs, op.attributes) == ("GATHER", (0,), {"axis": 2, "indices": (0, 5, 5)})
    at_run_time = "its indices are computed at run time, or differ within a batch; index by constants"
    refused(at_run_time, "GATHER", [S, (3,)], (1, 2, 3, 4), o0=2)
    refused(at_run_time, "GATHER", [S, ints(0, 1)], (1, 2, 2, 4), o0=2, o1=1)
    for places in ((6,), (-1,)):
        refused("its indices are outside 6 places" + DAMAGED, "GATHER", [S, ints(*places)], (1, 2, 1, 4), o0=2)
    refused(f"{S} at (2,) places is not {S}", "GATHER", [S, ints(0, 1)], S, o0=2)


def test_blocks_of_one_value_are_paddings_and_slices() -> None:
    padded = decoded("SPACE_TO_BATCH_ND", [(1, 6, 4), ints(1), ints(2, 3)], (1, 11, 4))
    assert (padded.kind, padded.attributes) == ("PAD", {"paddings": ((0, 0), (2, 3), (0, 0)), "value": None})
    cut = decoded("BATCH_TO_SPACE_ND", [S, ints(1, 1), ints(0, 1, 2, 3)], (1, 1, 1, 4))
    assert (cut.kind, cut.attributes) == ("SLICE", {"begin": (0, 0, 2, 0), "size": (1, 1, 1, 4)})
    sentence = "(1, 6, 4) padded by ((0, 0), (2, 3), (0, 0)) is not (1, 6, 4)"
    refused(sentence, "SPACE_TO_BATCH_ND", [(1, 6, 4), ints(1), ints(2, 3)], (1, 6, 4))


def test_paddings() -> None:
    made = (1, 2, 9, 4)
    op = decoded("PAD", [S, ints(0, 0, 0, 0, 1, 2, 0, 0)], made)
    assert (op.kind, op.inputs) == ("PAD", (0,))
    assert op.attributes == {"paddings": ((0, 0), (0, 0), (1, 2), (0, 0)), "value": None}
    refused(f"paddings (0, 0, 1, 2) don't fit the shape {S}" + DAMAGED, "PAD", [S, ints(0, 0, 1, 2)], made)
    numbers = (0, 0, 0, 0, 4, -1, 0, 0)
    refused(f"paddings {numbers} don't fit the shape {S}" + DAMAGED, "PAD", [S, ints(*numbers)], made)
    pairs = ((0, 0), (0, 0), (1, 1), (0, 0))
    refused(f"{S} padded by {pairs} is not {made}", "PAD", [S, ints(0, 0, 0, 0, 1, 1, 0, 0)], made)


def test_values_of_paddings() -> None:
    made, numbers = (1, 2, 7, 4), ints(0, 0, 0, 0, 1, 0, 0, 0)
    op = decoded("PADV2", [S, numbers, np.array([[-5]], np.int8)], made)
    assert (op.kind, op.inputs, op.attributes["value"]) == ("PAD", (0,), -5)
    assert decoded("PADV2", [S, numbers], made).attributes["value"] is None
    sentence = "its value is not one constant int8 number; pad by a constant"
    for value in (np.array([1, 2], np.int8), np.array([1], np.int32), (1,)):
        refused(sentence, "PADV2", [S, numbers, value], made)
    assert decoded("PAD", [S, numbers, np.array([-5], np.int8)], made).attributes["value"] is None


def test_axes_of_means_are_sorted_and_told_once() -> None:
    op = decoded("MEAN", [S, ints(-1, 1, 3)], (1, 1, 6, 1))
    assert (op.inputs, op.attributes) == ((0,), {"axes": (1, 3)})


@pytest.mark.parametrize("beta", [0.0, -1.0, float("inf"), float("nan")])
def test_factors_of_exponents_are_positive(beta: float) -> None:
    refused(f"its beta is {beta}, not a positive number" + DAMAGED, "SOFTMAX", [S], S, o0=beta)
    op = decoded("SOFTMAX", [S], S, o0=0.5)
    assert (op.inputs, op.attributes) == ((0,), {"beta": 0.5})


@pytest.mark.parametrize("alpha", [float("inf"), float("nan")])
def test_slopes_are_finite(alpha: float) -> None:
    refused(f"its slope is {alpha}" + DAMAGED, "LEAKY_RELU", [S], S, o0=alpha)
    op = decoded("LEAKY_RELU", [S], S, o0=-0.5)
    assert (op.inputs, op.attributes) == ((0,), {"alpha": -0.5})


def test_dense_layers() -> None:
    op = decoded("FULLY_CONNECTED", [S, (3, 4), (3,)], (12, 3), o0=1)
    assert (op.inputs, op.attributes) == ((0, 1, 2), {"activation": "RELU"})
    sentence = "shuffled weights; convert with the default weights format"
    refused(sentence, "FULLY_CONNECTED", [S, (3, 4)], (12, 3), o1=1)
    refused("its weights (input 1) is missing" + DAMAGED, "FULLY_CONNECTED", [S], (12, 3))


def test_operators_of_one_value() -> None:
    op = decoded("TANH", [S], S)
    assert (op.kind, op.inputs, op.outputs, op.attributes) == ("TANH", (0,), (1,), {})


def blocks(block: Any, margins: Any, shape: tuple[int, ...] = S) -> Op:
    return decoded("SPACE_TO_BATCH_ND", [shape, ints(*block), ints(*margins)], shape)


def test_blocks() -> None:
    assert blocks((2, 1), ((0, 1), (2, 3))).attributes == {"block": (2, 1), "margins": ((0, 1), (2, 3))}
    assert blocks((2,), ((0, 0),), (1, 6, 4)).inputs == (0,)


@pytest.mark.parametrize(
    ("block", "margins"),
    [((), ()), ((1, 1, 1), (0,) * 6), ((2, 2), (0, 0)), ((0, 1), (0,) * 4), ((2, 2), (0, 0, -1, 0))],
)
def test_blocks_that_do_not_fit(block: Any, margins: Any) -> None:
    refused(f"blocks {block} with margins {margins} don't fit" + DAMAGED,
            "SPACE_TO_BATCH_ND", [S, ints(*block), ints(*margins)], S)  # fmt: skip


def test_constant_operands_are_short_lists_of_integers() -> None:
    sentence = "its axes is computed at run time; convert the model with static shapes (batch size 1)"
    refused(sentence, "MEAN", [S, (1,)], S)
    sentence = "its axes is not a short list of integers" + DAMAGED
    refused(sentence, "MEAN", [S, np.array([1], np.int8)], S)
    refused(sentence, "MEAN", [S, np.ones(17, np.int32)], S)
    assert decoded("MEAN", [S, np.ones(16, np.int64)], S).attributes == {"axes": (1,)}
    refused("its axes (input 1) is missing" + DAMAGED, "MEAN", [S], S)


def test_operators_know_their_operands() -> None:
    made = operator("ADD", [S, (1, 4)], S)
    assert (made.label, made.shape(1), made.output_shape) == ("ADD 'layer'", (1, 4), S)
    assert (made.operand(1, "second operand"), made.optional(1), made.optional(2)) == (1, 1, -1)
    several = Operator(0, "ADD", "layer", (0, -1), (1, 1), Options({}), made.tensors)
    with pytest.raises(GraphError, match=r"^ADD 'layer': has 2 outputs instead of one; the file is damaged$"):
        _ = several.output_shape
    with pytest.raises(GraphError, match=r"^ADD 'layer': its thing \(input 1\) is missing; the file is damaged$"):
        several.operand(1, "thing")
    assert made.op((0,), "SUB", a=1) == Op("SUB", "layer", (0,), (2,), {"a": 1})
    assert made.op((0,)).kind == "ADD"


def test_the_sentence_names_the_model_in_front() -> None:
    writer = ModelWriter()
    x, y = writer.tensor(S, "int8", 0.1), writer.tensor(S, "int8", 0.1, name="net/soft/op")
    writer.op("SOFTMAX", [x], y, beta=-1.0)
    with pytest.raises(GraphError, match=r"^the model: SOFTMAX 'soft': its beta is -1\.0, not a positive number"):
        read_tflite(writer.build([x], [y]))
