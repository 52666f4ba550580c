"""The base of weighted sums, and what only some nodes can be asked."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from edgeunet.program.convolutions import Requantization, WeightedSum
from edgeunet.program.parameters import Copy, Fill
from edgeunet.program.program import EACH, Node, channel_offset


def test_a_sum_says_what_it_multiplies_by() -> None:
    """Without that it cannot be made: ``factors`` is asked as a property."""
    assert inspect.isabstract(WeightedSum)
    assert isinstance(vars(WeightedSum)["factors"], property)
    made: Any = WeightedSum
    with pytest.raises(TypeError, match="abstract"):
        made(np.zeros((1, 1), np.int8), np.zeros(1, np.int32), 0, Requantization(*[np.ones(1, np.int32)] * 2, 0, 0, 0))


def test_only_a_concatenation_has_a_place_for_its_channels() -> None:
    placed = Node("concat", "c", (0,), (EACH,), 1, Copy(1, 8, 3, out_offset=5), ("CONCATENATION",))
    assert channel_offset(placed) == 5
    with pytest.raises(AssertionError):
        channel_offset(Node("fill", "f", (), (), 1, Fill(0), ("PAD",)))
