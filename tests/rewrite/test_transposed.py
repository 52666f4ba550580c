"""The taps of a transposed convolution's phases."""

from __future__ import annotations

import numpy as np

from edgeunet.rewrite.transposed import phase_taps


def test_taps_of_a_phase_oldest_input_first() -> None:
    weights = np.arange(5, dtype=np.int8).reshape(1, 5, 1)
    for position, taps, newest in ((0, [4, 2, 0], 0), (1, [3, 1], 0), (2, [4, 2, 0], 1), (3, [3, 1], 1)):
        found, row = phase_taps(weights, 2, position)
        assert (found.ravel().tolist(), row) == (taps, newest)
    found, row = phase_taps(weights, 7, 5)
    assert (found.ravel().tolist(), found.shape, row) == ([0], (1, 1, 1), 0)
    assert phase_taps(weights, 7, 4)[0].ravel().tolist() == [4]
