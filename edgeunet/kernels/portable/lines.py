"""The portable kernels' rows for additions on straight lines and for maxima of two or three rows."""

from __future__ import annotations

from edgeunet.kernels.conditions import parameters, plain, source
from edgeunet.kernels.exact import straight_add
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields, in_order
from edgeunet.program.parameters import Add, Pool
from edgeunet.program.steps import Step, View

NEAR = (2, 3)
"""Rows of the maxima."""


def _accepts_add(step: Step) -> bool:
    """Two signals of the output's shape, and a straight line that is exact."""
    views = [view for view in (*step.inputs, step.output) if isinstance(view, View)]
    whole = plain(step) and len(views) == 3 and len({(view.rows, view.channels) for view in views}) == 1
    return whole and straight_add.fit(parameters(step, Add)) is not None


def lines_of(step: Step) -> tuple[int, int]:
    """Rows and channels of an addition: one row where rows follow each other without gaps."""
    a, b, out = source(step, 0), source(step, 1), step.output
    one_row = {view.pitch_bytes for view in (a, b, out)} == {out.channels}
    return (1, out.rows * out.channels) if one_row else (out.rows, out.channels)


def _add(step: Step) -> Arguments:
    line = straight_add.fit(parameters(step, Add))
    assert line is not None
    a, b, out = source(step, 0), source(step, 1), step.output
    rows, channels = lines_of(step)
    fields: StructFields = {
        "rows": rows,
        "channels": channels,
        "a_pitch": a.pitch_bytes,
        "b_pitch": b.pitch_bytes,
        "out_pitch": out.pitch_bytes,
        "a_slope": line.a_slope,
        "b_slope": line.b_slope,
        "offset": line.offset,
    }
    return Arguments("eu_add_line_t", fields)


def _accepts_max_pool(step: Step) -> bool:
    pool = parameters(step, Pool)
    return plain(step) and pool.kernel in NEAR and (pool.low, pool.high) == (-128, 127)


def _max_pool(step: Step) -> Arguments:
    pool, pitch = parameters(step, Pool), source(step).pitch_bytes
    fields: StructFields = {
        "rows": step.groups,
        "in_step": pool.stride * pitch,
        "pitch": pitch,
        "last": (pool.kernel - 1) * pitch,
        "out_step": step.output.pitch_bytes,
        "channels": step.output.channels,
    }
    return Arguments("eu_max_pool_near_t", fields)


ADDITION = Kernel("eu_add_line", "portable", _accepts_add, _add)
MAX_POOL = Kernel("eu_max_pool_near", "portable", _accepts_max_pool, _max_pool, overlap=in_order())
