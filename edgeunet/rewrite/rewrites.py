"""The exact rewrites of a program, in the order in which they are applied; each is one module, its algebra above it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from edgeunet.graph.ir import Graph
from edgeunet.lower.lower import lower
from edgeunet.program.program import Node, Program
from edgeunet.rewrite import simplify
from edgeunet.rewrite.fold_clamp import fold_clamps
from edgeunet.rewrite.fuse_concat import fuse_concatenations
from edgeunet.rewrite.low_rate import accumulate_at_low_rate
from edgeunet.rewrite.split_depthwise import split_depthwises
from edgeunet.rewrite.transposed import split_transposed
from edgeunet.rewrite.upsampled import split_upsampled
from edgeunet.schedule.recompute import timed_stream
from edgeunet.schedule.retiming import history_bytes
from edgeunet.schedule.timing import stream_timing, total_stride

Accepts = Callable[[Node], bool]


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


def rewritten(graph: Graph, without: Collection[str] = (), accepts: Accepts = anything) -> Program:
    """``graph`` simplified, lowered, and rewritten by all but the rewrites named in ``without``."""
    program = lower(simplify(graph, without))
    for name, rewrite in REWRITES.items():
        if name not in without:
            program = rewrite(program, accepts)
    return program


def rewritten_stream(
    graph: Graph, hop: int | None, without: Collection[str] = (), accepts: Accepts = anything
) -> Program:
    """``rewritten`` for a stream in hops of ``hop``, where all phases of an upsampled window wait for the last of them.

    Those windows stay at the high rate where their waiting would delay the output, or at the smallest hop keep more
    history.
    """
    program = rewritten(graph, without, accepts)
    patient = rewritten(graph, {*without, "depthwise_parts", "upsampled"}, accepts)
    if not any(node.kind.endswith("_upsampled") for node in program.nodes):
        return program
    return program if _waiting(program, hop) <= _waiting(patient, hop) else patient


def _waiting(program: Program, hop: int | None) -> tuple[int, int]:
    """Rows by which the output lags, and at the smallest hop bytes of history."""
    stride = total_stride(program)
    timing = stream_timing(program, stride)
    lag = max(timing.lags[signal] for signal in program.outputs)
    return lag, history_bytes(*timed_stream(program, stride)) if hop in (None, stride) else 0
