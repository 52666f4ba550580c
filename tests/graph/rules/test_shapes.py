"""Rules about shapes by themselves: the last that is taken, the first that is refused, the sentence."""

from __future__ import annotations

from typing import Any

import pytest

from edgeunet.graph.rules import shapes
from tests.rigs.subjects import DAMAGED, S, shaped, subject, tensor, weighted


def no_room(*padding: int) -> str:
    return f"its window does not fit {S} with padding {padding}" + DAMAGED


def too_far(reach: int) -> str:
    return f"its window reaches {reach} samples and 32768 are supported; use a smaller dilation"


def misfit(weights: tuple[int, ...], what: str) -> str:
    return f"its weights {weights} don't fit {what}" + DAMAGED


def grouped(groups: int) -> str:
    return f"it has {groups} groups; use an ordinary or a depthwise convolution"


@pytest.mark.parametrize(
    ("kind", "weights", "made", "sentence"),
    [
        ("CONV_2D", (5, 1, 3, 4), (1, 2, 6, 5), None),
        ("CONV_2D", (5, 1, 3, 2), (1, 2, 6, 5), grouped(2)),
        ("CONV_2D", (5, 1, 3, 1), (1, 2, 6, 5), grouped(4)),
        ("CONV_2D", (5, 1, 3, 3), (1, 2, 6, 5), misfit((5, 1, 3, 3), '4 input and 5 output channels')),
        ("CONV_2D", (5, 1, 3, 4), (1, 2, 6, 6), misfit((5, 1, 3, 4), '4 input and 6 output channels')),
        ("DEPTHWISE_CONV_2D", (1, 1, 3, 8), (1, 2, 6, 8), None),
        ("DEPTHWISE_CONV_2D", (2, 1, 3, 8), (1, 2, 6, 8), misfit((2, 1, 3, 8), '8 output channels')),
        ("DEPTHWISE_CONV_2D", (1, 1, 3, 8), (1, 2, 6, 4), misfit((1, 1, 3, 8), '4 output channels')),
    ],
)  # fmt: skip
def test_shapes_of_weights(kind: str, weights: tuple[int, ...], made: tuple[int, ...], sentence: str | None) -> None:
    assert shapes.weight_shape(weighted(kind, S, weights, made)) == sentence


@pytest.mark.parametrize(
    ("weights", "made", "sentence"),
    [
        ((3, 4), (1, 2, 6, 3), None),
        ((3, 8), (1, 1, 6, 3), None),
        ((3, 48), (1, 1, 1, 3), None),
        ((3, 4), (1, 2, 6, 4), misfit((3, 4), "its output (1, 2, 6, 4)")),
        ((3, 4, 1), (1, 2, 6, 3), misfit((3, 4, 1), "its output (1, 2, 6, 3)")),
        ((3, 5), (1, 2, 6, 3), f"its weights (3, 5) can't turn {S} into (1, 2, 6, 3)" + DAMAGED),
        ((3, 8), (1, 2, 6, 3), f"its weights (3, 8) can't turn {S} into (1, 2, 6, 3)" + DAMAGED),
    ],
)
def test_shapes_of_dense_layers(weights: tuple[int, ...], made: tuple[int, ...], sentence: str | None) -> None:
    assert shapes.connected_shape(weighted("FULLY_CONNECTED", S, weights, made)) == sentence


@pytest.mark.parametrize(
    ("window", "stride", "padding", "made", "sentence"),
    [
        ((1, 3), (1, 1), (0, 0, 0, 0), (1, 2, 4, 4), None),
        ((1, 3), (1, 1), (0, 0, 0, 0), (1, 2, 5, 4), no_room(0, 0, 0, 0)),
        ((1, 3), (1, 1), (0, 0, 1, 0), (1, 2, 5, 4), None),
        ((1, 3), (1, 1), (0, 0, 0, 1), (1, 2, 5, 4), None),
        ((1, 3), (1, 1), (0, 0, -1, 2), (1, 2, 4, 4), no_room(0, 0, -1, 2)),
        ((1, 3), (1, 1), (0, 0, 2, -1), (1, 2, 4, 4), no_room(0, 0, 2, -1)),
        ((2, 3), (1, 1), (1, 0, 0, 0), (1, 2, 4, 4), None),
        ((2, 3), (1, 1), (0, 0, 0, 0), (1, 2, 4, 4), no_room(0, 0, 0, 0)),
        ((1, 2), (1, 2), (0, 0, 0, 0), (1, 2, 3, 4), None),
        ((1, 2), (1, 3), (0, 0, 0, 0), (1, 2, 3, 4), no_room(0, 0, 0, 0)),
        ((1, 3), (1, 1), (0, 0, 0, 0), (1, 2, 4, 5), f"it can't turn {S} into (1, 2, 4, 5)" + DAMAGED),
        ((1, 3), (1, 1), (0, 0, 0, 0), (2, 2, 4, 4), f"it can't turn {S} into (2, 2, 4, 4)" + DAMAGED),
        ((1, 32769), (1, 1), (0, 0, 0, 32763), (1, 2, 1, 4), too_far(32769)),
        ((1, 32768), (1, 1), (0, 0, 0, 32762), (1, 2, 1, 4), None),
        ((1, 1), (1, 32769), (0, 0, 0, 0), (1, 2, 1, 4), too_far(1)),
        ((1, 1), (1, 32768), (0, 0, 0, 0), (1, 2, 1, 4), None),
    ],
)  # fmt: skip
def test_windows(window: Any, stride: Any, padding: Any, made: tuple[int, ...], sentence: str | None) -> None:
    pool = subject("MAX_POOL_2D", tensor(), tensor(made), filter=window, stride=stride, padding=padding)
    assert shapes.window_shape(pool) == sentence


