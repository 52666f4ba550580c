"""No shape of layer costs more than its neighbours let expect: predicted cycles over a grid against docs/TIME.md.

A layer passes that takes at most twice the bound of its kind and core. Two neighbours on a line of the grid are a
*jump* where cycles per MAC more than double, unless the bound doubles too: one output and two are both four for it.
Jumps that are known stand in the docs, with what each side takes, and must still be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from edgeunet.run.machines.boards import load_boards
from tests.rigs.layer_grid import Bound, Layer, Line, layer_cycles, lines

TIME = Path(__file__).parents[2] / "docs" / "TIME.md"
CORES = tuple(load_boards().cores)
MOST = 2.0
"""Times the bound, and times the cycles per MAC of a neighbour."""
MOST_OVER = MOST**0.5
"""How many times more a neighbour may be over its bound before a jump is not the bound's."""
NEAR = 0.1
"""How well the docs say what a known jump costs."""

GRIDS = pytest.mark.parametrize(
    ("core", "fine"),
    [*((core, False) for core in CORES), *(pytest.param(core, True, marks=pytest.mark.nightly) for core in CORES)],
    ids=lambda value: value if isinstance(value, str) else "fine" if value else "coarse",
)

Jump = tuple[str, int, int]
"""Name of the line, and the two sizes."""


def table(heading: str) -> list[list[str]]:
    """The cells of the table in the docs that begins with ``heading``, below its first row."""
    text = TIME.read_text(encoding="utf-8")
    block = next(part for part in text.split("\n\n") if part.startswith(f"| {heading} |"))
    return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in block.splitlines()[2:]]


@cache
def bounds() -> dict[str, Bound]:
    found = {}
    for core, *cells in table("bound on"):
        conv, deep = (tuple(map(float, cells[i : i + 3])) for i in (0, 3))
        found[core] = Bound((conv[0], conv[1], conv[2]), (deep[0], deep[1], deep[2]))
    return found


@cache
def known_jumps(core: str) -> dict[Jump, tuple[float, float]]:
    """Jumps that the docs own to, with cycles per MAC of both sides."""
    found = {}
    for name, line, sizes, costs, _ in table("known jump on"):
        if core in name.split(", "):
            first, second = map(int, re.findall(r"\d+", sizes))
            before, after = map(float, re.findall(r"[\d.]+", costs))
            found[line, first, second] = before, after
    return found


def per_mac(core: str, layer: Layer) -> float:
    cycles = layer_cycles(core, layer)
    assert cycles is not None, f"{core}: {layer} runs a kernel that was never measured"
    return cycles / layer.macs


def over_bound(core: str, layer: Layer) -> float:
    return per_mac(core, layer) * layer.macs / bounds()[core].of(layer)


def jumps(core: str, line: Line) -> Iterator[tuple[Jump, tuple[float, float]]]:
    """Neighbours on ``line`` whose cycles per MAC differ too much, and by how much they are over the bound as well."""
    for (size, layer), (next_size, next_layer) in pairwise(zip(line.sizes, line.layers, strict=True)):
        costs = per_mac(core, layer), per_mac(core, next_layer)
        over = max(over_bound(core, layer), 1.0), max(over_bound(core, next_layer), 1.0)
        if max(costs) > MOST * min(costs) and max(over) > MOST_OVER * min(over):
            yield (line.name, size, next_size), costs


def test_every_core_has_a_bound() -> None:
    assert set(bounds()) == set(CORES)


@GRIDS
def test_no_layer_takes_more_than_twice_its_bound(core: str, fine: bool) -> None:
    known = {(name, size) for name, *sizes in known_jumps(core) for size in sizes}
    over = {
        (line.name, size): ratio
        for line in lines(fine=fine)
        for size, layer in zip(line.sizes, line.layers, strict=True)
        if (ratio := over_bound(core, layer)) > MOST and (line.name, size) not in known
    }
    assert not over


@GRIDS
def test_cycles_per_mac_do_not_jump_but_where_the_docs_say_so(core: str, fine: bool) -> None:
    grid = lines(fine=fine)
    found = dict(jump for line in grid for jump in jumps(core, line))
    neighbours = {(line.name, *sizes) for line in grid for sizes in pairwise(line.sizes)}
    listed = {jump: costs for jump, costs in known_jumps(core).items() if jump in neighbours}
    assert found.keys() == listed.keys()
    for jump, costs in found.items():
        assert costs == pytest.approx(listed[jump], rel=NEAR), jump
