"""One operator as a ``.tflite`` file has it: where its operands are, and what must be true of them to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edgeunet.errors import GraphError, UnsupportedOpError
from edgeunet.graph.ir import ABSENT, Op, Tensor
from edgeunet.graph.reading.flatbuffer import Table


@dataclass(frozen=True)
class Operator:
    """One operator as the file has it; ``tensors`` is the whole tensor list, ``options`` its builtin options."""

    index: int
    kind: str
    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Table
    tensors: Sequence[Tensor]

    @property
    def label(self) -> str:
        return f"{self.kind} '{self.name}'"

    def operand(self, position: int, what: str) -> int:
        """Index of the tensor at ``inputs[position]``, which must be there."""
        if position >= len(self.inputs) or self.inputs[position] == ABSENT:
            raise GraphError(f"{self.label}: its {what} (input {position}) is missing; the file is damaged")
        return self.inputs[position]

    def optional(self, position: int) -> int:
        return self.inputs[position] if position < len(self.inputs) else ABSENT

    def shape(self, position: int) -> tuple[int, ...]:
        return self.tensors[self.operand(position, "operand")].shape

    @property
    def output_shape(self) -> tuple[int, ...]:
        if len(self.outputs) != 1:
            raise GraphError(f"{self.label}: has {len(self.outputs)} outputs instead of one; the file is damaged")
        return self.tensors[self.outputs[0]].shape

    def constants(self, position: int, what: str) -> tuple[int, ...]:
        """The integers of a constant operand.

        Raises
        ------
        UnsupportedOpError
            When the operand is computed at run time.
        """
        tensor = self.tensors[self.operand(position, what)]
        if tensor.data is None:
            raise UnsupportedOpError(
                f"{self.label}: its {what} is computed at run time; convert the model with static shapes (batch size 1)"
            )
        if tensor.dtype not in ("int32", "int64") or tensor.data.size > 16:
            raise GraphError(f"{self.label}: its {what} is not a short list of integers; the file is damaged")
        return tuple(int(number) for number in tensor.data.reshape(-1))

    def rank_4(self, position: int, what: str) -> tuple[int, int, int, int]:
        """The shape of an operand that must have four dimensions."""
        shape = self.shape(position)
        if len(shape) != 4:
            raise GraphError(f"{self.label}: its {what} has shape {shape} instead of four dimensions")
        return shape[0], shape[1], shape[2], shape[3]

    def op(self, inputs: tuple[int, ...], kind: str | None = None, **attributes: Any) -> Op:
        return Op(kind or self.kind, self.name, inputs, self.outputs, attributes)


def normal_axis(operator: Operator, axis: int, rank: int) -> int:
    """``axis`` counted from the front."""
    if not -rank <= axis < rank:
        raise GraphError(f"{operator.label}: axis {axis} of a tensor with {rank} dimensions; the file is damaged")
    return axis % rank
