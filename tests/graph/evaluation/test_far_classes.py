"""Softmax: what lies further below the largest than its arithmetic reaches takes no share from the others."""

from __future__ import annotations

import numpy as np

from edgeunet.graph.evaluation.softmax import softmax, softmax_table


def test_classes_out_of_reach_change_nothing() -> None:
    table = softmax_table(1.0, 0.25)
    assert table.largest_difference < 140
    rng = np.random.default_rng(0)
    near = rng.integers(90, 128, (400, 11))
    far = np.full((400, 500), -128)
    alone, together = softmax(near, table), softmax(np.concatenate([near, far], axis=1), table)
    np.testing.assert_array_equal(together[:, :11], alone)
    assert (together[:, 11:] == -128).all()
