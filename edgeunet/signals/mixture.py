"""Several data sets as one source, each read by its own reader, drawn from in given shares while training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edgeunet.errors import SignalError, shown
from edgeunet.files import read_toml
from edgeunet.short_repr import LONGEST, cut
from edgeunet.signals.record import Record
from edgeunet.signals.source import Source, open_source
from edgeunet.signals.split import PARTS, Split

SEPARATOR = "/"
"""Between the name of a data set and that of a record or patient in it."""

DATASET_KEYS = ("path", "name", "weight", "leads", "annotator", "adc_units", "patients", "missing")


@dataclass(frozen=True)
class Member:
    """A data set of a mixture: windows are drawn from it in proportion to ``weight``."""

    name: str
    source: Source
    weight: float = 1.0


class MixedSource:
    """The records of several sources, called ``name/record``; so are their patients.

    Raises
    ------
    SignalError
        When two members have one name, a weight is no positive number, or their classes differ.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = tuple(members)
        names = [member.name for member in members]
        for member in members:
            if names.count(member.name) > 1 or SEPARATOR in member.name or not member.name:
                raise SignalError(
                    f"two data sets are called '{member.name}', or it has a '{SEPARATOR}' in it; "
                    "give each a name of its own in a dataset.toml"
                )
            if not 0 < member.weight < 1e6:
                raise SignalError(f"data set '{member.name}' has the weight {member.weight:g}; give a positive number")
            if member.source.classes != members[0].source.classes:
                raise SignalError(
                    f"data set '{member.name}' has the classes {', '.join(member.source.classes)}, but "
                    f"'{names[0]}' {', '.join(members[0].source.classes)}; mix data with the same classes"
                )

    def __repr__(self) -> str:
        return cut(f"<MixedSource: {', '.join(member.name for member in self.members)}>", LONGEST)

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names of the labels, background first."""
        return self.members[0].source.classes

    @property
    def shares(self) -> Mapping[str, float]:
        """Name of a data set → its share of the training windows; they add up to 1."""
        total = sum(member.weight for member in self.members)
        return {member.name: member.weight / total for member in self.members}

    def names(self) -> tuple[str, ...]:
        """Return the names of all records."""
        return tuple(f"{m.name}{SEPARATOR}{name}" for m in self.members for name in m.source.names())

    def patients(self) -> Mapping[str, str]:
        """Return record name → patient."""
        return {
            f"{m.name}{SEPARATOR}{name}": f"{m.name}{SEPARATOR}{patient}"
            for m in self.members
            for name, patient in m.source.patients().items()
        }

    def read(self, name: str) -> Record:
        """Read one record; a `SignalError` says what is wrong with it."""
        first, _, rest = name.partition(SEPARATOR)
        member = next((each for each in self.members if each.name == first), None)
        if member is None:
            raise SignalError(f"there is no data set '{first}' for record '{name}'; there are {', '.join(self.shares)}")
        record = member.source.read(rest)
        return replace(record, name=name, patient=f"{first}{SEPARATOR}{record.patient}")

    def describe(self) -> dict[str, Any]:
        """Return what each member says, and its weight."""
        return {
            "source": "mixture",
            "members": [{"name": m.name, "weight": m.weight, **m.source.describe()} for m in self.members],
        }


def shares_of(source: object) -> Mapping[str, float]:
    """Return the shares of a mixture, also one inside a prepared source; nothing for any other source."""
    inner = getattr(source, "source", source)
    return inner.shares if isinstance(inner, MixedSource) else {}


def split_of_mixture(split: Split, source: Source) -> Split:
    """Return ``split`` with patients as the mixture ``source`` calls them; any other source's split as it is.

    A patient given without the name of a data set is of the first. Data sets of which the split names no patient are
    for training only.
    """
    shares = shares_of(source)
    if not shares:
        return split
    first, patients = next(iter(shares)), set(source.patients().values())

    def called(patient: str) -> str:
        return patient if patient in patients else f"{first}{SEPARATOR}{patient}"

    parts = {part: tuple(called(patient) for patient in split.part(part)) for part in PARTS}
    named = {patient.partition(SEPARATOR)[0] for part in parts.values() for patient in part}
    every = dict.fromkeys(source.patients().values())
    parts["train"] += tuple(patient for patient in every if patient.partition(SEPARATOR)[0] not in named)
    return Split(**parts)


def split_of_member(split: Split, source: Source) -> Split:
    """Return of a mixture's ``split`` what concerns ``source``, where that is one of its data sets by itself."""
    name = str(source.describe().get("directory", ""))
    if shares_of(source) or not any(patient.startswith(name + SEPARATOR) for patient in split.part("all")):
        return split
    known = set(source.patients().values())
    start = len(name) + 1
    parts = {
        part: tuple(p[start:] for p in split.part(part) if p.startswith(name + SEPARATOR) and p[start:] in known)
        for part in PARTS
    }
    return Split(**parts)


def read_mixture(path: Path, **otherwise: Any) -> list[Member]:
    """Return the members that a ``dataset.toml`` lists: ``[[dataset]]`` tables of `DATASET_KEYS`.

    Paths are relative to the file. ``otherwise`` goes to `open_source` where a table does not say.

    Raises
    ------
    SignalError
        When it is not such a file, or a data set cannot be opened.
    """
    tables = read_toml(path, SignalError).get("dataset")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise SignalError(f"'{path}' lists no data sets; add a [[dataset]] table with a path for each")
    return [_member(path, table, otherwise) for table in tables]


def _member(file: Path, table: Mapping[str, Any], otherwise: Mapping[str, Any]) -> Member:
    unknown = sorted(set(table) - set(DATASET_KEYS))
    if unknown:
        raise SignalError(
            f"'{file}' has an unknown key {shown(unknown[0])} in a [[dataset]]; it may have {', '.join(DATASET_KEYS)}"
        )
    path, weight = table.get("path"), table.get("weight", 1.0)
    if not isinstance(path, str):
        raise SignalError(f"'{file}': a [[dataset]] has no path that is a text; add one")
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        raise SignalError(f"'{file}': the weight of '{path}' is {shown(weight)}; give a positive number")
    options = {**otherwise, **{k: v for k, v in table.items() if k not in ("path", "name", "weight")}}
    if options.get("patients") is not None:
        options["patients"] = file.parent / str(options["patients"])
    found = file.parent / path
    return Member(str(table.get("name", found.resolve().stem)), open_source(found, **options), float(weight))


def mix(paths: Sequence[Path], **options: Any) -> MixedSource:
    """Return the data at ``paths`` mixed: directories or files of records, or ``.toml`` files that list such.

    Raises
    ------
    SignalError
        When one cannot be opened or does not go with the others.
    """
    members: list[Member] = []
    for path in paths:
        if path.suffix == ".toml":
            members += read_mixture(path, **options)
        else:
            members.append(Member(path.resolve().stem, open_source(path, **options)))
    return MixedSource(members)