def test_windows_of_weights() -> None:
    def found(dilation: int, columns: int) -> str | None:
        attributes = {"stride": (1, 1), "dilation": (1, dilation), "padding": (0, 0, 0, 0)}
        return shapes.window_shape(weighted("CONV_2D", S, (5, 1, 3, 4), (1, 2, columns, 5), None, **attributes))

    assert [found(1, 4), found(2, 2)] == [None, None]
    assert found(2, 3) == no_room(0, 0, 0, 0)


def test_shapes_that_stay() -> None:
    assert shaped(shapes.same_shape, S, S) is None
    assert (
        shaped(shapes.same_shape, S, (1, 2, 6, 5)) == f"its output has shape {S} for an input of (1, 2, 6, 5)" + DAMAGED
    )
    assert shaped(shapes.same_count, (1, 1, 6, 8), S) is None
    assert shaped(shapes.same_count, (1, 1, 6, 7), S) == f"it can't turn {S} into (1, 1, 6, 7)" + DAMAGED
    assert shaped(shapes.resized_shape, (1, 3, 3, 4), S) is None
    assert shaped(shapes.resized_shape, (1, 2, 6, 5), S) == f"it can't turn {S} into (1, 2, 6, 5)" + DAMAGED


@pytest.mark.parametrize(
    ("first", "second", "made", "fits"),
    [(S, S, S, True), (S, (1, 1, 1, 4), S, True), ((1, 2, 1, 4), (1, 1, 6, 1), S, True), (S, (1, 2, 3, 4), S, False),
     (S, S, (1, 2, 6, 5), False), ((1, 1, 1, 1), (1, 1, 1, 1), S, False)],
)  # fmt: skip
def test_broadcasting(first: Any, second: Any, made: tuple[int, ...], fits: bool) -> None:
    sentence = None if fits else f"operands {first} and {second} don't make {made}" + DAMAGED
    assert shaped(shapes.broadcast_shape, made, first, second) == sentence


def test_joining() -> None:
    rule = shapes.joined_shape
    assert shaped(rule, (1, 2, 6, 8), S, S, axis=3) is None
    assert shaped(rule, (1, 4, 6, 4), S, S, axis=1) is None
    assert shaped(rule, (2, 2, 6, 4), S, S, axis=0) == "it joins along the batch; join along time or channels"
    made = (1, 2, 6, 9)
    assert shaped(rule, made, S, S, axis=3) == f"its operands don't add up to {made} along axis 3" + DAMAGED
    other = (1, 2, 5, 4)
    assert (
        shaped(rule, (1, 2, 6, 8), S, other, axis=3)
        == f"operand {other} does not fit the output (1, 2, 6, 8) along axis 3" + DAMAGED
    )


def test_padding_and_slicing() -> None:
    pairs = ((0, 0), (1, 0), (0, 2), (0, 0))
    assert shaped(shapes.padded_shape, (1, 3, 8, 4), S, paddings=pairs) is None
    made = (1, 3, 7, 4)
    sentence = f"padding {S} by {pairs} does not give {made}; pad time, space or channels only"
    assert shaped(shapes.padded_shape, made, S, paddings=pairs) == sentence
    pairs = ((1, 0), (0, 0), (0, 0), (0, 0))
    assert shaped(shapes.padded_shape, (2, 2, 6, 4), S, paddings=pairs) is not None
    for begin, size, fits in (
        ((0, 0, 2, 0), (1, 2, 4, 4), True),
        ((0, 0, 3, 0), (1, 2, 4, 4), False),
        ((0, 0, -1, 0), (1, 2, 4, 4), False),
        ((0, 0, 2, 0), (1, 2, 0, 4), False),
        ((0, 0, 2, 0), (1, 2, 1, 4), True),
    ):
        sentence = f"the slice of {size} from {begin} is not inside {S}" + DAMAGED
        assert shaped(shapes.sliced_shape, size, S, begin=begin, size=size) == (None if fits else sentence)
    found = shaped(shapes.sliced_shape, (1, 2, 4, 3), S, begin=(0, 0, 0, 0), size=(1, 2, 4, 4))
    assert found == f"the slice of (1, 2, 4, 4) from (0, 0, 0, 0) is not inside {S}" + DAMAGED


def test_averaging() -> None:
    assert shaped(shapes.averaged_shape, (1, 2, 1, 4), S, axes=(2,)) is None
    made = (1, 2, 6, 4)
    assert shaped(shapes.averaged_shape, made, S, axes=(2,)) == f"{S} reduced over (2,) does not give {made}" + DAMAGED
