"""The compiler's view of a quantized network, on one page: tensors, ops, and the graph that holds them in order.

A ``Graph`` is what ``read_tflite`` returns, what every rewrite takes and returns, and what the schedule starts from.
Activation tensors are NHWC with N = 1. One-dimensional signals are ``(1, 1, time, channels)`` after reading: a
``T x 1`` image and a ``1 x T`` image lie the same way in memory, so the reader turns the former into the latter.
Weights are as TFLite keeps them: CONV_2D and TRANSPOSE_CONV ``(out, kh, kw, in)``, DEPTHWISE_CONV_2D
``(1, kh, kw, out)``, FULLY_CONNECTED ``(out, in)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.short_repr import LONGEST, cut, short_repr

ABSENT = -1
"""Input index of an optional operand that is not there (a convolution without bias)."""


@dataclass(frozen=True)
class Quantization:
    """Affine quantization: ``real = scale * (q - zero_point)``, per tensor (one entry) or per channel along ``axis``.

    ``scales`` are float32 values held as Python floats, exactly as the file has them.
    """

    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int = 0

    __repr__ = short_repr

    @property
    def scale(self) -> float:
        return self.scales[0]

    @property
    def zero_point(self) -> int:
        return self.zero_points[0]


def size_bytes(dtype: str, shape: tuple[int, ...]) -> int:
    """Bytes of so many numbers; of ``int4`` two share one."""
    count = int(np.prod(shape, dtype=np.int64))
    return (count + 1) // 2 if dtype == "int4" else count * np.dtype(dtype).itemsize


@dataclass(frozen=True, eq=False)
class Tensor:
    """One tensor. ``data`` is set for constants (read-only array of ``shape``), ``None`` for activations.

    Of a constant of type ``int4``, whose numbers share bytes in the file, ``data`` is int8, from -8 to 7.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    quantization: Quantization | None = None
    data: NDArray[Any] | None = None

    def __repr__(self) -> str:
        constant = "constant, " if self.is_constant else ""
        return cut(f"<Tensor {self.name[-80:]}: {self.dtype} {self.shape}, {constant}{self.size_bytes} bytes>", LONGEST)

    @property
    def size_bytes(self) -> int:
        """Bytes that the tensor takes in a file."""
        return size_bytes(self.dtype, self.shape)

    @property
    def is_constant(self) -> bool:
        return self.data is not None


@dataclass(frozen=True)
class Op:
    """One operator: ``inputs`` and ``outputs`` index ``Graph.tensors`` (``ABSENT`` for a missing optional input).

    ``kind`` is TFLite's builtin name (``"CONV_2D"``); ``attributes`` are its decoded, plain-valued options, listed per
    kind in ``edgeunet.graph.rules.table``; ``name`` says which layer it came from, for messages and the layer table.
    """

    kind: str
    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)

    __repr__ = short_repr


@dataclass(frozen=True, eq=False)
class Graph:
    """A network: ``ops`` in an order in which every op follows the producers of its inputs."""

    name: str
    tensors: tuple[Tensor, ...]
    ops: tuple[Op, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    digest: str
    """SHA-256 of the file it was read from, as hexadecimal digits."""

    def __repr__(self) -> str:
        ports = " -> ".join(
            ", ".join(f"{self.tensors[i].dtype} {self.tensors[i].shape}" for i in side)
            for side in (self.inputs, self.outputs)
        )
        return cut(f"<Graph {self.name}: {len(self.ops)} ops, {len(self.tensors)} tensors, {ports}>", LONGEST)

    def tensor(self, index: int) -> Tensor:
        return self.tensors[index]

    def producer(self, index: int) -> Op | None:
        return next((op for op in self.ops if index in op.outputs), None)

    def has_four_bit_weights(self) -> bool:
        """Whether any operator reads a tensor of type int4."""
        return any(self.tensors[index].dtype == "int4" for op in self.ops for index in op.inputs if index != ABSENT)

    def consumers(self, index: int) -> tuple[Op, ...]:
        return tuple(op for op in self.ops if index in op.inputs)
