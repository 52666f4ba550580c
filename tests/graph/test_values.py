"""What the graph's modules hand to each other are values: nobody changes a dataclass that another holds."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import Any

import pytest

import edgeunet.graph


def dataclasses() -> list[type[Any]]:
    """Those that a module below ``edgeunet.graph`` defines."""
    names = [found.name for found in pkgutil.walk_packages(edgeunet.graph.__path__, "edgeunet.graph.")]
    modules = [importlib.import_module(name) for name in names]
    return [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and is_dataclass(value) and value.__module__ == module.__name__
    ]


def test_dataclasses_cannot_be_changed() -> None:
    found = dataclasses()
    assert {"Op", "Tensor", "Graph", "Exchange", "FloatStep"} <= {kind.__name__ for kind in found}
    for kind in found:
        made = object.__new__(kind)
        with pytest.raises(FrozenInstanceError):
            setattr(made, fields(kind)[0].name, None)
