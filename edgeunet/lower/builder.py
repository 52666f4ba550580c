"""The state of a lowering in progress: which signal stands for which tensor, and the nodes so far."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edgeunet.errors import CompileError
from edgeunet.graph.ir import Graph, Op, Tensor
from edgeunet.program.parameters import Copy, Parameters
from edgeunet.program.program import EACH, RESHAPED, Access, Constant, Node, Program, Signal

ELEMENT_BYTES = {"int8": 1, "int16": 2}
"""Types that a signal may have."""


def typed_kind(kind: str, signal: Signal) -> str:
    """The kind of a node whose arithmetic is of the type of ``signal``."""
    return kind if signal.element_bytes == 1 else f"{kind}_int16"


class Builder:
    """Collects signals and nodes; one signal per activation tensor."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.signals: list[Signal] = []
        self.nodes: list[Node] = []
        self._of_tensor: dict[int, int] = {}

    def signal(self, tensor: int) -> int:
        """Index of the signal that stands for ``tensor``, made on first use."""
        if tensor not in self._of_tensor:
            self._of_tensor[tensor] = self.new_signal(self.graph.tensors[tensor])
        return self._of_tensor[tensor]

    def new_signal(self, tensor: Tensor, shape: tuple[int, int, int] | None = None) -> int:
        """A signal of ``tensor``'s quantization, with its shape or another."""
        height, width, channels = shape or image_shape(tensor)
        if tensor.dtype not in ELEMENT_BYTES or tensor.quantization is None:
            raise CompileError(
                f"tensor '{tensor.name}' is {tensor.dtype} inside the network, and the compiler needs int8 or int16; "
                "quantize the model fully to int8"
            )
        scale, zero_point = tensor.quantization.scale, tensor.quantization.zero_point
        element_bytes = ELEMENT_BYTES[tensor.dtype]
        self.signals.append(Signal(tensor.name, height, width, channels, scale, zero_point, element_bytes))
        return len(self.signals) - 1

    def operand(self, tensor: int) -> int | Constant:
        """A signal, or a constant's values as ``(rows, channels)``."""
        found = self.graph.tensors[tensor]
        if found.data is None:
            return self.signal(tensor)
        return Constant(found.data.astype(found.dtype).reshape(-1, found.shape[-1] if found.shape else 1))

    def add(
        self,
        op: Op,
        kind: str,
        operands: tuple[int | Constant, ...],
        accesses: tuple[Access, ...],
        parameters: Parameters,
        *,
        output: int | None = None,
        macs: int = 0,
        repeat: int = 1,
        phase: int | None = None,
        contiguous_output: bool = False,
        wide: bool = False,
    ) -> None:
        """Append a node that stands for ``op`` (or a part of it)."""
        target = self.signal(op.outputs[0]) if output is None else output
        self.nodes.append(
            Node(
                kind, op.name, operands, accesses, target, parameters, (op.kind,), macs, repeat, phase,
                contiguous_output or wide, wide,
            )
        )  # fmt: skip

    def reshaped(self, op: Op, signal: int, shape: tuple[int, int, int]) -> int:
        """``signal`` as another shape: itself where height, width and channels agree, else a reshape node's output."""
        found = self.signals[signal]
        if (found.rows, found.channels) == (shape[0] * shape[1], shape[2]):
            return signal
        height, width, channels = shape
        self.signals.append(
            replace(found, name=f"{found.name}/reshaped", height=height, width=width, channels=channels)
        )
        target = len(self.signals) - 1
        self.add_reshape(op, signal, target)
        return target

    def add_reshape(self, op: Op, source: int, target: int) -> None:
        """The same bytes under another shape; costs nothing where both are contiguous."""
        found = self.signals[source]
        same_rows = (found.rows, found.channels) == (self.signals[target].rows, self.signals[target].channels)
        access = EACH if same_rows and found.height == 1 else RESHAPED
        copy = Copy(1, found.rows, found.row_bytes) if access is EACH else Copy(1, 1, found.size_bytes)
        self.add(op, "reshape", (source,), (access,), copy, output=target, contiguous_output=access is RESHAPED)

    def program(self) -> Program:
        """What was built.

        Raises
        ------
        CompileError
            When an output is one twice, or an input: each has its own bytes in the caller's buffers.
        """
        taken = list(self.graph.inputs)
        for tensor in self.graph.outputs:
            if tensor in taken:
                what = "its input" if tensor in self.graph.inputs else "another of its outputs"
                raise CompileError(
                    f"an output of the network is {what} ('{self.graph.tensors[tensor].name}') in another type; "
                    "leave one of them out, the caller converts it"
                )
            taken.append(tensor)
        for side, indices in (("inputs", self.graph.inputs), ("outputs", self.graph.outputs)):
            types = [self.graph.tensors[index].dtype for index in indices]
            if len(set(types)) > 1:
                raise CompileError(
                    f"the network's {side} are {' and '.join(types)}, and all of a side lie in one buffer of one "
                    "type; end them in the same type, by a QUANTIZE each"
                )
        return Program(
            tuple(self.signals),
            tuple(self.nodes),
            tuple(self.signal(t) for t in self.graph.inputs),
            tuple(self.signal(t) for t in self.graph.outputs),
        )


def image_shape(tensor: Tensor) -> tuple[int, int, int]:
    """``(height, width, channels)`` of a tensor of rank 1 to 4 with a batch of one."""
    shape = (1, 1, 1, *tensor.shape)[-4:]
    return int(np.prod(shape[:-2])), shape[-2], shape[-1]


def is_row(signal: Signal) -> bool:
    """Whether the signal is one-dimensional (its time is its width)."""
    return signal.height == 1
