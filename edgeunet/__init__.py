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
    "EdgeUNetError": "edgeunet.errors",
    "build_model": "edgeunet.model",
    "load_model": "edgeunet.model",
    "read_tflite": "edgeunet.graph",
    "compile_model": "edgeunet.emit",
}
_VERBS = ("build", "evaluate", "export_c", "bench", "flash", "check")
_VERB_PACKAGES = ("train", "quantize", "report")

__all__ = ["__version__", *_EXPORTS, *_VERBS, *_VERB_PACKAGES]


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(import_module(_EXPORTS[name]), name)
    if name in _VERBS:
        return import_module("edgeunet.verbs").verb(name)
    if name in _VERB_PACKAGES:
        return import_module(f"edgeunet.{name}")
    raise AttributeError(f"module 'edgeunet' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
