"""The row of ``eu_elementwise_add_clamped``: sums with a clamp (RELU after a residual), or at any address."""

from __future__ import annotations

from dataclasses import replace

from edgeunet.kernels.conditions import aligned, parameters, plain, source
from edgeunet.kernels.dsp.fields import splat
from edgeunet.kernels.exact import straight_add
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields
from edgeunet.program.parameters import Add
from edgeunet.program.steps import Step, View


def _line(step: Step) -> straight_add.StraightAdd | None:
    """The straight line of a sum before its clamp: it is cut to int8 first, and then to less."""
    return straight_add.fit(replace(parameters(step, Add), low=-128, high=127))


def words_of(step: Step) -> tuple[int, int] | None:
    """Rows and words per row of a sum of two signals, all in one row where they lie without gaps."""
    views = [view for view in (*step.inputs, step.output) if isinstance(view, View)]
    shapes = {(view.rows, view.channels) for view in views}
    if len(views) != 3 or len(shapes) != 1:
        return None
    rows, channels = shapes.pop()
    if all(view.pitch_bytes == channels for view in views) and rows * channels % 4 == 0:
        return 1, rows * channels // 4
    return (rows, channels // 4) if channels % 4 == 0 else None


def _words_align(step: Step) -> bool:
    views = [view for view in (*step.inputs, step.output) if isinstance(view, View)]
    words = words_of(step)
    one_row = words is not None and words[0] == 1
    return all(aligned(replace(view, pitch_bytes=0) if one_row else view) for view in views)


def _accepts(step: Step) -> bool:
    return plain(step) and words_of(step) is not None and _line(step) is not None


def _arguments(step: Step) -> Arguments:
    line, words = _line(step), words_of(step)
    assert line is not None
    assert words is not None
    fields: StructFields = {
        "rows": words[0],
        "words": words[1],
        "a_pitch": source(step, 0).pitch_bytes,
        "b_pitch": source(step, 1).pitch_bytes,
        "out_pitch": step.output.pitch_bytes,
        "a_slope": line.a_slope,
        "b_slope": line.b_slope,
        "offset": line.offset,
        "low": splat(parameters(step, Add).low),
        "high": splat(parameters(step, Add).high),
    }
    return Arguments("eu_elementwise_add_clamped_t", fields)


def clamped_additions() -> tuple[Kernel, ...]:
    """Sums of two signals."""
    return (Kernel("eu_elementwise_add_clamped", "dsp", _accepts, _arguments, words_align=_words_align),)
