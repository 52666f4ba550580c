"""edgeunet: from the spec of a compact 1-D U-Net to bit-exact C firmware and its measured cost.

Nothing heavy is imported here: names are looked up on first use, so ``import edgeunet`` never loads TensorFlow.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_EXPORTS = {
    "UNetSpec": "edgeunet.spec",
    "BlockSpec": "edgeunet.spec",
    "load_spec": "edgeunet.spec",
    "build_model": "edgeunet.model",
}

__all__ = ["__version__", *_EXPORTS]


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module 'edgeunet' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
