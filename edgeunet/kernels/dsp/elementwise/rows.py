"""Rows of the maxima and the additions on straight lines."""

from __future__ import annotations

from collections.abc import Callable

from edgeunet.kernels.conditions import aligned, parameters, plain, source
from edgeunet.kernels.exact import straight_add
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields, in_order
from edgeunet.program.parameters import Add, Pool
from edgeunet.program.steps import Step, View

TAPS = (2, 3, 4)
"""Rows of the maxima that have a kernel."""


def _whole_words(view: View) -> bool:
    return aligned(view) and view.channels % 4 == 0


def _accepts_max_pool(taps: int) -> Callable[[Step], bool]:
    def accepts(step: Step) -> bool:
        pool = parameters(step, Pool)
        whole = _whole_words(source(step)) and _whole_words(step.output)
        return plain(step) and whole and pool.kernel == taps and (pool.low, pool.high) == (-128, 127)

    return accepts


def _max_pool(taps: int) -> Callable[[Step], Arguments]:
    def arguments(step: Step) -> Arguments:
        pitch = source(step).pitch_bytes
        fields: StructFields = {
            "rows": step.groups,
            "in_step": parameters(step, Pool).stride * pitch,
            "pitch": pitch,
            "out_step": step.output.pitch_bytes,
            "words": step.output.channels // 4,
        }
        return Arguments(f"eu_elementwise_max_{taps}_t", fields)

    return arguments


def max_pools() -> tuple[Kernel, ...]:
    return tuple(
        Kernel(f"eu_elementwise_max_{k}", "dsp", _accepts_max_pool(k), _max_pool(k), overlap=in_order()) for k in TAPS
    )


def _accepts_add(step: Step) -> bool:
    """Two signals of the output's shape, whole words, and a straight line that is exact."""
    views = [view for view in (*step.inputs, step.output) if isinstance(view, View) and _whole_words(view)]
    shapes = {(view.rows, view.channels) for view in views}
    fits = plain(step) and len(views) == 3 and len(shapes) == 1
    return fits and straight_add.fit(parameters(step, Add)) is not None


def _add(step: Step) -> Arguments:
    line = straight_add.fit(parameters(step, Add))
    assert line is not None
    fields: StructFields = {
        "rows": step.rows,
        "words": step.output.channels // 4,
        "a_pitch": source(step, 0).pitch_bytes,
        "b_pitch": source(step, 1).pitch_bytes,
        "out_pitch": step.output.pitch_bytes,
        "a_slope": line.a_slope,
        "b_slope": line.b_slope,
        "offset": line.offset,
    }
    return Arguments("eu_elementwise_add_linear_t", fields)


def additions() -> tuple[Kernel, ...]:
    """Sums of two signals."""
    return (Kernel("eu_elementwise_add_linear", "dsp", _accepts_add, _add),)
