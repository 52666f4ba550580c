"""Which patients train, choose and test a model. A split is by patient, never by window or record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgeunet.errors import SignalError
from edgeunet.files import read_json, write_json
from edgeunet.short_repr import short_repr
from edgeunet.signals.source import Source

PARTS = ("train", "val", "test")


@dataclass(frozen=True)
class Split:
    """Disjoint sets of patients.

    Raises
    ------
    SignalError
        When a patient is in two parts, or twice in one.
    """

    train: tuple[str, ...] = ()
    val: tuple[str, ...] = ()
    test: tuple[str, ...] = ()

    __repr__ = short_repr

    def __post_init__(self) -> None:
        seen: dict[str, str] = {}
        for part in PARTS:
            for patient in self.part(part):
                if patient in seen:
                    where = f"both '{seen[patient]}' and '{part}'" if seen[patient] != part else f"'{part}' twice"
                    raise SignalError(
                        f"split: patient '{patient}' is in {where}; each patient belongs to one part, once"
                    )
                seen[patient] = part

    def part(self, name: str) -> tuple[str, ...]:
        """Return the patients of ``"train"``, ``"val"``, ``"test"`` or ``"all"``."""
        if name == "all":
            return self.train + self.val + self.test
        if name not in PARTS:
            raise SignalError(f"split: there is no part '{name}'; choose {', '.join(PARTS)} or all")
        return {"train": self.train, "val": self.val, "test": self.test}[name]

    def records(self, source: Source, part: str) -> tuple[str, ...]:
        """Return the names of all records in ``source`` of the patients in ``part``.

        Raises
        ------
        SignalError
            When ``part`` has no patients, or one that ``source`` does not have.
        """
        wanted = set(self.part(part))
        if not wanted:
            raise SignalError(
                f"split: part '{part}' has no patients; choose another part or make a split that has them"
            )
        owners = source.patients()
        missing = sorted(wanted - set(owners.values()))
        if missing:
            raise SignalError(
                f"split: patient '{missing[0]}' of part '{part}' ({len(missing)} of {len(wanted)} such) has no record "
                f"in this data ({len(owners)} records); use the split made for it"
            )
        return tuple(name for name in source.names() if owners[name] in wanted)

    def to_dict(self) -> dict[str, list[str]]:
        """Return it as a plain document, parts without patients left out."""
        return {part: list(self.part(part)) for part in PARTS if self.part(part)}


def split_from_dict(document: Mapping[str, Any], where: str = "split") -> Split:
    """Return the split in ``document``: part → list of patients (text or whole numbers).

    Raises
    ------
    SignalError
        When a key is unknown, a value no list of names, or a patient in two parts.
    """
    keys = [key for key in document if key != "schema"]
    unknown = sorted(set(keys) - set(PARTS))
    if unknown or "train" not in keys:
        what = f"has an unknown key '{unknown[0]}'" if unknown else "has no key 'train'"
        raise SignalError(f'{where} {what}; it must be {{"train": [patients], "val": [...], "test": [...]}}')
    for key in keys:
        value = document[key]
        if not isinstance(value, (list, tuple)) or not all(
            isinstance(item, (str, int)) and not isinstance(item, bool) for item in value
        ):
            raise SignalError(f"{where}: '{key}' must be a list of patients, given as text or whole numbers")
    parts = {key: tuple(str(item) for item in document[key]) for key in keys}
    try:
        return Split(**parts)
    except SignalError as error:
        raise SignalError(f"{where}: {error}") from error


def load_split(path: Path | str) -> Split:
    """Read a split from a JSON file.

    Raises
    ------
    SignalError
        When it cannot be read or is not a split.
    """
    return split_from_dict(read_json(Path(path), SignalError), f"'{path}'")


def save_split(path: Path | str, split: Split) -> None:
    """Write ``split`` as JSON."""
    write_json(Path(path), split.to_dict())


def make_split(source: Source, val: float = 0.2, test: float = 0.0, seed: int = 0) -> Split:
    """Return a random split of the patients of ``source``; ``val`` and ``test`` are fractions of them.

    Each part asked for gets at least one patient. The same patients and seed give the same split.

    Raises
    ------
    SignalError
        When there are too few patients, or the fractions leave none to train on.
    """
    if not (0 <= val < 1 and 0 <= test < 1 and val + test < 1):
        raise SignalError(
            f"split: val={val} and test={test} must be fractions of the patients that leave some to train"
        )
    patients = list(dict.fromkeys(source.patients().values()))
    parts = 1 + (val > 0) + (test > 0)
    if len(patients) < parts:
        raise SignalError(f"split: {len(patients)} patient(s) cannot fill {parts} parts; add recordings of more people")
    order = [patients[i] for i in np.random.default_rng(seed).permutation(len(patients))]
    val_count = max(1, round(val * len(order))) if val else 0
    test_count = max(1, round(test * len(order))) if test else 0
    val_count = min(val_count, len(order) - test_count - 1)
    chosen: Sequence[set[str]] = (set(order[:val_count]), set(order[val_count : val_count + test_count]))
    return Split(
        train=tuple(p for p in patients if p not in chosen[0] | chosen[1]),
        val=tuple(p for p in patients if p in chosen[0]),
        test=tuple(p for p in patients if p in chosen[1]),
    )
