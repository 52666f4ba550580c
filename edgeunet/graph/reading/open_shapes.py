"""Shapes of tensors whose file leaves an axis open, as an interpreter works them out when it is given a batch of one.

A model with an open batch has 1 wherever the batch is unknown, which is right but between SPACE_TO_BATCH_ND and
BATCH_TO_SPACE_ND, where the batch is that of the blocks. Where even more is open (the result of a computed reshape),
only the operator tells. LiteRT works every shape out anew; TFLM takes the file's word, and computes something else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from edgeunet.graph.ir import ABSENT
from edgeunet.graph.reading import schema
from edgeunet.graph.reading.operator import Operator
from edgeunet.graph.reading.options import slice_bounds, window_sizes

Shape = tuple[int, ...]


def settled_shape(operator: Operator, signature: Sequence[int]) -> Shape | None:
    """The shape of the output of ``operator``, of which ``signature`` leaves axes open; None where nothing tells it."""
    found = shape_by_rule(operator)
    if found is not None:
        return found
    given, stored = operator.tensors[operator.inputs[0]].shape, operator.output_shape
    if len(given) == len(stored) and given[1:] == stored[1:]:
        return given
    return stored if all(size >= 0 for size in signature[1:]) else None


def shape_by_rule(operator: Operator) -> Shape | None:
    """The shape of its output by the rule of its kind; None where there is no rule or its operands are not known."""
    rule = RULES.get(operator.kind)
    if rule is None or len(operator.outputs) != 1 or not operator.inputs or operator.inputs[0] == ABSENT:
        return None
    try:
        return rule(operator)
    except (ValueError, IndexError, ZeroDivisionError):
        return None  # what does not fit is refused where the operator is decoded


def _known(operator: Operator, position: int) -> Shape | None:
    """The integers of an operand, where they are known."""
    index = operator.optional(position)
    data = None if index == ABSENT else operator.tensors[index].data
    return None if data is None or data.dtype.kind != "i" else tuple(int(number) for number in data.reshape(-1))


def _same(operator: Operator) -> Shape:
    return operator.shape(0)


def _broadcast(operator: Operator) -> Shape:
    shapes = [operator.tensors[index].shape for index in operator.inputs if index != ABSENT]
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return tuple(max(sizes) for sizes in zip(*padded, strict=True))


def _reshaped(operator: Operator) -> Shape | None:
    target, count = _known(operator, 1), math.prod(operator.shape(0))
    if target is None:
        return None
    rest = math.prod(size for size in target if size != -1)
    return tuple(count // rest if size == -1 else size for size in target)


def _squeezed(operator: Operator) -> Shape:
    given = operator.shape(0)
    dropped = operator.options.numbers(schema.SQUEEZE_OPTIONS["squeeze_dims"], "int32", "axes")
    axes = {axis % len(given) for axis in dropped} or {axis for axis, size in enumerate(given) if size == 1}
    return tuple(size for axis, size in enumerate(given) if axis not in axes)


def _expanded(operator: Operator) -> Shape | None:
    axis, given = _known(operator, 1), operator.shape(0)
    if axis is None:
        return None
    place = axis[0] % (len(given) + 1)
    return (*given[:place], 1, *given[place:])


def _transposed(operator: Operator) -> Shape | None:
    order = _known(operator, 1)
    return None if order is None else tuple(operator.shape(0)[axis] for axis in order)


def _slid(operator: Operator) -> Shape | None:
    batch, _, _, channels = operator.shape(0)
    if operator.kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        channels = operator.shape(1)[0 if operator.kind == "CONV_2D" else 3]
    return (batch, *window_sizes(operator), channels)


def _connected(operator: Operator) -> Shape:
    given, (outputs, inputs) = operator.shape(0), operator.shape(1)
    if operator.options.boolean(schema.FULLY_CONNECTED_OPTIONS["keep_num_dims"]):
        return (*given[:-1], outputs)
    return (math.prod(given) // inputs, outputs)


def _joined(operator: Operator) -> Shape:
    shapes = [operator.tensors[index].shape for index in operator.inputs]
    axis = operator.options.int32(schema.CONCATENATION_OPTIONS["axis"]) % len(shapes[0])
    return (*shapes[0][:axis], sum(shape[axis] for shape in shapes), *shapes[0][axis + 1 :])


def _resized(operator: Operator) -> Shape | None:
    size, (batch, _, _, channels) = _known(operator, 1), operator.shape(0)
    return None if size is None else (batch, *size, channels)


def _padded(operator: Operator) -> Shape | None:
    numbers = _known(operator, 1)
    if numbers is None:
        return None
    return tuple(size + sum(numbers[2 * i : 2 * i + 2]) for i, size in enumerate(operator.shape(0)))


def _sliced(operator: Operator) -> Shape | None:
    begin, size = _known(operator, 1), _known(operator, 2)
    if begin is None or size is None:
        return None
    if operator.kind == "SLICE":
        return tuple(
            length - first if extent == -1 else extent
            for length, first, extent in zip(operator.shape(0), begin, size, strict=True)
        )
    first, last, dropped = slice_bounds(operator)
    return tuple(b - a for axis, (a, b) in enumerate(zip(first, last, strict=True)) if not dropped >> axis & 1)


def _reduced(operator: Operator) -> Shape | None:
    axes, given = _known(operator, 1), operator.shape(0)
    if axes is None:
        return None
    gone = {axis % len(given) for axis in axes}
    kept = operator.options.boolean(schema.MEAN_OPTIONS["keep_dims"])
    return tuple(1 if axis in gone else size for axis, size in enumerate(given) if kept or axis not in gone)


def _tiled(operator: Operator) -> Shape | None:
    multiples = _known(operator, 1)
    if multiples is None:
        return None
    return tuple(size * times for size, times in zip(operator.shape(0), multiples, strict=True))


def _spread(operator: Operator) -> Shape | None:
    """SPACE_TO_BATCH_ND: blocks of the padded axes go to the batch; BATCH_TO_SPACE_ND: back, and cropped."""
    block, margins, given = _known(operator, 1), _known(operator, 2), operator.shape(0)
    if block is None or margins is None:
        return None
    sizes, rest = given[1 : 1 + len(block)], given[1 + len(block) :]
    pairs = [sum(margins[2 * i : 2 * i + 2]) for i in range(len(block))]
    if operator.kind == "SPACE_TO_BATCH_ND":
        inner = ((size + more) // by for size, more, by in zip(sizes, pairs, block, strict=True))
        return (given[0] * math.prod(block), *inner, *rest)
    inner = (size * by - less for size, less, by in zip(sizes, pairs, block, strict=True))
    return (given[0] // math.prod(block), *inner, *rest)


def _gathered(operator: Operator) -> Shape:
    given, indices = operator.shape(0), operator.shape(1)
    axis = operator.options.int32(schema.GATHER_OPTIONS["axis"]) % len(given)
    return (*given[:axis], *indices, *given[axis + 1 :])


def _packed(operator: Operator) -> Shape:
    given = operator.shape(0)
    axis = operator.options.int32(schema.PACK_OPTIONS["axis"]) % (len(given) + 1)
    return (*given[:axis], len(operator.inputs), *given[axis:])


_UNCHANGED = (
    "RELU", "RELU6", "RELU_N1_TO_1", "LEAKY_RELU", "GELU", "LOGISTIC", "TANH", "RSQRT", "NEG", "ABS", "HARD_SWISH",
    "SOFTMAX", "QUANTIZE", "DEQUANTIZE", "CAST",
)  # fmt: skip
RULES: Mapping[str, Callable[[Operator], Shape | None]] = {
    **dict.fromkeys(_UNCHANGED, _same),
    **dict.fromkeys(("ADD", "SUB", "MUL", "SQUARED_DIFFERENCE"), _broadcast),
    **dict.fromkeys(("CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D"), _slid),
    **dict.fromkeys(("MEAN", "REDUCE_MAX"), _reduced),
    **dict.fromkeys(("SLICE", "STRIDED_SLICE"), _sliced),
    **dict.fromkeys(("PAD", "PADV2"), _padded),
    **dict.fromkeys(("SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"), _spread),
    "TRANSPOSE_CONV": lambda operator: _known(operator, 0),
    "FULLY_CONNECTED": _connected,
    "CONCATENATION": _joined,
    "RESIZE_NEAREST_NEIGHBOR": _resized,
    "RESHAPE": _reshaped,
    "SQUEEZE": _squeezed,
    "EXPAND_DIMS": _expanded,
    "TRANSPOSE": _transposed,
    "TILE": _tiled,
    "BROADCAST_TO": lambda operator: _known(operator, 1),
    "GATHER": _gathered,
    "PACK": _packed,
}
"""How the shape of an operator's output follows from its operands."""
