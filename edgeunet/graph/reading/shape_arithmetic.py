"""Numbers that are known before the network runs, computed while reading: shapes, sizes, indices, constants moved
about.

``Flatten`` and ``Reshape`` of a model with an open batch become SHAPE, STRIDED_SLICE and PACK, and their result feeds a
RESHAPE. All shapes are static here (batch 1), so the numbers are known and the operators go; and what shape an open
axis has left unsaid follows from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.ir import Tensor
from edgeunet.graph.reading.computed import ARITHMETIC, MOVES, computed
from edgeunet.graph.reading.open_shapes import settled_shape
from edgeunet.graph.reading.operator import Operator

SHAPE_ARITHMETIC = ("SHAPE", "RANK", *MOVES, *ARITHMETIC)
"""Operators that are computed here where they work on known numbers."""

_INTEGERS = ("int8", "uint8", "int16")

Signatures = Mapping[int, Sequence[int]]
"""By tensor, the sizes that a file gives when it leaves some open, which are -1."""


def may_fold(operator: Operator) -> bool:
    """Whether ``operator`` may turn out to be a constant: arithmetic of quantized values does not."""
    made = {operator.tensors[index].dtype for index in operator.outputs}
    return operator.kind in SHAPE_ARITHMETIC and not (operator.kind in ARITHMETIC and made.intersection(_INTEGERS))


def fold_shapes(operators: Sequence[Operator], tensors: Sequence[Tensor], signatures: Signatures) -> list[Operator]:
    """The operators that remain when what follows from shapes and constants alone is a constant.

    Every operator that is returned sees the tensor list with those constants filled in, and with the shapes that
    ``signatures`` leaves open.

    Raises
    ------
    UnsupportedOpError
        When an operator's output has an open axis that nothing tells.
    """
    known = list(tensors)
    remaining = []
    for operator in operators:
        seen = replace(operator, tensors=known)
        numbers = computed(seen)
        if numbers is None or len(numbers) != len(operator.outputs):
            remaining.append(operator)
            _settle(seen, known, signatures)
            continue
        for index, number in zip(operator.outputs, numbers, strict=True):
            number = number.astype(known[index].dtype)
            number.flags.writeable = False
            known[index] = replace(known[index], data=number, shape=number.shape)
    shared = tuple(known)
    return [replace(operator, tensors=shared) for operator in remaining]


def _settle(operator: Operator, known: list[Tensor], signatures: Signatures) -> None:
    """Fill in the shapes of open outputs."""
    for index in operator.outputs:
        if index not in signatures or not operator.inputs:
            continue
        shape = settled_shape(operator, signatures[index])
        if shape is None or any(size < 1 for size in shape):
            raise UnsupportedOpError(
                f"{operator.label}: its output '{known[index].name}' has the dynamic shape {tuple(signatures[index])}, "
                "which depends on values; build the model with a fixed input length and batch size 1"
            )
        known[index] = replace(known[index], shape=shape)
