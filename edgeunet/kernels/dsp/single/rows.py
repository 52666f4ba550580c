"""Rows of the kernels for convolutions of one input channel, one tap (``eu_single_conv_*.c``)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from edgeunet.kernels.conditions import parameters, plain, source
from edgeunet.kernels.dsp.alignment import outputs_align
from edgeunet.kernels.dsp.depthwise.rows import MACROS
from edgeunet.kernels.dsp.fields import clamp_fields
from edgeunet.kernels.dsp.scaling import (
    double_rounding,
    flat_weights,
    folded_bias,
    four,
    is_saturated,
    quads,
    rounding_fits,
)
from edgeunet.kernels.dsp.windows import GROUP
from edgeunet.kernels.exact import one_input
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields
from edgeunet.program.convolutions import Conv, Int32Array
from edgeunet.program.steps import Step


def _is_one(step: Step) -> bool:
    """A 1x1 convolution of one channel whose inputs lie without gaps."""
    conv, view = parameters(step, Conv), source(step)
    single = conv.weights.shape[1:] == (1, 1) and conv.stride * view.pitch_bytes == 1
    return plain(step) and single and step.output.channels % GROUP == 0


def _accepts_one(saturated: bool) -> Callable[[Step], bool]:
    def accepts(step: Step) -> bool:
        conv = parameters(step, Conv)
        return (
            _is_one(step)
            and is_saturated(conv.requantization) == saturated
            and None not in one_input.fit_channels(conv)
        )

    return accepts


def _accepts_one_linear(step: Step) -> bool:
    conv = parameters(step, Conv)
    return _is_one(step) and is_saturated(conv.requantization) and rounding_fits(conv)


def _pack_lines(conv: Conv, quad: slice, lift: int) -> list[Int32Array]:
    lines = [line for line in one_input.fit_channels(conv)[quad] if line is not None]
    return [four(line.slope for line in lines), four(line.offset + (lift << one_input.SHIFT) for line in lines)]


def _one(saturated: bool) -> Callable[[Step], Arguments]:
    def arguments(step: Step) -> Arguments:
        conv = parameters(step, Conv)
        words = [word for quad in quads(conv) for word in _pack_lines(conv, quad, -128 if saturated else 0)]
        fields: StructFields = {"lines": np.concatenate(words)} | _one_rows(step)
        if saturated:
            return Arguments("eu_single_conv_saturated_t", fields)
        return Arguments("eu_single_conv_clamped_t", fields | clamp_fields(conv.requantization))

    return arguments


def _one_rows(step: Step) -> StructFields:
    return {"rows": step.groups, "out_step": step.output.pitch_bytes, "outputs": step.output.channels}


def _one_linear(step: Step) -> Arguments:
    conv = parameters(step, Conv)
    straight = [None not in one_input.fit_channels(conv)[quad] for quad in quads(conv)]
    lines = [
        word
        for quad, is_line in zip(quads(conv), straight, strict=True)
        if is_line
        for word in _pack_lines(conv, quad, -128)
    ]
    rounded = [
        np.stack(
            [
                2 * flat_weights(conv)[quad, 0].astype(np.int32),
                2 * folded_bias(conv)[quad],
                *double_rounding(conv, quad),
            ],
            1,
        )
        for quad, is_line in zip(quads(conv), straight, strict=True)
        if not is_line
    ]
    empty = [np.zeros(1, np.int32)]
    fields: StructFields = {
        "lines": np.concatenate(lines or empty),
        "rounded": np.concatenate(rounded or empty).reshape(-1),
        "straight": np.array(straight, np.int8),
    }
    return Arguments("eu_single_conv_linear_t", fields | _one_rows(step))


def ones() -> tuple[Kernel, ...]:
    return (
        Kernel("eu_single_conv_saturated", "dsp", _accepts_one(True), _one(True), MACROS),
        Kernel("eu_single_conv_clamped", "dsp", _accepts_one(False), _one(False), MACROS, words_align=outputs_align),
        Kernel("eu_single_conv_linear", "dsp", _accepts_one_linear, _one_linear, (*MACROS, "eu_single_conv_saturated")),
    )
