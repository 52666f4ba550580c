"""Graph to graph, exact in integers: each rewrite is one module with its algebra above it."""

from collections.abc import Callable

from edgeunet.graph.ir import Graph
from edgeunet.rewrite.edges import strip_edges
from edgeunet.rewrite.padding import fold_padding

REWRITES: tuple[Callable[[Graph], Graph], ...] = (strip_edges, fold_padding)
"""In the order they are applied."""


def simplify(graph: Graph) -> Graph:
    """``graph`` after every rewrite."""
    for rewrite in REWRITES:
        graph = rewrite(graph)
    return graph


__all__ = ["REWRITES", "fold_padding", "simplify", "strip_edges"]
