"""Graph to graph, exact in integers: each rewrite is one module with its algebra above it."""

from collections.abc import Callable, Collection, Mapping

from edgeunet.graph.ir import Graph
from edgeunet.rewrite.edges import strip_edges
from edgeunet.rewrite.padding import fold_padding

REWRITES: Mapping[str, Callable[[Graph], Graph]] = {"edges": strip_edges, "padding": fold_padding}
"""By name, in the order they are applied. Without ``edges`` a network of float or uint8 edges has no int8 interface."""


def simplify(graph: Graph, without: Collection[str] = ()) -> Graph:
    """``graph`` after every rewrite but those named in ``without``."""
    for name, rewrite in REWRITES.items():
        if name not in without:
            graph = rewrite(graph)
    return graph


__all__ = ["REWRITES", "fold_padding", "simplify", "strip_edges"]
