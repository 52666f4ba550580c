"""Synthetic ECG: exact boundaries, every parameter does what it says, the same seed gives the same record."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import (
    UNKNOWN,
    Record,
    SyntheticECG,
    SyntheticSource,
    Wave,
    open_source,
    paint_labels,
    records_without,
    synthesize,
)
from edgeunet.signals.synthesis.heart import Component, electrode_matrix, vector_matrix
from edgeunet.signals.synthesis.rhythm import Rhythm, beats, tachogram

QUIET: dict[str, Any] = {
    "wander_mv": (0, 0),
    "mains_mv": (0, 0),
    "muscle_mv": (0, 0),
    "pops_per_minute": (0, 0),
    "u_mv": (0, 0),
    "st_mv": (0, 0),
}
SINUS: dict[str, Any] = {
    "fibrillation_chance": 0.0,
    "flutter_chance": 0.0,
    "paced_chance": 0.0,
    "no_p_chance": 0.0,
    "ectopy_chance": 0.0,
    "wide_qrs_chance": 0.0,
    "inverted_t_chance": 0.0,
    "biphasic_t_chance": 0.0,
}
PLAIN = SyntheticECG(**QUIET, **SINUS)


def kinds(record: Record, kind: str, lead: str = "ii") -> list[Wave]:
    return [wave for wave in record.waves[record.lead_index(lead)] if wave.kind == kind]


def rr_s(record: Record) -> np.ndarray[Any, Any]:
    return np.diff([wave.onset for wave in kinds(record, "QRS")]) / record.sample_rate_hz


def test_it_is_the_default_source() -> None:
    source = open_source(None, records=3, seed=7, leads=["II", "V1"])
    assert isinstance(source, SyntheticSource)
    assert source.names() == ("synthetic-0000", "synthetic-0001", "synthetic-0002")
    assert source.describe() == {"source": "synthetic", "seed": 7, "records": 3}
    record = source.read("synthetic-0001")
    assert record.leads == ("ii", "v1")
    assert record.signal.shape == record.labels.shape == (5000, 2)
    assert record.patient == "synthetic-0001"


def test_the_same_seed_gives_the_same_record_whatever_was_read_before() -> None:
    one, other = SyntheticSource(seed=3), SyntheticSource(seed=3)
    one.read("synthetic-0000")
    a, b = one.read("synthetic-0009"), other.read("synthetic-0009")
    np.testing.assert_array_equal(a.signal, b.signal)
    assert a.waves == b.waves
    assert not np.array_equal(a.signal, SyntheticSource(seed=4).read("synthetic-0009").signal)
    assert not np.array_equal(a.signal, one.read("synthetic-0008").signal)


def test_records_stay_what_they_were_when_a_figure_was_published() -> None:
    record = SyntheticSource(seed=0).read("synthetic-0000")
    digest = hashlib.sha256(record.labels.tobytes()).hexdigest()[:16]
    assert digest == "d90af84c3d6bbeee"


def test_the_number_of_leads_does_not_change_the_person() -> None:
    all_leads = synthesize(SyntheticECG(), 5)
    some = synthesize(SyntheticECG(leads=("v5", "i")), 5)
    np.testing.assert_array_equal(some.signal, all_leads.pick(["v5", "i"]).signal)
    assert some.waves == all_leads.pick(["v5", "i"]).waves


def test_einthoven_and_goldberger_hold_under_all_disturbances() -> None:
    record = SyntheticSource(seed=2).read("synthetic-0003")
    lead = {name: record.signal[:, i].astype(float) for i, name in enumerate(record.leads)}
    np.testing.assert_allclose(lead["ii"], lead["i"] + lead["iii"], atol=1e-6)
    np.testing.assert_allclose(lead["avr"] + lead["avl"] + lead["avf"], 0, atol=1e-6)
    assert vector_matrix().shape == (3, 12)
    np.testing.assert_allclose(electrode_matrix().sum(axis=0), 0, atol=1e-12)


def test_a_component_is_at_its_edge_fraction_exactly_at_its_edges() -> None:
    part = Component("T", 0.3, 0.11, 0.07, (1, 0, 0))
    for edge in (0.01, 0.08, 0.5):
        shape = part.shape(np.array([part.start_s, part.centre_s, part.stop_s]), edge)
        np.testing.assert_allclose(shape, [edge, 1.0, edge], rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_a_clean_signal_is_quiet_between_waves_and_leaves_quiet_at_the_marked_edges(seed: int) -> None:
    record = synthesize(replace(PLAIN, heart_rate_bpm=(55, 70), visible_mv=0.0), seed)
    for column in range(12):
        waves = record.waves[column]
        signal = np.abs(record.signal[:, column].astype(float))
        for before, after in pairwise(waves):
            if before.kind != "T" or after.kind != "P":
                continue
            peaks = [signal[wave.onset : wave.offset + 1].max() for wave in (before, after)]
            # One sample outside its edges each wave is below its edge fraction (0.1) of its largest component; the
            # components of a wave may cancel at its peak, so the bound is taken from the electrode vectors: 0.12 mV.
            assert signal[before.offset + 1 : after.onset].max(initial=0.0) <= max(0.35 * max(peaks), 0.06)
            middle = (before.offset + after.onset) // 2
            if after.onset - before.offset > 100:
                assert signal[middle] < 0.01


def test_a_wave_of_one_lobe_has_its_edges_where_its_own_course_crosses_the_edge_fraction() -> None:
    """The T waves of a premature-beat template are one body and one small turn; QRS edges are looked at in one lead."""
    record = synthesize(replace(PLAIN, heart_rate_bpm=(50, 50), qrs_edge=0.02, beat_variation=(0, 0)), 11)
    beat = kinds(record, "QRS", "i")[2]
    signal = np.abs(record.signal[:, record.lead_index("i")].astype(float))
    peak = signal[beat.onset : beat.offset + 1].max()
    assert signal[beat.onset - 2] < 0.05 * peak
    assert signal[beat.offset + 2] < 0.05 * peak


def test_labels_agree_with_the_waves_in_the_annotated_range() -> None:
    source = SyntheticSource(records=20, seed=5, parameters=SyntheticECG(**QUIET))
    for name in source.names():
        record = source.read(name)
        for column, waves in enumerate(record.waves):
            span = record.annotated[column]
            painted = paint_labels(record.samples, waves, span)
            known = record.labels[:, column] != UNKNOWN
            np.testing.assert_array_equal(record.labels[known, column], painted[known])
            assert all(a.offset < b.onset for a, b in pairwise(waves))
            assert all(0 <= w.onset <= (w.peak or 0) <= w.offset < record.samples for w in waves)
            assert known.mean() > 0.5


def test_records_begin_and_end_anywhere_in_a_beat() -> None:
    source = SyntheticSource(records=30, seed=1, parameters=SyntheticECG(**QUIET, leads=("ii",)))
    spans = [source.read(name).annotated[0] for name in source.names()]
    starts, stops = {span[0] > 0 for span in spans if span}, {span[1] < 5000 for span in spans if span}
    assert starts == stops == {True, False}


@pytest.mark.parametrize("bpm", [45, 60, 90, 130])
def test_heart_rate(bpm: float) -> None:
    record = synthesize(replace(PLAIN, heart_rate_bpm=(bpm, bpm), duration_s=30, rr_deviation=(0.02, 0.02)), 1)
    assert 60 / rr_s(record).mean() == pytest.approx(bpm, rel=0.03)


def test_heart_rate_variability_has_the_deviation_and_the_two_rhythms_asked_for() -> None:
    rhythm = Rhythm("sinus", 1.0, 0.05, 2.0, 0.3, 0.0, 0.0)
    series = tachogram(rhythm, 600, np.random.default_rng(0))
    assert series.std() == pytest.approx(0.05)
    power = np.abs(np.fft.rfft(series)) ** 2
    hertz = np.fft.rfftfreq(len(series), 0.25)
    low, high = power[(hertz > 0.05) & (hertz < 0.15)].sum(), power[(hertz > 0.25) & (hertz < 0.35)].sum()
    assert low / high == pytest.approx(2.0, rel=0.1)
    assert low + high > 0.95 * power.sum()
    made = beats(rhythm, 0, 300, np.random.default_rng(0))
    assert np.diff([beat.time_s for beat in made]).std() == pytest.approx(0.05, rel=0.2)


def test_fibrillation_is_irregular_without_p_and_with_f_waves() -> None:
    chosen = replace(PLAIN, fibrillation_chance=1.0, f_wave_mv=(0.05, 0.05), duration_s=30)
    record = synthesize(chosen, 3)
    assert not record.has_p
    assert rr_s(record).std() / rr_s(record).mean() > 0.12
    assert rr_s(synthesize(replace(PLAIN, duration_s=30), 3)).std() < 0.1
    background = record.signal[:, record.lead_index("v1")][record.labels[:, record.lead_index("v1")] == 0]
    assert background.std() > 0.02


def test_flutter_is_a_sawtooth_near_300_a_minute_without_p() -> None:
    record = synthesize(replace(PLAIN, flutter_chance=1.0, f_wave_mv=(0.1, 0.1), duration_s=20, qrs_mv=(0.3, 0.3)), 4)
    assert not record.has_p
    column = record.lead_index("avf")
    spectrum = np.abs(np.fft.rfft(record.signal[:, column] * np.hanning(record.samples)))
    hertz = np.fft.rfftfreq(record.samples, 1 / 500)
    band = (hertz > 3.8) & (hertz < 6)
    assert spectrum[band].max() > 5 * np.median(spectrum[(hertz > 2) & (hertz < 20)])


def test_junctional_rhythm_is_regular_without_p() -> None:
    record = synthesize(replace(PLAIN, no_p_chance=1.0, rr_deviation=(0.01, 0.01)), 4)
    assert not record.has_p
    assert rr_s(record).std() < 0.05


def test_paced_beats_are_wide_and_begin_with_a_spike() -> None:
    paced = synthesize(replace(PLAIN, paced_chance=1.0), 4)
    usual = synthesize(PLAIN, 4)
    wide = [wave.offset - wave.onset for wave in kinds(paced, "QRS")]
    assert np.median(wide) >= 60 > np.median([wave.offset - wave.onset for wave in kinds(usual, "QRS")])
    steps = np.abs(np.diff(paced.signal[:, paced.lead_index("ii")].astype(float)))
    for wave in kinds(paced, "QRS"):
        assert steps[wave.onset - 3 : wave.onset + 4].max() > 0.15


def test_premature_ventricular_beats_are_early_wide_without_p_and_followed_by_a_pause() -> None:
    chosen = replace(PLAIN, ectopy_chance=1.0, pvc_chance=(0.2, 0.2), pac_chance=(0, 0), duration_s=60)
    record = synthesize(chosen, 6)
    qrs, intervals = kinds(record, "QRS"), rr_s(record)
    usual = float(np.median(intervals))
    width = np.array([wave.offset - wave.onset for wave in qrs])
    early = np.flatnonzero((intervals < 0.85 * usual) & (width[1:] > 1.2 * np.median(width)))
    assert len(early) >= 4
    for index in early[early + 1 < len(intervals)]:
        assert intervals[index + 1] > 1.1 * usual
        between = [w for w in kinds(record, "P") if qrs[index].onset < w.onset < qrs[index + 1].onset]
        assert between == []


def test_premature_atrial_beats_are_early_and_narrow_with_a_p() -> None:
    chosen = replace(
        PLAIN, ectopy_chance=1.0, pvc_chance=(0, 0), pac_chance=(0.3, 0.3), duration_s=60, heart_rate_bpm=(55, 55)
    )
    record = synthesize(chosen, 6)
    intervals = rr_s(record)
    width = np.array([wave.offset - wave.onset for wave in kinds(record, "QRS")])
    early = np.flatnonzero(intervals < 0.85 * np.median(intervals))
    assert len(early) >= 4
    assert (width[early + 1] < 1.3 * np.median(width)).all()
    assert len(kinds(record, "P")) > 0.8 * len(width)


@pytest.mark.parametrize(
    ("name", "kind", "low", "high"),
    [("p_ms", "P", 80, 120), ("qrs_ms", "QRS", 80, 110), ("t_ms", "T", 140, 220)],
)
def test_wave_durations_follow_their_parameters(name: str, kind: str, low: float, high: float) -> None:
    def typical(value: float) -> float:
        chosen = replace(PLAIN, **{name: (value, value)}, heart_rate_bpm=(60, 60), beat_variation=(0, 0))
        waves = [w for seed in range(3) for lead in synthesize(chosen, seed).waves for w in lead if w.kind == kind]
        return float(np.median([wave.offset - wave.onset for wave in waves])) * 2  # 500 Hz: 2 ms a sample

    assert typical(low) == pytest.approx(low, rel=0.12)
    assert typical(high) == pytest.approx(high, rel=0.12)


@pytest.mark.parametrize(("name", "kind"), [("p_mv", "P"), ("qrs_mv", "QRS"), ("t_mv", "T")])
def test_wave_sizes_follow_their_parameters(name: str, kind: str) -> None:
    def size(value: float) -> float:
        record = synthesize(replace(PLAIN, **{name: (value, value)}, visible_mv=0.0, heart_rate_bpm=(60, 60)), 2)
        mask = record.labels[:, 1] == ("background", "P", "QRS", "T").index(kind)
        return float(np.abs(record.signal[mask, 1]).max())

    assert size(0.6) == pytest.approx(2 * size(0.3), rel=0.05)


def test_axis_turns_leads_upside_down() -> None:
    def peak(axis: float, lead: str) -> float:
        record = synthesize(replace(PLAIN, qrs_axis_deg=(axis, axis)), 3)
        course = record.signal[:, record.lead_index(lead)][record.labels[:, record.lead_index(lead)] == 2]
        return float(course[np.abs(course).argmax()])

    assert peak(0, "i") > 0 > peak(180, "i")
    assert peak(90, "avf") > 0 > peak(-90, "avf")


def test_t_waves_can_be_inverted_or_of_two_signs() -> None:
    def t_course(**changes: Any) -> np.ndarray[Any, Any]:
        chosen = replace(PLAIN, qrs_axis_deg=(60, 60), t_axis_deg=(0, 0), heart_rate_bpm=(60, 60), **changes)
        record = synthesize(chosen, 3)
        wave = kinds(record, "T")[1]
        return record.signal[wave.onset : wave.offset + 1, record.lead_index("ii")]

    upright, inverted, biphasic = t_course(), t_course(inverted_t_chance=1.0), t_course(biphasic_t_chance=1.0)
    assert upright.max() > 0.05
    assert abs(upright.min()) < 0.3 * upright.max()
    assert inverted.min() < -0.05
    assert min(biphasic.max(), -biphasic.min()) > 0.02


def test_pr_and_qt_intervals_follow_their_parameters() -> None:
    chosen = replace(PLAIN, heart_rate_bpm=(60, 60), beat_variation=(0, 0), rr_deviation=(0, 0))
    record = synthesize(replace(chosen, pr_ms=(160, 160), qt_ms=(400, 400)), 5)
    p, qrs, t = (kinds(record, kind)[1:4] for kind in ("P", "QRS", "T"))
    first = next(i for i, wave in enumerate(qrs) if wave.onset > p[0].onset)
    assert (qrs[first].onset - p[0].onset) * 2 == pytest.approx(160, abs=25)
    following = next(wave for wave in t if wave.onset > qrs[0].onset)
    assert (following.offset - qrs[0].onset) * 2 == pytest.approx(400, abs=30)


@pytest.mark.parametrize(
    ("name", "low_hz", "high_hz"), [("wander_mv", 0, 1), ("mains_mv", 49, 51), ("muscle_mv", 14, 121)]
)
def test_each_disturbance_adds_its_size_in_its_band(name: str, low_hz: float, high_hz: float) -> None:
    base = replace(PLAIN, mains_hz=(50.0,))
    quiet = synthesize(base, 8)
    spoilt = synthesize(replace(base, **{name: (0.1, 0.1)}), 8)
    added = (spoilt.signal - quiet.signal).astype(float)
    assert 0.03 < added.std() < 0.3
    spectrum = np.abs(np.fft.rfft(added, axis=0)) ** 2
    hertz = np.fft.rfftfreq(len(added), 1 / 500)
    inside = (hertz >= low_hz) & (hertz <= high_hz)
    assert spectrum[inside].sum() > 0.9 * spectrum.sum()
    assert spoilt.waves == quiet.waves


def test_electrode_pops_are_steps_that_fade() -> None:
    quiet = synthesize(PLAIN, 8)
    added = synthesize(replace(PLAIN, pops_per_minute=(30, 30), pop_mv=2.0), 8).signal - quiet.signal
    steps = np.abs(np.diff(added[:, 0].astype(float)))
    assert steps.max() > 0.2
    assert (steps > 0.1).sum() < 40


def test_a_wave_too_small_to_see_in_a_lead_is_unknown_there() -> None:
    record = synthesize(replace(PLAIN, visible_mv=0.05, p_mv=(0.06, 0.06), heart_rate_bpm=(60, 60)), 1)
    counts = [sum(wave.kind == "P" for wave in waves) for waves in record.waves]
    assert min(counts) < max(counts)
    column = counts.index(min(counts))
    start, stop = record.annotated[column] or (0, 0)
    assert (record.labels[start:stop, column] == UNKNOWN).any()


def test_other_rates_and_lengths() -> None:
    record = synthesize(SyntheticECG(sample_rate_hz=128, duration_s=3.5, leads=("v5",)), 0)
    assert record.signal.shape == (448, 1)
    assert record.sample_rate_hz == 128


def test_a_mix_of_rhythms_with_and_without_p_waves() -> None:
    source = SyntheticSource(records=40, seed=0, parameters=SyntheticECG(**QUIET, leads=("ii",), duration_s=5))
    without = records_without(source, "P")
    assert 3 <= len(without) <= 16


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"leads": ("x1",)}, "lead 'x1'; choose from i, ii"),
        ({"leads": ()}, "no lead"),
        ({"qrs_ms": (100, 50)}, r"qrs_ms must be \(lowest, highest\)"),
        ({"fibrillation_chance": 1.5}, r"fibrillation_chance is 1\.5"),
        ({"t_edge": 1.0}, "fractions of a peak"),
        ({"duration_s": 0.001}, "less than 2 samples"),
        ({"mains_hz": ()}, "mains_hz is empty"),
        ({"heart_rate_bpm": (0, 60)}, "heart_rate_bpm"),
        ({"heart_rate_bpm": (60, float("nan"))}, "heart_rate_bpm"),
    ],
)
def test_impossible_parameters_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SignalError, match=message):
        SyntheticECG(**changes)


def test_impossible_records_are_refused() -> None:
    with pytest.raises(SignalError, match="at least 1"):
        SyntheticSource(records=0)
    for name in ("synthetic-0200", "other-0001", "synthetic-x"):
        with pytest.raises(SignalError, match=f"no synthetic record '{name}'"):
            SyntheticSource(records=200).read(name)


def test_every_parameter_is_documented() -> None:
    text = SyntheticECG.__doc__ or ""
    assert [field.name for field in fields(SyntheticECG) if field.name not in text] == []
