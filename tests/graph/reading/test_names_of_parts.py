"""Layer names of operators that converters split off, and of layers inside blocks."""

from __future__ import annotations

import pytest

from edgeunet.graph.reading.names import layer_names


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("CONV_2D", "net/separable_conv2d/x", "separable_conv2d"),
        ("DEPTHWISE_CONV_2D", "net/separable_conv2d/x", "separable_conv2d"),
        ("CONV_2D", "net/a/b/separable_conv2d/x", "a/b"),
        ("DEPTHWISE_CONV_2D", "net/a/b/separable_conv2d/x", "a/b/depthwise"),
        ("CONV_2D", "net/a/separable_conv2d/c/x", "a/separable_conv2d/c"),
        ("CONV_2D", "net/a/b/c/Conv1D/x", "a/b/c"),
        ("CONV_2D", "net/a/b/c/Conv1D/BiasAdd/x", "a/b/c"),
    ],
)
def test_the_operation_at_the_end_is_dropped_and_the_blocks_stay(kind: str, name: str, expected: str) -> None:
    assert layer_names([(kind, [name])]) == [expected]


def test_counters_are_those_of_the_outer_scopes() -> None:
    assert layer_names([("ADD", ["n/a_1/deep/x"]), ("ADD", ["n/b_2/deep/x"])]) == ["a/deep", "b/deep"]
    assert layer_names([("ADD", ["n/a/deep_1/x"]), ("ADD", ["n/b_2/deep_2/x"])]) == ["a/deep_1", "b_2/deep_2"]
