"""Several data sets as one source: names, weights, splits."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import PreparedSource, Split, SyntheticECG, SyntheticSource
from edgeunet.signals.mixture import Member, MixedSource, mix, split_of_member, split_of_mixture
from edgeunet.train.pipeline import Windowing, training_windows


def source(seed: int) -> SyntheticSource:
    return SyntheticSource(records=3, seed=seed, parameters=SyntheticECG(duration_s=6.0), leads=("ii",))


MIXED = MixedSource([Member("a", source(1), 3.0), Member("b", source(2))])


def test_records_and_patients_carry_the_name_of_their_data_set() -> None:
    record = MIXED.read("b/synthetic-0001")
    assert (record.name, record.patient[:2]) == ("b/synthetic-0001", "b/")
    assert np.array_equal(record.signal, source(2).read("synthetic-0001").signal)
    assert MIXED.shares == {"a": 0.75, "b": 0.25}


def test_windows_are_drawn_by_weight_and_the_same_for_a_seed_and_epoch() -> None:
    prepared = PreparedSource(MIXED, rate_hz=100.0)
    windowing = Windowing(100, 50, normalization="none")
    own = {name[0]: prepared.read(name).signal for name in MIXED.names() if name.endswith("0")}

    def drawn(epoch: int) -> list[np.ndarray]:  # type: ignore[type-arg]
        names = [name for name in MIXED.names() if name.endswith("0")]
        return [x for x, _ in islice(training_windows(prepared, names, windowing, 0, epoch), 200)]

    def is_of(window: np.ndarray, signal: np.ndarray) -> bool:  # type: ignore[type-arg]
        return any(np.array_equal(window, signal[at : at + 100]) for at in range(len(signal) - 99))

    first = drawn(0)
    assert 0.65 < np.mean([is_of(window, own["a"]) for window in first]) < 0.85
    assert all(np.array_equal(x, y) for x, y in zip(first, drawn(0), strict=True))
    assert not all(np.array_equal(x, y) for x, y in zip(first, drawn(1), strict=True))


def test_a_split_of_the_first_data_set_leaves_the_others_for_training() -> None:
    patients = list(source(1).patients().values())
    split = split_of_mixture(Split(train=tuple(patients[:2]), val=(patients[2],)), MIXED)
    assert split.val == (f"a/{patients[2]}",)
    assert {patient[:2] for patient in split.train} == {"a/", "b/"}
    assert len(split.train) == 5


def test_a_data_set_by_itself_finds_its_part_of_a_mixtures_split() -> None:
    class Named(SyntheticSource):
        def describe(self) -> dict[str, object]:
            return {"directory": "a"}

    alone = Named(records=3, seed=1)
    patients = tuple(alone.patients().values())
    split = Split(train=(f"a/{patients[0]}", "b/x"), val=(f"a/{patients[1]}",))
    assert split_of_member(split, alone) == Split(train=(patients[0],), val=(patients[1],))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "lists no data sets"),
        ("[[dataset]]\nweight = 1", "no path"),
        ('[[dataset]]\npath = "."\ncolour = 1', "unknown key 'colour'"),
        ('[[dataset]]\npath = "."\nweight = "2"', "give a positive number"),
        ("[[dataset", "is not valid TOML"),
    ],
)
def test_a_list_that_is_none_is_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "dataset.toml"
    file.write_text(text)
    with pytest.raises(SignalError, match=says):
        mix([file])


def test_a_list_gives_names_and_weights(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        np.savez(tmp_path / name / "r.npz", signal=np.zeros((50, 1)), labels=np.zeros(50, int), sample_rate_hz=50.0,
                 classes=["background", "P", "QRS", "T"])  # fmt: skip
    (tmp_path / "d.toml").write_text('[[dataset]]\npath = "one"\nweight = 3\n[[dataset]]\npath = "two"\nname = "x"\n')
    assert mix([tmp_path / "d.toml"]).shares == {"one": 0.75, "x": 0.25}
    with pytest.raises(SignalError, match="two data sets are called 'one'"):
        mix([tmp_path / "one", tmp_path / "one"])
