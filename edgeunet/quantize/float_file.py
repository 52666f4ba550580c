"""Float ``.tflite`` files of any source: checked to be what can be quantized, and tidied.

Files that others made are read here in a process of their own (`edgeunet.quantize.apart`): LiteRT is native code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgeunet.errors import EdgeUNetError, GraphError, QuantizeError
from edgeunet.files import read_bytes
from edgeunet.litert import TensorDetail, reference_interpreter
from edgeunet.quantize.tidy import tidy_foreign
from edgeunet.short_repr import short_repr

LARGEST_BYTES = 64 << 20
_FLOAT_AGAIN = "convert the network to a plain float32 .tflite file, without optimizations, and quantize that"


@dataclass(frozen=True)
class FloatFile:
    """A float32 network: its tidied bytes, and the shapes of its one input and one output."""

    content: bytes
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]

    __repr__ = short_repr


def read_float_file(path: Path) -> FloatFile:
    """Read a ``.tflite`` file with float32 weights and activations.

    Raises
    ------
    QuantizeError
        When it is damaged, quantized already, has several inputs or outputs, or one of an open shape.
    """
    content = read_bytes(path, QuantizeError)
    if len(content) > LARGEST_BYTES:
        raise QuantizeError(
            f"'{path}' has {len(content)} bytes and {LARGEST_BYTES} are the limit; no microcontroller holds so much, "
            "take a smaller network"
        )
    try:
        interpreter = reference_interpreter(content)
        tensors = interpreter.tensors()
    except GraphError as error:
        raise QuantizeError(f"'{path}' cannot be read: {error}") from error
    _check_ends(path, interpreter.input_details, interpreter.output_details)
    _check_kind(path, tensors)
    try:
        tidied = tidy_foreign(content, path.name.split(".")[0])
    except EdgeUNetError:
        raise
    except Exception as error:  # generated readers raise whatever struct, numpy and flatbuffers raise
        raise QuantizeError(
            f"'{path}' is damaged ({type(error).__name__}: {' '.join(str(error).split())[:100]}); make or copy it again"
        ) from error
    return FloatFile(tidied, interpreter.input_details[0].shape, interpreter.output_details[0].shape)


def _check_ends(path: Path, inputs: Sequence[TensorDetail], outputs: Sequence[TensorDetail]) -> None:
    if len(inputs) != 1 or len(outputs) != 1:
        raise QuantizeError(
            f"'{path}' has {len(inputs)} inputs and {len(outputs)} outputs, and edgeunet quantizes networks with one "
            "of each; cut it down to those before it is converted"
        )
    for end, detail in (("input", inputs[0]), ("output", outputs[0])):
        if detail.dtype != np.float32:
            cure = "compile it as it is" if detail.is_quantized else _FLOAT_AGAIN
            raise QuantizeError(
                f"'{path}' has an {end} of {detail.dtype.name}, so it is no float model; {cure}"
                f"{' (edgeunet export-c)' if detail.is_quantized else ''}"
            )
    if any(size < 1 for size in inputs[0].shape) or inputs[0].shape[:1] != (1,):
        raise QuantizeError(
            f"'{path}' takes inputs of shape {inputs[0].shape}, and a device takes one window at a time; "
            "convert it with a batch of 1 and a fixed window"
        )


def _check_kind(path: Path, tensors: Sequence[TensorDetail]) -> None:
    for detail in tensors:
        kind: Any = "float16 weights" if detail.dtype == np.float16 else None
        if detail.is_quantized:
            kind = f"{detail.dtype.name} weights or activations"
        if kind:
            raise QuantizeError(
                f"'{path}' has {kind} ('{detail.name[:60]}'), so part of it is quantized already; {_FLOAT_AGAIN}"
            )
