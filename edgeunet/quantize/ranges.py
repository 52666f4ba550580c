"""The range of every activation of a float ``.tflite`` file over calibration windows, in LiteRT's reference kernels.

A range is the smallest and largest value seen, zero included, as TensorFlow's converter takes it; so both ways to
quantize a network end with the same scales. (The calibrator of ai-edge-quantizer has moving averages of the ranges of
single windows, which depend on the order of the windows and saturate what is larger than usual.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import QuantizeError
from edgeunet.litert import reference_interpreter
from edgeunet.quantize.layers import Operator, read_operators

Ranges = dict[str, tuple[float, float]]
"""Smallest and largest value by the tensor's name."""

_JOINING = ("CONCATENATION", "PACK", "MAXIMUM", "MINIMUM")
"""Integer kernels without a scale of their own for each input: inputs of other scales would be requantized before."""

_PASSING = (
    "RESHAPE", "TRANSPOSE", "MAX_POOL_2D", "AVERAGE_POOL_2D", "RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR", "PAD",
    "SLICE", "STRIDED_SLICE", "SPLIT", "SPLIT_V", "UNPACK", "GATHER", "SQUEEZE", "EXPAND_DIMS", "TILE",
    "BROADCAST_TO", "SPACE_TO_DEPTH", "DEPTH_TO_SPACE", "REVERSE_V2",
)  # fmt: skip
"""Those that only move values, or average them: what goes in and comes out has one scale."""


def measure_ranges(model: bytes, windows: Iterable[NDArray[np.float32]]) -> Ranges:
    """Return the ranges of all float activations of ``model``; what an integer kernel wants at one scale has one range.

    Parameters
    ----------
    model : a float32 ``.tflite`` file whose tensors have names of their own.
    windows : real-valued inputs, each of the model's input shape with or without its batch.

    Raises
    ------
    QuantizeError
        When an activation has no finite range.
    """
    interpreter = reference_interpreter(model, preserve_all_tensors=True)
    operators = read_operators(model)
    made = {index for operator in operators for index in operator.outputs}
    made |= {detail.index for detail in interpreter.input_details}
    tensors = [detail for detail in interpreter.tensors() if detail.index in made and detail.dtype == np.float32]
    low, high = dict.fromkeys((t.index for t in tensors), 0.0), dict.fromkeys((t.index for t in tensors), 0.0)
    for window in windows:
        interpreter.run(window.astype(np.float32))
        for detail in tensors:
            values = interpreter.tensor(detail.index)
            low[detail.index] = min(low[detail.index], float(values.min()))
            high[detail.index] = max(high[detail.index], float(values.max()))
    for detail in tensors:
        if not np.isfinite([low[detail.index], high[detail.index]]).all():
            raise QuantizeError(
                f"the output of '{detail.name}' is infinite or NaN on a calibration window, in float already; "
                "train the network again, or normalize its input"
            )
    for group in _groups(operators, low):
        least, most = min(low[index] for index in group), max(high[index] for index in group)
        low.update(dict.fromkeys(group, least))
        high.update(dict.fromkeys(group, most))
    return {detail.name: (low[detail.index], high[detail.index]) for detail in tensors}


def _groups(operators: Sequence[Operator], known: Iterable[int]) -> list[set[int]]:
    """Return sets of activations that shall have one range: all that a joining operator sees, through passing ones."""
    activations = set(known)
    group_of = {index: {index} for index in activations}

    def unite(indices: Iterable[int]) -> None:
        together = set().union(*(group_of[index] for index in indices if index in activations))
        for index in together:
            group_of[index] = together

    for operator in operators:
        if operator.kind in _PASSING or operator.kind in _JOINING:
            unite((*operator.inputs, *operator.outputs))
    return list({id(group): group for group in group_of.values() if len(group) > 1}.values())
