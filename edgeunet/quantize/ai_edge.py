"""A float ``.tflite`` file to int8 or int16x8 through ai-edge-quantizer, which needs no TensorFlow.

It writes the integers, for ranges that are measured here (`edgeunet.quantize.ranges`). Weights have a scale per output
channel; input and output are integers too.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import QuantizeError, ToolError
from edgeunet.quantize.islands import integers_throughout
from edgeunet.quantize.ranges import measure_ranges
from edgeunet.quantize.tidy import tidy_foreign

_RECIPES = {"int8": "static_wi8_ai8", "int16x8": "static_wi8_ai16"}


def quantize_float(model: bytes, number_format: str, windows: NDArray[np.float32], model_name: str) -> bytes:
    """Quantize a tidied float32 ``.tflite`` file.

    Parameters
    ----------
    model : from `edgeunet.quantize.float_file.read_float_file`.
    number_format : ``"int8"`` or ``"int16x8"``.
    windows : ``(windows, *input_shape)``, what the ranges are taken from.
    model_name : goes into the file as its description.

    Raises
    ------
    QuantizeError
        When an activation has no range, or the quantizer cannot write the file.
    ToolError
        When ai-edge-quantizer is not installed.
    """
    try:
        from ai_edge_quantizer import quantizer, recipe
    except ImportError as error:
        raise ToolError(
            f"quantizing a float .tflite file needs ai-edge-quantizer ({error}); "
            "install it with: pip install 'edgeunet[quantizer]'"
        ) from None
    ranges = measure_ranges(model, windows)
    statistics = {
        name: {"min": np.array([low], np.float32), "max": np.array([high], np.float32)}
        for name, (low, high) in ranges.items()
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it keeps all tensors of an interpreter
            made = quantizer.Quantizer(bytearray(model), getattr(recipe, _RECIPES[number_format])())
            converted = made.quantize(statistics, enable_progress_report=False).quantized_model
    except Exception as error:  # the quantizer raises whatever its parts raise
        reason = " ".join(str(error).split())[:200]
        raise QuantizeError(
            f"ai-edge-quantizer cannot quantize '{model_name}' to {number_format} ({type(error).__name__}: {reason}); "
            "leave out the layer it names, or quantize the Keras model where there is one"
        ) from error
    return tidy_foreign(integers_throughout(bytes(converted), ranges), model_name)
