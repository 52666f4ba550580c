"""Rules about shapes: that an operator's operands, attributes and output fit together. See ``operands``."""

from __future__ import annotations

import math

from edgeunet.graph.rules.operands import Subject

LARGEST_REACH = 1 << 15
"""Samples that a window may reach over; far beyond any network, it bounds what padding can cost."""


def weight_shape(subject: Subject) -> str | None:
    """Weights fit the input's and output's channels."""
    shape, inside, outside = subject.weights.shape, subject.data[0].shape[3], subject.out.shape[3]
    if subject.op.kind == "DEPTHWISE_CONV_2D":
        if shape[0] != 1 or shape[3] != outside:
            return f"its weights {shape} don't fit {outside} output channels; the file is damaged"
        return None
    if subject.op.kind != "FULLY_CONNECTED" and shape[3] != inside and inside % shape[3] == 0:
        return f"it has {inside // shape[3]} groups; use an ordinary or a depthwise convolution"
    if shape[0] != outside or (subject.op.kind != "FULLY_CONNECTED" and shape[3] != inside):
        return f"its weights {shape} don't fit {inside} input and {outside} output channels; the file is damaged"
    return None


def connected_shape(subject: Subject) -> str | None:
    """Weights are (out, in); the input is read as rows of ``in`` values."""
    shape, given, made = subject.weights.shape, subject.data[0].shape, subject.out.shape
    if len(shape) != 2 or shape[0] != made[3]:
        return f"its weights {shape} don't fit its output {made}; the file is damaged"
    if math.prod(given) % shape[1] or math.prod(given) // shape[1] * shape[0] != math.prod(made):
        return f"its weights {shape} can't turn {given} into {made}; the file is damaged"
    return None


def window_shape(subject: Subject) -> str | None:
    """Padding, strides and dilation (any, along both axes) give the output's size; channels stay or follow weights."""
    attributes, given, made = subject.op.attributes, subject.data[0].shape, subject.out.shape
    window = attributes["filter"] if "filter" in attributes else subject.weights.shape[1:3]
    dilation = attributes.get("dilation", (1, 1))
    for axis in (0, 1):
        before, after = attributes["padding"][2 * axis : 2 * axis + 2]
        reach = (window[axis] - 1) * dilation[axis] + 1
        if max(reach, attributes["stride"][axis]) > LARGEST_REACH:
            return f"its window reaches {reach} samples and {LARGEST_REACH} are supported; use a smaller dilation"
        last = (made[1 + axis] - 1) * attributes["stride"][axis] + reach
        if min(before, after) < 0 or last > given[1 + axis] + before + after:
            return f"its window does not fit {given} with padding {attributes['padding']}; the file is damaged"
    if made[0] != 1 or ("filter" in attributes and made[3] != given[3]):
        return f"it can't turn {given} into {made}; the file is damaged"
    return None


def same_shape(subject: Subject) -> str | None:
    """Input and output have the same shape."""
    (given,) = subject.data
    if given.shape != subject.out.shape:
        return f"its output has shape {subject.out.shape} for an input of {given.shape}; the file is damaged"
    return None


def broadcast_shape(subject: Subject) -> str | None:
    """Operands have the output's shape or 1 along any axis (broadcasting)."""
    first, second = (tensor.shape for tensor in subject.data)
    fits = all(one == two or 1 in (one, two) for one, two in zip(first, second, strict=True))
    if not fits or tuple(max(pair) for pair in zip(first, second, strict=True)) != subject.out.shape:
        return f"operands {first} and {second} don't make {subject.out.shape}; the file is damaged"
    return None


def matrix_shape(subject: Subject) -> str | None:
    """Matrices fit each other and the output; both operands have as many."""
    (first, second), made = (tensor.shape for tensor in subject.data), subject.out.shape
    rows, depth = first[2:] if not subject.op.attributes["adj_x"] else first[:1:-1]
    inner, columns = second[2:] if not subject.op.attributes["adj_y"] else second[:1:-1]
    if depth != inner or (1, first[1], rows, columns) != made or first[1] != second[1]:
        return f"matrices of {first} and {second} don't make {made}; repeat none of them, and keep the batch at 1"
    return None


def joined_shape(subject: Subject) -> str | None:
    """Operands agree in all axes but the one they are joined along (height, width or channels)."""
    axis, made = subject.op.attributes["axis"], subject.out.shape
    if axis < 1:
        return "it joins along the batch; join along time or channels"
    for tensor in subject.data:
        if any(size != made[place] for place, size in enumerate(tensor.shape) if place != axis):
            return f"operand {tensor.shape} does not fit the output {made} along axis {axis}; the file is damaged"
    if sum(tensor.shape[axis] for tensor in subject.data) != made[axis]:
        return f"its operands don't add up to {made} along axis {axis}; the file is damaged"
    return None


def same_count(subject: Subject) -> str | None:
    """Input and output have the same number of elements."""
    (given,) = subject.data
    if math.prod(given.shape) != math.prod(subject.out.shape):
        return f"it can't turn {given.shape} into {subject.out.shape}; the file is damaged"
    return None


def exchanged_shape(subject: Subject) -> str | None:
    """The blocks that change place are all of the input."""
    (given,), sizes = subject.data, subject.op.attributes
    if math.prod(sizes[name] for name in ("outer", "rows", "columns", "run")) != math.prod(given.shape):
        return f"it can't exchange axes of {given.shape} as {dict(sizes)}; the file is damaged"
    return None


def resized_shape(subject: Subject) -> str | None:
    """Height and width change by any factor, channels stay."""
    (given,) = subject.data
    if given.shape[3] != subject.out.shape[3]:
        return f"it can't turn {given.shape} into {subject.out.shape}; the file is damaged"
    return None


def padded_shape(subject: Subject) -> str | None:
    """Any axis but the batch is padded at its start and end."""
    (given,), pairs = subject.data, subject.op.attributes["paddings"]
    if any(pairs[0]) or tuple(size + sum(pair) for size, pair in zip(given.shape, pairs, strict=True)) != (
        subject.out.shape
    ):
        return f"padding {given.shape} by {pairs} does not give {subject.out.shape}; pad time, space or channels only"
    return None


def sliced_shape(subject: Subject) -> str | None:
    """The slice lies inside the input; steps are 1."""
    (given,), begin, size = subject.data, subject.op.attributes["begin"], subject.op.attributes["size"]
    inside = all(
        first >= 0 and length >= 1 and first + length <= whole
        for first, length, whole in zip(begin, size, given.shape, strict=True)
    )
    if not inside or size != subject.out.shape:
        return f"the slice of {size} from {begin} is not inside {given.shape}; the file is damaged"
    return None


def places_of_channels(subject: Subject) -> str | None:
    """It runs over channels, of which there are at most 128."""
    axis, channels = subject.op.attributes["axis"], subject.data[0].shape[3]
    if axis != 3:
        return "it runs over time or space; only the largest of the channels of each row is found"
    if channels > 128:
        return f"it has {channels} channels and 128 are supported; end the network before it"
    return None


def averaged_shape(subject: Subject) -> str | None:
    """The axes have length 1 in the output."""
    (given,), axes = subject.data, subject.op.attributes["axes"]
    if tuple(1 if axis in axes else size for axis, size in enumerate(given.shape)) != subject.out.shape:
        return f"{given.shape} reduced over {axes} does not give {subject.out.shape}; the file is damaged"
    return None
