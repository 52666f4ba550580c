"""From a graph to C: ``compile_model`` returns a ``SourceTree`` and the facts a harness needs; nothing is written."""

from edgeunet.emit.compile import CORES, MODES, compile_model, schedule_graph
from edgeunet.emit.source import Compiled, Interface, Layer, SourceTree
from edgeunet.rewrite.passes import PASSES

__all__ = [
    "CORES",
    "MODES",
    "PASSES",
    "Compiled",
    "Interface",
    "Layer",
    "SourceTree",
    "compile_model",
    "schedule_graph",
]
