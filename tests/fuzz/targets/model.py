"""``.tflite`` models: read, evaluated where they are small, and compiled."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edgeunet.emit import compile_model
from edgeunet.errors import CompileError, GraphError
from edgeunet.graph import Graph, evaluate, read_tflite
from tests.fuzz.contract import Target
from tests.fuzz.mutation.flatbuffer import mutate_model

MOST_MACS = 300_000
"""Of a mutant that is evaluated: one changed size can make a network of a few kilobytes a thousand times larger."""
MOST_BYTES = 200_000


def read(data: bytes, folder: Path) -> None:
    """Read, evaluate and compile; the C itself is built by the target ``compiled``."""
    graph = read_tflite(data)
    if not is_small(graph):
        return
    given = [np.full(graph.tensors[index].shape, 7, graph.tensors[index].dtype) for index in graph.inputs]
    made = evaluate(graph, given)
    assert [array.size for array in made] == [int(np.prod(graph.tensors[index].shape)) for index in graph.outputs]
    compile_model(graph, "net")


def is_small(graph: Graph) -> bool:
    """Whether running it takes a moment."""
    sizes = [tensor.size_bytes for tensor in graph.tensors]
    return sum(sizes) <= MOST_BYTES and max(sizes) * len(graph.ops) <= MOST_MACS


TARGET = Target(
    name="tflite",
    about=".tflite models",
    read=read,
    mutate=mutate_model,
    refuses=(GraphError, CompileError),
    calls=5_000_000,
)
