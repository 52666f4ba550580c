"""Training, calibration, evaluation and the device see the very same samples of a causally normalized recording."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeunet.errors import SignalError
from edgeunet.modelcard import ModelCard
from edgeunet.quantize.calibrate import draw_windows
from edgeunet.signals import CLASSES, PreparedSource, Record, SyntheticSource, make_split, normalize_recording
from edgeunet.signals.causal import causal, normalize_counts, to_counts
from edgeunet.signals.plausibility import examine, require_plausible
from edgeunet.signals.postprocessing import PostProcessing
from edgeunet.train.evaluation import expectation_of
from edgeunet.train.judge import Judge
from edgeunet.train.pipeline import Windowing, plain_windows

CARD = ModelCard("net", CLASSES, 250.0, normalization="causal")
WINDOW = 256


@dataclass
class Witness:
    """A predictor that remembers what it was shown."""

    window_samples: int = WINDOW
    output_samples: int = WINDOW
    channels: int = 1
    classes: int = 4
    total_stride: int = 4
    halo: int | None = 20
    seen: list[NDArray[np.float32]] = field(default_factory=list)

    def scores(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        self.seen += list(windows)
        return np.zeros((len(windows), WINDOW, 4), np.float32)


def sources() -> tuple[SyntheticSource, PreparedSource]:
    source = SyntheticSource(records=4, seed=5, leads=("ii", "v2"))
    return source, PreparedSource(source, rate_hz=250.0)


def every_part(record: Record) -> set[bytes]:
    """All windows of a record as the device has them: its integers, over 1024."""
    device = normalize_counts(to_counts(record.signal), record.sample_rate_hz) / np.float32(1024)
    return {
        np.ascontiguousarray(device[start : start + WINDOW, lead]).tobytes()
        for lead in range(device.shape[1])
        for start in range(len(device) - WINDOW + 1)
    }


def test_the_float_function_is_the_integers_of_the_device() -> None:
    record = sources()[1].read("synthetic-0001")
    device = normalize_counts(to_counts(record.signal), 250.0) / np.float32(1024)
    assert np.array_equal(causal(record.signal, 250.0), device)
    assert device.dtype == np.float32


def test_recordings_with_electrode_offsets_train_and_are_judged_on_24_bits() -> None:
    """The values of the same recordings without; at 16 bits they would be refused."""
    record = sources()[1].read("synthetic-0001")
    counts = to_counts(record.signal)
    whole = counts.astype(np.float32) / np.float32(1000)
    wide = normalize_recording(whole + np.float32(300), "causal-24", 250.0)
    assert np.array_equal(wide, causal(record.signal, 250.0))
    moved = replace(record, signal=record.signal + np.float32(300))
    require_plausible(examine(moved, expectation_of(replace(CARD, normalization="causal-24"))))
    with pytest.raises(SignalError, match="16 bits saturate"):
        require_plausible(examine(moved, expectation_of(CARD)))


def test_training_windows_are_parts_of_the_recording() -> None:
    _, prepared = sources()
    names = prepared.names()
    parts = set().union(*(every_part(prepared.read(name)) for name in names))
    made = [x for x, _ in plain_windows(prepared, names, Windowing(WINDOW, 100, normalization="causal"))]
    assert len(made) > 50
    assert all(x.tobytes() in parts for x in made)


def test_calibration_windows_are_parts_of_the_recording() -> None:
    source, prepared = sources()
    split = make_split(source)
    parts = set().union(*(every_part(prepared.read(name)) for name in split.train))
    made = draw_windows(source, split, "train", CARD, (WINDOW, 1), 9)
    assert all(np.ascontiguousarray(x).tobytes() in parts for x in made)
    louder = draw_windows(source, split, "train", CARD, (WINDOW, 1), 9, vary_gain=True)
    # The gain follows, so being louder changes hardly anything, but the rounding to counts.
    assert np.abs(louder - made).max() < 0.5


def test_evaluation_windows_are_parts_of_the_recording_wherever_annotations_begin() -> None:
    record = sources()[1].read("synthetic-0002")
    labels = record.labels.copy()
    labels[:1500] = -1
    late = Record(**{**record.__dict__, "labels": labels})
    witness = Witness()
    list(Judge(witness, CARD, PostProcessing()).leads(late))
    parts = every_part(record)
    inside = [x for x in witness.seen if x.tobytes() in parts]
    # The last window of each lead is continued beyond the recording.
    assert len(inside) >= len(witness.seen) - 2
    assert len(inside) >= 6
