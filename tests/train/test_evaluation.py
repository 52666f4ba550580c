"""Scores of predictors whose figures are known beforehand, on synthetic records and on LUDB."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeunet.errors import SignalError, TrainError
from edgeunet.modelcard import ModelCard
from edgeunet.signals import CLASSES, UNKNOWN, PreparedSource, Source, SyntheticSource, Wave, open_source
from edgeunet.signals.postprocessing import PostProcessing, postprocessing_from_dict
from edgeunet.train.delineation import LeadDelineation
from edgeunet.train.evaluation import Gallery, checked_card, judge_records
from edgeunet.train.judge import Judge, Judged, judged_span, waves_of_labels
from edgeunet.train.predictors import open_predictor

CARD = ModelCard("oracle", CLASSES, 250.0)


ROUNDING_MS = 2.0
"""A sample of 500 Hz: by so much a label at 250 Hz may be late."""


@dataclass
class Oracle:
    """Answers with the annotations of the record it is shown, made known window by window, perhaps too late."""

    truth: dict[bytes, NDArray[Any]]
    late_samples: int = 0
    window_samples: int = 1000
    channels: int = 1
    output_samples: int = 1000
    classes: int = 4
    total_stride: int = 1
    halo: int | None = None
    blind_to: tuple[int, ...] = field(default=())

    def scores(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.stack([self._answer(window) for window in windows])

    def _answer(self, window: NDArray[np.float32]) -> NDArray[np.float32]:
        labels = np.maximum(self.truth[window.tobytes()], 0)
        labels = np.where(np.isin(labels, self.blind_to), 0, labels)
        return np.eye(4, dtype=np.float32)[np.roll(labels, self.late_samples)]


def judged(make: Callable[[dict[bytes, NDArray[Any]]], Oracle], records: int = 4) -> dict[str, Any]:
    from edgeunet.signals import SyntheticECG

    source = SyntheticSource(records=records, seed=2, leads=("ii", "v5"), parameters=SyntheticECG(duration_s=4.0))
    prepared = PreparedSource(source, rate_hz=250.0)
    truth = {}
    for name in source.names():
        record = prepared.read(name)
        assert record.samples == 1000
        for lead in range(2):
            truth[record.signal[:, lead : lead + 1].tobytes()] = record.labels[:, lead]
    return judge_records(Judge(make(truth), CARD, PostProcessing()), source, source.names())


def test_an_oracle_scores_one_everywhere() -> None:
    document = judged(Oracle)
    assert (document["records"], document["leads"]) == (4, 8)
    rows = [row for ends in document["strict"]["boundaries"].values() for row in ends.values()]
    assert sum(row["n"] for row in rows) > 40
    assert all(row["f1"] in (None, 1.0) and not row["fp"] for row in rows)
    # It knows the labels, which are rounded to samples, halves up; truth is not.
    assert all(0.0 <= (row["mean_ms"] or 0.0) <= ROUNDING_MS for row in rows)
    assert document["samples"]["mean_iou"] == 1.0


def test_a_late_oracle_is_late_by_so_many_milliseconds() -> None:
    document = judged(lambda truth: Oracle(truth, late_samples=3))
    onset = document["boundaries"]["QRS"]["onset"]
    assert 12.0 <= onset["mean_ms"] <= 12.0 + ROUNDING_MS
    assert (onset["se"], onset["ppv"]) == (1.0, 1.0)
    assert document["samples"]["mean_iou"] < 1


def test_an_oracle_blind_to_p_waves_misses_them_all_and_invents_none() -> None:
    document = judged(lambda truth: Oracle(truth, blind_to=(1,)), records=12)
    p = document["boundaries"]["P"]["onset"]
    assert (p["se"], p["ppv"]) == (0.0, None)
    groups = document["with_p_waves"], document["without_p_waves"]
    assert sum(group["records"] for group in groups) == 12
    assert groups[1]["boundaries"]["P"]["onset"]["n"] == 0


def test_waves_of_labels_are_open_where_nobody_knows() -> None:
    labels = np.array([UNKNOWN, 1, 1, 0, 2, 2, 3, 3, 0, 0, 3], np.int8)
    assert waves_of_labels(labels, CLASSES) == (
        Wave("P", 1, None, 2, onset_marked=False),
        Wave("QRS", 4, None, 5),
        Wave("T", 6, None, 7),
        Wave("T", 10, None, 10, offset_marked=False),
    )


def test_a_card_must_name_classes_and_rate(tmp_path: Path) -> None:
    source: Source = SyntheticSource(records=1)
    with pytest.raises(TrainError, match=r"no card 'm\.keras\.json'"):
        checked_card(tmp_path / "m.keras", None, source)
    with pytest.raises(TrainError, match="classes are background, wave but the data's background, P, QRS, T"):
        checked_card(tmp_path / "m.keras", ModelCard("m", ("background", "wave"), 250.0), source)


@pytest.mark.parametrize("name", ["m.pb", "m", "m.onnx"])
def test_other_kinds_of_file_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(TrainError, match=r"neither a \.keras nor a \.tflite"):
        open_predictor(tmp_path / name)


@pytest.mark.parametrize("document", [{"max_ms": {}}, {"min_ms": {"P": -1}}, {"merge_ms": 3}, {"min_ms": {"P": True}}])
def test_postprocessing_that_makes_no_sense_is_an_error(document: dict[str, Any]) -> None:
    with pytest.raises(TrainError, match="post-processing"):
        postprocessing_from_dict(document)


def test_a_record_of_next_to_nothing_is_named() -> None:
    from edgeunet.signals import SyntheticECG

    source = SyntheticSource(records=1, leads=("ii",), parameters=SyntheticECG(duration_s=0.5))
    with pytest.raises(SignalError, match="record 'synthetic-0000': the signal has 125 samples"):
        judge_records(Judge(Oracle({}), CARD, PostProcessing()), source, source.names())


def test_ludb_is_scored_inside_its_annotated_ranges(shared: Path) -> None:
    source = open_source(shared / "data" / "ludb", leads=["ii"])

    class Beats(Oracle):
        """Finds a QRS every 100 samples, wherever."""

        def _answer(self, window: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.eye(4, dtype=np.float32)[np.where(np.arange(1000) % 100 < 25, 2, 0)]

    document = judge_records(Judge(Beats({}), CARD, PostProcessing()), source, ["1", "8", "104"])
    onset = document["boundaries"]["QRS"]["onset"]
    annotated_s = document["seconds"]
    assert annotated_s < 3 * 10
    assert onset["tp"] + onset["fp"] <= annotated_s * 250 / 100 + 3
    assert document["without_p_waves"]["records"] == 2


@pytest.mark.parametrize(
    ("samples", "known", "expected"),
    [
        (1000, (0, 1000), (0, 1000)),
        (100_000, (50_000, 50_100), (48_976, 51_124)),
        (100_000, (99_999, 100_000), (98_960, 100_000)),
        (100_000, (0, 1), (0, 1025)),
        (500, (3, 4), (0, 500)),
        (500, (0, 0), (0, 500)),
    ],
)
def test_only_the_annotated_part_of_a_recording_is_predicted(
    samples: int, known: tuple[int, int], expected: tuple[int, int]
) -> None:
    labels = np.full(samples, UNKNOWN, np.int8)
    labels[slice(*known)] = 0
    span = judged_span(labels, window=1024, stride=16)
    assert (span.start, span.stop) == expected
    assert span.start % 16 == 0


def test_the_gallery_shows_one_lead_per_record_and_the_worst() -> None:
    def lead(record: str, name: str, missed: int) -> Judged:
        truth = tuple(Wave("QRS", 100 * i, None, 100 * i + 20) for i in range(missed))
        nothing = np.zeros(0, np.float32)
        delineation = LeadDelineation(truth, (), np.ones(1000, bool), 250.0)
        return Judged(record, name, nothing, nothing.astype(np.int8), nothing.astype(np.int64), delineation)

    gallery = Gallery(count=4)
    for number, missed in enumerate([0, 3, 9, 1, 5, 7]):
        gallery.add([lead(f"r{number}", "i", 0), lead(f"r{number}", "ii", missed)], has_p=number != 4)
    shown = [(judged.record, judged.lead) for judged in gallery.chosen()]
    assert shown == [("r0", "ii"), ("r4", "ii"), ("r2", "ii"), ("r5", "ii")]
    assert Gallery().chosen() == []
