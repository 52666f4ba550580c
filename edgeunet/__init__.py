"""edgeunet: from the spec of a compact 1-D U-Net to bit-exact C firmware and its measured cost.

Nothing heavy is imported here: names are looked up on first use, so ``import edgeunet`` never loads TensorFlow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what `__getattr__` finds, for type checkers and editors
    from edgeunet.emit import compile_model as compile_model
    from edgeunet.errors import EdgeUNetError as EdgeUNetError
    from edgeunet.graph import read_tflite as read_tflite
    from edgeunet.model import build_model as build_model
    from edgeunet.model import load_model as load_model
    from edgeunet.spec import BlockSpec as BlockSpec
    from edgeunet.spec import UNetSpec as UNetSpec
    from edgeunet.spec import load_spec as load_spec
    from edgeunet.verbs import bench as bench
    from edgeunet.verbs import build as build
    from edgeunet.verbs import check as check
    from edgeunet.verbs import doctor as doctor
    from edgeunet.verbs import energy as energy
    from edgeunet.verbs import evaluate as evaluate
    from edgeunet.verbs import export_c as export_c
    from edgeunet.verbs import firmware_new as firmware_new
    from edgeunet.verbs import flash as flash
    from edgeunet.verbs import import_ as import_
    from edgeunet.verbs import inspect as inspect
    from edgeunet.verbs import quantize as quantize
    from edgeunet.verbs import report as report
    from edgeunet.verbs import simulate as simulate
    from edgeunet.verbs import synth as synth
    from edgeunet.verbs import train as train

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
_VERBS = (
    "build", "import_", "evaluate", "export_c", "bench", "simulate", "firmware_new", "flash", "energy", "check",
    "inspect", "synth", "doctor",
)  # fmt: skip
_VERB_PACKAGES = ("train", "quantize", "report")

__all__ = ["__version__", *_EXPORTS, *_VERBS, *_VERB_PACKAGES]


if not TYPE_CHECKING:  # or a checker would take every name

    def __getattr__(name: str) -> Any:
        if name in _EXPORTS:
            return getattr(import_module(_EXPORTS[name]), name)
        if name in _VERBS:
            return getattr(import_module("edgeunet.verbs"), name)
        if name in _VERB_PACKAGES:
            return import_module(f"edgeunet.{name}")
        raise AttributeError(f"module 'edgeunet' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
