"""The exact rewrites of a program, in the order in which they are applied; each is one module, its algebra above it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from edgeunet.program.program import Accepts, Node, Program
from edgeunet.rewrite.fold_clamp import fold_clamps
from edgeunet.rewrite.fuse_concat import fuse_concatenations
from edgeunet.rewrite.low_rate import accumulate_at_low_rate
from edgeunet.rewrite.split_depthwise import split_depthwises
from edgeunet.rewrite.transposed import split_transposed
from edgeunet.rewrite.upsampled import split_upsampled


def anything(node: Node) -> bool:
    """For kernels that take every node."""
    return True


REWRITES: Mapping[str, Callable[[Program, Accepts], Program]] = {
    "transposed": lambda program, accepts: split_transposed(program),
    "activation": lambda program, accepts: fold_clamps(program),
    "concat": lambda program, accepts: fuse_concatenations(program),
    "low_rate": lambda program, accepts: accumulate_at_low_rate(program),
    "depthwise_parts": split_depthwises,
    "upsampled": split_upsampled,
}
"""By name, from a program and what the chosen kernels accept."""
