"""Fewer bytes of flash for more cycles: kernels that do little are left out, and what they did others do.

Each of a flavour's own kernels is tried, from the one with the fewest cycles on: the network is planned without it, its
layers going to kernels that others have anyway, and it stays out where the preference has it so. Cycles are those by
which kernels are chosen, bytes those of the kernels' texts (``edgeunet.kernels.sizes``) and of the constants, which a
kernel packs in its own way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from edgeunet.emit.code import render_steps
from edgeunet.emit.tables import Tables
from edgeunet.emit.work import predicted_layers
from edgeunet.errors import CompileError
from edgeunet.graph.ir import Graph
from edgeunet.kernels.flavour import BALANCED, FAST, PREFERENCES, Flavour
from edgeunet.kernels.sizes import per_shape, sizes_of
from edgeunet.schedule.choice import Choice
from edgeunet.schedule.schedule import Schedule


@dataclass(frozen=True)
class Price:
    """What a plan takes: cycles per call, bytes of kernels and constants."""

    cycles: float
    flash_bytes: int
    unpredicted: frozenset[str] = frozenset()
    """Layers whose cycles nothing predicts; they are not among ``cycles``."""


@dataclass(frozen=True)
class LeftOut:
    """A kernel that a preference does without, and what that changes."""

    function: str
    bytes_saved: int
    cycles_added: float


@dataclass(frozen=True)
class Preferred:
    """A flavour as a preference has it, what it takes, and what was left out for that."""

    flavour: Flavour
    price: Price
    left_out: tuple[LeftOut, ...] = ()


def prefer(graph: Graph, kernels: Flavour, choice: Choice, preference: str) -> Preferred:
    """The flavour ``kernels`` for ``graph`` as ``preference`` has it.

    Raises
    ------
    CompileError
        When there is no such preference, or the graph cannot be planned as chosen.
    """
    if preference not in PREFERENCES:
        raise CompileError(f"there is no preference '{preference}'; use one of {', '.join(PREFERENCES)}")
    found = Preferred(kernels, price_of(choice.scheduled(graph, kernels, search=False)))
    for rule in PREFERENCES[1 : PREFERENCES.index(preference) + 1]:
        found = _tried(graph, found, choice, rule)
    flavour = found.flavour.preferring(preference, found.flavour.left_out)
    return Preferred(flavour, price_of(choice.scheduled(graph, flavour)), found.left_out)


def _tried(graph: Graph, found: Preferred, choice: Choice, rule: str) -> Preferred:
    """``found`` without those kernels that ``rule`` does without."""
    for function in _least_used_first(choice.scheduled(graph, found.flavour, search=False)):
        made = _without(graph, found.flavour, choice, function)
        if made is None:
            continue
        flavour, price = made
        saved, added = found.price.flash_bytes - price.flash_bytes, price.cycles - found.price.cycles
        worth = rule != BALANCED or added * found.price.flash_bytes <= saved * found.price.cycles
        if saved > 0 and price.unpredicted <= found.price.unpredicted and worth:
            found = Preferred(flavour, price, (*found.left_out, LeftOut(function, saved, added)))
    return found


def _without(graph: Graph, flavour: Flavour, choice: Choice, function: str) -> tuple[Flavour, Price] | None:
    """``flavour`` without ``function`` and without what nothing else runs in; ``None`` where a layer has no kernel."""
    used = _own(choice.scheduled(graph, flavour, search=False))
    left = flavour.left_out | {function}
    while True:
        fewer = flavour.preferring(flavour.prefers, left)
        try:
            schedule = choice.scheduled(graph, fewer, search=False)
        except CompileError:
            return None
        others = _own(schedule) - used
        if not others:
            return fewer, price_of(schedule)
        left |= others


def _own(schedule: Schedule) -> frozenset[str]:
    """The flavour's own kernels in ``schedule``."""
    return frozenset(kernel.function for kernel in schedule.kernels if kernel.flavour != "portable")


def preferred(graph: Graph, kernels: Flavour, choice: Choice, preference: str, note: Callable[[str], None]) -> Flavour:
    """``kernels`` as ``preference`` has it; ``note`` hears what that costs."""
    if preference == FAST or kernels.own_table is None:
        return kernels
    made = prefer(graph, kernels, choice, preference)
    for line in preference_lines(made, prefer(graph, kernels, choice, FAST).price):
        note(line)
    return made.flavour


def price_of(schedule: Schedule) -> Price:
    """What ``schedule`` takes; cycles without end where a layer's are not known."""
    data = Tables("net")
    code = render_steps(schedule, "net", data)
    kernels = sum(sizes_of(flavour).get(name, 0) for flavour, name in code.files)
    assert schedule.flavour is not None
    own = sizes_of(schedule.flavour.name)
    written = sum(count * own.get(per_shape(function), 0) for function, count in code.written.items())
    cycles = predicted_layers(schedule).cycles
    unknown = {step.name for step, count in zip(schedule.steps, cycles, strict=True) if count is None}
    spent = sum(count for count in cycles if count is not None)
    return Price(spent, kernels + written + data.size_bytes, frozenset(unknown))


def _least_used_first(schedule: Schedule) -> list[str]:
    """The flavour's own kernels in ``schedule``, those in which the fewest cycles go first."""
    spent: dict[str, float] = defaultdict(float)
    for kernel, cycles in zip(schedule.kernels, predicted_layers(schedule).cycles, strict=True):
        if kernel.flavour != "portable":
            spent[kernel.function] += inf if cycles is None else cycles
    return sorted(spent, key=lambda function: (spent[function], function))


def preference_lines(made: Preferred, fast: Price) -> list[str]:
    """What a preference costs and saves beside the fastest, in words."""
    cycles, flash = made.price.cycles, made.price.flash_bytes
    by = made.flavour.prefers
    lines = [
        f"--prefer {by}: {flash:,} bytes of kernels and constants ({_change(flash, fast.flash_bytes)}), "
        f"{cycles:,.0f} predicted cycles per call ({_change(cycles, fast.cycles)})"
        + (f", {len(made.price.unpredicted)} layers not counted" if made.price.unpredicted else "")
    ]
    lines += [
        f"  without {out.function}: {out.bytes_saved:,} bytes less, {out.cycles_added:,.0f} cycles more"
        for out in made.left_out
    ]
    return lines


def _change(new: float, old: float) -> str:
    return f"{100 * (new / old - 1):+.1f} %" if old else "not predicted"
