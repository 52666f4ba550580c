"""Keras to ``.tflite``: float32, int8 (per-channel weights, int8 in and out) and int16x8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import QuantizeError
from edgeunet.model.convert import converter_of
from edgeunet.model.quiet import import_tensorflow, quiet
from edgeunet.quantize.tidy import tidy

if TYPE_CHECKING:
    import keras

FORMATS = ("int8", "int16x8", "float32")


def convert(model: keras.Model, number_format: str, windows: NDArray[np.float32] | None = None) -> bytes:
    """Convert a static-shape model and tidy the result (`edgeunet.quantize.tidy`).

    Parameters
    ----------
    model : with a fixed batch of 1, see `edgeunet.model.to_static`.
    number_format : one of `FORMATS`.
    windows : ``(windows, *input_shape)``, what the ranges are calibrated on; not used for float32.

    Raises
    ------
    QuantizeError
        When the format is unknown, or TensorFlow cannot convert the model.
    """
    if number_format not in FORMATS:
        raise QuantizeError(f"format '{number_format}' is unknown; choose {', '.join(FORMATS)}")
    if number_format != "float32" and windows is None:
        raise QuantizeError(f"{number_format} needs calibration windows; pass windows of training patients")
    import_tensorflow()
    try:
        with quiet():
            converter = converter_of(model)
            if windows is not None and number_format != "float32":
                _calibrate(converter, number_format, windows)
            converted = bytes(converter.convert())
    except Exception as error:  # the converter raises whatever its parts raise
        reason = " ".join(str(error).split())[:200]
        raise QuantizeError(
            f"TensorFlow cannot convert '{model.name}' to {number_format} ({type(error).__name__}: {reason}); "
            "see which layer 'edgeunet build' complains about, or choose another --format"
        ) from error
    return tidy(converted, _layers(model), model.name)


def _calibrate(converter: Any, number_format: str, windows: NDArray[np.float32]) -> None:
    """Set ``converter`` to integers whose ranges come from ``windows``."""
    import tensorflow as tf

    operators, integer = {
        "int8": (tf.lite.OpsSet.TFLITE_BUILTINS_INT8, tf.int8),
        "int16x8": (tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8, tf.int16),
    }[number_format]
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([window[None]] for window in windows)
    converter.target_spec.supported_ops = [operators]
    converter.inference_input_type = integer
    converter.inference_output_type = integer


def _layers(model: keras.Model) -> dict[str, bool]:
    """Return Keras layer name → whether the layer has a kernel."""
    return {layer.name: any("kernel" in weight.name for weight in layer.weights) for layer in model.layers}
