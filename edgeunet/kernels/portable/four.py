"""Rows of the portable kernels whose weights have four bits, two to a byte, for networks with such weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgeunet.int4 import HIGHEST, LOWEST
from edgeunet.kernels import images
from edgeunet.kernels.conditions import parameters, plain, source
from edgeunet.kernels.kernel import Arguments, Kernel, KernelTable, StructFields, in_order
from edgeunet.kernels.portable.fields import REQUANTIZE, requantization_fields
from edgeunet.program.convolutions import Conv, ConvSum, Depthwise, Int8Array
from edgeunet.program.steps import Step

DOT = (*REQUANTIZE, "eu_dot_four")


def has_four_bits(*weights: Int8Array) -> bool:
    """Whether all ``weights`` are four bits wide."""
    return all(int(each.min(initial=0)) >= LOWEST and int(each.max(initial=0)) <= HIGHEST for each in weights)


def two_to_a_byte(first: Int8Array, second: Int8Array) -> NDArray[np.uint8]:
    """Bytes whose lower four bits are ``first``, the upper ``second``, all numbers from -8 to 7."""
    return ((first.view(np.uint8) & 15) | (second.view(np.uint8) << 4)).astype(np.uint8)


def channel_pairs(weights: Int8Array) -> NDArray[np.uint8]:
    """``weights (out, inputs)`` as ``(out / 2, inputs)`` bytes; an odd count's last channel has zeros beside it."""
    filled = np.concatenate([weights, np.zeros((len(weights) % 2, weights.shape[1]), np.int8)])
    return two_to_a_byte(np.ascontiguousarray(filled[::2]), np.ascontiguousarray(filled[1::2]))


def _tap_pairs(weights: Int8Array) -> NDArray[np.uint8]:
    """``weights (taps, out)`` as ``(out, (taps + 1) / 2)`` bytes."""
    filled = np.concatenate([weights, np.zeros((len(weights) % 2, weights.shape[1]), np.int8)]).T
    return two_to_a_byte(np.ascontiguousarray(filled[:, ::2]), np.ascontiguousarray(filled[:, 1::2]))


def _accepts_conv(step: Step) -> bool:
    return plain(step) and has_four_bits(parameters(step, Conv).weights)


def _accepts_sum(step: Step) -> bool:
    return plain(step) and has_four_bits(*parameters(step, ConvSum).weights)


def _accepts_depthwise(step: Step) -> bool:
    return plain(step) and has_four_bits(parameters(step, Depthwise).weights)


def _conv(step: Step) -> Arguments:
    conv, view = parameters(step, Conv), source(step)
    outputs, taps, inputs = conv.weights.shape
    fields: StructFields = {
        "weights": channel_pairs(conv.weights.reshape(outputs, -1)),
        "bias": conv.folded_bias,
        "rows": step.groups,
        "in_step": conv.stride * view.pitch_bytes,
        "tap_step": conv.dilation * view.pitch_bytes,
        "taps": taps,
        "inputs": inputs,
        "out_step": step.output.pitch_bytes,
        "outputs": outputs,
    }
    return Arguments("eu_conv_four_t", fields | requantization_fields(conv.requantization))


def _conv_sum(step: Step) -> Arguments:
    conv, a, b = parameters(step, ConvSum), source(step, 0), source(step, 1)
    outputs, taps, a_inputs = conv.weights[0].shape
    flat = np.concatenate([each.reshape(outputs, -1) for each in conv.weights], axis=1)
    fields: StructFields = {
        "weights": channel_pairs(flat),
        "bias": conv.folded_bias,
        "rows": step.groups,
        "repeat": conv.repeat,
        "taps": taps,
        "a_step": conv.stride * a.pitch_bytes,
        "a_tap": conv.dilation * a.pitch_bytes,
        "a_inputs": a_inputs,
        "b_step": conv.stride * b.pitch_bytes,
        "b_tap": conv.dilation * b.pitch_bytes,
        "b_inputs": conv.weights[1].shape[2],
        "out_step": step.output.pitch_bytes,
        "outputs": outputs,
    }
    return Arguments("eu_conv_sum_four_t", fields | requantization_fields(conv.requantization))


def _depthwise(step: Step) -> Arguments:
    depthwise, view = parameters(step, Depthwise), source(step)
    fields: StructFields = {
        "weights": _tap_pairs(depthwise.weights),
        "bias": depthwise.folded_bias,
        "rows": step.groups,
        "in_step": depthwise.stride * view.pitch_bytes,
        "tap_step": depthwise.dilation * view.pitch_bytes,
        "taps": depthwise.weights.shape[0],
        "repeat": depthwise.repeat,
        "out_step": step.output.pitch_bytes,
        "outputs": depthwise.weights.shape[1],
    }
    return Arguments("eu_depthwise_four_t", fields | requantization_fields(depthwise.requantization))


CONVOLUTION = Kernel("eu_conv_four", "portable", _accepts_conv, _conv, DOT, overlap=in_order(2))
CONVOLUTION_SUM = Kernel("eu_conv_sum_four", "portable", _accepts_sum, _conv_sum, DOT, overlap=in_order())
DEPTHWISE = Kernel("eu_depthwise_four", "portable", _accepts_depthwise, _depthwise, REQUANTIZE, overlap=in_order())

FOUR: KernelTable = {
    "conv": (CONVOLUTION,),
    "conv_sum": (CONVOLUTION_SUM,),
    "depthwise": (DEPTHWISE,),
    "conv_2d": images.convolutions((CONVOLUTION,)),
    "depthwise_2d": images.depthwises((DEPTHWISE,)),
}
"""Rows by step kind."""
