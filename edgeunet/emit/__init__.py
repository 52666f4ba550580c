"""From a graph to C: ``compile_model`` returns a ``SourceTree`` and the facts a harness needs; nothing is written."""

from edgeunet.emit.compile import compile_model
from edgeunet.emit.source import Compiled, Interface, Layer, SourceTree
from edgeunet.rewrite.passes import PASSES
from edgeunet.schedule.plan import MODES, schedule_graph

__all__ = [
    "MODES",
    "PASSES",
    "Compiled",
    "Interface",
    "Layer",
    "SourceTree",
    "compile_model",
    "schedule_graph",
]
