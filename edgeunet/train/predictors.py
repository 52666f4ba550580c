"""Trained models of either format behind one face: windows in, class scores out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import TrainError
from edgeunet.litert import ReferenceInterpreter, reference_interpreter
from edgeunet.modelcard import ModelCard

WORKERS = 2
"""Interpreters that run a ``.tflite`` model side by side; the reference kernels use one thread each."""


@dataclass(frozen=True)
class Shape:
    """What goes in and comes out of a network; see `edgeunet.train.stitching.Predictor`."""

    window_samples: int
    channels: int
    output_samples: int
    classes: int
    total_stride: int = 1


class KerasPredictor:
    """A Keras model, run in batches."""

    format = "keras"

    def __init__(self, model: Any, total_stride: int = 1, label: str = "the model") -> None:
        import tensorflow as tf

        shape = _shape(model.input_shape, model.output_shape, total_stride, label)
        self.window_samples, self.channels = shape.window_samples, shape.channels
        self.output_samples, self.classes, self.total_stride = shape.output_samples, shape.classes, shape.total_stride
        self._one_by_one = model.input_shape[0] == 1
        self._call = tf.function(lambda x: model(x, training=False), reduce_retracing=True)

    def scores(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return scores ``(n, output_samples, classes)``."""
        if self._one_by_one:
            return np.concatenate([self._call(window[None]).numpy() for window in windows])
        return np.asarray(self._call(windows).numpy(), np.float32)


class LiteRTPredictor:
    """A ``.tflite`` model in LiteRT's reference kernels, a window at a time on each of a few interpreters."""

    def __init__(self, content: bytes | Path, total_stride: int = 1, label: str = "the model") -> None:
        self._idle: SimpleQueue[ReferenceInterpreter] = SimpleQueue()
        interpreters = [reference_interpreter(content) for _ in range(WORKERS)]
        for interpreter in interpreters:
            self._idle.put(interpreter)
        first = interpreters[0]
        if len(first.input_details) != 1 or len(first.output_details) != 1:
            raise TrainError(
                f"{label} has {len(first.input_details)} inputs and {len(first.output_details)} outputs; "
                "evaluate scores networks with one of each"
            )
        detail = first.input_details[0]
        self.format = f"tflite {detail.dtype.name}"
        shape = _shape(detail.shape, first.output_details[0].shape, total_stride, label)
        self.window_samples, self.channels = shape.window_samples, shape.channels
        self.output_samples, self.classes, self.total_stride = shape.output_samples, shape.classes, shape.total_stride
        self._output = (shape.output_samples, shape.classes)
        self._pool = ThreadPoolExecutor(WORKERS)

    def scores(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return scores ``(n, output_samples, classes)``, dequantized."""
        return np.stack(list(self._pool.map(self._one, windows)))

    def _one(self, window: NDArray[np.float32]) -> NDArray[np.float32]:
        interpreter = self._idle.get()
        try:
            return interpreter.predict(window)[0].reshape(self._output)
        finally:
            self._idle.put(interpreter)


def open_predictor(path: Path, card: ModelCard | None = None) -> KerasPredictor | LiteRTPredictor:
    """Open ``m.keras`` (imports TensorFlow) or ``m.tflite`` (does not).

    Raises
    ------
    TrainError
        When the file is of neither kind or the network does not label a 1-D signal sample by sample.
    ModelError, GraphError
        When the file is damaged.
    """
    path = Path(path)
    opener = _OPENERS.get(path.suffix)
    if opener is None:
        raise TrainError(f"'{path}' is neither a .keras nor a .tflite file; pass one of these")
    if not path.is_file():
        raise TrainError(f"there is no file '{path}'; check the path of the model")
    return opener(path, total_stride_of(card), f"'{path}'")


def total_stride_of(card: ModelCard | None) -> int:
    """Return the product of the strides in the card's spec; 1 where there is none."""
    from edgeunet.spec import spec_from_dict

    if card is None or card.spec is None:
        return 1
    return spec_from_dict(dict(card.spec)).total_stride[1]


def _open_keras(path: Path, total_stride: int, label: str) -> KerasPredictor:
    from edgeunet.model import load_model

    return KerasPredictor(load_model(path), total_stride, label)


_OPENERS: Mapping[str, Callable[[Path, int, str], KerasPredictor | LiteRTPredictor]] = {
    ".keras": _open_keras,
    ".tflite": LiteRTPredictor,
}


def _shape(taken: Any, given: Any, total_stride: int, label: str) -> Shape:
    """Check that a network maps ``(1, time, channels)`` to ``(1, time, classes)`` and return the sizes."""
    fits = isinstance(taken, tuple) and isinstance(given, tuple) and len(taken) == len(given) == 3
    if not fits or None in (*taken[1:], *given[1:]):
        raise TrainError(
            f"{label} maps {taken} to {given}; train and evaluate take networks from (batch, time, channels) "
            "to (batch, time, classes), with a fixed window"
        )
    _, window, channels = (int(n or 1) for n in taken)
    _, output, classes = (int(n or 1) for n in given)
    if classes < 2 or output > window or (window - output) % 2:
        raise TrainError(
            f"{label} turns {window} samples into {output} of {classes} classes; it must give two or more classes "
            "for each sample of the window, or of its middle"
        )
    return Shape(window, channels, output, classes, max(1, total_stride))
