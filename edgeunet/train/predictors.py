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
class Locality:
    """How a network works along time; what is not known of a foreign one keeps its default.

    Attributes
    ----------
    total_stride : product of its strides.
    halo : samples that an output depends on to the side where it looks further.
    """

    total_stride: int = 1
    halo: int | None = None


class _Shaped:
    """What goes in and comes out of a network; see `edgeunet.train.stitching.Predictor`."""

    def __init__(self, taken: Any, given: Any, locality: Locality, label: str) -> None:
        fits = isinstance(taken, tuple) and isinstance(given, tuple) and len(taken) == len(given) == 3
        if not fits or None in (*taken[1:], *given[1:]):
            raise TrainError(
                f"{label} maps {taken} to {given}; train and evaluate take networks from (batch, time, channels) "
                "to (batch, time, classes), with a fixed window"
            )
        self.window_samples, self.channels = int(taken[1]), int(taken[2])
        self.output_samples, self.classes = int(given[1]), int(given[2])
        self.total_stride, self.halo = locality.total_stride, locality.halo
        lost = self.window_samples - self.output_samples
        if self.classes < 2 or lost < 0 or lost % 2:
            raise TrainError(
                f"{label} turns {self.window_samples} samples into {self.output_samples} of {self.classes} classes; "
                "it must give two or more classes for each sample of the window, or of its middle"
            )


class KerasPredictor(_Shaped):
    """A Keras model, run in batches."""

    format = "keras"

    def __init__(self, model: Any, locality: Locality | None = None, label: str = "the model") -> None:
        import tensorflow as tf

        super().__init__(model.input_shape, model.output_shape, locality or Locality(), label)
        self._one_by_one = model.input_shape[0] == 1
        self._call = tf.function(lambda x: model(x, training=False), reduce_retracing=True)

    def scores(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return scores ``(n, output_samples, classes)``."""
        if self._one_by_one:
            return np.concatenate([self._call(window[None]).numpy() for window in windows])
        return np.asarray(self._call(windows).numpy(), np.float32)


class LiteRTPredictor(_Shaped):
    """A ``.tflite`` model in LiteRT's reference kernels, a window at a time on each of a few interpreters."""

    def __init__(self, content: bytes | Path, locality: Locality | None = None, label: str = "the model") -> None:
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
        super().__init__(detail.shape, first.output_details[0].shape, locality or Locality(), label)
        self._pool = ThreadPoolExecutor(WORKERS)

    def scores(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return scores ``(n, output_samples, classes)``, dequantized."""
        return np.stack(list(self._pool.map(self._one, windows)))

    def _one(self, window: NDArray[np.float32]) -> NDArray[np.float32]:
        interpreter = self._idle.get()
        try:
            return interpreter.predict(window)[0].reshape(self.output_samples, self.classes)
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
    check_model_file(path)
    return _OPENERS[path.suffix](path, locality_of(card), f"'{path}'")


def check_model_file(path: Path) -> None:
    """Raise unless ``path`` is a file that begins as ``.keras`` and ``.tflite`` files do.

    Raises
    ------
    TrainError
        When it is not there, of another kind, or begins otherwise.
    """
    if path.suffix not in _MARKS:
        raise TrainError(f"'{path}' is neither a .keras nor a .tflite file; pass one of these")
    if not path.is_file():
        raise TrainError(f"there is no file '{path}'; pass the path of a .keras or .tflite model")
    place, mark = _MARKS[path.suffix]
    with path.open("rb") as file:
        begin = file.read(place + len(mark))
    if begin[place:] != mark:
        raise TrainError(f"'{path}' is not a {path.suffix} file, whatever its name says; make or copy it again")


_MARKS = {".keras": (0, b"PK"), ".h5": (0, b"\x89HDF"), ".hdf5": (0, b"\x89HDF"), ".tflite": (4, b"TFL3")}
"""Where in a file of each kind which bytes stand."""


def locality_of(card: ModelCard | None) -> Locality:
    """Return the total stride and halo of the network in the card's spec; nothing known where there is none."""
    from edgeunet.model import describe_network, reach
    from edgeunet.spec import spec_from_dict

    if card is None or card.spec is None:
        return Locality()
    spec = spec_from_dict(dict(card.spec))
    if spec.dimensions != 1:
        return Locality()
    found = reach(describe_network(spec), axis=1)
    halo = max(found.lookahead, found.receptive_field - 1 - found.lookahead)
    return Locality(spec.total_stride[1], halo)


def _open_keras(path: Path, locality: Locality, label: str) -> KerasPredictor:
    from edgeunet.model import load_model

    return KerasPredictor(load_model(path), locality, label)


_OPENERS: Mapping[str, Callable[[Path, Locality, str], KerasPredictor | LiteRTPredictor]] = {
    ".keras": _open_keras,
    ".h5": _open_keras,
    ".hdf5": _open_keras,
    ".tflite": LiteRTPredictor,
}
