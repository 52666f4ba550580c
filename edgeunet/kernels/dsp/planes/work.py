"""How often the loops of the depthwise kernels over images run."""

from __future__ import annotations

from collections.abc import Mapping

from edgeunet.kernels.conditions import parameters
from edgeunet.kernels.dsp.planes.rows import STRIDES, columns, pairs_of_columns
from edgeunet.kernels.dsp.windows import GROUP
from edgeunet.kernels.work import Work, WorkOf
from edgeunet.program.convolutions import Depthwise2d
from edgeunet.program.steps import Step


def _planes(stride: int) -> WorkOf:
    """Four channels after each other: rows of the image made planes once, then a row of outputs by channel."""

    def work(step: Step) -> Work:
        image, pairs = parameters(step, Depthwise2d).image, pairs_of_columns(step, stride)
        quads, at = step.output.channels // GROUP, columns(step, stride)
        lines = (image.out_height - 1) * image.stride_height + image.kernel_height
        made = max(0, min(image.in_height, lines - image.top))
        rows = quads * GROUP * image.out_height
        return {
            "call": 1,
            "quad": quads,
            "line": quads * lines,
            "made": quads * made,
            "outside": quads * pairs * (image.kernel_height + lines - image.top - made),
            "odd": quads * made * (at["left_odd"] + at["right_odd"]),
            "widened": quads * made * at["whole"],
            "row": rows,
            "two": rows * (image.out_width // 2),
            "last": rows * (image.out_width % 2),
        }

    return work


PLANES: Mapping[str, WorkOf] = {f"eu_planes_{name}": _planes(stride) for name, stride in STRIDES.items()}
"""By function."""
