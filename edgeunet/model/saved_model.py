"""A SavedModel directory as a float ``.tflite`` file: it has no layers to read, only functions to run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from edgeunet.errors import ModelError
from edgeunet.model.quiet import import_tensorflow, quiet


def convert_saved_model(path: Path, window_samples: int, channels: int) -> tuple[bytes, Callable[[Any], Any]]:
    """Convert the serving function of a SavedModel for a batch of 1, and return it as a function too.

    TensorFlow loads and runs what the directory holds, operators that read and write files among it: for models of
    people you trust, in a process of its own.

    Parameters
    ----------
    path : the directory.
    window_samples, channels : its input is ``(1, window_samples, channels)``.

    Raises
    ------
    ModelError
        When it cannot be loaded, has no serving function of one input and one output, or cannot be converted.
    """
    import_tensorflow()
    import tensorflow as tf

    try:
        with quiet():
            loaded = tf.saved_model.load(str(path))
            serve = loaded.signatures["serving_default"]
            (argument,), (result,) = serve.structured_input_signature[1], serve.structured_outputs
            signature = [tf.TensorSpec((1, window_samples, channels), tf.float32, name="input")]
            function = tf.function(lambda window: serve(**{argument: window})[result], input_signature=signature)
            concrete = function.get_concrete_function()
            content = bytes(tf.lite.TFLiteConverter.from_concrete_functions([concrete], loaded).convert())
    except Exception as error:  # TensorFlow raises whatever its parts raise
        reason = " ".join(str(error).split())[:200]
        raise ModelError(
            f"cannot convert the SavedModel '{path}' ({type(error).__name__}: {reason}); it needs the signature "
            "serving_default with one input of shape (batch, window, channels) and one output"
        ) from error

    def run(window: Any) -> Any:
        return np.asarray(concrete(tf.constant(window)))

    return content, run
