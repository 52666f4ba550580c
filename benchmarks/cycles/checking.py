"""How near predictions are, layer by layer, on networks that nothing was fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.cycles.measuring import measured_layers
from edgeunet.graph import Graph
from edgeunet.kernels.flavours import find_flavour
from edgeunet.kernels.prediction import CoreCycles, cycles_for
from edgeunet.run.machines.boards import load_boards

SMALLEST_CYCLES = 1000
"""Layers of fewer cycles are judged in all, not one by one."""


@dataclass(frozen=True)
class Checked:
    """A layer: the functions that run it, cycles by the model of time, and as predicted."""

    name: str
    functions: tuple[str, ...]
    cycles: int
    predicted: float

    @property
    def error(self) -> float:
        """Relative to the model of time."""
        return self.predicted / self.cycles - 1


def checked_layers(graph: Graph, core: str, hop: int | None = None, toolchain: str = "gcc") -> list[Checked]:
    """Measure ``graph`` on ``core`` with its fastest kernels, as ``measured_layers`` does, beside the prediction."""
    flavour = find_flavour(load_boards().cores[core].kernels[0])
    page: CoreCycles = cycles_for(core, flavour.core)
    return [
        Checked(s.name, tuple(s.parts), s.cycles, sum(page.of(name, work) for name, work in s.parts.items()))
        for s in measured_layers(graph, core, flavour, toolchain, hop)
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
