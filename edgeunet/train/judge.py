"""A network judged on one record: what it predicts beside what is annotated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import SignalError, TrainError
from edgeunet.modelcard import ModelCard
from edgeunet.short_repr import short_repr
from edgeunet.signals import Record, Wave
from edgeunet.signals.normalization import RECORDING_NORMALIZATIONS, normalize_recording
from edgeunet.signals.postprocessing import PostProcessing
from edgeunet.signals.record import UNKNOWN, ruled_out
from edgeunet.signals.segments import label_runs
from edgeunet.signals.windows import joint_labels
from edgeunet.train.delineation import LeadDelineation
from edgeunet.train.stitching import Predictor, predict_record


@dataclass(frozen=True)
class Judged:
    """One lead (or all leads of a network with several channels) of one record, predicted.

    Attributes
    ----------
    record, lead : where it comes from.
    signal : ``(time, channels)`` as the network takes it, before normalization.
    labels : annotated class per sample, ``UNKNOWN`` where nobody annotated.
    predicted : most likely class per sample.
    delineation : annotated and predicted waves.
    """

    record: str
    lead: str
    signal: NDArray[np.float32]
    labels: NDArray[np.int8]
    predicted: NDArray[np.int64]
    delineation: LeadDelineation

    __repr__ = short_repr


@dataclass(frozen=True)
class Judge:
    """A network with all it takes to turn records into waves."""

    predictor: Predictor
    card: ModelCard
    postprocessing: PostProcessing
    overlap: float | None = None

    __repr__ = short_repr

    def leads(self, record: Record) -> Iterator[Judged]:
        """Yield each lead of ``record``, predicted; all together where the network takes several channels."""
        if self.predictor.channels == 1:
            for index, lead in enumerate(record.leads):
                truth = record.waves[index] or waves_of_labels(record.labels[:, index], record.classes)
                yield self._judged(record, lead, record.signal[:, index : index + 1], record.labels[:, index], truth)
            return
        if self.predictor.channels != len(record.leads):
            raise SignalError(
                f"record '{record.name}' has {len(record.leads)} leads ({', '.join(record.leads)}) but the model takes "
                f"{self.predictor.channels} channels; choose as many leads, in the order it was trained on"
            )
        labels = joint_labels(record)
        yield self._judged(record, "all", record.signal, labels, waves_of_labels(labels, record.classes))

    def _judged(
        self,
        record: Record,
        lead: str,
        signal: NDArray[np.float32],
        labels: NDArray[np.int8],
        truth: tuple[Wave, ...],
    ) -> Judged:
        part = judged_span(labels, self.predictor.window_samples, self.predictor.total_stride)
        scores = np.zeros((len(signal), self.predictor.classes), np.float32)
        scores[:, 0] = 1
        name = self.card.normalization
        try:
            # What runs through the recording runs from its beginning, wherever the part begins.
            ready = normalize_recording(signal, name, record.sample_rate_hz)
            left = "none" if name in RECORDING_NORMALIZATIONS else name
            scores[part] = predict_record(self.predictor, ready[part], normalization=left, overlap=self.overlap)
        except (TrainError, SignalError) as error:
            raise SignalError(f"record '{record.name}': {error}") from error
        waves = self.postprocessing.waves(scores, record.sample_rate_hz, self.card.classes)
        excluded = {kind: ruled_out(labels, label) for label, kind in enumerate(record.classes) if label}
        delineation = LeadDelineation(
            truth,
            waves,
            labels >= 0,
            record.sample_rate_hz,
            {kind: place for kind, place in excluded.items() if place.any()},
        )
        return Judged(record.name, lead, signal, labels, scores.argmax(axis=-1), delineation)


def judged_span(labels: NDArray[Any], window: int, stride: int) -> slice:
    """Return the part of a recording worth predicting: what is annotated, and a window before and after it.

    Recordings of many minutes often have a few annotated beats; nothing outside them is scored.
    """
    known = np.flatnonzero(labels != UNKNOWN)
    if not known.size:
        return slice(0, len(labels))
    start = max(0, int(known[0]) - window) // stride * stride
    stop = min(len(labels), int(known[-1]) + 1 + window)
    # Keep enough for a window, should the annotated part be a moment at one end of the recording.
    return slice(max(0, min(start, (stop - window) // stride * stride)), stop)


def waves_of_labels(labels: NDArray[Any], classes: Sequence[str]) -> tuple[Wave, ...]:
    """Return the waves that annotated labels hold; an end at an unknown sample or at the record's end is not marked."""
    unknown = np.concatenate(([True], np.asarray(labels) < 0, [True]))
    return tuple(
        Wave(classes[label], start, None, stop - 1, not unknown[start], not unknown[stop + 1])
        for label, start, stop in label_runs(labels)
    )
