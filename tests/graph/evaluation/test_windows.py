"""Convolutions and pools against loops over every output, tap and channel."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from edgeunet.graph.evaluation import windows

RNG = np.random.default_rng(3)
PLACES = [
    ((3, 4), (1, 1), (1, 1), (0, 0, 0, 0)),
    ((2, 3), (2, 1), (1, 2), (1, 0, 2, 1)),
    ((3, 2), (1, 3), (2, 1), (0, 2, 1, 3)),
    ((1, 1), (2, 2), (3, 3), (1, 1, 0, 0)),
    ((2, 2), (3, 2), (1, 3), (2, 1, 3, 1)),
]
"""Window, stride, dilation and padding (top, bottom, left, right)."""
HEIGHT, WIDTH = 6, 7


def size_of(
    window: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int], padding: tuple[int, ...]
) -> tuple[int, int]:
    rows = (HEIGHT + padding[0] + padding[1] - (window[0] - 1) * dilation[0] - 1) // stride[0] + 1
    columns = (WIDTH + padding[2] + padding[3] - (window[1] - 1) * dilation[1] - 1) // stride[1] + 1
    return rows, columns


def seen(
    place: tuple[int, int],
    tap: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: tuple[int, ...],
) -> tuple[int, int] | None:
    """Where in the image a tap of an output lies, if inside."""
    y = place[0] * stride[0] + tap[0] * dilation[0] - padding[0]
    x = place[1] * stride[1] + tap[1] * dilation[1] - padding[2]
    return (y, x) if 0 <= y < HEIGHT and 0 <= x < WIDTH else None


@pytest.mark.parametrize(("window", "stride", "dilation", "padding"), PLACES)
@pytest.mark.parametrize("multiplier", [0, 1, 3])
def test_convolutions(window, stride, dilation, padding, multiplier: int) -> None:  # type: ignore[no-untyped-def]
    """``multiplier`` outputs per channel of a depthwise convolution; 0 for a convolution of all channels."""
    channels, out = 2, 2 * multiplier or 3
    image = RNG.integers(-255, 256, (HEIGHT, WIDTH, channels))
    weights = RNG.integers(-127, 128, (1, *window, out) if multiplier else (out, *window, channels))
    size = size_of(window, stride, dilation, padding)
    expected = np.zeros((*size, out), np.int64)
    for place in product(*map(range, size)):
        for tap in product(*map(range, window)):
            where = seen(place, tap, stride, dilation, padding)
            for to, given in product(range(out), range(channels)) if where else ():
                if not multiplier:
                    expected[place][to] += image[where][given] * weights[to][tap][given]
                elif to // multiplier == given:
                    expected[place][to] += image[where][given] * weights[0][tap][to]
    slide = windows.depthwise if multiplier else windows.convolution
    found = slide(image.astype(float), weights.astype(float), stride, dilation, padding, size)
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("window", "stride", "padding"), [(p[0], p[1], p[3]) for p in PLACES])
def test_pools(window, stride, padding) -> None:  # type: ignore[no-untyped-def]
    """Values far below zero: a padded place that counted would be the largest, or move the average."""
    image = RNG.integers(-128, -100, (HEIGHT, WIDTH, 2))
    size = size_of(window, stride, (1, 1), padding)
    # a window that lies in the padding alone sees nothing: no network has one
    seen_by = {
        place: [w for tap in product(*map(range, window)) if (w := seen(place, tap, stride, (1, 1), padding))]
        for place in product(*map(range, size))
    }
    some = [place for place, seen_there in seen_by.items() if seen_there]
    with np.errstate(all="ignore"):
        largest = windows.max_pool(image.astype(float), window, stride, padding, size)
        average = windows.average_pool(image.astype(float), window, stride, padding, size)
    for place in some:
        values = np.array([image[where] for where in seen_by[place]])
        count = len(values)
        assert largest[place].tolist() == values.max(axis=0).tolist()
        assert average[place].tolist() == [-((-int(total) + count // 2) // count) for total in values.sum(axis=0)]


@pytest.mark.parametrize("window", [(1, 1), (2, 3), (3, 2), (4, 4)])
@pytest.mark.parametrize("stride", [(1, 1), (2, 3), (3, 2)])
@pytest.mark.parametrize(("top", "left"), [(0, 0), (1, 0), (0, 1)])
@pytest.mark.parametrize("beyond", [(0, 0), (2, 3), (-1, -1)])
def test_transposed_convolutions(window, stride, top: int, left: int, beyond) -> None:  # type: ignore[no-untyped-def]
    """Cropped in front, and cut short or drawn out at the end (where only zeros come)."""
    rows, columns, channels, out = 3, 4, 2, 3
    size = (
        (rows - 1) * stride[0] + window[0] - top + beyond[0],
        (columns - 1) * stride[1] + window[1] - left + beyond[1],
    )
    if min(size) < 1:
        pytest.skip("nothing is left of it")
    image = RNG.integers(-255, 256, (rows, columns, channels))
    weights = RNG.integers(-127, 128, (out, *window, channels))
    expected = np.zeros((*size, out), np.int64)
    for row, column, y, x in product(range(rows), range(columns), *map(range, window)):
        to = row * stride[0] + y - top, column * stride[1] + x - left
        if 0 <= to[0] < size[0] and 0 <= to[1] < size[1]:
            expected[to] += weights[:, y, x, :] @ image[row, column]
    found = windows.transpose_convolution(image.astype(float), weights.astype(float), stride, (top, 0, left, 0), size)
    np.testing.assert_array_equal(found, expected)
