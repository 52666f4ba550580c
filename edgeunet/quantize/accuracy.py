"""How much accuracy quantization cost: F1 before and after, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Drop:
    """One F1 before and after; ``points`` is the loss in hundredths, negative where it got better."""

    figure: str
    before: float
    after: float

    @property
    def label(self) -> str:
        """The figure as a reader calls it: ``P onset``."""
        return self.figure.removeprefix("boundaries.").removesuffix(".f1").replace(".", " ")

    @property
    def points(self) -> float:
        return 100 * (self.before - self.after)


def drops(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Drop]:
    """Return the change of every F1 that two results of ``evaluate`` share, under its dotted name.

    Boundary scores count where there are any; by-sample scores only where there are none, since a sample's class at the
    edge of a wave is a matter of taste and a boundary has a tolerance.
    """
    old, new = dict(_f1(before)), dict(_f1(after))
    shared = [name for name in old if name in new]
    boundaries = [name for name in shared if name.startswith("boundaries.")]
    return [Drop(name, old[name], new[name]) for name in boundaries or shared]


def worst_drop(changes: Sequence[Drop]) -> Drop | None:
    """Return the largest loss."""
    return max(changes, key=lambda change: change.points, default=None)


def _f1(document: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, float]]:
    for key, value in document.items():
        if isinstance(value, Mapping):
            yield from _f1(value, (*path, str(key)))
        elif key == "f1" and isinstance(value, (int, float)):
            yield ".".join((*path, "f1")), float(value)
