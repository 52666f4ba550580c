"""The exact rewrites of a program, in the order in which they are applied; each is one module, its algebra above it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from edgeunet.program.program import Program
from edgeunet.rewrite.constant_channels import fix_constant_channels
from edgeunet.rewrite.dead_channels import remove_dead_channels
from edgeunet.rewrite.fold_clamp import fold_clamps
from edgeunet.rewrite.fuse_add import ADDITIONS
from edgeunet.rewrite.fuse_concat import fuse_concatenations
from edgeunet.rewrite.low_rate import accumulate_at_low_rate
from edgeunet.rewrite.merge_tables import merge_tables
from edgeunet.rewrite.offers import OfferedRewrite
from edgeunet.rewrite.split_depthwise import DEPTHWISE_PARTS
from edgeunet.rewrite.transposed import split_transposed
from edgeunet.rewrite.upsampled import UPSAMPLED

REWRITES: Mapping[str, Callable[[Program], Program]] = {
    "transposed": split_transposed,
    "activation": fold_clamps,
    "dead_channels": remove_dead_channels,
    "constant_channels": fix_constant_channels,
    "tables": merge_tables,
    "concat": fuse_concatenations,
    "low_rate": accumulate_at_low_rate,
}
"""By name: what every flavour gains by."""

LOW_RATE_REWRITES: Mapping[str, OfferedRewrite] = {"depthwise_parts": DEPTHWISE_PARTS, "upsampled": UPSAMPLED}
"""By name, after those: windows over upsampled signals read at the low rate, where the flavour gains by it."""

FUSIONS: Mapping[str, OfferedRewrite] = {"add": ADDITIONS}
"""By name, last: nodes with an epilogue, where the flavour has kernels for them."""


def rewrite_program(program: Program, without: Collection[str] = ()) -> Program:
    """``program`` after all of ``REWRITES`` but those named in ``without``."""
    for name, rewrite in REWRITES.items():
        if name not in without:
            program = rewrite(program)
    return program
