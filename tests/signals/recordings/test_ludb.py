"""The records of LUDB that a loader must survive, read from the very files."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from edgeunet.signals import UNKNOWN, Record, WfdbSource, load_split, open_source, paint_labels, records_without
from edgeunet.signals.record import Wave


@pytest.fixture(scope="module")
def ludb(shared: Path) -> WfdbSource:
    source = open_source(shared / "data" / "ludb")
    assert isinstance(source, WfdbSource)
    return source


def lead(record: Record, name: str) -> tuple[Wave, ...]:
    return record.waves[record.lead_index(name)]


def test_all_records_are_listed_in_order_each_its_own_patient(ludb: WfdbSource) -> None:
    names = ludb.names()
    assert len(names) == 150
    assert names[:3] == ("1", "2", "3")
    assert ludb.patients() == {name: name for name in names}


def test_the_directory_of_the_files_themselves_opens_too(shared: Path) -> None:
    assert set(open_source(shared / "data" / "ludb" / "data").names()) >= {"1", "200"}


@pytest.mark.parametrize("name", ["1", "8", "116"])
def test_adc_units_are_microvolts_so_that_einthoven_holds(ludb: WfdbSource, name: str) -> None:
    record = ludb.read(name)
    one, two, three = (record.signal[:, record.lead_index(each)] for each in ("i", "ii", "iii"))
    np.testing.assert_array_equal(np.round(two * 1000), np.round(one * 1000) + np.round(three * 1000))
    assert 0.3 < np.ptp(two) < 5


def test_header_gains_taken_at_their_word_break_einthoven(shared: Path) -> None:
    record = open_source(shared / "data" / "ludb", adc_units="header").read("1")
    assert np.allclose(np.ptp(record.signal, axis=0), 1.0, atol=1e-5)
    one, two, three = (record.signal[:, record.lead_index(each)] for each in ("i", "ii", "iii"))
    assert np.abs(two - one - three).max() > 0.1


def test_adc_units_can_be_given(shared: Path, ludb: WfdbSource) -> None:
    record = open_source(shared / "data" / "ludb", adc_units=2.5).read("1")
    np.testing.assert_allclose(record.signal, 2.5 * ludb.read("1").signal, rtol=1e-6)


def test_labels_are_unknown_outside_the_annotated_range_and_known_inside(ludb: WfdbSource) -> None:
    record = ludb.read("1")
    for column, span in enumerate(record.annotated):
        assert span is not None
        start, stop = span
        labels = record.labels[:, column]
        assert (labels[:start] == UNKNOWN).all()
        assert (labels[stop:] == UNKNOWN).all()
        assert (labels[start:stop] != UNKNOWN).all()
        assert start == record.waves[column][0].onset
        assert stop == record.waves[column][-1].offset + 1
        np.testing.assert_array_equal(labels, paint_labels(record.samples, record.waves[column], span))


def test_onset_on_the_peak_of_paced_beats(ludb: WfdbSource) -> None:
    beats = [wave for wave in lead(ludb.read("104"), "ii") if wave.kind == "QRS"]
    assert len(beats) == 9
    assert all(beat.onset == beat.peak and beat.onset_marked for beat in beats)
    assert (beats[0].onset, beats[0].offset) == (710, 784)


def test_onset_after_the_peak_stays_as_marked(ludb: WfdbSource) -> None:
    waves = lead(ludb.read("111"), "v5")
    assert (waves[0].kind, waves[0].onset, waves[0].peak, waves[0].offset) == ("QRS", 919, 918, 995)
    assert (waves[4].kind, waves[4].onset, waves[4].peak) == ("QRS", 1917, 1919)


def test_wave_with_no_symbol_and_peak_set_after_the_offset(ludb: WfdbSource) -> None:
    waves = lead(ludb.read("8"), "v5")
    assert waves[2] == Wave("QRS", 1066, None, 1138)
    assert waves[-1] == Wave("QRS", 4398, 4464, 4461)
    assert {wave.kind for wave in waves} == {"QRS", "T"}


@pytest.mark.parametrize(("name", "span"), [("v1", (392, 457)), ("v2", None)])
def test_several_t_marks_are_one_wave(ludb: WfdbSource, name: str, span: tuple[int, int] | None) -> None:
    waves = lead(ludb.read("116"), name)
    kinds = [wave.kind for wave in waves]
    assert all(first != second for first, second in pairwise(kinds))
    first_t = next(wave for wave in waves if wave.kind == "T")
    assert 30 <= first_t.offset - first_t.onset <= 130
    if span:
        assert (first_t.onset, first_t.offset) == span


def test_truncated_t_leaves_the_doubtful_stretch_unknown(ludb: WfdbSource) -> None:
    record = ludb.read("116")
    labels = record.labels[:, record.lead_index("v4")]
    t_wave = next(wave for wave in lead(record, "v4") if wave.onset == 3037)
    p_wave = next(wave for wave in lead(record, "v4") if wave.offset == 3220)
    assert (t_wave.kind, t_wave.peak, t_wave.offset_marked) == ("T", 3088, False)
    assert (p_wave.kind, p_wave.peak, p_wave.onset_marked) == ("P", 3202, False)
    assert (labels[3037:3089] == 3).all()
    assert (labels[3089:3202] == UNKNOWN).all()
    assert (labels[3202:3221] == 1).all()


def test_peak_before_its_onset_in_a_p_wave(ludb: WfdbSource) -> None:
    late = [wave for wave in lead(ludb.read("198"), "v2") if wave.peak is not None and wave.peak < wave.onset]
    assert [wave.kind for wave in late] == ["P"]


def test_records_without_p_waves_can_be_listed(ludb: WfdbSource) -> None:
    assert ludb.read("1").has_p
    assert not ludb.read("8").has_p
    assert records_without(ludb, "P", ["1", "8", "34", "104", "10"]) == ("8", "34", "104")


def test_the_split_that_comes_with_the_data_loads(shared: Path, ludb: WfdbSource) -> None:
    split = load_split(shared / "data" / "ludb" / "split.json")
    assert len(split.records(ludb, "train")) == 120
    assert len(split.records(ludb, "val")) == 30
    assert not set(split.train) & set(split.val)


def test_every_record_reads_with_plausible_waves(ludb: WfdbSource) -> None:
    known = total = waves = 0
    for name in ludb.names():
        record = ludb.read(name)
        assert record.sample_rate_hz == 500
        assert record.signal.shape == (5000, 12)
        assert np.isfinite(record.signal).all()
        known += int((record.labels >= 0).sum())
        total += record.labels.size
        for per_lead in record.waves:
            waves += len(per_lead)
            ends = [(wave.onset, wave.offset) for wave in per_lead]
            assert all(a[1] < b[0] for a, b in pairwise(ends)), name
            assert all(5 <= wave.offset - wave.onset <= 250 for wave in per_lead if wave.onset_marked), name
    assert known / total == pytest.approx(0.73, abs=0.01)  # ABOUT: about 27 % of the samples are unknown
    assert waves > 43_000
