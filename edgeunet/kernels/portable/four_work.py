"""How often the loops of the portable kernels with weights of four bits run."""

from __future__ import annotations

from collections.abc import Mapping

from edgeunet.kernels.conditions import parameters
from edgeunet.kernels.work import Work, WorkOf
from edgeunet.program.convolutions import Conv, ConvSum, Depthwise
from edgeunet.program.steps import Step


def _conv(step: Step) -> Work:
    outputs, taps, inputs = parameters(step, Conv).weights.shape
    blocks, pairs = -(-step.groups // 2), -(-outputs // 2)
    turns = blocks * pairs * taps
    counts = {"block": blocks, "pair": blocks * pairs, "tap": turns, "product": turns * inputs}
    return {"call": 1, **counts, "output": step.groups * outputs}


def _conv_sum(step: Step) -> Work:
    conv = parameters(step, ConvSum)
    outputs, taps, a_inputs = conv.weights[0].shape
    shared = step.groups * -(-outputs // 2)
    pairs = shared * -(-conv.repeat // 2)
    products = shared * taps * a_inputs + pairs * taps * conv.weights[1].shape[2]
    counts = {"row": step.groups, "shared": shared, "pair": pairs, "tap": (shared + pairs) * taps}
    return {"call": 1, **counts, "product": products, "output": step.groups * conv.repeat * outputs}


def _depthwise(step: Step) -> Work:
    taps, outputs = parameters(step, Depthwise).weights.shape
    values = step.groups * outputs
    return {"call": 1, "row": step.groups, "output": values, "product": values * taps}


FOUR: Mapping[str, WorkOf] = {
    "eu_conv_four": _conv,
    "eu_conv_sum_four": _conv_sum,
    "eu_depthwise_four": _depthwise,
}
"""By function."""
