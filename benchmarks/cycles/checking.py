"""How near predictions are, layer by layer, on networks that nothing was fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite

from benchmarks.cycles.measuring import Ran, ran_layers
from edgeunet.graph import Graph
from edgeunet.kernels.flavours import find_flavour
from edgeunet.kernels.prediction import CoreCycles, cycles_for
from edgeunet.run.machines.boards import load_boards

SMALLEST_CYCLES = 1000
"""Layers of fewer cycles are judged in all, not one by one."""


@dataclass(frozen=True)
class Checked:
    """A layer: the functions that run it, cycles by the model of time, and as predicted: without end where the work of
    its kernel is not known (then it has no functions) or a function was not measured."""

    name: str
    functions: tuple[str, ...]
    cycles: int
    predicted: float

    @property
    def error(self) -> float:
        """Relative to the model of time."""
        return self.predicted / self.cycles - 1


def checked_layers(graph: Graph, core: str, hop: int | None = None, toolchain: str = "gcc") -> list[Checked]:
    """Measure every layer of ``graph`` on ``core`` with its fastest kernels beside the prediction."""
    flavour = find_flavour(load_boards().cores[core].kernels[0])
    page: CoreCycles = cycles_for(core, flavour.core)
    return [_checked(layer, page) for layer in ran_layers(graph, core, flavour, toolchain, hop)]


def _checked(layer: Ran, page: CoreCycles) -> Checked:
    if layer.parts is None:
        return Checked(layer.name, (), layer.cycles, inf)
    spent = sum(page.of(name, work) for name, work in layer.parts.items())
    return Checked(layer.name, tuple(layer.parts), layer.cycles, spent)


def unpredicted(layers: Sequence[Checked]) -> list[str]:
    """Those of ``layers`` that count and have no prediction, in words."""
    return [
        f"{layer.name} {layer.functions}"
        for layer in layers
        if layer.cycles >= SMALLEST_CYCLES and not isfinite(layer.predicted)
    ]


def summary(layers: Sequence[Checked]) -> str:
    """Return the errors of ``layers`` in words: mean and largest of those that count, and of their sum."""
    large = sorted(abs(layer.error) for layer in layers if layer.cycles >= SMALLEST_CYCLES)
    total = sum(layer.predicted for layer in layers) / sum(layer.cycles for layer in layers) - 1
    over = sum(error > 0.05 for error in large)
    return (
        f"{len(large)} layers, mean {100 * sum(large) / len(large):.2f} %, largest {100 * large[-1]:.1f} %, "
        f"{over} over 5 %, sum {100 * total:+.2f} %"
    )
