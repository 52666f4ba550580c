"""Weak labels of beat annotations, and beats that a delineation leaves out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.signals import UNKNOWN, open_source
from edgeunet.signals.record import rule_out, ruled_out
from tests.signals.conftest import WriteRecord, beats

RATE_HZ = 250.0


def spiky(at: list[int], samples: int = 2500) -> np.ndarray:  # type: ignore[type-arg]
    """A record of two leads with a QRS-like spike at each of ``at``."""
    signal = 0.01 * np.random.default_rng(0).standard_normal((samples, 2))
    for place in at:
        signal[place : place + 3] += 1.0
    return signal


def test_what_is_ruled_out_leaves_known_samples_alone_and_adds_up() -> None:
    labels = np.array([UNKNOWN, 2, UNKNOWN], np.int8)
    rule_out(labels, slice(0, 2), 1)
    rule_out(labels, slice(0, 1), 2)
    assert labels[1] == 2
    assert labels[2] == UNKNOWN
    assert [bool(ruled_out(labels, label)[0]) for label in range(4)] == [False, True, True, False]


def test_rhythms_without_p_rule_p_out_until_the_next_rhythm(write_record: WriteRecord, tmp_path: Path) -> None:
    at, symbols = [10, 400, 800, 1200, 1250, 1600], ["+", "N", "N", "N", "+", "N"]
    notes = ["(AFIB", "", "", "", "(N", ""]
    directory = write_record(annotations={"atr": (at, symbols)}, aux_note=notes)
    labels = open_source(directory).read("sel1").labels[:, 1]
    assert ruled_out(labels, 1)[600]
    assert not ruled_out(labels, 1)[1260:].any()
    assert not ruled_out(labels, 1)[:10].any()
    assert ruled_out(labels, 2)[1400]


def test_p_peaks_beside_say_where_p_is_and_where_it_is_not(write_record: WriteRecord) -> None:
    directory = write_record(annotations={"atr": ([400, 800], ["N", "N"]), "pwave": ([360, 760], ["p", "p"])})
    labels = open_source(directory).read("sel1").labels[:, 0]
    assert (labels[758:763] == 1).all()
    assert (labels[398:403] == 2).all()
    assert ruled_out(labels, 1)[560]
    assert not ruled_out(labels, 1)[740]


@pytest.mark.parametrize("heard", [True, False])
def test_every_other_beat_of_a_bigeminy_left_out_is_not_called_background(
    write_record: WriteRecord, heard: bool
) -> None:
    """The beats in between are at 500, 900 …: told by another annotator, or by the signal alone."""
    marked, between = [300, 700, 1100, 1500], [500, 900, 1300]
    signal = spiky([start + 40 for start in marked] + ([] if heard else between))
    others = {"pu0": (between, ["N"] * 3)} if heard else {}
    directory = write_record(signal=signal, annotations={"q1c": beats(marked), **others})
    labels = open_source(directory).read("sel1").labels
    assert (labels[between] == UNKNOWN).all()
    assert (labels[[start + 40 for start in marked]] == 2).all()


def test_no_beat_left_out_leaves_the_background_known(write_record: WriteRecord) -> None:
    marked = [300, 700, 1100, 1500]
    signal = spiky([start + 40 for start in marked])
    others = {"pu0": ([start + 40 for start in marked], ["N"] * 4)}
    labels = open_source(write_record(signal=signal, annotations={"q1c": beats(marked), **others})).read("sel1").labels
    assert (labels[[500, 900, 1300]] == 0).all()


def test_where_an_expert_left_a_t_wave_out_its_samples_are_unknown(write_record: WriteRecord) -> None:
    at, symbols = beats([300, 700, 1100])
    without = [(a, s) for a, s in zip(at, symbols, strict=True) if not 785 <= a <= 815]
    directory = write_record(annotations={"q1c": ([a for a, _ in without], [s for _, s in without])})
    labels = open_source(directory).read("sel1").labels[:, 0]
    assert labels[900] == UNKNOWN
    assert labels[600] == 0


@pytest.mark.parametrize(("record", "label"), [("201", 1), ("207", 2)])
def test_mit_bih_records_get_weak_labels(shared: Path, record: str, label: int) -> None:
    labels = open_source(shared / "data" / "mitdb").read(record).labels[:, 0]
    assert ruled_out(labels, label).mean() > 0.2
    assert (labels == 2).mean() > 0.01
    assert not (labels == 0).any()
