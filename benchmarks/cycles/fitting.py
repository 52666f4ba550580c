"""From measured layers to cycles of each part: least squares, none negative, errors relative to the layer.

Functions of one family differ by their tails, and some have few layers to be told by. So families are fitted first, all
their functions as one, and then each function, drawn a little towards its family where its own layers decide nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from benchmarks.cycles.measuring import Sample
from edgeunet.kernels.mve.work import LOOPS

SMALLEST_CYCLES = 300.0
"""Layers of fewer cycles count as if they had so many: what surrounds a call is no kernel's."""

DRAWN = 0.01
"""A part that takes twice what its family's takes is as bad as a layer that is off by this share of it."""

FEWEST_SAMPLES = 3
"""Layers that a function called once needs to have figures of its own; with fewer it has those of any call."""

Samples = Mapping[str, Sequence[Sample]]
Key = tuple[str, str]
Cycles = dict[Key, float]

_TAIL = re.compile(r"_(saturated|clamped|relu|linear)(?=_|$)|(?<=eu_trios)_.*")


def family_of(function: str) -> str:
    """What a function has in common with others: its name without the tail, wherever it is called; one loop of trios
    differs from another by what its taps count."""
    base = _TAIL.sub("", _any_call(function))
    return "written per shape" if base in LOOPS else base


def _any_call(function: str) -> str:
    """The function's name, whether one layer calls it (``NAME alone``) or several do."""
    return function.partition(" ")[0]


def fit_page(core: str, samples: Samples) -> dict[str, Any]:
    """The page of ``core``: function → part → cycles."""
    listed = [sample for group in samples.values() for sample in group]
    families = _fitted(listed, family_of, {})
    seen = Counter(name for sample in listed for name in sample.parts)
    found = _fitted(listed, lambda name: name if seen[name] >= FEWEST_SAMPLES else _any_call(name), families)
    functions: dict[str, dict[str, float]] = {}
    for (name, part), cycles in found.items():
        functions.setdefault(name, {})
        if cycles > 1e-6:
            functions[name][part] = float(f"{cycles:.5g}")
    return {"core": core, "functions": functions}


def _fitted(samples: Sequence[Sample], named: Callable[[str], str], prior: Cycles) -> Cycles:
    """Cycles of each part of each function as ``named``, drawn to those of ``prior``, which are by family."""
    keys = sorted({(named(name), part) for sample in samples for name, work in sample.parts.items() for part in work})
    place = {key: i for i, key in enumerate(keys)}
    matrix, wanted = np.zeros((len(samples), len(keys))), np.zeros(len(samples))
    for row, sample in enumerate(samples):
        weight = 1.0 / max(sample.cycles, SMALLEST_CYCLES)
        wanted[row] = sample.cycles * weight
        for name, work in sample.parts.items():
            for part, count in work.items():
                matrix[row, place[named(name), part]] += count * weight
    size = np.maximum(np.abs(matrix).max(axis=0), 1e-12)
    matrix /= size
    if prior:
        towards = np.array([prior[family_of(name), part] for name, part in keys]) * size
        matrix = np.vstack([matrix, DRAWN * np.eye(len(keys))])
        wanted = np.concatenate([wanted, DRAWN * towards])
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
