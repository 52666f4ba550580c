"""How often the loops of the portable kernels over images run."""

from __future__ import annotations

from collections.abc import Mapping

from edgeunet.kernels.conditions import parameters, source
from edgeunet.kernels.work import Work, WorkOf, copied, together
from edgeunet.program.convolutions import Conv2d, Depthwise2d, Image
from edgeunet.program.parameters import Pool2d
from edgeunet.program.steps import Step


def _inside(size: int, out: int, window: int, stride: int, dilation: int, before: int) -> int:
    """Taps along one axis that lie inside the image, over all outputs."""
    return sum(0 <= o * stride - before + k * dilation < size for o in range(out) for k in range(window))


def _lines(image: Image) -> int:
    """Rows of windows inside the image, over all rows of outputs."""
    return _inside(
        image.in_height, image.out_height, image.kernel_height, image.stride_height, image.dilation_height, image.top
    )


def _columns(image: Image) -> int:
    """Columns of windows inside the image, over all columns of outputs."""
    return _inside(
        image.in_width, image.out_width, image.kernel_width, image.stride_width, image.dilation_width, image.left
    )


def _windows(step: Step, image: Image) -> dict[str, float]:
    """What asks of every tap whether it is inside: ``half`` of them are in a row of the image, ``inside`` in it."""
    outputs, pixels, lines = step.output.channels, image.out_height * image.out_width, _lines(image)
    counts = {"line": image.kernel_height, "tap": image.kernel_height * image.kernel_width}
    return {
        "call": 1,
        "pixel": pixels,
        "output": pixels * outputs,
        **{name: pixels * outputs * count for name, count in counts.items()},
        "half": lines * image.out_width * image.kernel_width * outputs,
        "inside": lines * _columns(image) * outputs,
    }


def _conv_2d(step: Step) -> Work:
    conv = parameters(step, Conv2d)
    counts = _windows(step, conv.image)
    return {**counts, "product": counts["inside"] * conv.weights.shape[3]}


def _depthwise_2d(step: Step) -> Work:
    return _windows(step, parameters(step, Depthwise2d).image)


def _reached(size: int, out: int, window: int, stride: int, before: int) -> tuple[int, int]:
    """Taps along one axis of a transposed window that lie behind its first input, and those that meet an input."""
    places = [o + before - k for o in range(out) for k in range(window)]
    return sum(at >= 0 for at in places), sum(at >= 0 and at % stride == 0 and at // stride < size for at in places)


def _transpose_conv_2d(step: Step) -> Work:
    conv = parameters(step, Conv2d)
    image, outputs = conv.image, step.output.channels
    pixels, taps = image.out_height * image.out_width, image.kernel_height * image.kernel_width
    behind, lines = _reached(image.in_height, image.out_height, image.kernel_height, image.stride_height, image.top)
    _, columns = _reached(image.in_width, image.out_width, image.kernel_width, image.stride_width, image.left)
    inside = lines * columns * outputs
    return {
        "call": 1,
        "pixel": pixels,
        "output": pixels * outputs,
        "line": pixels * outputs * image.kernel_height,
        "tap": pixels * outputs * taps,
        "behind": behind * image.out_width * image.kernel_width * outputs,
        "half": lines * image.out_width * image.kernel_width * outputs,
        "inside": inside,
        "product": inside * conv.weights.shape[3],
    }


def _pool_2d(step: Step) -> Work:
    """Windows cut to what lies inside the image."""
    image, outputs = parameters(step, Pool2d).image, step.output.channels
    pixels, lines = image.out_height * image.out_width, _lines(image)
    return {
        "call": 1,
        "row": image.out_height,
        "pixel": pixels,
        "output": pixels * outputs,
        "line": lines * image.out_width * outputs,
        "product": lines * _columns(image) * outputs,
    }


def _resize(step: Step) -> Work:
    out, view = step.output, source(step)
    return together({"call": 1, "row": out.rows}, copied(out, view, view.row_bytes, out.rows, out.pitch_bytes, 0))


IMAGES: Mapping[str, WorkOf] = {
    "eu_conv_2d": _conv_2d,
    "eu_depthwise_2d": _depthwise_2d,
    "eu_transpose_conv_2d": _transpose_conv_2d,
    "eu_max_pool_2d": _pool_2d,
    "eu_average_pool_2d": _pool_2d,
    "eu_resize": _resize,
    "eu_conv_2d_int16": _conv_2d,
    "eu_depthwise_2d_int16": _depthwise_2d,
    "eu_transpose_conv_2d_int16": _transpose_conv_2d,
    "eu_max_pool_2d_int16": _pool_2d,
    "eu_average_pool_2d_int16": _pool_2d,
}
"""By function."""
