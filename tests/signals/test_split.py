"""Splits are by patient, disjoint, reproducible, and checked against the data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeunet.errors import SignalError
from edgeunet.signals import CLASSES, Record, Split, SyntheticSource, load_split, make_split, save_split


class Owners:
    """A source of which only the patients matter."""

    classes = CLASSES

    def __init__(self, owners: Mapping[str, str]) -> None:
        self.owners = owners

    def names(self) -> tuple[str, ...]:
        return tuple(self.owners)

    def patients(self) -> Mapping[str, str]:
        return self.owners

    def describe(self) -> dict[str, Any]:
        return {}

    def read(self, name: str) -> Record:
        raise AssertionError("a split reads no signals")


@given(
    st.lists(st.integers(0, 30), min_size=3, max_size=60).filter(lambda owners: len(set(owners)) >= 3),
    st.floats(0.05, 0.45),
    st.floats(0.05, 0.45),
    st.integers(0, 100),
)
def test_all_records_of_a_patient_are_in_one_part(owners: list[int], val: float, test: float, seed: int) -> None:
    source = Owners({f"r{i}": f"p{owner}" for i, owner in enumerate(owners)})
    split = make_split(source, val=val, test=test, seed=seed)
    parts = [set(split.records(source, part)) for part in ("train", "val", "test")]
    assert all(parts)
    assert sum(len(part) for part in parts) == len(owners)
    assert set.union(*parts) == set(source.names())
    assert set(split.part("all")) == set(source.patients().values())


def test_the_same_seed_gives_the_same_split_and_another_does_not() -> None:
    source = SyntheticSource(records=40)
    assert make_split(source, seed=1) == make_split(source, seed=1)
    assert make_split(source, seed=1) != make_split(source, seed=2)
    assert len(make_split(source, val=0.25).val) == 10
    assert make_split(source, val=0, test=0).val == ()


def test_a_split_survives_its_file(tmp_path: Path) -> None:
    split = Split(train=("1", "2"), val=("3",))
    save_split(tmp_path / "s.json", split)
    assert json.loads((tmp_path / "s.json").read_text()) == {"train": ["1", "2"], "val": ["3"]}
    assert load_split(tmp_path / "s.json") == split


def test_whole_numbers_are_patients_too(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"train": [1, 2], "val": [10]}')
    assert load_split(tmp_path / "s.json") == Split(train=("1", "2"), val=("10",))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ('{"train": [1, 2], "val": [2]}', "patient '2' is in both 'train' and 'val'"),
        ('{"train": [1, "1"]}', "patient '1' is in 'train' twice"),
        ('{"val": [1]}', "has no key 'train'"),
        ('{"train": [1], "validation": [2]}', "unknown key 'validation'"),
        ('{"train": "1"}', "'train' must be a list"),
        ('{"train": [1.5]}', "'train' must be a list"),
        ('{"train": [true]}', "'train' must be a list"),
        ("[1]", "not an object"),
        ("{", "not valid JSON"),
    ],
)
def test_a_wrong_split_file_is_one_sentence(tmp_path: Path, document: str, message: str) -> None:
    (tmp_path / "s.json").write_text(document)
    with pytest.raises(SignalError, match=message) as caught:
        load_split(tmp_path / "s.json")
    assert "s.json" in str(caught.value)


def test_patients_that_the_data_do_not_have_are_named() -> None:
    source = Owners({"a": "1", "b": "2"})
    with pytest.raises(SignalError, match=r"patient '9' of part 'val' \(1 of 1 such\)"):
        Split(train=("1",), val=("9",)).records(source, "val")
    with pytest.raises(SignalError, match="part 'test' has no patients"):
        Split(train=("1",)).records(source, "test")
    with pytest.raises(SignalError, match="no part 'dev'"):
        Split(train=("1",)).records(source, "dev")


def test_too_few_patients_or_impossible_shares_are_refused() -> None:
    source = Owners({"a": "1", "b": "1"})
    with pytest.raises(SignalError, match=r"1 patient\(s\) cannot fill 2 parts"):
        make_split(source)
    with pytest.raises(SignalError, match="must be fractions"):
        make_split(source, val=0.7, test=0.3)
