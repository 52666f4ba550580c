"""Operators that make one value of many: MEAN, SUM, the largest and smallest values, and where they are."""

from __future__ import annotations

from dataclasses import replace

from edgeunet.errors import CompileError
from edgeunet.graph.ir import Op
from edgeunet.lower.builder import Builder, typed_kind
from edgeunet.lower.scales import mean_requantization
from edgeunet.program.parameters import ArgMax, Reduce
from edgeunet.program.program import EACH, Access

CHANNELS = 2
"""The axis of the channels, the batch left out."""


def lower_mean(builder: Builder, op: Op) -> None:
    """MEAN and SUM over channels (local), over all rows, or over one or two neighbouring axes of an image."""
    source = builder.signal(op.inputs[0])
    sizes, access = _geometry(builder, op)
    tensors = builder.graph.tensors
    mean = mean_requantization(op, tensors[op.inputs[0]], tensors[op.outputs[0]], sizes)
    kind = typed_kind("mean", builder.signals[source])
    builder.add(op, kind, (source,), (access,), mean, contiguous_output=access.whole)


def lower_extreme(builder: Builder, op: Op) -> None:
    """REDUCE_MAX and REDUCE_MIN over the same axes as a mean."""
    source = builder.signal(op.inputs[0])
    (outer, count, inner), access = _geometry(builder, op)
    reduce = Reduce(outer, count, inner, op.kind == "REDUCE_MIN")
    builder.add(op, "reduce_max", (source,), (access,), reduce, contiguous_output=access.whole)


def lower_arg_max(builder: Builder, op: Op) -> None:
    """ARG_MAX and ARG_MIN over the channels of each row."""
    builder.add(op, "arg_max", (builder.signal(op.inputs[0]),), (EACH,), ArgMax(op.kind == "ARG_MIN"))


def _geometry(builder: Builder, op: Op) -> tuple[tuple[int, int, int], Access]:
    """The input as ``(outer, count, inner)``, of which the middle axis goes, and how a group reads it."""
    signal = builder.signals[builder.signal(op.inputs[0])]
    sizes = (signal.height, signal.width, signal.channels)
    axes = sorted(axis - 1 for axis in op.attributes["axes"] if axis > 0)
    axes = [axis for axis in axes if sizes[axis] > 1] or axes[-1:]
    first, last = (
        (axes[0], axes[-1]) if axes else (CHANNELS + 1, CHANNELS)
    )  # over the batch alone: each value by itself
    if axes != list(range(first, last + 1)) and sizes[1] > 1:
        what = "averages" if op.kind == "MEAN" else "runs"
        raise CompileError(
            f"layer '{op.name}' ({op.kind}) {what} over axes that do not touch; split it into two "
            f"{'means' if op.kind == 'MEAN' else 'layers'}"
        )
    outer = count = inner = 1
    for axis, size in enumerate(sizes):
        outer *= size if axis < first else 1
        count *= size if axis in axes else 1
        inner *= size if axis > last else 1
    access = replace(EACH) if axes == [CHANNELS] else Access(whole=True, contiguous=True)
    return (outer, count, inner), access
