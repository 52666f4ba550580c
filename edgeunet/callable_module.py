"""Subpackages that bear the name of a verb (``edgeunet.train``) and can be called as one."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class CallableModule(ModuleType):
    """A module whose call runs the verb of its name, see ``edgeunet.verbs``."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return import_module("edgeunet.verbs").run_verb(self.__name__.rpartition(".")[2], *arguments, **options)


def make_callable(module: str) -> None:
    """Let the loaded subpackage ``module`` be called as the verb of its name."""
    sys.modules[module].__class__ = CallableModule
