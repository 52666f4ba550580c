"""Each operator evaluated on a graph made by hand, against plain integers one value at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgeunet.errors import GraphError
from edgeunet.graph import evaluate, evaluate_all
from edgeunet.graph.evaluation.arithmetic import Multiplier, mean_factor, quantize_multiplier, sum_factors
from edgeunet.graph.ir import ABSENT, Graph, Op, Quantization, Tensor
from tests.rigs import gemmlowp as slow

RNG = np.random.default_rng(4)
S = (1, 2, 3, 4)
F = np.float32


def tensor(shape: tuple[int, ...], scale: float = 0.5, zero: int = 0, data: Any = None, dtype: str = "int8") -> Tensor:
    return Tensor(f"t{shape}", shape, dtype, Quantization((float(F(scale)),), (zero,)), data)


def run(op: Op, tensors: tuple[Tensor, ...], *given: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The output of one operator; what is not constant and not its output is an input."""
    inputs = tuple(i for i, t in enumerate(tensors) if t.data is None and i not in op.outputs)
    (found,) = evaluate(Graph("net", tensors, (op,), inputs, op.outputs, ""), list(given))
    assert found.shape == tensors[op.outputs[0]].shape
    assert found.dtype.name == tensors[op.outputs[0]].dtype
    return found


def values(shape: tuple[int, ...] = S, dtype: str = "int8") -> np.ndarray[Any, Any]:
    limits = np.iinfo(dtype)
    return RNG.integers(limits.min, limits.max + 1, shape).astype(dtype)


def rescaled(value: int, factor: Multiplier) -> int:
    return slow.by_power(slow.times(value << max(factor.shift, 0), factor.multiplier), min(factor.shift, 0))


def limited(value: int, low: int = -128, high: int = 127) -> int:
    return min(max(value, low), high)


@pytest.mark.parametrize("bias", [None, np.array([1000, -2000, 0], np.int32)])
@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED"])
def test_operators_with_weights(kind: str, bias: Any) -> None:
    """Windows of one place, so that a pixel is a product of a row with a matrix (or, depthwise, a vector)."""
    depthwise = kind == "DEPTHWISE_CONV_2D"
    shape = {"DEPTHWISE_CONV_2D": (1, 1, 1, 3), "FULLY_CONNECTED": (3, 4)}.get(kind, (3, 1, 1, 4))
    weights = values(shape)
    channels = 3 if depthwise else 4
    scales = (0.013, 0.02, 0.4)
    weight = Tensor("w", shape, "int8", Quantization(scales, (0, 0, 0)), weights)
    x, y = tensor((1, 2, 3, channels), 0.1, 5), tensor((1, 2, 3, 3), 0.9, -20)
    biases = () if bias is None else (Tensor("b", (3,), "int32", None, bias),)
    attributes = {"stride": (1, 1), "dilation": (1, 1), "padding": (0, 0, 0, 0), "activation": "RELU"}
    op = Op(kind, "layer", (0, 1, ABSENT if bias is None else 2), (2 + len(biases),), attributes)
    given = values((1, 2, 3, channels))
    found = run(op, (x, weight, *biases, y), given)
    factors = [quantize_multiplier(float(F(0.1)) * scale / float(F(0.9))) for scale in scales]
    for place in np.ndindex(2, 3):
        row = [int(value) - 5 for value in given[0][place]]
        for to in range(3):
            taps = weights.reshape(-1).tolist()[to : to + 1] if depthwise else weights.reshape(3, 4)[to].tolist()
            total = sum(a * b for a, b in zip(row[to : to + 1] if depthwise else row, taps, strict=True))
            total += 0 if bias is None else int(bias[to])
            assert found[0][place][to] == limited(rescaled(total, factors[to]) - 20, -20)


