"""From measured layers to cycles of each part: least squares, none negative, errors relative to the layer.

Functions of one family differ by their tails, and some have few layers to be told by. So families are fitted first, all
their functions as one, and then each function, drawn a little towards its family where its own layers decide nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from benchmarks.cycles.measuring import Sample
from edgeunet.kernels.mve.work import LOOPS
from edgeunet.kernels.work import SCHEDULED, Parts

SMALLEST_CYCLES = 300.0
"""Layers of fewer cycles count as if they had so many: what surrounds a call is no kernel's."""

DRAWN = 0.01
"""A part that takes twice what its family's takes is as bad as a layer that is off by this share of it."""

FEWEST_SAMPLES = 3
"""Layers that a function called once needs to have figures of its own; with fewer it has those of any call."""

Samples = Mapping[str, Sequence[Sample]]
Functions = Mapping[str, Mapping[str, float]]
"""Function → part → cycles."""
Key = tuple[str, str]
Cycles = dict[Key, float]


@dataclass(frozen=True)
class Rest:
    """The part of a layer that is fitted: its work, its cycles, and what an error of a cycle counts."""

    parts: Parts
    cycles: float
    weight: float


_TAIL = re.compile(r"_(saturated|clamped|relu|linear)(?=_|$)|(?<=eu_trios)_.*")


def family_of(function: str) -> str:
    """What a function has in common with others: its name without the tail, wherever it is called; one loop of trios
    differs from another by what its taps count."""
    base = _TAIL.sub("", _any_call(function))
    return "written per shape" if base in LOOPS else base


def _any_call(function: str) -> str:
    """The function's name, whether one layer calls it (``NAME alone``) or several do."""
    return function.partition(" ")[0]


def fit_page(core: str, samples: Samples, held: Functions | None = None) -> dict[str, Any]:
    """The page of ``core``: function → part → cycles; those of ``held`` stay as they are."""
    held, on_core = held or {}, SCHEDULED + core
    listed = [sample for group in samples.values() for sample in group]
    seen = Counter(name for sample in listed for name in sample.parts)

    def called(name: str) -> str:
        return name if seen[name] >= FEWEST_SAMPLES else _any_call(name)

    def misleads(name: str) -> bool:
        """Whether it is put in place in too few layers for figures of its own, and would blur those of other calls."""
        return called(name) != name and called(name) not in held and seen[called(name)] >= FEWEST_SAMPLES

    clear = [sample for sample in listed if not _foreseen(sample) and not any(map(misleads, sample.parts))]
    rest = [left for sample in clear if (left := _without(sample, held, called, on_core)) is not None]
    families = _fitted(rest, family_of, lambda key: None)
    first = _fitted(rest, called, lambda key: families[family_of(key[0]), key[1]])
    known = {(name, part): cycles for name, parts in held.items() for part, cycles in parts.items()} | first

    def towards(key: Key) -> float:
        """Those of any call where a function is put in place, of its family elsewhere."""
        (name, part), base = key, _any_call(key[0])
        if name != base and any(other == base for other, _ in known):
            return known.get((base, part), 0.0)
        return families[family_of(name), part]

    functions = {name: dict(parts) for name, parts in held.items()}
    for (name, part), cycles in _fitted(rest, called, towards).items():
        functions.setdefault(name, {})
        if cycles > 1e-6:
            functions[name][part] = float(f"{cycles:.5g}")
    for name in {name for sample in listed for name, work in sample.parts.items() if on_core in work} - held.keys():
        functions.setdefault(name, {})[on_core] = 1.0
    return {"core": core, "functions": functions}


def _foreseen(sample: Sample) -> bool:
    """Whether the compiler knew the layer's results: they took less than a cycle each."""
    return any(work.get("output", 0) > sample.cycles for work in sample.parts.values())


def _without(sample: Sample, held: Functions, called: Callable[[str], str], on_core: str) -> Rest | None:
    """What ``sample`` takes beside the functions that are ``held`` and its parts that are cycles already (``on_core``;
    those of other cores do not count); ``None`` where it runs no other function."""
    parts: Parts = {}
    spent = 0.0
    for name, work in sample.parts.items():
        if (page := held.get(called(name))) is not None:
            spent += sum(page.get(part, 0.0) * count for part, count in work.items())
        else:
            spent += work.get(on_core, 0.0)
            parts[name] = {part: count for part, count in work.items() if not part.startswith(SCHEDULED)}
    return Rest(parts, max(sample.cycles - spent, 0.0), 1.0 / max(sample.cycles, SMALLEST_CYCLES)) if parts else None


def _fitted(samples: Sequence[Rest], named: Callable[[str], str], prior: Callable[[Key], float | None]) -> Cycles:
    """Cycles of each part of each function as ``named``, drawn to those of ``prior`` where it has any."""
    keys = sorted({(named(name), part) for sample in samples for name, work in sample.parts.items() for part in work})
    if not keys:
        return {}
    place = {key: i for i, key in enumerate(keys)}
    matrix, wanted = np.zeros((len(samples), len(keys))), np.zeros(len(samples))
    for row, sample in enumerate(samples):
        weight = sample.weight
        wanted[row] = sample.cycles * weight
        for name, work in sample.parts.items():
            for part, count in work.items():
                matrix[row, place[named(name), part]] += count * weight
    size = np.maximum(np.abs(matrix).max(axis=0), 1e-12)
    matrix /= size
    drawn = [(place[key], cycles) for key in keys if (cycles := prior(key)) is not None]
    if drawn:
        columns = np.array([column for column, _ in drawn])
        matrix = np.vstack([matrix, DRAWN * np.eye(len(keys))[columns]])
        wanted = np.concatenate([wanted, DRAWN * size[columns] * [cycles for _, cycles in drawn]])
    found: NDArray[np.float64] = nnls(matrix, wanted, maxiter=40 * len(keys))[0] / size
    return dict(zip(keys, found.tolist(), strict=True))


def predicted(page: Mapping[str, Any], sample: Sample) -> float:
    """Cycles of a layer by a page."""
    functions = page["functions"]
    total = 0.0
    for name, work in sample.parts.items():
        known = functions.get(name) or functions.get(_any_call(name), {})
        total += sum(known.get(part, 0.0) * count for part, count in work.items())
    return total


def residuals(page: Mapping[str, Any], samples: Samples) -> str:
    """How near the page is to what it was fitted to, in words."""
    errors = [abs(predicted(page, s) / s.cycles - 1) for group in samples.values() for s in group if s.cycles > 500]
    if not errors:
        return "nothing measured"
    ordered = np.sort(errors)
    return (
        f"{len(errors)} layers over 500 cycles, mean error {100 * ordered.mean():.2f} %, "
        f"95th percentile {100 * ordered[int(0.95 * len(ordered))]:.2f} %, largest {100 * ordered[-1]:.2f} %"
    )
