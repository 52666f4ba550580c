"""What operators on known numbers compute: shapes, sizes and indices that converters leave to be worked out at run
time.

Two sorts: operators that only move values (of any type, weights too) and arithmetic of int32, int64, bool and float32.
Results have the type that the file gives the output, wrapped as the interpreters' own arithmetic is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.graph.ir import ABSENT
from edgeunet.graph.reading import schema
from edgeunet.graph.reading.open_shapes import shape_by_rule
from edgeunet.graph.reading.operator import Operator
from edgeunet.graph.reading.options import slice_bounds

Array = NDArray[Any]
Inputs = list[Array]

MOST_ELEMENTS = 1 << 20
"""Constants of more are not made: nothing on a microcontroller has them, and a few bytes of a file may ask for them."""

_NUMBERS = ("int32", "int64", "bool", "float32")


def computed(operator: Operator) -> list[Array] | None:
    """The outputs of ``operator``, where they follow from known numbers alone; else None."""
    if operator.kind == "SHAPE":
        return [np.array(operator.shape(0))] if len(operator.inputs) == 1 else None
    if operator.kind == "RANK":
        return [np.array(len(operator.shape(0)))] if len(operator.inputs) == 1 else None
    given = _known(operator)
    if given is None or not operator.outputs:
        return None
    try:
        with np.errstate(all="ignore"):
            if operator.kind in MOVES and _one_quantization(operator):
                return _few(MOVES[operator.kind](operator, given))
            if operator.kind in ARITHMETIC and all(array.dtype.name in _NUMBERS for array in given):
                made = None if _activation(operator) else ARITHMETIC[operator.kind](operator, given)
                return None if made is None else _few([np.asarray(made)])
    except (ValueError, IndexError, ZeroDivisionError, TypeError, OverflowError):
        return None  # operands that do not fit each other: refused with the operator's name, where it is decoded
    return None


def _known(operator: Operator) -> Inputs | None:
    """The values of all operands; None where one is a signal, missing, or bytes that several numbers share."""
    tensors = [operator.tensors[index] for index in operator.inputs if index != ABSENT]
    if len(tensors) != len(operator.inputs) or not tensors:
        return None
    values = [tensor.data for tensor in tensors if tensor.data is not None and tensor.data.shape == tensor.shape]
    return values if len(values) == len(tensors) else None


def _one_quantization(operator: Operator) -> bool:
    """Whether the bytes mean the same before and after: nothing is moved to a scale that is not its own."""
    given, made = operator.tensors[operator.inputs[0]], operator.tensors[operator.outputs[0]]
    return given.dtype in _NUMBERS or given.quantization == made.quantization


def _activation(operator: Operator) -> bool:
    return operator.kind in ("ADD", "SUB", "MUL", "DIV") and bool(
        operator.options.int8(schema.ARITHMETIC_OPTIONS["activation"])
    )


def _few(made: list[Array] | None) -> list[Array] | None:
    return made if made is not None and all(array.size <= MOST_ELEMENTS for array in made) else None


def _reshaped(operator: Operator, given: Inputs) -> list[Array]:
    return [given[0].reshape(shape_by_rule(operator) or operator.output_shape)]


def _sliced(operator: Operator, given: Inputs) -> list[Array] | None:
    if operator.kind == "SLICE":
        begin, size = (array.reshape(-1).tolist() for array in given[1:3])
        ends = [None if length == -1 else first + length for first, length in zip(begin, size, strict=True)]
        return [given[0][tuple(slice(*pair) for pair in zip(begin, ends, strict=True))]]
    steps = given[3].reshape(-1).tolist()
    if any(step != 1 for step in steps):
        return [given[0][_stepped(operator, given)]]
    starts, stops, dropped = slice_bounds(operator)
    ranges = tuple(slice(*pair) for pair in zip(starts, stops, strict=True))
    return [given[0][ranges].squeeze(tuple(axis for axis in range(given[0].ndim) if dropped >> axis & 1))]


def _stepped(operator: Operator, given: Inputs) -> tuple[slice, ...]:
    """A STRIDED_SLICE with steps; one that drops, adds or skips axes is for nobody here."""
    masks = {name: operator.options.int32(number) for name, number in schema.STRIDED_SLICE_OPTIONS.items()}
    if any(masks[name] for name in ("ellipsis_mask", "new_axis_mask", "shrink_axis_mask", "offset")):
        raise ValueError
    begin, end, step = (array.reshape(-1).tolist() for array in given[1:4])
    return tuple(
        slice(None if masks["begin_mask"] >> i & 1 else begin[i], None if masks["end_mask"] >> i & 1 else end[i], by)
        for i, by in enumerate(step)
    )


def _concatenated(operator: Operator, given: Inputs) -> list[Array]:
    return [np.concatenate(given, operator.options.int32(schema.CONCATENATION_OPTIONS["axis"]))]


def _packed(operator: Operator, given: Inputs) -> list[Array]:
    return [np.stack(given, operator.options.int32(schema.PACK_OPTIONS["axis"]))]


def _unpacked(operator: Operator, given: Inputs) -> list[Array] | None:
    axis = operator.options.int32(schema.UNPACK_OPTIONS["axis"])
    parts = [part.squeeze(axis) for part in np.split(given[0], given[0].shape[axis], axis)]
    return parts if len(parts) == len(operator.outputs) else None


def _tiled(operator: Operator, given: Inputs) -> list[Array] | None:
    multiples = given[1].reshape(-1).tolist()
    if len(multiples) != given[0].ndim or not 0 < given[0].size * math.prod(multiples) <= MOST_ELEMENTS:
        return None
    return [np.tile(given[0], multiples)]


def _broadcast(operator: Operator, given: Inputs) -> list[Array] | None:
    shape = tuple(given[1].reshape(-1).tolist())
    return [np.broadcast_to(given[0], shape)] if math.prod(shape) <= MOST_ELEMENTS else None


def _filled(operator: Operator, given: Inputs) -> list[Array] | None:
    shape = tuple(given[0].reshape(-1).tolist())
    if given[1].size != 1 or math.prod(shape) > MOST_ELEMENTS:
        return None
    return [np.full(shape, given[1].reshape(-1)[0])]


def _counted(operator: Operator, given: Inputs) -> list[Array] | None:
    first, last, step = (array.reshape(-1)[0].item() for array in given)
    return [np.arange(first, last, step)] if abs((last - first) / step) <= MOST_ELEMENTS else None


def _gathered(operator: Operator, given: Inputs) -> list[Array] | None:
    fields = schema.GATHER_OPTIONS
    axis = operator.options.int32(fields["axis"])
    if operator.options.int32(fields["batch_dims"]) or given[1].dtype.kind != "i" or (given[1] < 0).any():
        return None
    return [np.take(given[0], given[1], axis)] if given[0].size * given[1].size <= MOST_ELEMENTS else None


MOVES: Mapping[str, Callable[[Operator, Inputs], list[Array] | None]] = {
    "RESHAPE": _reshaped,
    "SQUEEZE": _reshaped,
    "EXPAND_DIMS": _reshaped,
    "TRANSPOSE": lambda operator, given: [given[0].transpose(given[1].reshape(-1).tolist())],
    "SLICE": _sliced,
    "STRIDED_SLICE": _sliced,
    "CONCATENATION": _concatenated,
    "PACK": _packed,
    "UNPACK": _unpacked,
    "TILE": _tiled,
    "BROADCAST_TO": _broadcast,
    "FILL": _filled,
    "RANGE": _counted,
    "GATHER": _gathered,
    "ZEROS_LIKE": lambda operator, given: [np.zeros_like(given[0])],
}
"""Operators that put values somewhere else."""


def _quotient(operator: Operator, given: Inputs) -> Array | None:
    """Of floats the quotient, of integers rounded towards zero, as C does."""
    first, second = given
    if first.dtype.kind == "f":
        return np.asarray(first / second)
    if not second.all():
        return None
    whole = np.abs(first) // np.abs(second)
    return np.asarray(np.where((first < 0) != (second < 0), -whole, whole))


def _floored(operator: Operator, given: Inputs) -> Array | None:
    if not given[1].all():
        return None
    return np.asarray(np.floor_divide(*given) if operator.kind == "FLOOR_DIV" else np.mod(*given))


def _reduced(operator: Operator, given: Inputs) -> Array | None:
    axes = tuple(given[1].reshape(-1).tolist())
    kept = operator.options.boolean(schema.MEAN_OPTIONS["keep_dims"])
    if given[0].dtype.kind == "f":
        return None  # an order of summation is the interpreter's own
    return np.asarray(_REDUCTIONS[operator.kind].reduce(given[0], axis=axes, keepdims=kept, dtype=given[0].dtype))


_REDUCTIONS: Mapping[str, Any] = {
    "REDUCE_PROD": np.multiply,
    "SUM": np.add,
    "REDUCE_MAX": np.maximum,
    "REDUCE_MIN": np.minimum,
}


def _each(function: Callable[..., Any]) -> Callable[[Operator, Inputs], Array]:
    return lambda operator, given: np.asarray(function(*given))


ARITHMETIC: Mapping[str, Callable[[Operator, Inputs], Array | None]] = {
    "ADD": _each(np.add),
    "SUB": _each(np.subtract),
    "MUL": _each(np.multiply),
    "DIV": _quotient,
    "FLOOR_DIV": _floored,
    "FLOOR_MOD": _floored,
    "MAXIMUM": _each(np.maximum),
    "MINIMUM": _each(np.minimum),
    "NEG": _each(np.negative),
    "ABS": _each(np.abs),
    "SQUARE": _each(np.square),
    "FLOOR": _each(np.floor),
    "CEIL": _each(np.ceil),
    "CAST": _each(np.asarray),
    "EQUAL": _each(np.equal),
    "NOT_EQUAL": _each(np.not_equal),
    "LESS": _each(np.less),
    "LESS_EQUAL": _each(np.less_equal),
    "GREATER": _each(np.greater),
    "GREATER_EQUAL": _each(np.greater_equal),
    "LOGICAL_AND": _each(np.logical_and),
    "LOGICAL_OR": _each(np.logical_or),
    "LOGICAL_NOT": _each(np.logical_not),
    "SELECT": _each(np.where),
    "SELECT_V2": _each(np.where),
    **dict.fromkeys(_REDUCTIONS, _reduced),
}
"""Operators on numbers, by TFLite's names."""
