"""Whether the words that a DSP kernel loads and stores lie at multiples of four: its row's ``words_align``."""

from __future__ import annotations

from collections.abc import Callable

from edgeunet.kernels.conditions import aligned, convolution, source
from edgeunet.kernels.dsp.scaling import Tail
from edgeunet.kernels.dsp.windows import GROUP, tall_parts
from edgeunet.kernels.kernel import anything
from edgeunet.program.convolutions import Conv
from edgeunet.program.steps import ARENA, Step


def never(step: Step) -> bool:
    """For a kernel that is there for operands at any address."""
    return False


def outputs_align(step: Step) -> bool:
    """Whether four channels at a time can be stored as words."""
    return aligned(step.output) and step.output.channels % GROUP == 0


def windows_align(step: Step) -> bool:
    """Whether the windows of a convolution, made of runs of whole groups, begin at words, and so do their runs."""
    parts, conv = tall_parts(step), convolution(step)
    if parts is None:
        return False
    for position, runs in enumerate(parts):
        view = source(step, position)
        one_run = isinstance(conv, Conv) and runs.count == 1
        step_bytes = conv.stride * view.pitch_bytes if one_run else view.pitch_bytes
        if view.space != ARENA or view.offset_bytes % GROUP or step_bytes % GROUP:
            return False
    return True


def other_aligns(step: Step) -> bool:
    """Whether the signal that is added after a convolution can be loaded in words."""
    return aligned(source(step, 1))


def tail_aligns(tail: Tail) -> Callable[[Step], bool]:
    """What the rows of a ``tail`` ask whose inputs lie at words already: the clamped one stores words."""
    return outputs_align if tail.name == "clamped" else anything


def channels_align(step: Step) -> bool:
    """Whether four channels at a time can be loaded from one signal and stored."""
    return aligned(source(step)) and outputs_align(step)
