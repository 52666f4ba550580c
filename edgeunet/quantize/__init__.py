"""Trained Keras models into int8, int16x8 and float32 ``.tflite`` files, with an account of every layer's error."""

from __future__ import annotations

from edgeunet.callable_module import make_callable
from edgeunet.quantize.convert import FORMATS
from edgeunet.quantize.layers import LayerError, compare_layers, worst_layer
from edgeunet.quantize.quantization import Quantized, quantize, quantize_file, quantize_model, report_path

__all__ = [
    "FORMATS",
    "LayerError",
    "Quantized",
    "compare_layers",
    "quantize",
    "quantize_file",
    "quantize_model",
    "report_path",
    "worst_layer",
]

make_callable(__name__)
