"""Rows of the depthwise kernels over images (``eu_planes.c``): 3x3 windows for Cortex-M4/M7/M33."""

from __future__ import annotations

import numpy as np

from edgeunet.kernels.conditions import aligned, parameters, plain, source
from edgeunet.kernels.dsp.scaling import is_saturated, rounding_fits
from edgeunet.kernels.dsp.windows import GROUP
from edgeunet.kernels.images import depthwise_row
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields
from edgeunet.program.convolutions import Depthwise, Depthwise2d
from edgeunet.program.steps import Clearance, Step

STRIDES = {"one": 1, "two": 2}

FEWEST_COLUMNS = {1: 5, 2: 8}
"""Columns of outputs, by stride, from which on planes take fewer cycles than four channels of a pixel at a time."""

WEIGHT_WORDS = 40
PAIR_WORDS = 12
"""Words of scratch memory for the weights of four channels, and per pair of columns."""


def _folded(step: Step) -> Depthwise | None:
    """The same window over gathered rows, for its folded bias and bounds."""
    row = depthwise_row(step)
    return parameters(row.step, Depthwise) if row is not None else None


def pairs_of_columns(step: Step, stride: int) -> int:
    """Pairs of columns that the loop reads."""
    width = parameters(step, Depthwise2d).image.out_width
    return width + 1 if stride == 2 else -(-width // 2) + 1


def _accepts(step: Step, stride: int) -> bool:
    p = parameters(step, Depthwise2d)
    image, folded = p.image, _folded(step)
    return (
        plain(step)
        and (image.kernel_height, image.kernel_width) == (3, 3)
        and (image.dilation_height, image.dilation_width, image.stride_width) == (1, 1, stride)
        and p.repeat == 1
        and image.out_width >= FEWEST_COLUMNS[stride]
        and step.output.channels % GROUP == 0
        and aligned(source(step))
        and is_saturated(p.requantization)
        and folded is not None
        and rounding_fits(folded)
    )


def columns(step: Step, stride: int) -> dict[str, int]:
    """How pixels and padding fall into pairs of columns."""
    image, pairs = parameters(step, Depthwise2d).image, pairs_of_columns(step, stride)
    pixels = min(image.in_width, 2 * pairs - image.left)
    left_odd = image.left % 2 if pixels > 0 else 0
    return {
        "pairs": pairs,
        "skipped": image.left // 2,
        "left_odd": left_odd,
        "whole": max(pixels - left_odd, 0) // 2,
        "right_odd": max(pixels - left_odd, 0) % 2,
    }


def _arguments(step: Step, stride: int) -> Arguments:
    p, view, folded = parameters(step, Depthwise2d), source(step), _folded(step)
    assert folded is not None
    r, image = p.requantization, p.image
    fields: StructFields = {
        "weights": np.ascontiguousarray(np.moveaxis(p.weights, -1, 0)),
        "bias": folded.folded_bias,
        "multiplier": r.multipliers,
        "shift": -r.shifts,
        "in_height": image.in_height,
        "in_width": image.in_width,
        "in_step": view.pitch_bytes,
        "out_height": image.out_height,
        "out_width": image.out_width,
        "out_step": step.output.pitch_bytes,
        "outputs": step.output.channels,
        "stride_height": image.stride_height,
        "stride": stride,
        "top": image.top,
        **columns(step, stride),
        "in_zero_point": p.input_zero_point,
        "zero_point": r.zero_point,
    }
    return Arguments("eu_planes_t", fields)


def _overlap(step: Step, position: int) -> Clearance | None:
    """Four channels after each other: an output whose pixels lie as the input's do may replace it, where what a row
    writes lies before the first row that is not in the ring yet."""
    image, view, output = parameters(step, Depthwise2d).image, source(step, position), step.output
    if view.pitch_bytes != output.pitch_bytes:
        return None
    in_row, out_row = image.in_width * view.pitch_bytes, image.out_width * output.pitch_bytes
    made = (y * image.stride_height - image.top + image.kernel_height for y in range(image.out_height))
    needed = ((y + 1) * out_row - max(rows, 0) * in_row for y, rows in enumerate(made) if rows < image.in_height)
    least = max([0, *needed])
    return Clearance(-(-least // view.pitch_bytes) * view.pitch_bytes, view.pitch_bytes)


def planes() -> tuple[Kernel, ...]:
    """3x3 windows, a row for each stride."""

    def kernel(name: str, stride: int) -> Kernel:
        return Kernel(
            f"eu_planes_{name}",
            "dsp",
            lambda step: _accepts(step, stride),
            lambda step: _arguments(step, stride),
            ("eu_quads", "eu_planes", f"eu_planes_{name}_row", "eu_planes_rows"),
            scratch_bytes=lambda step: 4 * (WEIGHT_WORDS + PAIR_WORDS * pairs_of_columns(step, stride)),
            overlap=_overlap,
        )

    return tuple(kernel(name, stride) for name, stride in STRIDES.items())
