"""The dataclasses of a package, and how they compare."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any


def classes_of(package: str) -> Iterator[type[Any]]:
    """Every class that a module of ``package`` defines."""
    found = importlib.import_module(package)
    for info in pkgutil.walk_packages(found.__path__, f"{package}."):
        module = importlib.import_module(info.name)
        yield from (
            value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__
        )


def dataclasses_of(package: str) -> Iterator[type[Any]]:
    """Every dataclass that a module of ``package`` defines."""
    return (cls for cls in classes_of(package) if "__dataclass_fields__" in vars(cls))


def thawed(package: str) -> set[str]:
    """Names of the dataclasses whose fields can be set."""
    return {cls.__name__ for cls in dataclasses_of(package) if not cls.__dataclass_params__.frozen}


def compared_by_identity(package: str) -> set[str]:
    """Names of the dataclasses that equal nothing but themselves."""
    return {cls.__name__ for cls in dataclasses_of(package) if cls.__eq__ is object.__eq__}
