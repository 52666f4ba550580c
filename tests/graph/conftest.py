"""Small writers shared by the graph tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.networks.tflite_writer import ModelWriter

WriteOne = Callable[..., bytes]


@pytest.fixture(scope="session")
def one_operator() -> WriteOne:
    """A writer of models of one operator with one int8 operand and, after it, constant integer ones."""

    def write(
        kind: str,
        shape_in: tuple[int, ...],
        shape_out: tuple[int, ...],
        q_in: tuple[float, int] = (0.1, 0),
        q_out: tuple[float, int] | None = None,
        constants: tuple[Any, ...] = (),
        **options: Any,
    ) -> bytes:
        writer = ModelWriter()
        x = writer.tensor(shape_in, "int8", *q_in, name="input")
        y = writer.tensor(shape_out, "int8", *(q_out or q_in), name="model/layer_under_test/op")
        writer.op(kind, [x, *(writer.constant(numbers) for numbers in constants)], y, **options)
        return writer.build([x], [y])

    return write


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)
