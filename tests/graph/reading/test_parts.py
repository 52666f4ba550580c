"""Operators that take tensors apart or put them together: what they are made of, and what does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.ir import Graph
from edgeunet.graph.reading import schema
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.judges import litert_reference
from tests.rigs.operators import DAMAGED, S, decoded, ints, refused


def split(kind: str, made: Sequence[tuple[int, ...]], **options: Any) -> Graph:
    """The network of one operator with several outputs of ``S``."""
    writer = ModelWriter()
    x = writer.tensor(S, "int8", 0.1)
    outputs = [writer.tensor(shape, "int8", 0.1) for shape in made]
    sizes = options.pop("sizes", None)
    operands = {"SPLIT": [writer.constant([2]), x], "UNPACK": [x]}.get(kind)
    operands = operands or [x, writer.constant(sizes), writer.constant([2])]
    writer.operator(kind, operands, outputs, **options)
    return read_tflite(writer.build([x], outputs))


def slices(graph: Graph) -> list[tuple[Any, Any]]:
    return [(op.attributes["begin"], op.attributes["size"]) for op in graph.ops if op.kind == "SLICE"]


def test_parts_are_slices() -> None:
    half = (1, 2, 3, 4)
    assert slices(split("SPLIT", [half, half], numSplits=2)) == [((0, 0, 0, 0), half), ((0, 0, 3, 0), half)]
    made = [(1, 2, 1, 4), (1, 2, 5, 4)]
    found = [((0, 0, 0, 0), made[0]), ((0, 0, 1, 0), made[1])]
    assert slices(split("SPLIT_V", made, sizes=[1, 5], numSplits=2)) == found
    assert slices(split("SPLIT_V", made, sizes=[1, -1], numSplits=2)) == found
    graph = split("UNPACK", [(1, 6, 4)] * 2, num=2, axis=1)
    assert slices(graph) == [((0, 0, 0, 0), (1, 1, 6, 4)), ((0, 1, 0, 0), (1, 1, 6, 4))]


def test_parts_that_do_not_add_up() -> None:
    sizes, sentence = (1, 4), f"parts of (1, 4) along axis 2 of {S} don't fit its 1 outputs"
    refused(sentence, "SPLIT_V", [S, ints(*sizes), ints(2)], (1, 2, 1, 4))
    refused(f"a part of 6 of {S} is not its output (1, 2, 5, 4)", "SPLIT", [ints(2), S], (1, 2, 5, 4))
    made, axis = (1, 3, 2, 6, 4), f"o{schema.PACK_OPTIONS['axis']}"
    refused(f"2 operands of {S} are not its output {made}", "PACK", [S, S], made, **{axis: 1})
    assert decoded("PACK", [S, S], (1, 2, 2, 6, 4), **{axis: 1}).attributes == {"axis": 1}


def strided(begin: Sequence[int], end: Sequence[int], step: Sequence[int], made: tuple[int, ...]) -> Graph:
    writer = ModelWriter()
    x, y = writer.tensor(S, "int8", 0.1), writer.tensor(made, "int8", 0.1, name="net/every/op")
    writer.op("STRIDED_SLICE", [x, *map(writer.constant, (begin, end, step))], y)
    return read_tflite(writer.build([x], [y]))


def test_a_step_in_time_is_a_window_of_one_place_and_the_rest_is_cut_only_where_it_must_be() -> None:
    graph = strided((0, 0, 0, 0), S, (1, 1, 2, 1), (1, 2, 3, 4))
    assert [op.kind for op in graph.ops] == ["MAX_POOL_2D"]
    assert (graph.ops[0].attributes["filter"], graph.ops[0].attributes["stride"]) == ((1, 1), (1, 2))
    graph = strided((0, 0, 1, 0), (1, 2, 3, 4), (1, 1, 2, 1), (1, 2, 1, 4))
    assert [op.kind for op in graph.ops] == ["SLICE", "MAX_POOL_2D"]
    assert slices(graph) == [((0, 0, 1, 0), (1, 2, 1, 4))]
    graph = strided((0, 0, 0, 3), (1, 2, 6, -9), (1, 1, 1, -3), (1, 2, 6, 2))
    assert [op.kind for op in graph.ops].count("SLICE") == 6  # turned around, then every third


def test_an_axis_that_goes_is_reshaped_away_and_what_takes_all_is_a_reshape() -> None:
    writer = ModelWriter()
    x, y = writer.tensor(S, "int8", 0.1), writer.tensor((1, 2, 4), "int8", 0.1)
    operands = [writer.constant(numbers) for numbers in ((0, 0, -1, 0), (1, 2, 0, 4), (1, 1, 1, 1))]
    writer.op("STRIDED_SLICE", [x, *operands], y, shrinkAxisMask=4)
    assert [op.kind for op in read_tflite(writer.build([x], [y])).ops] == ["SLICE", "RESHAPE"]
    assert [op.kind for op in strided((0, 0, 0, 0), (1, 2, 6, 4), (1, 1, 7, 1), (1, 2, 1, 4)).ops] == ["MAX_POOL_2D"]
    writer = ModelWriter()
    x, y = writer.tensor((1, 1, 1, 4), "int8", 0.1), writer.tensor((1, 1, 1, 4), "int8", 0.1)
    writer.op("REVERSE_V2", [x, writer.constant([2])], y)
    assert [op.kind for op in read_tflite(writer.build([x], [y])).ops] == ["RESHAPE"]


def test_places_that_are_not_the_output() -> None:
    made = (1, 2, 4, 4)
    options = {f"o{schema.STRIDED_SLICE_OPTIONS['end_mask']}": 15}
    operands = [S, ints(0, 0, 0, 0), ints(0, 0, 0, 0), ints(1, 1, 2, 1)]
    places = [(0, 1, 1), (0, 2, 1), (0, 3, 2), (0, 4, 1)]
    refused(f"places {places} are not its output {made}", "STRIDED_SLICE", operands, made, **options)


def test_blocks_that_do_not_fit() -> None:
    size = f"o{schema.BLOCK_OPTIONS['block_size']}"
    sentence = f"blocks of 3 don't turn {S} into (1, 6, 18, 1)" + DAMAGED
    refused(sentence, "DEPTH_TO_SPACE", [S], (1, 6, 18, 1), **{size: 3})
    assert decoded("DEPTH_TO_SPACE", [S], (1, 4, 12, 1), **{size: 2}).attributes == {"block": 2}
    assert decoded("SPACE_TO_DEPTH", [S], (1, 1, 3, 16), **{size: 2}).attributes == {"block": 2}


def grouped(groups: int, channels: int) -> Graph:
    writer = ModelWriter()
    x = writer.tensor((1, 1, 6, channels), "int8", 0.1)
    shape = (2 * groups, 1, 3, channels // groups)
    scales = np.linspace(0.1, 0.2, 2 * groups)
    weights = writer.tensor(shape, "int8", scales, data=np.ones(shape, np.int8), name="net/mix/Conv2D")
    y = writer.tensor((1, 1, 6, 2 * groups), "int8", 0.2, name="net/mix/op")
    bias = writer.tensor((2 * groups,), "int32", scales * 0.1, data=np.arange(2 * groups, dtype=np.int32))
    writer.op("CONV_2D", [x, weights, bias], y, strideH=1, strideW=1, padding="SAME")
    return read_tflite(writer.build([x], [y]))


def test_groups_keep_their_weights_scales_and_biases() -> None:
    graph = grouped(2, 4)
    first, second = (op for op in graph.ops if op.kind == "CONV_2D")
    assert [graph.tensors[op.inputs[1]].shape for op in (first, second)] == [(2, 1, 3, 2)] * 2
    whole = np.linspace(0.1, 0.2, 4).astype(np.float32).tolist()
    found = [graph.tensors[op.inputs[1]].quantization for op in (first, second)]
    assert [scale for q in found if q is not None for scale in q.scales] == whole
    biases = [graph.tensors[op.inputs[2]].data for op in (first, second)]
    assert [values.tolist() for values in biases if values is not None] == [[0, 1], [2, 3]]


def test_a_group_for_each_channel_is_depthwise_and_too_many_groups_are_refused() -> None:
    graph = grouped(4, 4)
    (op,) = graph.ops
    assert (op.kind, op.attributes["depth_multiplier"]) == ("DEPTHWISE_CONV_2D", 2)
    assert graph.tensors[op.inputs[1]].shape == (1, 1, 3, 8)
    with pytest.raises(UnsupportedOpError, match="'mix': it has 65 groups and 64 are supported; use fewer groups"):
        grouped(65, 130)


def test_a_constant_and_a_signal_are_stacked() -> None:
    writer = ModelWriter()
    x, made = writer.tensor((1, 6, 4), "int8", 0.1), writer.tensor((1, 2, 6, 4), "int8", 0.1)
    still = writer.tensor((1, 6, 4), "int8", 0.1, data=np.arange(24, dtype=np.int8))
    writer.op("PACK", [still, x], made, valuesCount=2, axis=1)
    graph = read_tflite(writer.build([x], [made]))
    assert [op.kind for op in graph.ops if op.kind != "RESHAPE"] == ["CONCATENATION"]
    values = np.arange(-24, 0, dtype=np.int8).reshape(1, 6, 4)
    found = evaluate(graph, values)[0]
    assert found.ravel().tolist() == [*range(24), *range(-24, 0)]


def test_channels_one_by_one_are_at_most_sixty_four() -> None:
    def reversed_channels(count: int) -> Graph:
        writer = ModelWriter()
        x, y = (writer.tensor((1, 1, 2, count), "int8", 0.1) for _ in range(2))
        writer.op("REVERSE_V2", [x, writer.constant([3])], y)
        return read_tflite(writer.build([x], [y]))

    graph = reversed_channels(64)
    values = np.arange(128).astype(np.int8).reshape(1, 1, 2, 64)
    np.testing.assert_array_equal(evaluate(graph, values)[0].ravel(), values[..., ::-1].ravel())
    with pytest.raises(UnsupportedOpError, match="it takes 65 channels one by one and 64 are supported; order the"):
        reversed_channels(65)


def steps(begin: Any, end: Any, step: Any, made: tuple[int, ...], **masks: int) -> Any:
    options = {f"o{schema.STRIDED_SLICE_OPTIONS[name]}": value for name, value in masks.items()}
    return decoded("STRIDED_SLICE", [S, ints(*begin), ints(*end), ints(*step)], made, **options).attributes["places"]


def test_steps_along_axes_that_are_named_masked_or_dropped() -> None:
    rest = ((0, 6, 1), (0, 4, 1))
    assert steps((0, 0), (1, 2), (1, 2), (1, 1, 6, 4)) == ((0, 1, 1), (0, 1, 2), *rest)
    made = (1, 2, 3, 4)
    assert steps((0, 0, 5, 0), (1, 2, 0, 4), (1, 1, 2, 1), made, begin_mask=4, end_mask=4)[2] == (0, 3, 2)
    assert steps((0, 0, 1, 0), (1, 2, 0, 4), (1, 1, 2, 1), made, end_mask=4)[2] == (1, 3, 2)
    assert steps((0, 0, 9, 0), (1, 2, 5, 4), (1, 1, 2, 1), made, begin_mask=4)[2] == (0, 3, 2)
    assert steps((0, 0, 2, 0), (1, 2, 9, 4), (1, 1, 1, 2), (1, 2, 2), shrink_axis_mask=4)[2:] == ((2, 1, 1), (0, 2, 2))
    assert steps((0, 0, -1, 0), (1, 2, 9, 4), (1, 1, 1, 2), (1, 2, 2), shrink_axis_mask=4)[2] == (5, 1, 1)


@pytest.mark.parametrize(
    ("begin", "end", "step"),
    [((0, 0), (1, 2, 6), (1, 1, 2)), ((0, 0), (1, 2), (1, 0)), ((0,) * 5, (1,) * 5, (2,) * 5), ((0,), (1,), (2, 2))],
)
def test_steps_that_do_not_fit(begin: Any, end: Any, step: Any) -> None:
    sentence = f"begin {begin}, end {end}, strides {step} don't fit the shape {S}"
    refused(sentence, "STRIDED_SLICE", [S, ints(*begin), ints(*end), ints(*step)], S)


@pytest.mark.parametrize("mask", ["ellipsis_mask", "new_axis_mask", "offset"])
def test_steps_over_axes_that_are_not_named(mask: str) -> None:
    with pytest.raises(UnsupportedOpError, match="an ellipsis or a new axis; name every axis instead"):
        steps((0, 0, 0, 0), S, (1, 1, 2, 1), (1, 2, 3, 4), **{mask: 1})


def test_a_step_over_the_batch_is_refused() -> None:
    with pytest.raises(UnsupportedOpError, match="it steps over the batch, and only batch 1 is supported"):
        strided((0, 0, 0, 0), S, (2, 1, 1, 1), S)


PLACES = [
    (begin, end, step, axis)
    for axis in (1, 2, 3)
    for begin, end, step in ((0, 9, 1), (1, 9, 1), (0, 2, 1), (0, 9, 2), (1, 9, 2), (1, 4, 2), (0, 4, 3), (-1, -9, -1))
]  # fmt: skip


@pytest.mark.parametrize(("begin", "end", "step", "axis"), [*PLACES, (-1, -9, -2, 2), (4, 0, -2, 2), (-1, -9, -3, 3)])
def test_steps_are_those_of_slices(begin: int, end: int, step: int, axis: int) -> None:
    values = np.random.default_rng(axis).integers(-128, 128, S).astype(np.int8)
    every = [slice(None)] * 4
    every[axis] = slice(begin, end, step)
    expected = values[tuple(every)]
    first, last, by = [0, 0, 0, 0], list(S), [1, 1, 1, 1]
    first[axis], last[axis], by[axis] = begin, end, step
    graph = strided(first, last, by, expected.shape)
    np.testing.assert_array_equal(evaluate(graph, values)[0].ravel(), expected.ravel())
    kept = [op for op in graph.ops if op.kind != "RESHAPE"]
    if len(kept) == 1:
        assert kept[0].name == "every"
    elif len(kept) == len(graph.ops):
        assert [op.name for op in kept] == [f"every/{place}" for place in range(1, len(kept) + 1)]


def grouped_randomly(groups: int, channels: int, bias: int | None) -> bytes:
    """Weights at random; biases up to ``bias``, or none, which LiteRT's reference kernels do not take."""
    rng, writer = np.random.default_rng(groups), ModelWriter()
    x = writer.tensor((1, 2, 6, channels), "int8", 0.1, -5)
    shape, scales = (2 * groups, 2, 3, channels // groups), rng.uniform(0.01, 0.03, 2 * groups)
    operands = [x, writer.tensor(shape, "int8", scales, data=rng.integers(-127, 128, shape).astype(np.int8))]
    if bias is not None:
        data = rng.integers(-bias, bias + 1, 2 * groups).astype(np.int32)
        operands.append(writer.tensor((2 * groups,), "int32", scales * 0.1, data=data))
    y = writer.tensor((1, 2, 6, 2 * groups), "int8", 0.9, 7)
    return writer.build([x], [writer.op("CONV_2D", operands, y, strideH=1, strideW=1, padding="SAME")])


@pytest.mark.parametrize("bias", [None, 9000])
@pytest.mark.parametrize(("groups", "channels"), [(2, 6), (3, 6), (4, 4), (2, 2)])
def test_groups_compute_what_litert_does(groups: int, channels: int, bias: int | None) -> None:
    values = np.random.default_rng(1).integers(-128, 128, (1, 2, 6, channels)).astype(np.int8)
    found = evaluate(read_tflite(grouped_randomly(groups, channels, bias)), values)[0].ravel()
    judge = litert_reference(grouped_randomly(groups, channels, bias or 0), values)[0].ravel()
    np.testing.assert_array_equal(found, judge)


def test_sixty_four_groups_are_taken() -> None:
    assert sum(op.kind == "CONV_2D" for op in grouped(64, 128).ops) == 64
