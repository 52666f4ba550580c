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
from edgeunet.graph.sample_rows import with_sample_rows
from edgeunet.pipeline.settings import GAIN_FRACTION_BITS, Pipeline
from edgeunet.rewrite import strip_edges
from edgeunet.short_repr import short_repr
from edgeunet.signals import labels_to_waves
from edgeunet.signals.causal import NARROW_BITS, Counts, WideCounts, ends_of, normalize_and_watch, type_of
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


@dataclass(frozen=True)
class Loss:
    """A stretch in which the signal of a channel was lost, as the pipeline says it.

    Attributes
    ----------
    onset, offset : first and last of the samples given after which it said so; in window form, the window's.
    """

    channel: int
    onset: int
    offset: int


@dataclass(frozen=True)
class Found:
    """What a pipeline says of a recording."""

    events: tuple[Event, ...]
    losses: tuple[Loss, ...]


@dataclass(frozen=True, eq=False)
class Stages:
    """What comes out of every stage, all ``(time, channels)`` but the last three.

    ``resampled`` to ``labels`` are at the network's rate; ``lost`` says where a channel's signal is; ``scores`` are
    the network's int8 outputs.
    """

    resampled: WideCounts
    normalized: Counts
    lost: npt.NDArray[np.bool_]
    quantized: Int8
    scores: Int8
    leads: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    events: tuple[Event, ...]

    __repr__ = short_repr


def run_pipeline(graph: Graph, pipeline: Pipeline, samples: WideCounts, *, stride: int, window: bool = False) -> Stages:
    """Run every stage over a recording.

    Parameters
    ----------
    graph : the network.
    samples : ``(time, channels)`` as an ADC gives them, int16, or int32 where the pipeline takes that.
    stride : the network's total stride; a recording is lengthened to a multiple of it by its last quantized sample.
    window : run one whole window of the network instead, the recording cut or lengthened to it.
    """
    graph = with_sample_rows(strip_edges(graph))
    resampled = scale_counts(samples, pipeline)
    if pipeline.resampler is not None:
        resampled = resample_counts(resampled, pipeline.resampler, pipeline.bits)
    length = graph.tensors[graph.inputs[0]].shape[2]
    resampled = resampled[:length] if window else resampled
    if pipeline.normalization == "causal":
        normalized, lost = normalize_and_watch(
            resampled, pipeline.rate_hz, pipeline.bits, pipeline.baseline_faster_bits
        )
    else:
        normalized, lost = resampled.astype(np.int16), np.zeros(resampled.shape, np.bool_)
    quantized = pipeline.quantized_of(normalized)
    scores = _scores(graph, quantized, length if window else -(-len(quantized) // stride) * stride)
    labels, leads = classify(scores, pipeline.threshold_steps)
    events = find_events(pipeline, labels, leads, resampled[:, 0])
    return Stages(resampled, normalized, lost, quantized, scores, leads, labels, events)


def expected(graph: Graph, compiled: Compiled, pipeline: Pipeline, samples: WideCounts) -> Found:
    """Return what the pipeline in numpy finds; in window form, window after window."""
    if compiled.mode == "stream":
        stages = run_pipeline(graph, pipeline, samples, stride=compiled.stride_samples)
        return Found(stages.events, _losses(pipeline, stages.lost, len(samples)))
    length = -(-compiled.inputs[0].shape[0] * pipeline.ratio.denominator // pipeline.ratio.numerator)
    events: list[Event] = []
    losses: list[Loss] = []
    for first in range(0, len(samples), length):
        part = run_pipeline(graph, pipeline, samples[first : first + length], stride=1, window=True)
        events += [replace(e, onset=e.onset + first, peak=e.peak + first, offset=e.offset + first) for e in part.events]
        last = min(len(samples), first + length) - 1
        losses += [Loss(int(channel), first, last) for channel in np.flatnonzero(part.lost.any(axis=0))]
    return Found(tuple(events), tuple(losses))


def _losses(pipeline: Pipeline, lost: npt.NDArray[np.bool_], count: int) -> tuple[Loss, ...]:
    """Return the stretches of a stream in the order in which they end; a row is known once its filter is full."""
    delay = pipeline.resampler.delay if pipeline.resampler else 0
    known = (np.arange(len(lost)) * pipeline.ratio.denominator + delay) // pipeline.ratio.numerator
    rows = np.searchsorted(known, np.arange(count), side="right")
    told = np.concatenate([np.zeros((1, lost.shape[1]), np.bool_), lost])[rows]
    found = []
    for channel in range(lost.shape[1]):
        edges = np.diff(told[:, channel].astype(np.int8), prepend=0, append=0)
        pairs = zip(np.flatnonzero(edges > 0), np.flatnonzero(edges < 0), strict=True)
        found += [Loss(channel, int(onset), int(after) - 1) for onset, after in pairs]
    return tuple(sorted(found, key=lambda loss: (loss.offset, loss.channel)))


def scale_counts(samples: WideCounts, pipeline: Pipeline) -> WideCounts:
    """Return samples of the ADC in microvolts, of as many bits as the pipeline has for them; a rail stays a rail."""
    low, high = ends_of(NARROW_BITS if samples.dtype == np.int16 else pipeline.adc_bits)
    least, most = ends_of(pipeline.bits)
    scaled = (samples.astype(np.int64) * pipeline.gain + (1 << (GAIN_FRACTION_BITS - 1))) >> GAIN_FRACTION_BITS
    scaled = np.where(samples >= high, most, np.where(samples <= low, least, np.clip(scaled, least, most)))
    return scaled.astype(type_of(pipeline.bits))


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
