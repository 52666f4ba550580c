"""Input zero points folded into biases, and the kernels that would be needed without.

A convolution sums ``(x - z) * w`` over its window, with ``z`` the input's zero point, the same for all values:

    bias + sum (x - z) * w = (bias - z * sum w) + sum x * w

so the subtraction moves out of the loop into a bias computed at export (``folded_bias`` in ``program.convolutions``).
int32 arithmetic wraps, so this holds whether or not a sum overflows; padding rows hold ``z``, and contribute nothing.
Every kernel relies on it. The rows here are those that do not: they subtract, one instruction per product, and exist to
be compared with.
"""

from __future__ import annotations

from edgeunet.kernels.conditions import plain
from edgeunet.kernels.kernel import Arguments, Kernel, KernelTable, StructFields, in_order
from edgeunet.kernels.portable.fields import REQUANTIZE
from edgeunet.kernels.portable.table import PORTABLE
from edgeunet.program.convolutions import WeightedSum
from edgeunet.program.steps import Step


def _unfolded(function: str) -> Kernel:
    """The portable kernel ``function`` with the zero point beside the bias as the file has it."""
    (folded,) = (k for kind in ("conv", "conv_sum", "depthwise") for k in PORTABLE[kind] if k.function == function)

    def arguments(step: Step) -> Arguments:
        made, p = folded.arguments(step), step.parameters
        assert isinstance(p, WeightedSum)
        fields: StructFields = {**made.fields, "bias": p.bias}
        return Arguments(f"{function}_unfolded_t", {"in_zero_point": p.input_zero_point, **fields})

    return Kernel(f"{function}_unfolded", "portable", plain, arguments, REQUANTIZE, overlap=in_order())


UNFOLDED: KernelTable = {
    "conv": (_unfolded("eu_conv_1d"),),
    "conv_sum": (_unfolded("eu_conv_sum"),),
    "depthwise": (_unfolded("eu_depthwise_1d"),),
}
"""Rows of kernels that subtract the zero point themselves."""