@pytest.mark.parametrize("kind", ["ADD", "SUB", "MUL", "SQUARED_DIFFERENCE"])
def test_operators_of_two_operands(kind: str) -> None:
    x, y, z = tensor(S, 0.02, 5), tensor((1, 1, 3, 1), 0.05, -7), tensor(S, 0.06, 3)
    one, two = values(S), values((1, 1, 3, 1))
    found = run(Op(kind, "layer", (0, 1), (2,), {"activation": "NONE"}), (x, y, z), one, two)
    first, second, made = (float(F(s)) for s in (0.02, 0.05, 0.06))
    factors = sum_factors(kind, first, second, made)
    product = quantize_multiplier(first * second / made)
    for place in np.ndindex(*S):
        a, b = int(one[place]) - 5, int(two[0, 0, place[2], 0]) + 7
        if kind == "MUL":
            result = rescaled(a * b, product)
        else:
            left, right = (
                rescaled(a << factors.left_shift, factors.first),
                rescaled(b << factors.left_shift, factors.second),
            )
            raw = {"ADD": left + right, "SUB": left - right, "SQUARED_DIFFERENCE": (left - right) ** 2}[kind]
            result = rescaled(raw, factors.out)
        assert found[place] == limited(result + 3)


@pytest.mark.parametrize("kind", ["MAX_POOL_2D", "AVERAGE_POOL_2D"])
def test_pools(kind: str) -> None:
    attributes = {"filter": (2, 3), "stride": (1, 1), "padding": (0, 0, 0, 0), "activation": "RELU"}
    given = values()
    found = run(Op(kind, "layer", (0,), (1,), attributes), (tensor(S, zero=-9), tensor((1, 1, 1, 4), zero=-9)), given)
    for channel in range(4):
        seen = [int(value) for value in given[0, :, :, channel].ravel()]
        average = (abs(sum(seen)) + 3) // 6 * (1 if sum(seen) > 0 else -1)
        assert found[0, 0, 0, channel] == limited(max(seen) if kind == "MAX_POOL_2D" else average, -9)


@pytest.mark.parametrize(
    ("axes", "made"), [((2,), (1, 2, 1, 4)), ((1, 2), (1, 1, 1, 4)), ((3,), (1, 2, 3, 1)), ((), S)]
)
def test_means(axes: tuple[int, ...], made: tuple[int, ...]) -> None:
    given = values()
    found = run(Op("MEAN", "layer", (0,), (1,), {"axes": axes}), (tensor(S, 0.05, 7), tensor(made, 0.02, -3)), given)
    count = int(np.prod([S[axis] for axis in axes]))
    factor = mean_factor(float(F(0.05)), float(F(0.02)), count)
    for place in np.ndindex(*made):
        chosen = tuple(slice(None) if axis in axes else place[axis] for axis in range(4))
        total = int((given[chosen].astype(int) - 7).sum())
        assert found[place] == limited(rescaled(total, factor) - 3)


@pytest.mark.parametrize(("given_type", "made_type"), [("int8", "uint8"), ("uint8", "int8"), ("int8", "int8")])
def test_quantization_between_integers(given_type: str, made_type: str) -> None:
    limits = np.iinfo(made_type)
    x, y = tensor(S, 0.05, 7, dtype=given_type), tensor(S, 0.02, 3, dtype=made_type)
    given = values(S, given_type)
    found = run(Op("QUANTIZE", "layer", (0,), (1,)), (x, y), given)
    factor = quantize_multiplier(float(F(0.05)) / float(F(0.02)))
    for place in np.ndindex(*S):
        assert found[place] == limited(rescaled(int(given[place]) - 7, factor) + 3, int(limits.min), int(limits.max))


def test_quantization_of_float() -> None:
    x = Tensor("x", (1, 1, 1, 8), "float32")
    given = np.array([0.0, 0.25, -0.25, 0.24, -0.24, 63.4, -70.0, np.nan], np.float32).reshape(x.shape)
    found = run(Op("QUANTIZE", "layer", (0,), (1,)), (x, tensor(x.shape, 0.5, 1)), given)
    assert found.ravel().tolist() == [1, 2, 0, 1, 1, 127, -128, -128]


def test_dequantization() -> None:
    given = values()
    found = run(Op("DEQUANTIZE", "layer", (0,), (1,)), (tensor(S, 0.3, 7), Tensor("y", S, "float32")), given)
    np.testing.assert_array_equal(found, (float(F(0.3)) * (given.astype(float) - 7)).astype(F))


