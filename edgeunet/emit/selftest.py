"""The generated self-test: a golden input and the output the network must give for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edgeunet.emit.document import Document, FilePage
from edgeunet.emit.tables import number_lines
from edgeunet.emit.template import render
from edgeunet.escaping.c import CText
from edgeunet.graph.evaluation.evaluate import evaluate
from edgeunet.graph.ir import Graph, Tensor
from edgeunet.graph.length import with_length
from edgeunet.program.convolutions import Int8Array, Int16Array
from edgeunet.rewrite import strip_edges
from edgeunet.schedule.schedule import Schedule

SEED = 0x5EED
MOST_ROWS = 8192
"""A golden recording is no longer than this, unless one hop is."""


Golden: TypeAlias = Int8Array | Int16Array


def golden_vectors(graph: Graph, rows: int | None = None) -> tuple[Golden, Golden]:
    """A seeded input of every value alike and the exact output, each as one run of values.

    With ``rows`` they are a recording of that length and the network over the whole of it.
    """
    rng = np.random.default_rng(SEED)
    graph = strip_edges(graph)
    if rows is not None:
        graph = with_length(graph, rows)
    inputs = [_values(rng, graph.tensors[i]) for i in graph.inputs]
    outputs = evaluate(graph, inputs)
    return _joined(inputs), _joined(outputs)


def recording_rows(schedule: Schedule) -> int:
    """Rows of a recording that starts, settles, runs two hops with no edge in sight, and ends within a hop."""
    hop, stride = schedule.timing.hop, schedule.timing.stride
    assert hop is not None
    window = schedule.signals[schedule.inputs[0]].rows
    settled = (schedule.settling_hops + 2) * hop
    rows = settled if settled <= MOST_ROWS else hop
    return max(rows, -(-window // hop) * hop) + (stride if hop > stride else 0)


def _values(rng: np.random.Generator, tensor: Tensor) -> Golden:
    if tensor.dtype == "int16":
        return rng.integers(-(1 << 15), 1 << 15, tensor.shape, np.int16)
    return rng.integers(-128, 128, tensor.shape, np.int8)


def _joined(arrays: Sequence[NDArray[Any]]) -> Golden:
    joined: Golden = np.concatenate([a.reshape(-1) for a in arrays])
    return joined


@dataclass(frozen=True)
class RecordingCheck:
    """A golden recording: whole hops, and the rows that follow them."""

    hops: int
    rows_left: int


@dataclass(frozen=True, eq=False)
class SelftestPage(FilePage):
    """``<name>_selftest.c``: of a window, or of a recording, whose rows are compared once they are ready, so that a hop
    of output is room enough."""

    template = "emit/c/selftest.c.jinja"

    input_count: int
    input: CText
    output_count: int
    output: CText
    input_type: CText
    output_type: CText
    unit: CText
    is_wide: bool
    """Whether outputs are int16."""
    recording: RecordingCheck | None


def render_selftest(graph: Graph, document: Document) -> str:
    """Text of ``<prefix>_selftest.c``."""
    rows, recording = None, None
    if document.mode == "stream":
        hop = document.schedule.timing.hop
        assert hop is not None
        rows = recording_rows(document.schedule)
        recording = RecordingCheck(*divmod(rows, hop))
    given, expected = golden_vectors(graph, rows)
    return render(
        SelftestPage(
            *document.run,
            input_count=given.size,
            input=number_lines(given),
            output_count=expected.size,
            output=number_lines(expected),
            input_type=document.ports.input_type,
            output_type=document.ports.output_type,
            unit=document.ports.unit,
            is_wide=document.outputs[0].dtype == "int16",
            recording=recording,
        )
    )
