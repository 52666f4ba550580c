"""The ``tf.data`` pipeline: reproducible, masked, bounded in memory, and plain about bad records."""

from __future__ import annotations

import gc
import resource
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import CLASSES, UNKNOWN, PreparedSource, Record, SyntheticSource
from edgeunet.train.pipeline import Windowing, plain_windows, training_windows, window_batches, window_dataset

pytest.importorskip("tensorflow")


def constant_record(name: str, samples: int, leads: int = 1) -> Record:
    """A ramp, labelled as background."""
    signal = np.tile(np.linspace(0, 1, samples, dtype=np.float32)[:, None], (1, leads))
    return Record(
        name=name,
        patient=name,
        sample_rate_hz=250.0,
        leads=tuple(f"ch{i}" for i in range(leads)),
        signal=signal,
        waves=((),) * leads,
        annotated=((0, samples),) * leads,
        labels=np.zeros(signal.shape, np.int8),
    )


class Endless:
    """Records made when they are read, and a watch on how many live at once."""

    classes = CLASSES

    def __init__(self, records: int, samples: int) -> None:
        self.records, self.samples = records, samples
        self.made: list[weakref.ref[np.ndarray[Any, Any]]] = []
        self.most_alive = self.read_count = 0

    def names(self) -> tuple[str, ...]:
        return tuple(str(i) for i in range(self.records))

    def patients(self) -> Mapping[str, str]:
        return {name: name for name in self.names()}

    def describe(self) -> dict[str, Any]:
        return {}

    def read(self, name: str) -> Record:
        record = constant_record(name, self.samples)
        self.made.append(weakref.ref(record.signal))
        self.read_count += 1
        self.most_alive = max(self.most_alive, self.alive())
        return record

    def alive(self) -> int:
        return sum(signal() is not None for signal in self.made)


@pytest.fixture(scope="module")
def synthetic() -> PreparedSource:
    return PreparedSource(SyntheticSource(records=6, seed=1, leads=("i", "v2")), rate_hz=250)


def resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def arrays(batches: Iterator[Any]) -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    return [(np.asarray(x), np.asarray(y)) for x, y in batches]


WINDOWING = Windowing(500, 250, augmentation="ecg")


def test_batches_hold_windows_and_labels_of_fixed_shape(synthetic: PreparedSource) -> None:
    for x, y in arrays(window_batches(synthetic, synthetic.names(), WINDOWING, batch=8)):
        assert x.shape[1:] == (500, 1)
        assert x.dtype == np.float32
        assert y.shape == x.shape[:2]
        assert y.dtype == np.int32
        assert set(np.unique(y)) <= {-1, 0, 1, 2, 3}


def test_the_pipeline_gives_just_the_windows_of_the_generator(synthetic: PreparedSource) -> None:
    names = synthetic.names()
    expected = list(plain_windows(synthetic, names, WINDOWING))
    made = arrays(window_batches(synthetic, names, WINDOWING, batch=7))
    np.testing.assert_array_equal(np.concatenate([x for x, _ in made]), np.stack([x for x, _ in expected]))
    np.testing.assert_array_equal(np.concatenate([y for _, y in made]), np.stack([y for _, y in expected]))


def test_all_leads_together_are_channels(synthetic: PreparedSource) -> None:
    windowing = Windowing(500, 500, channels="all")
    x, y = arrays(window_batches(synthetic, synthetic.names(), windowing, batch=4))[0]
    assert x.shape == (4, 500, 2)
    assert y.shape == (4, 500)


def test_same_seed_and_epoch_give_the_same_windows_in_the_same_order(synthetic: PreparedSource) -> None:
    def run(**options: Any) -> list[np.ndarray[Any, Any]]:
        return [x for x, _ in arrays(window_batches(synthetic, synthetic.names(), WINDOWING, training=True, **options))]

    first, again, other = run(seed=3), run(seed=3), run(seed=4)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])
    assert not np.array_equal(first[0], run(seed=3, first_epoch=1)[0])


def test_a_resumed_epoch_equals_the_one_it_would_have_been(synthetic: PreparedSource) -> None:
    dataset = window_dataset(synthetic, synthetic.names(), WINDOWING, training=True, seed=5, shuffle_windows=1)
    arrays(iter(dataset))
    second = np.concatenate([x for x, _ in arrays(iter(dataset))])
    resumed = np.stack([x for x, _ in training_windows(synthetic, synthetic.names(), WINDOWING, 5, 1)])
    np.testing.assert_array_equal(second, resumed)


def test_repeating_gives_full_batches_for_ever(synthetic: PreparedSource) -> None:
    made = window_batches(synthetic, synthetic.names()[:1], WINDOWING, batch=64, training=True, repeat=True)
    assert [np.asarray(next(made)[0]).shape[0] for _ in range(5)] == [64] * 5


def test_unknown_samples_reach_the_batches_as_minus_one() -> None:
    class Masked(Endless):
        def read(self, name: str) -> Record:
            record = super().read(name)
            record.labels[40:60] = UNKNOWN
            return record

    source = Masked(1, 100)
    ((_, y),) = arrays(window_batches(source, source.names(), Windowing(100, 100)))
    np.testing.assert_array_equal(np.flatnonzero(y[0] == -1), np.arange(40, 60))


def test_memory_does_not_grow_with_the_data_set() -> None:
    samples = 500_000  # 2.5 MB a record, half a gigabyte in all
    source = Endless(200, samples)
    windowing = Windowing(1000, 50_000, normalization="none")
    batches = window_batches(source, source.names(), windowing, training=True, batch=16, shuffle_windows=64)
    seen, resident_mb = 0, []
    for x, _ in batches:
        seen += len(x)
        resident_mb.append(resident_megabytes())
    assert source.read_count == 200
    assert seen > 1800
    assert source.most_alive <= 3
    assert max(resident_mb) - resident_mb[0] < 60


def test_kept_records_stay_within_their_memory() -> None:
    source = Endless(50, 10_000)
    prepared = PreparedSource(source, cache_bytes=200_000)  # four records of 50 kB
    for name in source.names():
        prepared.read(name)
    gc.collect()
    assert source.alive() <= 4
    prepared.read(source.names()[-1])
    assert source.read_count == 50


def test_a_bad_record_is_one_sentence_not_an_error_of_tensorflow() -> None:
    class Broken(Endless):
        def read(self, name: str) -> Record:
            if name == "2":
                raise SignalError("record '2' is cut short; fetch it again")
            return super().read(name)

    source = Broken(4, 1000)
    with pytest.raises(SignalError, match="record '2' is cut short"):
        arrays(window_batches(source, source.names(), Windowing(500, 500)))


def test_no_records_is_an_error_before_anything_runs() -> None:
    with pytest.raises(SignalError, match="no records"):
        next(window_batches(Endless(1, 100), (), Windowing(50, 50)))


def test_records_with_different_leads_cannot_be_channels_of_one_network() -> None:
    class Uneven(Endless):
        def read(self, name: str) -> Record:
            return constant_record(name, 1000, leads=1 + int(name))

    source = Uneven(2, 1000)
    with pytest.raises(SignalError, match="1 and with 2 leads"):
        arrays(window_batches(source, source.names(), Windowing(500, 500, channels="all")))
