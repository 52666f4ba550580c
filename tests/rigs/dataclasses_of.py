"""The dataclasses of a package, and how they compare."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any


def dataclasses_of(package: str) -> Iterator[type[Any]]:
    """Every dataclass that a module of ``package`` defines."""
    found = importlib.import_module(package)
    for info in pkgutil.walk_packages(found.__path__, f"{package}."):
        module = importlib.import_module(info.name)
        for value in vars(module).values():
            if dataclasses.is_dataclass(value) and isinstance(value, type) and value.__module__ == module.__name__:
                yield value


def thawed(package: str) -> set[str]:
    """Names of the dataclasses whose fields can be set."""
    return {cls.__name__ for cls in dataclasses_of(package) if not cls.__dataclass_params__.frozen}


def compared_by_identity(package: str) -> set[str]:
    """Names of the dataclasses that equal nothing but themselves."""
    return {cls.__name__ for cls in dataclasses_of(package) if cls.__eq__ is object.__eq__}
