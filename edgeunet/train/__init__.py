"""Training and scoring: a spec becomes a trained model, a model becomes figures in milliseconds.

Names are looked up on first use, so scoring a ``.tflite`` never imports TensorFlow.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from edgeunet.callable_module import make_callable

_EXPORTS = {
    "Listener": "edgeunet.train.training",
    "TrainOptions": "edgeunet.train.options",
    "TrainResult": "edgeunet.train.training",
    "evaluate": "edgeunet.train.evaluation",
    "match_boundaries": "edgeunet.train.delineation",
    "predict_record": "edgeunet.train.stitching",
    "score_boundaries": "edgeunet.train.delineation",
    "train": "edgeunet.train.training",
}

__all__ = list(_EXPORTS)


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module 'edgeunet.train' has no attribute '{name}'")


make_callable(__name__)