def test_operators_that_move_bytes() -> None:
    one, two = values(), values()
    joined = run(
        Op("CONCATENATION", "l", (0, 1), (2,), {"axis": 2}), (tensor(S), tensor(S), tensor((1, 2, 6, 4))), one, two
    )
    np.testing.assert_array_equal(joined, np.concatenate([one, two], axis=2))
    cut = Op("SLICE", "l", (0,), (1,), {"begin": (0, 1, 1, 2), "size": (1, 1, 2, 1)})
    np.testing.assert_array_equal(run(cut, (tensor(S), tensor((1, 1, 2, 1))), one), one[:, 1:2, 1:3, 2:3])
    reshaped = run(Op("RESHAPE", "l", (0,), (1,)), (tensor(S), tensor((1, 1, 1, 24))), one)
    assert reshaped.ravel().tolist() == one.ravel().tolist()


@pytest.mark.parametrize(("value", "padded"), [(None, -9), (5, 5), (0, 0)])
def test_padding(value: int | None, padded: int) -> None:
    given, made = values(), (1, 3, 6, 4)
    attributes = {"paddings": ((0, 0), (1, 0), (1, 2), (0, 0)), "value": value}
    found = run(Op("PAD", "layer", (0,), (1,), attributes), (tensor(S, zero=3), tensor(made, zero=-9)), given)
    expected = np.full(made, padded, np.int8)
    expected[:, 1:, 1:4] = given
    np.testing.assert_array_equal(found, expected)


def test_resizing() -> None:
    given, made = values(), (1, 4, 9, 4)
    attributes = {"align_corners": False, "half_pixel_centers": False}
    found = run(Op("RESIZE_NEAREST_NEIGHBOR", "layer", (0,), (1,), attributes), (tensor(S), tensor(made)), given)
    np.testing.assert_array_equal(found, given.repeat(2, axis=1).repeat(3, axis=2))


def test_tables() -> None:
    given = np.arange(-128, 128).astype(np.int8).reshape(1, 4, 16, 4)
    found = run(Op("RELU", "layer", (0,), (1,)), (tensor(given.shape, zero=3), tensor(given.shape, zero=3)), given)
    assert found.ravel().tolist() == [max(value, 3) for value in range(-128, 128)]


def test_softmax_runs_over_channels() -> None:
    given = np.zeros(S, np.int8)
    given[0, 1, 2, 3] = 127
    op = Op("SOFTMAX", "layer", (0,), (1,), {"beta": 1.0})
    found = run(op, (tensor(S, 1.0), tensor(S, 1 / 256, -128)), given)
    assert found[0, 0].ravel().tolist() == [-64] * 12
    assert found[0, 1, 2].tolist() == [-128, -128, -128, 127]


def test_every_tensor_is_kept_and_constants_too() -> None:
    constant = np.full((1, 1, 1, 4), 2, np.int8)
    tensors = (tensor(S), tensor((1, 1, 1, 4), data=constant), tensor(S))
    graph = Graph("net", tensors, (Op("ADD", "layer", (0, 1), (2,), {"activation": "NONE"}),), (0,), (2,), "")
    given = values()
    found = evaluate_all(graph, given.ravel())
    assert sorted(found) == [0, 1, 2]
    assert found[1] is constant
    np.testing.assert_array_equal(found[0], given)
    np.testing.assert_array_equal(found[2], np.clip(given.astype(int) + 2, -128, 127))


def test_inputs_that_do_not_fit() -> None:
    graph = Graph("net", (tensor(S), tensor(S)), (Op("RELU", "layer", (0,), (1,)),), (0,), (1,), "")
    with pytest.raises(GraphError, match=r"^net: 2 input arrays for 1 inputs; pass one for each$"):
        evaluate(graph, [values(), values()])
    for array, told in ((values((1, 23)), r"int8 \(1, 23\)"), (values(S, "int16"), r"int16 \(1, 2, 3, 4\)")):
        with pytest.raises(
            GraphError,
            match=rf"^net: input 't\(1, 2, 3, 4\)' is int8 \(1, 2, 3, 4\), and an array of {told} was passed; "
            "quantize and reshape it first$",
        ):
            evaluate(graph, array)
