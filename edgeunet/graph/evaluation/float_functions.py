"""Functions of one value in float32, as the float kernels of the interpreters compute them, and their tables.

Two sorts of operators end here. Some have an int8 form that is a table made in float32 (EXP, LOG, SQRT, ELU): the value
times the scale, the function, times the inverse of the output's scale. Others have no int8 form, and stand between
DEQUANTIZE and QUANTIZE: whatever they do to one value, alone or several together, maps 256 stored values to 256 others.
A transcendental function is computed in double precision and rounded to float32 once, which is what good libraries
give; the last bit of a worse one shows in the table only where a value lies halfway between two steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.graph.evaluation.arithmetic import Integers
from edgeunet.graph.ir import Quantization
from edgeunet.short_repr import short_repr

Floats = NDArray[np.float32]
ZERO, HALF, ONE = np.float32(0), np.float32(0.5), np.float32(1)
FARTHEST = float(1 << 31)
"""A result farther away than any int32 is clamped all the same; the interpreters leave that to the machine."""


@dataclass(frozen=True)
class FloatStep:
    """One float operator: ``operands`` are places among the values known before it, of which the first is the input.

    A ``"CONSTANT"`` has no operands and one attribute, ``value``.
    """

    kind: str
    operands: tuple[int, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)

    __repr__ = short_repr


def float_table(steps: Sequence[FloatStep], stored: Integers, given: Quantization, made: Quantization) -> Integers:
    """DEQUANTIZE, ``steps`` and QUANTIZE of ``stored`` values, not clamped; the last step's value is the result.

    Source: ``Dequantize`` and ``AffineQuantize`` in ``tensorflow/lite/kernels/internal/reference``.
    """
    with np.errstate(all="ignore"):
        values = [(given.scale * (stored - given.zero_point)).astype(np.float32)]
        for step in steps:
            values.append(applied(step, [values[place] for place in step.operands]))
        return _stored(np.broadcast_to(values[-1] / np.float32(made.scale), stored.shape), made.zero_point)


def applied(step: FloatStep, operands: Sequence[Floats]) -> Floats:
    """The value of one step."""
    if step.kind == "CONSTANT":
        return np.full((1,), step.attributes["value"], np.float32)
    result = FLOAT_FUNCTIONS[step.kind](step.attributes, *operands)
    low, high = FLOAT_LIMITS[step.attributes.get("activation", "NONE")]
    return np.clip(result, low, high).astype(np.float32)


def table_in_float(
    function: Callable[[Floats], Floats], stored: Integers, given: Quantization, made: Quantization
) -> Integers:
    """The int8 form of an operator that the kernels make a table of in float32.

    Source: ``LUTPopulate`` in ``tensorflow/lite/kernels/internal/common.h``.
    """
    with np.errstate(all="ignore"):
        reals = np.float32(given.scale) * (stored - given.zero_point).astype(np.float32)
        return _stored(function(reals) * (ONE / np.float32(made.scale)), made.zero_point)


def _stored(scaled: Floats, zero_point: int) -> Integers:
    """Rounded half away from zero and moved by the zero point; what is no number is the lowest."""
    doubles = np.clip(np.nan_to_num(scaled.astype(np.float64), nan=-FARTHEST), -FARTHEST, FARTHEST)
    return np.trunc(doubles + np.copysign(0.5, doubles)).astype(np.int64) + zero_point


def once(function: Callable[[Any], Any], values: Floats) -> Floats:
    """``function`` of each value in double precision, rounded to float32 (numpy's own are some units off)."""
    return np.asarray(function(values.astype(np.float64))).astype(np.float32)


def each(function: Callable[[float], float], values: Floats) -> Floats:
    """``once`` of a function of ``math``, which numpy lacks."""
    return np.array([function(value) for value in values.tolist()], np.float32)


def elu(x: Floats) -> Floats:
    """``x`` where positive, ``exp(x) - 1`` below."""
    return np.where(x < 0, once(np.expm1, np.minimum(x, ZERO)), x)


def gelu(x: Floats, approximate: bool) -> Floats:
    """``x / 2 * (1 + curve)``: ``erf(x / sqrt(2))``, or ``tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))``.

    Source: ``GeluTransform`` and ``GeluTransformApproximate`` in ``tensorflow/lite/kernels/internal/reference/gelu.h``.
    """
    if approximate:
        cubic = ONE + np.float32(0.044715) * x * x
        curve = each(math.tanh, np.float32(math.sqrt(2 / math.pi)) * x * cubic)
    else:
        curve = each(math.erf, x * np.float32(math.sqrt(0.5)))
    return HALF * x * (ONE + curve)


def _logistic(x: Floats) -> Floats:
    """Source: ``Logistic`` in ``reference/logistic.h``: 1 far above zero, the exponential alone far below."""
    curve = ONE / (ONE + once(np.exp, -x))
    return np.where(x > np.float32(16.619047164916992188), ONE, np.where(x < -9, once(np.exp, x), curve))


def _hard_swish(x: Floats) -> Floats:
    gate: Floats = np.clip(x + np.float32(3), ZERO, np.float32(6))
    return x * gate / np.float32(6)


Function = Callable[..., Floats]


def _plain(function: Callable[..., Any]) -> Function:
    return lambda attributes, *operands: function(*operands)


def _in_double(function: Callable[[Any], Any]) -> Function:
    return lambda attributes, x: once(function, x)


def _clamped(activation: str) -> Function:
    return lambda attributes, x: np.clip(x, *FLOAT_LIMITS[activation])


FLOAT_LIMITS: Mapping[str, tuple[float, float]] = {
    "NONE": (-math.inf, math.inf),
    "RELU": (0.0, math.inf),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
}

FLOAT_FUNCTIONS: Mapping[str, Function] = {
    "ABS": _plain(np.abs),
    "CEIL": _plain(np.ceil),
    "COS": _in_double(np.cos),
    "ELU": _plain(elu),
    "EXP": _in_double(np.exp),
    "FLOOR": _plain(np.floor),
    "GELU": lambda attributes, x: gelu(x, attributes["approximate"]),
    "HARD_SWISH": _plain(_hard_swish),
    "LEAKY_RELU": lambda attributes, x: np.where(x > 0, x, x * np.float32(attributes["alpha"])),
    "LOG": _in_double(np.log),
    "LOGISTIC": _plain(_logistic),
    "NEG": _plain(np.negative),
    "RELU": _clamped("RELU"),
    "RELU6": _clamped("RELU6"),
    "RELU_N1_TO_1": _clamped("RELU_N1_TO_1"),
    "ROUND": _plain(np.rint),
    "RSQRT": _plain(lambda x: ONE / np.sqrt(x)),
    "SIGN": _plain(np.sign),
    "SIN": _in_double(np.sin),
    "SQRT": _plain(np.sqrt),
    "SQUARE": _plain(np.square),
    "TANH": _in_double(np.tanh),
    "ADD": _plain(np.add),
    "SUB": _plain(np.subtract),
    "MUL": _plain(np.multiply),
    "DIV": _plain(np.divide),
    "MAXIMUM": _plain(np.maximum),
    "MINIMUM": _plain(np.minimum),
    "POW": _plain(lambda x, y: np.power(x.astype(np.float64), y.astype(np.float64)).astype(np.float32)),
    "SQUARED_DIFFERENCE": _plain(lambda x, y: np.square(x - y)),
}
"""Float operators of one value, and those of two of which one is a single number or made from the same value."""
