"""Programs as the stages before the schedule leave them."""

from __future__ import annotations

from collections.abc import Callable

from edgeunet.graph.ir import Graph
from edgeunet.lower.lower import lower
from edgeunet.program.program import Node, Program
from edgeunet.rewrite import simplify
from edgeunet.rewrite.offers import OfferedRewrite
from edgeunet.rewrite.rewrites import LOW_RATE_REWRITES, rewrite_program


def everything(node: Node) -> bool:
    return True


def taken(program: Program, rewrite: OfferedRewrite, accepts: Callable[[Node], bool] = everything) -> Program:
    """``program`` after every offer of ``rewrite`` whose nodes ``accepts`` takes."""
    for place in rewrite.places(program):
        for offer in rewrite.offers(program, place):
            if all(accepts(node) for node in offer.asked):
                program = offer.program
                break
    return program


def rewritten(graph: Graph) -> Program:
    """``graph`` lowered, and rewritten wherever it can be."""
    program = rewrite_program(lower(simplify(graph)))
    for rewrite in LOW_RATE_REWRITES.values():
        program = taken(program, rewrite)
    return program
