"""From the bytes of an int8 ``.tflite`` file to a ``Graph``, and exact integer evaluation of one."""

from __future__ import annotations

from edgeunet.graph.evaluation.evaluate import evaluate, evaluate_all
from edgeunet.graph.ir import ABSENT, Graph, Op, Quantization, Tensor
from edgeunet.graph.reading.tflite import read_tflite

__all__ = ["ABSENT", "Graph", "Op", "Quantization", "Tensor", "evaluate", "evaluate_all", "read_tflite"]
