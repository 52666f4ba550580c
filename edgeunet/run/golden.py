"""The inputs that a measurement runs on: the same bytes here and in ``measure_input`` of the firmware."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeunet.emit.source import Compiled
from edgeunet.short_repr import short_repr

Evaluate = Callable[[bytes], bytes]
"""Exact reference: the bytes of one input → the bytes of the output that every target must give."""


@dataclass(frozen=True)
class Golden:
    """Inputs by index and the outputs they must give."""

    inputs: tuple[bytes, ...]
    outputs: tuple[bytes, ...]

    __repr__ = short_repr


def golden_input(size_bytes: int, index: int) -> NDArray[np.int8]:
    """Return test input number ``index``: MurmurHash3's finalizer over a counter, full-range bytes.

    The same arithmetic stands in ``firmware_templates/bare-metal/src/measure.c``.
    """
    x = np.arange(size_bytes, dtype=np.uint32) + np.uint32(index * 0x9E3779B9 & 0xFFFFFFFF)
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    x = (x ^ (x >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return (x >> np.uint32(24)).astype(np.uint8).view(np.int8)


def make_golden(compiled: Compiled, evaluate: Evaluate, runs: int, size_bytes: int | None = None) -> Golden:
    """Return ``runs`` test inputs and what ``evaluate`` answers to them; windows, or recordings of ``size_bytes``."""
    size = size_bytes or sum(interface.size_bytes for interface in compiled.inputs)
    inputs = tuple(golden_input(size, index).tobytes() for index in range(runs))
    return Golden(inputs, tuple(evaluate(data) for data in inputs))
