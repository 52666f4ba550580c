"""A Keras model as a float32 ``.tflite``: what the lint reads, and the bit pattern int8 starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    static = to_static(model)
    try:
        with quiet():
            return bytes(converter_of(static).convert())
    except Exception as error:  # the converter raises whatever its parts raise
        reason = " ".join(str(error).split())[:200]
        raise ModelError(
            f"TensorFlow cannot convert '{model.name}' ({type(error).__name__}: {reason}); "
            "leave out the layer it names, or build the model from a spec"
        ) from error


def converter_of(static: keras.Model) -> Any:
    """Return TensorFlow's converter of what a static-shape model computes at inference, traced once.

    ``TFLiteConverter.from_keras_model`` makes the same file, but for the order of its constants, by way of a SavedModel
    that it writes and reads back, in five times the time.
    """
    import tensorflow as tf

    (source,) = static.inputs
    signature = [tf.TensorSpec(source.shape, source.dtype, name=source.name)]
    function = tf.function(lambda window: static(window, training=False), input_signature=signature)
    return tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()], function)
