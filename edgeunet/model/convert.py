"""A Keras model as a float32 ``.tflite``: what the lint reads, and the bit pattern int8 starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgeunet.errors import ModelError
from edgeunet.model.quiet import import_tensorflow, quiet
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
    import_tensorflow()
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
