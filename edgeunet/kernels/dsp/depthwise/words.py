"""Rows of the depthwise kernel that takes four channels of a row at a time (``eu_depthwise_word.c``)."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edgeunet.kernels.conditions import parameters, plain, source
from edgeunet.kernels.dsp.alignment import channels_align
from edgeunet.kernels.dsp.depthwise.rows import LONG_TAPS
from edgeunet.kernels.dsp.depthwise.twofold import fits_twice
from edgeunet.kernels.dsp.fields import splat
from edgeunet.kernels.dsp.scaling import double_rounding, rounding_fits
from edgeunet.kernels.dsp.windows import GROUP
from edgeunet.kernels.kernel import Arguments, Chosen, Kernel, StructFields, anything, in_order
from edgeunet.program.convolutions import Depthwise, DepthwiseUpsampled, Int16Array, Int32Array
from edgeunet.program.program import Node
from edgeunet.program.steps import Clearance, Step

Windowed: TypeAlias = Depthwise | DepthwiseUpsampled

SLIDING_TAPS = (3, 5, *LONG_TAPS)
LARGEST_WEIGHT = 1 << 14
"""What doubled must fit 16 bits."""


def fits_words(p: Windowed) -> bool:
    """Whether the kernel is exact for ``p``: a channel for each channel, TFLite's double rounding in its short form."""
    weights = _by_phase(p)
    small = bool((np.abs(weights.astype(np.int32)) < LARGEST_WEIGHT).all())
    return p.repeat == 1 and weights.shape[2] >= GROUP and small and rounding_fits(p)


def upsampled_fits(node: Node) -> bool:
    """Whether a window over an upsampled signal is best read at the low rate: it has a kernel that slides, or has
    none at the high rate either (those need fewer instructions than four channels at a time even for all the taps)."""
    p = node.parameters
    if not isinstance(p, DepthwiseUpsampled):
        return False
    slides = p.window is not None and len(p.window) in SLIDING_TAPS
    return fits_twice(p) or (fits_words(p) and not slides)


def _by_phase(p: Windowed) -> Int16Array:
    """``(phase, kernel, out)``."""
    weights = p.weights if isinstance(p, DepthwiseUpsampled) else p.weights[None]
    return weights.astype(np.int16)


def _quads(channels: int) -> list[slice]:
    """Four channels each; the last four where fewer are left."""
    firsts = [*range(0, channels - GROUP + 1, GROUP), *([channels - GROUP] if channels % GROUP else [])]
    return [slice(first, first + GROUP) for first in firsts]


def _pack_weights(p: Windowed) -> Int32Array:
    """Per phase, four channels and tap: doubled weights of channels (0, 2) and (1, 3)."""
    doubled = 2 * _by_phase(p)
    parts = [phase[:, quad][:, [0, 2, 1, 3]] for phase in doubled for quad in _quads(doubled.shape[2])]
    words: Int32Array = np.frombuffer(np.concatenate(parts).astype("<i2").tobytes(), "<i4").astype(np.int32)
    return words


def _pack_constants(p: Windowed) -> Int32Array:
    """Per four channels: doubled biases, then multiplier, rounding and shift of each."""
    parts: list[NDArray[Any]] = []
    for quad in _quads(len(p.bias)):
        parts += [2 * p.folded_bias[quad], np.stack(double_rounding(p, quad), 1).reshape(-1)]
    return np.concatenate(parts).astype(np.int32)


def _arguments(step: Step) -> Arguments:
    p, view = parameters(step, Depthwise, DepthwiseUpsampled), source(step)
    weights, r = _pack_weights(p), p.requantization
    starts = p.starts if isinstance(p, DepthwiseUpsampled) else (0,)
    stride = 1 if isinstance(p, DepthwiseUpsampled) else p.stride
    fields: StructFields = {
        "weights": weights,
        "constants": _pack_constants(p),
        "starts": np.array([start * view.pitch_bytes for start in starts], np.int32),
        "phase_words": len(weights) // len(starts),
        "rows": step.groups,
        "phases": len(starts),
        "in_step": stride * view.pitch_bytes,
        "out_step": step.output.pitch_bytes,
        "tap_step": p.dilation * view.pitch_bytes,
        "taps": p.weights.shape[-2],
        "outputs": step.output.channels,
        "low": splat(r.low),
        "high": splat(r.high),
    }
    return Arguments("eu_depthwise_word_t", fields)


def _overlap(step: Step, position: int) -> Clearance | None:
    """Rows go in ascending order; four channels of a row are read before they are written, so that an output whose
    columns are the input's may replace it where no channel is read twice."""
    view, output = source(step, position), step.output
    same_columns = view.pitch_bytes == output.pitch_bytes and output.rows == step.groups
    if same_columns and output.channels % GROUP == 0:
        return Clearance(0, view.pitch_bytes)
    return in_order()(step, position)


def words(chosen: Chosen = anything) -> tuple[Kernel, ...]:
    """Depthwise windows of any kind over at least four channels, where they are ``chosen``: calls of so few rows that
    the kernels which slide, four rows or a whole channel at a time, need more cycles."""

    def accepts(step: Step) -> bool:
        return plain(step) and fits_words(parameters(step, Depthwise, DepthwiseUpsampled)) and chosen(step)

    return (
        Kernel(
            "eu_depthwise_word", "dsp", accepts, _arguments, ("eu_quads",), overlap=_overlap, words_align=channels_align
        ),
    )
