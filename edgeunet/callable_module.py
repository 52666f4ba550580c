"""Subpackages that bear the name of a verb (``edgeunet.train``) and can be called as one."""

from __future__ import annotations

import inspect
import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class CallableModule(ModuleType):
    """A module whose call runs the verb of its name, see ``edgeunet.verbs``."""

    __signature__: inspect.Signature

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return _verb(self)(*arguments, **options)


def _verb(module: ModuleType) -> Any:
    return getattr(import_module("edgeunet.verbs"), module.__name__.rpartition(".")[2])


def make_callable(name: str) -> None:
    """Let the loaded subpackage ``name`` be called as the verb of its name, and show the verb's signature and help."""
    module = sys.modules[name]
    module.__class__ = CallableModule
    assert isinstance(module, CallableModule)
    verb = _verb(module)
    module.__signature__ = inspect.signature(verb)
    module.__doc__ = f"{module.__doc__}\n\nAs a verb: {name}{module.__signature__}\n\n{inspect.getdoc(verb)}"
