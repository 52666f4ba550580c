"""The objects of the IR: frozen, told apart by what they are, and printed in one line."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil

import numpy as np
import pytest

import edgeunet.graph
from edgeunet.graph.ir import Graph, Op, Quantization, Tensor

MODULES = [module.name for module in pkgutil.walk_packages(edgeunet.graph.__path__, "edgeunet.graph.")]
CLASSES = sorted(
    {
        value
        for name in MODULES
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == name
    },
    key=lambda cls: cls.__name__,
)
HELD_BY_IDENTITY = {"Graph", "SoftmaxTable", "Subgraph", "Tensor", "WideSoftmax"}
"""Classes with arrays: comparing these would be of no use, and costly."""


@pytest.mark.parametrize("cls", CLASSES)
def test_a_dataclass_is_frozen_and_holds_arrays_by_identity(cls: type) -> None:
    parameters = cls.__dataclass_params__  # type: ignore[attr-defined]
    assert parameters.frozen
    assert parameters.eq is (cls.__name__ not in HELD_BY_IDENTITY)


def test_the_dataclasses_are_found() -> None:
    assert {"Graph", "Op", "Quantization", "Tensor", "Multiplier", "Table", "Operator", "Supported"} <= {
        cls.__name__ for cls in CLASSES
    }


def test_an_axis_is_the_first_unless_said() -> None:
    quantization = Quantization((0.5, 0.25), (3, 4))
    assert (quantization.axis, quantization.scale, quantization.zero_point) == (0, 0.5, 3)


def test_sizes_and_reprs_of_tensors() -> None:
    data = np.zeros((2, 3), np.int16)
    tensor = Tensor("x" * 79 + "yz", (2, 3), "int16", None, data)
    assert tensor.size_bytes == 12
    assert repr(tensor) == f"<Tensor {'x' * 78}yz: int16 (2, 3), constant, 12 bytes>"
    assert repr(Tensor("a", (2, 3), "int8")) == "<Tensor a: int8 (2, 3), 6 bytes>"


@pytest.fixture
def graph() -> Graph:
    tensors = tuple(Tensor(name, (1, 1, 4, 2), "int8") for name in "abcd")
    ops = (Op("RELU", "one", (0,), (1,)), Op("ADD", "two", (1, 0), (2,)), Op("ABS", "three", (1,), (3,)))
    return Graph("net", tensors, ops, (0,), (2, 3), "")


def test_the_repr_of_a_graph_tells_its_ports(graph: Graph) -> None:
    shape = "int8 (1, 1, 4, 2)"
    assert repr(graph) == f"<Graph net: 3 ops, 4 tensors, {shape} -> {shape}, {shape}>"


def test_producers_and_consumers(graph: Graph) -> None:
    assert graph.producer(0) is None
    assert graph.producer(1) is graph.ops[0]
    assert graph.producer(3) is graph.ops[2]
    assert graph.consumers(0) == (graph.ops[0], graph.ops[1])
    assert graph.consumers(2) == ()
    assert graph.tensor(2) is graph.tensors[2]
