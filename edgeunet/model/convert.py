"""A Keras model as a float32 ``.tflite``: what the lint reads, and the bit pattern int8 starts from."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from edgeunet.errors import ModelError
from edgeunet.model.storage import to_static

if TYPE_CHECKING:
    import keras


def convert_float(model: keras.Model) -> bytes:
    """Return ``model`` as a float32 ``.tflite`` with a batch of 1.

    Raises
    ------
    ModelError
        When TensorFlow cannot convert the model.
    """
    import tensorflow as tf

    static = to_static(model)
    try:
        with quiet():
            return bytes(tf.lite.TFLiteConverter.from_keras_model(static).convert())
    except Exception as error:  # the converter raises whatever its parts raise
        reason = " ".join(str(error).split())[:200]
        raise ModelError(
            f"TensorFlow cannot convert '{model.name}' ({type(error).__name__}: {reason}); "
            "leave out the layer it names, or build the model from a spec"
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what TensorFlow prints while it saves or converts, on any channel, out of the way."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(channel) for channel in (1, 2)]
    stdout, stderr = sys.stdout, sys.stderr
    with tempfile.TemporaryFile() as sink, open(os.devnull, "w", encoding="utf-8") as nowhere:
        try:
            for channel in (1, 2):
                os.dup2(sink.fileno(), channel)
            sys.stdout = sys.stderr = nowhere
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        finally:
            sys.stdout, sys.stderr = stdout, stderr
            for channel, saved in zip((1, 2), kept, strict=True):
                os.dup2(saved, channel)
                os.close(saved)
