"""What each exact pass and kernel flavour brings: the same model measured without them, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from edgeunet.emit import CORES, PASSES
from edgeunet.run.bench import Request, bench, choose_kernels, find_board, settled
from edgeunet.run.measure import Note
from edgeunet.run.measurement import Measurement


@dataclass(frozen=True)
class Variant:
    """One way to compile the same model.

    Attributes
    ----------
    name : ``as it ships``, ``without <pass>`` or ``<flavour> kernels``.
    brings : what the left-out pass does; empty for the others.
    """

    name: str
    brings: str
    measurement: Measurement

    def document(self) -> dict[str, Any]:
        """Return the entry of ``compare`` in the JSON object."""
        whole = self.measurement.document()
        keys = ("exact", "kernels", "instructions", "ram_bytes", "flash_bytes", "arena_bytes", "stack_bytes")
        return {"variant": self.name, "brings": self.brings, **{key: whole[key] for key in keys}}


def variants(request: Request) -> Iterator[tuple[str, str, Request]]:
    """Yield name, purpose and request of everything that ``compare`` measures, what ships first."""
    board = find_board(request.target)
    kernels = choose_kernels(board, request.kernels)
    yield "as it ships", "", replace(request, kernels=kernels)
    for name, purpose in PASSES.items():
        yield f"without {name}", purpose, replace(request, kernels=kernels, without=(name,))
    for flavour in board.core.kernels if board else ():
        if flavour != kernels and flavour in CORES:
            yield f"{flavour} kernels", "", replace(request, kernels=flavour)


def compare(request: Request, note: Note = lambda _: None) -> tuple[Variant, ...]:
    """Measure every variant of ``request``.

    Raises
    ------
    EdgeUNetError
        As ``bench`` does.
    """
    found = []
    for name, purpose, variant in variants(replace(settled(request), keep=None)):
        note(name)
        found.append(Variant(name, purpose, bench(variant).measurement))
    return tuple(found)


def comparison_table(found: tuple[Variant, ...]) -> str:
    """Return the variants as a table: figures, and by how much each is above what ships."""
    first = found[0].measurement.document()
    ships = {key: first[key] for key in ("instructions", "ram_bytes", "flash_bytes")}
    rows = [["variant", "exact", "instructions", "", "RAM", "", "flash", "", "what the pass brings"]]
    for variant in found:
        document = variant.document()
        cells = [variant.name, "yes" if document["exact"] else "NO"]
        for key, base in ships.items():
            value = document[key]
            cells.append("–" if value is None else f"{value:,}")
            same = value is None or not base or variant is found[0]
            cells.append("" if same else f"{100 * (value / base - 1):+.1f} %")
        rows.append([*cells, variant.brings])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    left = {0, 1, 8}
    return "\n".join(
        "  ".join(
            cell.ljust(w) if i in left else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
