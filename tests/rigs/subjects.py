"""Operators made by hand, as rules look at them."""

from __future__ import annotations

from typing import Any

import numpy as np

from edgeunet.graph.ir import ABSENT, Graph, Op, Quantization, Tensor
from edgeunet.graph.rules.operands import Subject

S = (1, 2, 6, 4)
"""The shape of what is not told otherwise."""
DAMAGED = "; the file is damaged"
AGAIN = "; quantize the model again"


def tensor(
    shape: tuple[int, ...] = S, scale: float | None = 0.5, zero: int = 0, dtype: str = "int8", data: Any = None
) -> Tensor:
    quantization = None if scale is None else Quantization((scale,), (zero,))
    return Tensor("t", shape, dtype, quantization, data)


def subject(kind: str, *tensors: Tensor, **attributes: Any) -> Subject:
    """An operator of all tensors but the last, which it makes."""
    graph = Graph("net", tensors, (), (), (), "")
    return Subject(Op(kind, "layer", tuple(range(len(tensors) - 1)), (len(tensors) - 1,), attributes), graph)


def weighted(
    kind: str, given: tuple[int, ...], weights: Any, made: tuple[int, ...], bias: Any = None, **attributes: Any
) -> Subject:
    """An operator with weights: an array of them, or their shape."""
    data = np.ones(weights, np.int8) if isinstance(weights, tuple) else weights
    tensors = [tensor(given), tensor(data.shape, data=data), *([] if bias is None else [bias]), tensor(made)]
    inputs = (0, 1, ABSENT if bias is None else 2)
    return Subject(
        Op(kind, "layer", inputs, (len(tensors) - 1,), attributes), Graph("n", tuple(tensors), (), (), (), "")
    )


def shaped(rule: Any, made: tuple[int, ...], *given: tuple[int, ...], **attributes: Any) -> str | None:
    found: str | None = rule(subject("ANY", *(tensor(shape) for shape in given), tensor(made), **attributes))
    return found
