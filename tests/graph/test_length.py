"""The same network over another length: what has a rate along time grows by it, what has none is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph import Graph, read_tflite
from edgeunet.graph.ir import Op, Tensor
from edgeunet.graph.length import with_length

X = (1, 1, 16, 4)
RESIZE = {"alignCorners": False, "halfPixelCenters": False}
POOL = {"filterHeight": 1, "filterWidth": 4, "strideH": 1, "strideW": 4, "padding": "VALID"}

LOCAL = [
    ("RELU", X, (), {}, 48),
    ("MAX_POOL_2D", (1, 1, 4, 4), (), POOL, 12),
    ("AVERAGE_POOL_2D", (1, 1, 4, 4), (), POOL, 12),
    ("RESIZE_NEAREST_NEIGHBOR", (1, 1, 32, 4), ([1, 32],), RESIZE, 96),
    ("PAD", (1, 1, 19, 4), ([[0, 0], [0, 0], [1, 2], [0, 0]],), {}, 51),
    ("SLICE", (1, 1, 13, 4), ([0, 0, 2, 0], [1, 1, 13, 4]), {}, 45),
    ("MEAN", (1, 1, 16, 1), ([3],), {"keepDims": True}, 48),
    ("RESHAPE", X, (list(X),), {}, 48),
    ("RESHAPE", (1, 1, 8, 8), ([1, 1, 8, 8],), {}, 24),
    ("RESHAPE", (1, 1, 32, 2), ([1, 1, 32, 2],), {}, 96),
    ("SUM", (1, 1, 16, 1), ([3],), {"keepDims": True}, 48),
]
NOT_LOCAL = [
    ("MEAN", (1, 1, 1, 4), ([2],), {"keepDims": True}, "MEAN"),
    ("REDUCE_MAX", (1, 1, 1, 4), ([2],), {"keepDims": True}, "MAX_POOL_2D"),
    ("RESIZE_NEAREST_NEIGHBOR", (1, 1, 24, 4), ([1, 24],), RESIZE, "RESIZE_NEAREST_NEIGHBOR"),
    ("RESHAPE", (1, 1, 1, 64), ([1, 1, 1, 64],), {}, "RESHAPE"),
    ("RESHAPE", (1, 2, 8, 4), ([1, 2, 8, 4],), {}, "RESHAPE"),
    ("RESIZE_BILINEAR", (1, 1, 32, 4), ([1, 32],), RESIZE, "RESIZE_BILINEAR"),
    ("REVERSE_V2", X, ([2],), {}, "REVERSE_V2"),
]


@pytest.mark.parametrize(("kind", "made", "constants", "options", "samples"), LOCAL)
def test_what_is_local_in_time_grows_by_its_rate(
    one_operator: Any, kind: str, made: tuple[int, ...], constants: Any, options: dict[str, Any], samples: int
) -> None:
    graph = read_tflite(one_operator(kind, X, made, constants=constants, **options))
    assert graph.ops[-1].kind == kind
    longer = with_length(graph, 48)
    assert longer.tensors[longer.outputs[0]].shape == (1, 1, samples, made[3])


@pytest.mark.parametrize(("kind", "made", "constants", "options", "named"), NOT_LOCAL)
def test_what_needs_the_whole_recording_is_named(
    one_operator: Any, kind: str, made: tuple[int, ...], constants: Any, options: dict[str, Any], named: str
) -> None:
    graph = read_tflite(one_operator(kind, X, made, constants=constants, **options))
    with pytest.raises(
        UnsupportedOpError,
        match=rf"{named} 'layer_under_test': it is not local in time \(.*\), so the network runs on whole windows",
    ):
        with_length(graph, 48)


def two_inputs(lengths: tuple[int, int], kind: str = "ADD") -> Graph:
    tensors = tuple(Tensor(name, (1, 1, length, 4), "int8") for name, length in zip("xyz", (*lengths, 16), strict=True))
    return Graph("net", tensors, (Op(kind, "sum", (0, 1), (2,)),), (0, 1), (2,), "")


def test_inputs_of_other_shapes_are_named() -> None:
    with pytest.raises(
        UnsupportedOpError,
        match=r"^'y' has shape \(1, 1, 1, 4\): only one-dimensional networks whose inputs are equally long can be "
        "run over another length$",
    ):
        with_length(two_inputs((16, 1)), 48)
    graph = two_inputs((16, 16))
    image = replace(graph, tensors=(replace(graph.tensors[0], shape=(1, 2, 16, 4)), *graph.tensors[1:]))
    with pytest.raises(UnsupportedOpError, match=r"^'x' has shape \(1, 2, 16, 4\): only one-dimensional networks"):
        with_length(image, 48)
    assert [t.shape for t in with_length(graph, 48).tensors] == [(1, 1, 48, 4)] * 3


def test_constants_beside_a_signal_have_one_value_for_all_of_time() -> None:
    graph = two_inputs((16, 1))
    for samples, taken in ((1, True), (16, False)):
        data = np.zeros((1, 1, samples, 4), np.int8)
        one = replace(graph.tensors[1], shape=data.shape, data=data)
        changed = replace(graph, tensors=(graph.tensors[0], one, graph.tensors[2]), inputs=(0,))
        if taken:
            assert [t.shape[2] for t in with_length(changed, 48).tensors] == [48, 1, 48]
            continue
        with pytest.raises(
            UnsupportedOpError, match=r"^ADD 'sum': its constant operand has one value per sample of time$"
        ):
            with_length(changed, 48)


def strided(kind: str, samples: int, made: int, **attributes: Any) -> Graph:
    tensors = (Tensor("x", (1, 1, samples, 4), "int8"), Tensor("y", (1, 1, made, 4), "int8"))
    return Graph("net", tensors, (Op(kind, "layer", (0,), (1,), attributes),), (0,), (1,), "")


def test_a_change_of_length_is_a_multiple_of_the_stride() -> None:
    pool = strided("MAX_POOL_2D", 16, 4, stride=(1, 4), filter=(1, 4))
    assert with_length(pool, 8).tensors[1].shape == (1, 1, 2, 4)
    with pytest.raises(
        UnsupportedOpError,
        match=r"^MAX_POOL_2D 'layer': a change of length by \[2\] samples does not fit its rate of 1/4; change the "
        "length by a multiple of the total stride$",
    ):
        with_length(pool, 18)


def test_an_output_needs_a_sample() -> None:
    valid = strided("CONV_2D", 16, 12, stride=(1, 1))
    assert with_length(valid, 5).tensors[1].shape == (1, 1, 1, 4)
    with pytest.raises(UnsupportedOpError, match=r"^CONV_2D 'layer': 4 samples leave it no output; use a longer one$"):
        with_length(valid, 4)


def test_rates_of_strides_and_windows() -> None:
    assert with_length(strided("TRANSPOSE_CONV", 16, 48, stride=(1, 3)), 18).tensors[1].shape == (1, 1, 54, 4)
    whole = strided("MAX_POOL_2D", 16, 16, stride=(1, 1), filter=(16, 1), whole=True)
    assert with_length(whole, 48).tensors[1].shape == (1, 1, 48, 4)
    slices = strided("SLICE", 16, 13, begin=(0, 0, 2, 0), size=(1, 1, 13, 4))
    longer = with_length(slices, 20)
    assert longer.ops[0].attributes == {"begin": (0, 0, 2, 0), "size": (1, 1, 17, 4)}
    assert with_length(slices, 16).ops[0] is slices.ops[0]
    for axis, local in ((3, True), (2, False), (1, False)):
        graph = strided("CONCATENATION", 16, 16, axis=axis)
        if local:
            assert with_length(graph, 20).tensors[1].shape == (1, 1, 20, 4)
        else:
            with pytest.raises(UnsupportedOpError, match=r"'layer': it is not local in time"):
                with_length(graph, 20)


def test_a_window_of_two_samples_that_is_the_whole_input_is_not_local() -> None:
    with pytest.raises(UnsupportedOpError, match=r"'layer': it is not local in time"):
        with_length(strided("MAX_POOL_2D", 2, 1, stride=(1, 1), filter=(1, 2), whole=True), 4)
