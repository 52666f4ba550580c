"""The pipeline in numpy, stage by stage: what the compiled one must equal, integer for integer and event for event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeunet.emit.source import Compiled
from edgeunet.graph.evaluation.evaluate import evaluate
from edgeunet.graph.ir import Graph
from edgeunet.graph.length import with_length
from edgeunet.pipeline.settings import GAIN_FRACTION_BITS, Pipeline
from edgeunet.rewrite import strip_edges
from edgeunet.short_repr import short_repr
from edgeunet.signals import labels_to_waves
from edgeunet.signals.causal import Counts, normalize_counts
from edgeunet.signals.integer_resampling import resample_counts

Int8 = npt.NDArray[np.int8]
MOST_LEADS = 65535
"""Samples of an event whose leads count towards its confidence."""


@dataclass(frozen=True)
class Event:
    """One event; indices count the samples given to the pipeline.

    Attributes
    ----------
    kind : class name.
    onset, offset : first and last sample.
    peak : highest or lowest sample of the first channel before normalization, whichever is further from the mean of the
        event's ends.
    confidence : mean lead of the class over the next best, in steps of the network's output: 0 to 255.
    """

    kind: str
    onset: int
    peak: int
    offset: int
    confidence: int


@dataclass(frozen=True, eq=False)
class Stages:
    """What comes out of every stage, all ``(time, channels)`` but the last three.

    ``resampled`` to ``labels`` are at the network's rate; ``scores`` are the network's int8 outputs.
    """

    resampled: Counts
    normalized: Counts
    quantized: Int8
    scores: Int8
    leads: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    events: tuple[Event, ...]

    __repr__ = short_repr


def run_pipeline(
    graph: Graph, pipeline: Pipeline, samples: npt.NDArray[np.int16], *, stride: int, window: bool = False
) -> Stages:
    """Run every stage over a recording.

    Parameters
    ----------
    graph : the network.
    samples : int16 ``(time, channels)`` as an ADC gives them.
    stride : the network's total stride; a recording is lengthened to a multiple of it by its last quantized sample.
    window : run one whole window of the network instead, the recording cut or lengthened to it.
    """
    graph = strip_edges(graph)
    resampled = _scaled(samples, pipeline.gain)
    if pipeline.resampler is not None:
        resampled = resample_counts(resampled, pipeline.resampler)
    length = graph.tensors[graph.inputs[0]].shape[2]
    resampled = resampled[:length] if window else resampled
    normalized = resampled
    if pipeline.normalization == "causal":
        normalized = normalize_counts(resampled, pipeline.rate_hz)
    quantized = pipeline.quantized_of(normalized)
    scores = _scores(graph, quantized, length if window else -(-len(quantized) // stride) * stride)
    labels, leads = classify(scores, pipeline.threshold_steps)
    events = find_events(pipeline, labels, leads, resampled[:, 0])
    return Stages(resampled, normalized, quantized, scores, leads, labels, events)


def expected_events(
    graph: Graph, compiled: Compiled, pipeline: Pipeline, samples: npt.NDArray[np.int16]
) -> tuple[Event, ...]:
    """Return the events that the pipeline in numpy finds; in window form, window after window."""
    if compiled.mode == "stream":
        return run_pipeline(graph, pipeline, samples, stride=compiled.stride_samples).events
    length = -(-compiled.inputs[0].shape[0] * pipeline.ratio.denominator // pipeline.ratio.numerator)
    found: list[Event] = []
    for first in range(0, len(samples), length):
        part = run_pipeline(graph, pipeline, samples[first : first + length], stride=1, window=True)
        found += [replace(e, onset=e.onset + first, peak=e.peak + first, offset=e.offset + first) for e in part.events]
    return tuple(found)


def _scaled(samples: npt.NDArray[np.int16], gain: int) -> Counts:
    scaled = (samples.astype(np.int64) * gain + (1 << (GAIN_FRACTION_BITS - 1))) >> GAIN_FRACTION_BITS
    return np.asarray(np.clip(scaled, -32768, 32767), np.int16)


def _scores(graph: Graph, quantized: Int8, length: int) -> Int8:
    classes = graph.tensors[graph.outputs[0]].shape[-1]
    if not len(quantized):
        return np.zeros((0, classes), np.int8)
    padded = np.pad(quantized, ((0, length - len(quantized)), (0, 0)), mode="edge")
    (output,) = evaluate(with_length(graph, length), [padded])
    return np.asarray(output, np.int8).reshape(-1, classes)[: len(quantized)]


def classify(scores: Int8, threshold_steps: int = 0) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the class of each row of int8 ``(time, classes)`` and its lead over the next best."""
    wide = scores.astype(np.int64)
    labels = np.argmax(wide, axis=1)
    ordered = np.sort(wide, axis=1)
    clear = ordered[:, -1] - wide[:, 0] >= threshold_steps
    return np.where(clear, labels, 0), ordered[:, -1] - ordered[:, -2]


def find_events(
    pipeline: Pipeline, labels: npt.NDArray[np.int64], leads: npt.NDArray[np.int64], signal: npt.NDArray[Any]
) -> tuple[Event, ...]:
    """Return the events in a class sequence; ``signal`` ``(time,)`` says where their peaks are."""
    per_ms = pipeline.rate_hz / 1000.0
    merge_ms = {kind: rows / per_ms for kind, rows in zip(pipeline.classes, pipeline.merge_rows, strict=True)}
    # Half a row of room, so that turning rows into milliseconds and back moves nothing.
    merge_ms = {kind: ms + 0.5 / per_ms for kind, ms in merge_ms.items()}
    least_ms = {k: (rows - 0.5) / per_ms for k, rows in zip(pipeline.classes, pipeline.least_rows, strict=True)}
    waves = labels_to_waves(labels, pipeline.rate_hz, least_ms, merge_ms, pipeline.classes)
    values = signal.astype(np.int64)
    found = []
    for wave in waves:
        whole = slice(wave.onset, wave.offset + 1)
        peak = wave.onset + _peak(values[whole])
        own = leads[whole][labels[whole] == pipeline.classes.index(wave.kind)][:MOST_LEADS]
        at = [_recorded(pipeline, row) for row in (wave.onset, peak, wave.offset)]
        found.append(Event(wave.kind, at[0], at[1], at[2], int(own.sum() // len(own))))
    return tuple(found)


def _peak(values: npt.NDArray[np.int64]) -> int:
    ends = int(values[0] + values[-1])
    highest, lowest = int(np.argmax(values)), int(np.argmin(values))
    return highest if 2 * values[highest] - ends >= ends - 2 * values[lowest] else lowest


def _recorded(pipeline: Pipeline, row: int) -> int:
    up, down = pipeline.ratio.numerator, pipeline.ratio.denominator
    return (2 * row * down + up) // (2 * up)
