"""Rows of additions, maxima, copies and repetitions."""

from __future__ import annotations

from dataclasses import replace

from edgeunet.kernels.conditions import parameters, plain, source
from edgeunet.kernels.exact import straight_add
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields, in_order
from edgeunet.kernels.mve.vectors import LANES
from edgeunet.kernels.portable.table import copy_fields
from edgeunet.program.convolutions import INT32_LIMIT
from edgeunet.program.parameters import Add, Pool, Repeat
from edgeunet.program.steps import Clearance, Step, View


def _accepts_add(step: Step) -> bool:
    """Two signals of the output's shape, and a straight line that is exact."""
    views = [view for view in (*step.inputs, step.output) if isinstance(view, View)]
    shapes = {(view.rows, view.channels) for view in views}
    return plain(step) and len(views) == 3 and len(shapes) == 1 and _line(step) is not None


def _line(step: Step) -> straight_add.StraightAdd | None:
    """The straight line whose offset makes up for the two rounding shifts of ``eu_elementwise_add``."""
    line = straight_add.fit(parameters(step, Add))
    if line is None:
        return None
    line = replace(line, offset=line.offset - (1 << 15) - (1 << 19))
    largest = 128 * (abs(line.a_slope) + abs(line.b_slope)) + abs(line.offset)
    return line if largest < INT32_LIMIT else None


def _add(step: Step) -> Arguments:
    line = _line(step)
    assert line is not None
    a, b, out = source(step, 0), source(step, 1), step.output
    dense = all(view.pitch_bytes == view.channels for view in (a, b, out))
    fields: StructFields = {
        "rows": 1 if dense else step.rows,
        "channels": step.rows * out.channels if dense else out.channels,
        "a_pitch": a.pitch_bytes,
        "b_pitch": b.pitch_bytes,
        "out_pitch": out.pitch_bytes,
        "a_slope": line.a_slope,
        "b_slope": line.b_slope,
        "rounded_offset": line.offset,
    }
    return Arguments("eu_elementwise_add_t", fields)


def _accepts_max_pool(step: Step) -> bool:
    pool = parameters(step, Pool)
    return plain(step) and pool.kernel in (2, 3) and (pool.low, pool.high) == (-128, 127)


def _max_pool(step: Step) -> Arguments:
    view = source(step)
    fields: StructFields = {
        "rows": step.groups,
        "in_step": parameters(step, Pool).stride * view.pitch_bytes,
        "pitch": view.pitch_bytes,
        "out_step": step.output.pitch_bytes,
        "channels": step.output.channels,
        "kernel": parameters(step, Pool).kernel,
    }
    return Arguments("eu_elementwise_max_t", fields)


def _accepts_copy(step: Step) -> bool:
    """Anything but nothing."""
    fields = copy_fields(step)
    return plain(step) and min(fields["outer"], fields["rows"], fields["bytes"]) >= 1


def _copies(step: Step) -> Arguments:
    return Arguments("eu_elementwise_copy_t", copy_fields(step))


def _repeats(step: Step) -> Arguments:
    """Blocks of one row of inputs, copied ``factor`` times."""
    view, factor, pitch = source(step), parameters(step, Repeat).factor, step.output.pitch_bytes
    fields: StructFields = {
        "outer": step.groups,
        "rows": factor,
        "bytes": view.row_bytes,
        "in_pitch": 0,
        "in_jump": view.pitch_bytes,
        "out_pitch": pitch,
        "out_jump": factor * pitch,
    }
    return Arguments("eu_elementwise_copy_t", fields)


def _max_overlap(step: Step, position: int) -> Clearance | None:
    """Rows go in ascending order where sixteen lanes hold all channels."""
    return in_order()(step, position) if step.output.row_bytes <= LANES else None


ADD = Kernel("eu_elementwise_add", "mve", _accepts_add, _add, overlap=in_order())
MAX_POOL = Kernel("eu_elementwise_max", "mve", _accepts_max_pool, _max_pool, overlap=_max_overlap)
COPY = Kernel("eu_elementwise_copy", "mve", _accepts_copy, _copies)
REPEAT = Kernel("eu_elementwise_copy", "mve", plain, _repeats, overlap=in_order())
