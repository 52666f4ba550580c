"""What kernels take on a core before anything is compiled: their work times measured cycles, a JSON page per core.

The pages in ``edgeunet/kernels/cycles`` are written by ``make cycles`` (``benchmarks/cycles``): cycles of each part of
each function, fitted to the model of time over layers of many shapes, compiled as they ship.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf

from edgeunet.kernels.kernel import Kernel
from edgeunet.kernels.work import Work, parts_of
from edgeunet.program.steps import Step
from edgeunet.short_repr import short_repr

Parts = Mapping[str, Mapping[str, float]]
"""Function → part → cycles."""


@dataclass(frozen=True, eq=False)
class CoreCycles:
    """Cycles of each part of each function on ``core``."""

    core: str
    parts: Parts

    __repr__ = short_repr

    def knows(self, function: str) -> bool:
        """Whether ``function`` was measured."""
        return function in self.parts

    def of(self, function: str, work: Work) -> float:
        """Cycles of ``work`` by ``function``; without end where it was not measured."""
        base = function.partition(" ")[0]
        pages = [self.parts[name] for name in (function, base, f"{base} alone") if name in self.parts]
        if not pages:
            return inf
        known = next(filter(None, pages), {})  # a page without parts says that nothing was seen to be spent
        return sum(known.get(part, 0.0) * count for part, count in work.items())

    def of_kernel(self, kernel: Kernel, step: Step) -> float:
        """Cycles of a call of ``kernel`` for ``step``; without end where it was not measured."""
        parts = parts_of(kernel, step)
        return inf if parts is None else sum(self.of(function, work) for function, work in parts.items())


def measured_cores() -> tuple[str, ...]:
    """The cores that there is a page for."""
    pages = (files("edgeunet") / "kernels" / "cycles").iterdir()
    return tuple(sorted(page.name.removesuffix(".json") for page in pages if page.name.endswith(".json")))


@cache
def cycles_for(core: str, default: str) -> CoreCycles:
    """The cycles of ``core``; of functions that were not measured there (or anywhere, for a core without a page), those
    of ``default``."""
    of_default = load_cycles(default)
    if core == default or core not in measured_cores():
        return of_default
    return CoreCycles(core, {**of_default.parts, **load_cycles(core).parts})


@cache
def load_cycles(core: str) -> CoreCycles:
    """The page of ``core``.

    Raises
    ------
    FileNotFoundError
        When there is none.
    """
    page = files("edgeunet") / "kernels" / "cycles" / f"{core}.json"
    return CoreCycles(core, json.loads(page.read_text(encoding="utf-8"))["functions"])
