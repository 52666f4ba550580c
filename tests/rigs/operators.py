"""Operators as a file has them, made by hand and decoded."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import GraphError
from edgeunet.graph.ir import Op, Tensor
from edgeunet.graph.reading.flatbuffer import Table
from edgeunet.graph.reading.operator import Operator
from edgeunet.graph.reading.options import DECODERS

S = (1, 2, 6, 4)
"""The shape of what is not told otherwise."""
DAMAGED = "; the file is damaged"


class Options(Table):
    """Options by field number, without a buffer behind them."""

    def __init__(self, values: dict[int, Any]) -> None:
        object.__setattr__(self, "values", values)

    def _scalar(self, field: int, code: str, default: Any) -> Any:
        return self.values.get(field, default)  # type: ignore[attr-defined]

    def numbers(self, field: int, dtype: str, what: str) -> tuple[Any, ...]:
        return tuple(self.values.get(field, ()))  # type: ignore[attr-defined]


def operator(kind: str, shapes: list[Any], made: tuple[int, ...], **options: Any) -> Operator:
    """An operator whose operands are shapes of int8 activations, or arrays: constants."""
    tensors = [
        Tensor(f"t{i}", s.shape, str(s.dtype), None, s) if isinstance(s, np.ndarray) else Tensor(f"t{i}", s, "int8")
        for i, s in enumerate([*shapes, made])
    ]
    inputs = tuple(range(len(shapes)))
    values = {int(name[1:]): value for name, value in options.items()}
    return Operator(0, kind, "layer", inputs, (len(shapes),), Options(values), tuple(tensors))


def ints(*numbers: Any) -> np.ndarray[Any, Any]:
    return np.array(numbers, np.int32)


def decoded(kind: str, shapes: list[Any], made: tuple[int, ...], **options: Any) -> Op:
    return DECODERS[kind](operator(kind, shapes, made, **options))


def refused(sentence: str, kind: str, shapes: list[Any], made: tuple[int, ...], **options: Any) -> None:
    with pytest.raises(GraphError, match=f"^{re.escape(f'{kind} {chr(39)}layer{chr(39)}: {sentence}')}$"):
        decoded(kind, shapes, made, **options)
