"""Rows of the depthwise kernels that slide for dilated windows, phase by phase (``eu_depthwise_phases.c``)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from edgeunet.kernels.conditions import parameters, source
from edgeunet.kernels.dsp.depthwise.rows import depthwises, rows_together, same_columns
from edgeunet.kernels.kernel import Arguments, Chosen, Kernel, anything
from edgeunet.program.convolutions import Depthwise
from edgeunet.program.steps import Clearance, Step


@dataclass(frozen=True)
class Phases:
    """A dilated window as dense ones over every ``count``-th row: ``long`` phases of as many rows as ``step`` has, and
    the others of one row less."""

    step: Step
    count: int
    long: int

    def groups(self) -> tuple[int, ...]:
        """Rows of each phase."""
        rows = self.step.groups
        return (*(rows,) * self.long, *(rows - 1,) * (self.count - self.long))


@cache
def _dense(p: Depthwise) -> Depthwise:
    return replace(p, dilation=1)


def phases_of(step: Step) -> Phases | None:
    """The phases of a dilated window; ``None`` where it has none, or too few rows."""
    p, view, output = parameters(step, Depthwise), source(step), step.output
    d, rows = p.dilation, step.groups
    if d == 1 or p.stride != 1 or rows // d < rows_together(step) or output.rows != rows:
        return None
    longest = -(-rows // d)
    inputs = (replace(view, pitch_bytes=d * view.pitch_bytes),)
    written = replace(output, pitch_bytes=d * output.pitch_bytes, rows=longest)
    dense = replace(step, inputs=inputs, output=written, groups=longest, parameters=_dense(p))
    return Phases(dense, d, rows - d * (longest - 1))


def phased(chosen: Chosen = anything) -> tuple[Kernel, ...]:
    """Dilated windows by each kernel that slides, where they are ``chosen``: phases of few rows cost more than loading
    every input anew."""
    return tuple(_over_phases(kernel, chosen) for kernel in depthwises())


def _over_phases(kernel: Kernel, chosen: Chosen) -> Kernel:
    """``kernel`` for dilated windows; the operands lie apart, or columns in columns."""

    def accepts(step: Step) -> bool:
        phases = phases_of(step)
        return phases is not None and kernel.accepts(phases.step) and chosen(step)

    def arguments(step: Step) -> Arguments:
        phases = phases_of(step)
        assert phases is not None
        made = kernel.arguments(phases.step)
        function = made.function or kernel.function
        pitches = source(step).pitch_bytes, step.output.pitch_bytes
        numbers = (phases.count, phases.long, *pitches)
        name = function.replace("eu_depthwise", "eu_depthwise_phases_" + "_".join(map(str, numbers)))
        listed = ", ".join(map(str, (name, made.struct, function, *numbers)))
        fields = {**made.fields, "block": phases.step.groups}
        return Arguments(made.struct, fields, name, (*made.definitions, f"EU_DEPTHWISE_PHASES({listed})\n"))

    return Kernel(
        kernel.function, "dsp", accepts, arguments, (*kernel.requires, "eu_depthwise_phases"), overlap=_overlap
    )


def _overlap(step: Step, position: int) -> Clearance | None:
    """An output whose columns are the input's may replace it where each phase replaces itself: from as many rows of a
    phase on as are done again at its end."""
    phases, pitch = phases_of(step), source(step).pitch_bytes
    if phases is None or not same_columns(step):
        return None
    left_over = rows_together(step) - 1
    again = max(left_over if rows % (left_over + 1) else 0 for rows in phases.groups())
    return Clearance(again * phases.count * pitch, phases.count * pitch)
