"""The portable kernels' rows for convolutions two rows of four output channels at a time."""

from __future__ import annotations

import numpy as np

from edgeunet.kernels.conditions import convolution, plain, source
from edgeunet.kernels.kernel import Arguments, Kernel, Value, in_order, nested
from edgeunet.kernels.portable.short import SHORT, clamp_fields, fits_short
from edgeunet.program.convolutions import Conv, ConvSum, Int8Array, Int32Array
from edgeunet.program.steps import Clearance, Step

DOT = (*SHORT, "eu_dot_block", "eu_dot_left", "eu_dot_two", "eu_dot_pairs")
OUTPUTS, ROWS = 4, 2
"""Of a block."""


def _parts(conv: Conv | ConvSum) -> tuple[Int8Array, ...]:
    """Weights ``(out, kernel, in)`` of each signal."""
    return conv.weights if isinstance(conv, ConvSum) else (conv.weights,)


def _window(step: Step, position: int) -> dict[str, int]:
    """Windows over an operand as runs of neighbouring bytes: one where taps follow each other without gaps."""
    conv, view = convolution(step), source(step, position)
    _, taps, channels = _parts(conv)[position].shape
    tap_step = conv.dilation * view.pitch_bytes
    one_run = taps == 1 or tap_step == channels
    return {
        "step": conv.stride * view.pitch_bytes,
        "runs": 1 if one_run else taps,
        "gap": 0 if one_run else tap_step - channels,
        "length": taps * channels if one_run else channels,
        "more": int(position + 1 < len(_parts(conv))),
    }


def windows_of(step: Step) -> list[dict[str, int]]:
    """The windows over each operand."""
    return [_window(step, position) for position in range(len(_parts(convolution(step))))]


def _outputs_together(outputs: int) -> list[slice]:
    """Four output channels each, then one each."""
    whole = outputs - outputs % OUTPUTS
    return [slice(n, n + OUTPUTS) for n in range(0, whole, OUTPUTS)] + [slice(n, n + 1) for n in range(whole, outputs)]


def _weights(conv: Conv | ConvSum) -> Int8Array:
    """Per group of outputs the weights of each signal, input by input, then shifts to the right less two."""
    flat = [part.reshape(part.shape[0], -1) for part in _parts(conv)]
    shifts = (-conv.requantization.shifts.astype(np.int16) - 2).astype(np.int8)
    groups = _outputs_together(flat[0].shape[0])
    return np.concatenate([a for g in groups for a in (*(part[g].T.reshape(-1) for part in flat), shifts[g])])


def _scaling(conv: Conv | ConvSum) -> Int32Array:
    """Per group of outputs the biases, then the multipliers."""
    bias, multipliers = conv.folded_bias, conv.requantization.multipliers.astype(np.int32)
    return np.concatenate([a[g] for g in _outputs_together(len(bias)) for a in (bias, multipliers)])


def repeat_of(step: Step) -> int:
    """Output rows per row of the first signal."""
    conv = convolution(step)
    return conv.repeat if isinstance(conv, ConvSum) else 1


def _arguments(step: Step) -> Arguments:
    conv, repeat = convolution(step), repeat_of(step)
    windows = ", ".join(map(nested, windows_of(step)))
    fields: dict[str, Value] = {
        "weights": _weights(conv),
        "scaling": _scaling(conv),
        "rows": step.groups * repeat,
        "repeat": repeat,
        "out_step": step.output.pitch_bytes,
        "outputs": _parts(conv)[0].shape[0],
        **clamp_fields(conv.requantization),
        "window": f"{{{windows}}}",
    }
    return Arguments("eu_dot_block_t", fields)


def _overlap(step: Step, position: int) -> Clearance | None:
    """Rows that share a row of the first signal are a group, in which both rows of a block are."""
    return in_order(ROWS if repeat_of(step) == 1 else 1)(step, position)


def _accepts(step: Step) -> bool:
    return plain(step) and fits_short(convolution(step))


CONVOLUTION = Kernel("eu_conv_block", "portable", _accepts, _arguments, DOT, overlap=_overlap)
CONVOLUTION_SUM = Kernel("eu_conv_sum_block", "portable", _accepts, _arguments, DOT, overlap=_overlap)
"""Rows of one and of two signals."""
