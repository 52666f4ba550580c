"""Questions that a row of a kernel table may ask of a step."""

from __future__ import annotations

from typing import TypeVar, overload

from edgeunet.program.convolutions import Conv, ConvSum
from edgeunet.program.parameters import Parameters
from edgeunet.program.program import Constant
from edgeunet.program.steps import ARENA, Step, View

A = TypeVar("A", bound=Parameters)
B = TypeVar("B", bound=Parameters)


@overload
def parameters(step: Step, kind: type[A], /) -> A: ...
@overload
def parameters(step: Step, kind: type[A], other: type[B], /) -> A | B: ...
def parameters(step: Step, *kinds: type[object]) -> Parameters:
    """The step's parameters, of the class (or one of the two) that the kinds of steps in the row's table have."""
    found = step.parameters
    assert isinstance(found, kinds)
    return found


def convolution(step: Step) -> Conv | ConvSum:
    """The parameters of a convolution over one signal or two."""
    return parameters(step, Conv, ConvSum)


def plain(step: Step) -> bool:
    """Whether nothing is fused to the step."""
    return not step.epilogue


def source(step: Step, position: int = 0) -> View:
    """Operand ``position``, which must be a signal."""
    view = step.inputs[position]
    assert isinstance(view, View)
    return view


def aligned(view: View) -> bool:
    """Whether rows of four-byte words can be loaded from ``view``."""
    return view.space == ARENA and view.offset_bytes % 4 == 0 and view.pitch_bytes % 4 == 0


def output_over_input(step: Step) -> bool:
    """Whether the output lies over a part of an input (but for a fused addition's operand, which it may replace)."""
    inputs = step.inputs[:1] if step.epilogue else step.inputs
    return any(share_bytes(view, step.output) for view in inputs)


def share_bytes(a: View | Constant, b: View) -> bool:
    """Whether two operands lie in the same bytes, were it one."""
    if isinstance(a, Constant) or a.space != b.space:
        return False
    a_end, b_end = (view.offset_bytes + view.rows * view.pitch_bytes for view in (a, b))
    return a.offset_bytes < b_end and b.offset_bytes < a_end
