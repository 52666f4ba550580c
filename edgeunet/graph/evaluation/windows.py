"""Exact convolutions and pools on numpy arrays, one tap at a time.

Sums are formed in float64, which is exact here: int8 or int16 values times int8 weights stay under 2**53 by far.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from edgeunet.graph.evaluation.arithmetic import Integers, rounded_average

Image = NDArray[np.float64]
LOWEST = 40000.0
"""More than any value of an activation is below zero."""

Pair = tuple[int, int]
Padding = tuple[int, int, int, int]


def taps(image: Image, window: Pair, stride: Pair, dilation: Pair, padding: Padding, size: Pair) -> Iterator[Image]:
    """For each place in the window, row by row, what it sees: ``(*size, channels)``, zeros outside ``image``."""
    top, bottom, left, right = padding
    padded = np.pad(image, ((top, bottom), (left, right), (0, 0)))
    for row in range(window[0]):
        for column in range(window[1]):
            y, x = row * dilation[0], column * dilation[1]
            yield padded[
                y : y + (size[0] - 1) * stride[0] + 1 : stride[0], x : x + (size[1] - 1) * stride[1] + 1 : stride[1]
            ]


def convolution(image: Image, weights: Image, stride: Pair, dilation: Pair, padding: Padding, size: Pair) -> Integers:
    """Accumulators ``(*size, out)`` of a convolution; ``weights`` ``(out, kh, kw, in)``."""
    out, *window, _ = weights.shape
    total = np.zeros((*size, out))
    for number, seen in enumerate(taps(image, (window[0], window[1]), stride, dilation, padding, size)):
        total += seen @ weights[:, number // window[1], number % window[1], :].T
    return total.astype(np.int64)


def depthwise(image: Image, weights: Image, stride: Pair, dilation: Pair, padding: Padding, size: Pair) -> Integers:
    """Accumulators ``(*size, out)`` of a depthwise convolution; ``weights`` ``(1, kh, kw, out)``."""
    _, *window, out = weights.shape
    image = np.repeat(image, out // image.shape[2], axis=2)
    total = np.zeros((*size, out))
    for number, seen in enumerate(taps(image, (window[0], window[1]), stride, dilation, padding, size)):
        total += seen * weights[0, number // window[1], number % window[1]]
    return total.astype(np.int64)


def transpose_convolution(image: Image, weights: Image, stride: Pair, padding: Padding, size: Pair) -> Integers:
    """Accumulators ``(*size, out)`` of a transposed convolution; ``padding`` is cropped from the full output."""
    out, height, width, _ = weights.shape
    rows, columns, _ = image.shape
    top, _, left, _ = padding
    full = np.zeros(
        (
            max((rows - 1) * stride[0] + height, top + size[0]),
            max((columns - 1) * stride[1] + width, left + size[1]),
            out,
        )
    )
    for row in range(height):
        for column in range(width):
            full[
                row : row + (rows - 1) * stride[0] + 1 : stride[0],
                column : column + (columns - 1) * stride[1] + 1 : stride[1],
            ] += image @ weights[:, row, column, :].T
    accumulators: Integers = full[top : top + size[0], left : left + size[1]].astype(np.int64)
    return accumulators


def max_pool(image: Image, window: Pair, stride: Pair, padding: Padding, size: Pair) -> Integers:
    """The largest value each window sees; places outside ``image`` never count."""
    shifted = image + LOWEST
    seen = np.stack(list(taps(shifted, window, stride, (1, 1), padding, size)))
    result: Integers = (seen.max(axis=0) - LOWEST).astype(np.int64)
    return result


def average_pool(image: Image, window: Pair, stride: Pair, padding: Padding, size: Pair) -> Integers:
    """The rounded average of what each window sees inside ``image``."""
    sums = sum(taps(image, window, stride, (1, 1), padding, size))
    counts = sum(taps(np.ones_like(image), window, stride, (1, 1), padding, size))
    return rounded_average(np.asarray(sums).astype(np.int64), np.asarray(counts).astype(np.int64))
