"""What each operator becomes, written out: kinds, rows read, flags, products; and what cannot be lowered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgeunet.errors import CompileError
from edgeunet.graph import Graph, read_tflite
from edgeunet.graph.ir import Op, Quantization, Tensor
from edgeunet.lower.builder import Builder, image_shape, is_row
from edgeunet.lower.lower import lower
from edgeunet.lower.scales import clamp_bounds
from edgeunet.program.parameters import Copy
from edgeunet.program.program import EACH, RESHAPED, WHOLE, Access, Constant, Node, Program, Signal
from tests.networks.single_layers import LAYERS, one_layer
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.products import products


def tensor(name: str, shape: tuple[int, ...], dtype: str = "int8", scale: float | None = 0.1, zero: int = 0) -> Tensor:
    quantization = None if scale is None else Quantization((scale,), (zero,))
    return Tensor(name, shape, dtype, quantization)


def graph_of(tensors: list[Tensor], ops: list[Op], inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Graph:
    return Graph("net", tuple(tensors), tuple(ops), inputs, outputs, "")


def network(kind: str, shape: tuple[int, ...], out: tuple[int, ...], inputs: Any = None, **options: Any) -> Program:
    """One operator, lowered; ``inputs`` are constants after its first operand."""
    writer = ModelWriter()
    x = writer.tensor(shape, "int8", 0.1, 3)
    y = writer.tensor(out, "int8", 0.1, 3, name="net/layer/op")
    writer.op(kind, [x, *(writer.constant(numbers) for numbers in inputs or ())], y, **options)
    return lower(read_tflite(writer.build([x], [y])))


def convolution(
    shape: tuple[int, ...], weights: tuple[int, ...], out: tuple[int, ...], kind: str = "CONV_2D", **options: Any
) -> Node:
    writer = ModelWriter()
    x = writer.tensor(shape, "int8", 0.1, 3)
    data = np.arange(np.prod(weights)).reshape(weights).astype(np.int8)
    w = writer.tensor(weights, "int8", 0.02, data=data)
    channels = weights[3] if kind == "DEPTHWISE_CONV_2D" else weights[0]
    bias = writer.tensor((channels,), "int32", 0.002, data=np.arange(channels, dtype=np.int32))
    y = writer.op(kind, [x, w, bias], writer.tensor(out, "int8", 5.0, -7), strideH=1, **options)
    (node,) = lower(read_tflite(writer.build([x], [y]))).nodes
    return node


@pytest.mark.parametrize("layout", ["1xT", "HxW"])
@pytest.mark.parametrize("name", sorted({*LAYERS} - {"norm"}))
def test_products_names_and_covers(name: str, layout: str) -> None:
    for seed in range(3):
        graph = one_layer(LAYERS[name], layout, seed)
        program = lower(graph)
        kinds = {op.name: op.kind for op in graph.ops}
        for node in program.nodes:
            assert node.macs == products(program, node)
            assert node.covers == (kinds[node.name],)
            assert node.wide is (node.kind == "reshape" and node.repeat > 1)
        assert [program.signals[i].name for i in program.inputs] == [graph.tensors[i].name for i in graph.inputs]
        assert [program.signals[i].name for i in program.outputs] == [graph.tensors[i].name for i in graph.outputs]


@pytest.mark.parametrize(
    ("taps", "stride", "dilation", "padding", "access"),
    [
        (5, 1, 1, "SAME", Access(1, -2, 2, 3)),
        (4, 1, 1, "SAME", Access(1, -1, 2, 3)),
        (3, 2, 1, "SAME", Access(2, 0, 2, 3)),
        (3, 1, 2, "SAME", Access(1, -2, 2, 3)),
        (3, 1, 2, "VALID", Access(1, 0, 4, 3)),
    ],
)
def test_the_rows_of_a_window(taps: int, stride: int, dilation: int, padding: str, access: Access) -> None:
    rows = -(-12 // stride) if padding == "SAME" else 12 - (taps - 1) * dilation
    options = {"strideW": stride, "dilationWFactor": dilation, "dilationHFactor": 1, "padding": padding}
    node = convolution((1, 1, 12, 2), (4, 1, taps, 2), (1, 1, rows, 4), **options)
    assert (node.kind, node.accesses, node.macs) == ("conv", (access,), rows * 4 * taps * 2)
    assert (node.parameters.stride, node.parameters.dilation, node.parameters.input_zero_point) == (stride, dilation, 3)
    assert node.parameters.bias.tolist() == [0, 1, 2, 3]
    assert node.parameters.weights.tolist() == np.arange(8 * taps).reshape(4, taps, 2).tolist()
    assert node.parameters.requantization.zero_point == -7
    node = convolution((1, 1, 12, 2), (1, 1, taps, 2), (1, 1, rows, 2), "DEPTHWISE_CONV_2D", depthMultiplier=1,
                       **options)  # fmt: skip
    assert (node.kind, node.accesses, node.macs) == ("depthwise", (access,), rows * taps * 2)
    assert (node.parameters.stride, node.parameters.dilation, node.parameters.repeat) == (stride, dilation, 1)
    assert node.parameters.weights.tolist() == np.arange(2 * taps).reshape(taps, 2).tolist()


@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D"])
def test_of_a_square_kernel_over_one_row_the_middle_row_works(kind: str) -> None:
    """Padding above and below adds nothing: 3 x 3 over a height of 1 is its second row, 1 x 3."""
    shape = (2, 3, 3, 2) if kind == "CONV_2D" else (1, 3, 3, 2)
    node = convolution((1, 1, 8, 2), shape, (1, 1, 8, 2), kind, strideW=1, padding="SAME",
                       **({"depthMultiplier": 1} if "DEPTH" in kind else {}))  # fmt: skip
    assert node.kind == ("conv" if kind == "CONV_2D" else "depthwise")
    all_weights = np.arange(np.prod(shape)).reshape(shape)
    middle = all_weights[:, 1] if kind == "CONV_2D" else all_weights[0, 1]
    assert node.parameters.weights.tolist() == middle.tolist()


@pytest.mark.parametrize(
    ("dilation", "stride", "height", "kernel"), [(1, 1, 4, 3), (2, 1, 5, 3), (1, 2, 4, 3), (1, 1, 4, 1)]
)
def test_an_image(dilation: int, stride: int, height: int, kernel: int) -> None:
    out = -(-height // stride)
    options = {"strideW": stride, "dilationHFactor": dilation, "dilationWFactor": 1, "padding": "SAME"}
    node = convolution((1, height, 6, 2), (4, kernel, 2, 2), (1, height, -(-6 // stride), 4), **options)
    image = node.parameters.image
    assert node.kind == "conv_2d"
    assert node.accesses == (WHOLE,)
    assert (image.in_height, image.in_width, image.out_height, image.out_width) == (height, 6, height, -(-6 // stride))
    assert (image.kernel_height, image.kernel_width, image.stride_height, image.stride_width) == (kernel, 2, 1, stride)
    assert (image.dilation_height, image.dilation_width) == (dilation, 1)
    assert (image.top, image.left) == ((kernel - 1) * dilation // 2, 0)
    assert node.macs == height * -(-6 // stride) * 4 * kernel * 2 * 2
    del out


def test_a_pointwise_convolution_of_an_image_goes_over_its_pixels() -> None:
    node = convolution((1, 4, 6, 2), (3, 1, 1, 2), (1, 4, 6, 3), strideW=1, padding="VALID")
    assert (node.kind, node.accesses, node.macs) == ("conv", (Access(1, 0, 0, 3),), 24 * 6)
    strided = convolution((1, 4, 6, 2), (3, 1, 1, 2), (1, 4, 3, 3), strideW=2, padding="VALID")
    assert strided.kind == "conv_2d"


def test_pools() -> None:
    options = {"filterHeight": 1, "filterWidth": 3, "strideH": 1, "strideW": 2, "padding": "SAME"}
    largest = network("MAX_POOL_2D", (1, 1, 8, 2), (1, 1, 4, 2), **options).nodes[0]
    assert (largest.kind, largest.accesses) == ("max_pool", (Access(2, 0, 2, -128),))
    assert (largest.parameters.kernel, largest.parameters.stride) == (3, 2)
    average = network("AVERAGE_POOL_2D", (1, 1, 7, 2), (1, 1, 4, 2), **options).nodes[0]
    assert (average.kind, average.accesses) == ("average_pool", (Access(2, -1, 1, None),))
    assert (average.parameters.pad, average.parameters.length) == (1, 7)
    square = network("MAX_POOL_2D", (1, 4, 8, 2), (1, 4, 4, 2), **options).nodes[0]
    assert (square.kind, square.accesses) == ("max_pool_2d", (WHOLE,))
    image = square.parameters.image
    assert (image.dilation_height, image.dilation_width, image.stride_height, image.stride_width) == (1, 1, 1, 2)


@pytest.mark.parametrize(
    ("rows", "out", "options", "kind"),
    [
        (4, 8, {}, "repeat"),
        (4, 12, {}, "repeat"),
        (4, 10, {}, "resize"),
        (4, 2, {}, "resize"),
        (4, 4, {}, "repeat"),
        (2, 4, {"alignCorners": True}, "repeat"),
        (2, 6, {"alignCorners": True}, "resize"),
        (4, 8, {"halfPixelCenters": True}, "repeat"),
    ],
)
def test_resizing_is_a_repeat_where_it_is_one_at_any_length(
    rows: int, out: int, options: dict[str, bool], kind: str
) -> None:
    (node,) = network(
        "RESIZE_NEAREST_NEIGHBOR", (1, 1, rows, 2), (1, 1, out, 2), [[1, out]], **options
    ).nodes  # fmt: skip
    assert node.kind == kind
    assert node.accesses == ((EACH,) if kind == "repeat" else (WHOLE,))
    assert node.repeat == (out // rows if kind == "repeat" else 1)
    if kind == "repeat":
        assert node.parameters.factor == out // rows


def test_padding_and_slicing_of_rows_and_of_images() -> None:
    (node,) = network("PAD", (1, 1, 6, 4), (1, 1, 9, 4), [[[0, 0], [0, 0], [2, 1], [0, 0]]]).nodes
    assert (node.kind, node.accesses, node.parameters) == ("copy", (Access(1, -2, -2, 3),), Copy(1, 9, 4))
    fill, copy = network("PAD", (1, 1, 6, 4), (1, 1, 9, 7), [[[0, 0], [0, 0], [2, 1], [1, 2]]]).nodes
    assert (fill.kind, fill.parameters.value, fill.operands, fill.contiguous_output) == ("fill", 3, (), True)
    assert (copy.kind, copy.accesses, copy.contiguous_output) == ("copy", (RESHAPED,), True)
    assert copy.parameters == Copy(1, 6, 4, in_pitch=4, in_jump=24, out_offset=15, out_pitch=7, out_jump=63)
    fill, copy = network("PAD", (1, 3, 6, 4), (1, 6, 7, 4), [[[0, 0], [2, 1], [0, 1], [0, 0]]]).nodes
    assert copy.parameters == Copy(3, 6, 4, in_pitch=4, in_jump=24, out_offset=56, out_pitch=4, out_jump=28)
    (node,) = network("SLICE", (1, 1, 6, 4), (1, 1, 3, 2), [[0, 0, 2, 1], [1, 1, 3, 2]]).nodes
    assert (node.kind, node.accesses, node.parameters) == ("copy", (Access(1, 2, 2),), Copy(1, 3, 2, in_offset=1))
    (node,) = network("SLICE", (1, 4, 6, 4), (1, 2, 3, 2), [[0, 1, 2, 1], [1, 2, 3, 2]]).nodes
    assert (node.kind, node.accesses, node.contiguous_output) == ("copy", (RESHAPED,), True)
    assert node.parameters == Copy(2, 3, 2, 33, 4, 24, 0, 2, 6)


def test_a_concatenation_beside_after_and_below() -> None:
    def joined(axis: int, shape: tuple[int, ...], out: tuple[int, ...]) -> Program:
        writer = ModelWriter()
        x, y = writer.tensor(shape, "int8", 0.1), writer.tensor(shape, "int8", 0.1)
        z = writer.op("CONCATENATION", [x, y], writer.tensor(out, "int8", 0.1), axis=axis)
        return lower(read_tflite(writer.build([x, y], [z])))

    beside = joined(3, (1, 1, 6, 4), (1, 1, 6, 8)).nodes
    assert [(n.kind, n.accesses, n.parameters) for n in beside] == [
        ("concat", (EACH,), Copy(1, 6, 4)),
        ("concat", (EACH,), Copy(1, 6, 4, out_offset=4)),
    ]
    after = joined(2, (1, 3, 6, 4), (1, 3, 12, 4)).nodes
    assert [(n.kind, n.accesses, n.parameters, n.contiguous_output) for n in after] == [
        ("copy", (RESHAPED,), Copy(1, 3, 24, in_pitch=24, out_pitch=48), True),
        ("copy", (RESHAPED,), Copy(1, 3, 24, in_pitch=24, out_pitch=48, out_offset=24), True),
    ]
    below = joined(1, (1, 3, 6, 4), (1, 6, 6, 4)).nodes
    assert [n.parameters.out_offset for n in below] == [0, 72]
    assert below[0].parameters == Copy(1, 1, 72, in_pitch=72, out_pitch=144)


def test_a_pool_that_makes_a_row_of_an_image_is_one_of_images() -> None:
    options = {"filterHeight": 3, "filterWidth": 2, "strideH": 1, "strideW": 1, "padding": "VALID"}
    writer = ModelWriter()
    x = writer.tensor((1, 3, 6, 4), "int8", 0.1)
    y = writer.op("MAX_POOL_2D", [x], writer.tensor((1, 1, 5, 4), "int8", 0.1), **options)
    (node,) = lower(read_tflite(writer.build([x], [y]))).nodes
    assert (node.kind, node.accesses) == ("max_pool_2d", (WHOLE,))


@pytest.mark.parametrize(("rows", "access"), [(1, EACH), (2, WHOLE), (3, WHOLE)])
def test_a_constant_beside_several_rows_is_there_as_a_whole(rows: int, access: Access) -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 1, rows, 4), "int8", 0.1)
    y = writer.tensor((1, 1, rows, 2), "int8", 0.1, data=np.ones((1, 1, rows, 2), np.int8))
    z = writer.op("CONCATENATION", [x, y], writer.tensor((1, 1, rows, 6), "int8", 0.1), axis=3)
    nodes = lower(read_tflite(writer.build([x], [z]))).nodes
    assert [(n.accesses, n.parameters) for n in nodes] == [
        ((EACH,), Copy(1, rows, 4)),
        ((access,), Copy(1, rows, 2, out_offset=4)),
    ]


@pytest.mark.parametrize(
    ("shape", "out", "kind"), [((1, 1, 6, 4), (1, 24), "bytes"), ((1, 6, 4), (1, 1, 6, 4), "rows"),
                               ((1, 3, 2, 4), (1, 6, 4), "bytes")]
)  # fmt: skip
def test_a_reshape_is_local_where_rows_stay_rows(shape: tuple[int, ...], out: tuple[int, ...], kind: str) -> None:
    (node,) = network("RESHAPE", shape, out, [list(out)]).nodes
    assert node.kind == "reshape"
    if kind == "rows":
        assert (node.accesses, node.parameters, node.contiguous_output) == ((EACH,), Copy(1, 6, 4), False)
    else:
        assert (node.accesses, node.parameters, node.contiguous_output) == ((RESHAPED,), Copy(1, 1, 24), True)


@pytest.mark.parametrize(
    ("shape", "constant", "access"),
    [((1, 6, 4), (1, 6, 4), WHOLE), ((1, 6, 4), (1, 1, 4), EACH), ((1, 6, 4), (1, 1, 1), EACH), ((1, 1, 4), (1, 1, 4),
      WHOLE)],
)  # fmt: skip
def test_the_access_of_a_constant_operand(shape: tuple[int, ...], constant: tuple[int, ...], access: Access) -> None:
    writer = ModelWriter()
    x = writer.tensor(shape, "int8", 0.1)
    c = writer.tensor(constant, "int8", 0.1, data=np.arange(np.prod(constant)).reshape(constant).astype(np.int8))
    y = writer.op("MUL", [x, c], writer.tensor(shape, "int8", 0.1))
    (node,) = lower(read_tflite(writer.build([x], [y]))).nodes
    assert node.accesses == (EACH, access)
    assert isinstance(node.operands[1], Constant)
    assert node.operands[1].values.shape == (int(np.prod(constant[:-1])), constant[-1])


def test_the_access_of_a_repeated_signal() -> None:
    writer = ModelWriter()
    x, z = writer.tensor((1, 6, 4), "int8", 0.1), writer.tensor((1, 1, 4), "int8", 0.1)
    y = writer.op("ADD", [x, z], writer.tensor((1, 6, 4), "int8", 0.2))
    (node,) = lower(read_tflite(writer.build([x, z], [y]))).nodes
    assert (node.kind, node.accesses) == ("add", (EACH, WHOLE))


@pytest.mark.parametrize(
    ("axes", "shape", "access", "contiguous", "sizes"),
    [
        ([3], (1, 1, 6, 4), EACH, False, (6, 4, 1)),
        ([2], (1, 1, 6, 4), RESHAPED, True, (1, 6, 4)),
        ([2, 3], (1, 1, 6, 4), RESHAPED, True, (1, 24, 1)),
        ([1], (1, 3, 6, 4), RESHAPED, True, (1, 3, 24)),
        ([2], (1, 3, 6, 4), RESHAPED, True, (3, 6, 4)),
        ([1, 2], (1, 3, 6, 4), RESHAPED, True, (1, 18, 4)),
        ([1, 3], (1, 3, 1, 4), RESHAPED, True, (1, 12, 1)),
        ([1], (1, 1, 6, 4), RESHAPED, True, (1, 1, 24)),
    ],
)
def test_means(axes: list[int], shape: tuple[int, ...], access: Access, contiguous: bool, sizes: Any) -> None:
    out = tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    (node,) = network("MEAN", shape, out, [axes], keepDims=True).nodes
    assert (node.accesses, node.contiguous_output) == ((access,), contiguous)
    assert (node.parameters.outer, node.parameters.count, node.parameters.inner) == sizes
    assert (node.parameters.zero_point, node.parameters.out_zero_point) == (3, 3)


def test_a_mean_over_axes_that_do_not_touch_is_refused() -> None:
    with pytest.raises(CompileError, match=r"\(MEAN\) averages over axes that do not touch; split it into two means"):
        network("MEAN", (1, 3, 6, 4), (1, 1, 6, 1), [[1, 3]], keepDims=True)


def test_a_dense_layer_over_all_values_reshapes_them_first() -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 1, 6, 4), "int8", 0.1)
    w = writer.tensor((5, 24), "int8", 0.02, data=np.ones((5, 24), np.int8))
    y = writer.op("FULLY_CONNECTED", [x, w, -1], writer.tensor((1, 5), "int8", 5.0))
    reshape, dense = lower(read_tflite(writer.build([x], [y]))).nodes
    assert (reshape.kind, reshape.accesses, reshape.parameters) == ("reshape", (RESHAPED,), Copy(1, 1, 24))
    assert (dense.kind, dense.accesses, dense.macs) == ("conv", (Access(),), 120)
    assert dense.parameters.bias.tolist() == [0] * 5


def test_shapes_of_images() -> None:
    assert image_shape(tensor("x", (7,))) == (1, 1, 7)
    assert image_shape(tensor("x", (1, 6, 4))) == (1, 6, 4)
    assert image_shape(tensor("x", (1, 3, 6, 4))) == (3, 6, 4)
    assert is_row(Signal("s", 1, 6, 4, 0.1, 0))
    assert not is_row(Signal("s", 2, 6, 4, 0.1, 0))


def test_a_signal_is_made_once_per_tensor_and_only_of_int8() -> None:
    builder = Builder(graph_of([tensor("x", (1, 6, 4)), tensor("f", (1, 6, 4), "float32", None)], [], (0,), (0,)))
    assert builder.signal(0) == builder.signal(0) == 0
    assert len(builder.signals) == 1
    with pytest.raises(CompileError, match="tensor 'f' is float32 inside the network, and the compiler needs int8"):
        builder.signal(1)


def test_a_shape_that_is_the_same_needs_no_node() -> None:
    builder = Builder(graph_of([tensor("x", (1, 6, 4))], [], (0,), (0,)))
    signal = builder.signal(0)
    op = Op("RESHAPE", "r", (0,), (0,), {})
    assert builder.reshaped(op, signal, (1, 6, 4)) == builder.reshaped(op, signal, (2, 3, 4)) == signal
    assert builder.reshaped(op, signal, (1, 3, 8)) == 1
    assert builder.reshaped(op, signal, (1, 12, 2)) == 2
    assert [s.name for s in builder.signals[1:]] == ["x/reshaped"] * 2
    assert [(n.operands, n.output) for n in builder.nodes] == [((0,), 1), ((0,), 2)]


def test_broadcasts_of_one_side_of_an_image_are_refused() -> None:
    attributes = {"activation": "NONE"}
    for shape in ((1, 3, 1, 4), (1, 1, 6, 4), (1, 3, 6, 2)):
        tensors = [tensor("x", (1, 3, 6, 4)), tensor("z", shape), tensor("y", (1, 3, 6, 4))]
        op = Op("ADD", "sum", (0, 1), (2,), attributes)
        with pytest.raises(CompileError, match=r"layer 'sum' \(ADD\) repeats an operand of shape"):
            lower(graph_of(tensors, [op], (0, 1), (2,)))
    for shape in ((1, 1, 1, 4), (1, 1, 1, 1), (1, 3, 6, 1), (1, 3, 6, 4)):
        tensors = [tensor("x", (1, 3, 6, 4)), tensor("z", shape), tensor("y", (1, 3, 6, 4))]
        assert len(lower(graph_of(tensors, [Op("ADD", "sum", (0, 1), (2,), attributes)], (0, 1), (2,))).nodes) == 1


def test_an_activation_of_a_concatenation_is_refused() -> None:
    tensors = [tensor("x", (1, 1, 6, 4)), tensor("y", (1, 1, 6, 4))]
    op = Op("CONCATENATION", "join", (0,), (1,), {"activation": "RELU", "axis": 3})
    with pytest.raises(CompileError, match=r"layer 'join' \(CONCATENATION\) has an activation"):
        lower(graph_of(tensors, [op], (0,), (1,)))


def test_clamps() -> None:
    assert clamp_bounds("NONE", tensor("y", (1,))) == (-128, 127)
    assert clamp_bounds("RELU", tensor("y", (1,), zero=-20)) == (-20, 127)
    assert clamp_bounds("RELU6", tensor("y", (1,), zero=-20)) == (-20, 40)
