"""What each exact pass, kernel and kernel flavour brings: the same model measured without them, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from edgeunet.emit import PASSES, Compiled
from edgeunet.errors import CompileError
from edgeunet.graph import read_tflite
from edgeunet.kernels.flavours import FLAVOURS, find_flavour
from edgeunet.rewrite.passes import STREAM_PASSES
from edgeunet.run.bench import Request, bench, compile_request, settled
from edgeunet.run.measure import Note
from edgeunet.run.measurement import Measurement
from edgeunet.run.target import choose_kernels, find_board
from edgeunet.short_repr import short_repr

SHIPS = "as it ships"
_FIGURES = (
    "exact",
    "kernels",
    "instructions",
    "cycles",
    "milliseconds",
    "ram_bytes",
    "flash_bytes",
    "arena_bytes",
    "stack_bytes",
)
_COLUMNS = (("cycles", "cycles"), ("instructions", "instructions"), ("RAM", "ram_bytes"), ("flash", "flash_bytes"))


@dataclass(frozen=True)
class Variant:
    """One way to compile the same model.

    Attributes
    ----------
    name : ``as it ships``, ``without <pass or kernel>`` or ``<flavour> kernels``.
    brings : what is left out does; empty for the others.
    measurement : figures; ``None`` where the model cannot be compiled so.
    same : whether the C is that of what ships, so that nothing had to be measured.
    refused : why the model cannot be compiled so.
    """

    name: str
    brings: str
    measurement: Measurement | None
    same: bool = False
    refused: str = ""

    __repr__ = short_repr

    @property
    def exact(self) -> bool:
        return self.measurement is None or self.measurement.exact

    def document(self) -> dict[str, Any]:
        """Return the entry of ``compare`` in the JSON object."""
        whole = self.measurement.document() if self.measurement else {}
        figures = {key: whole.get(key) for key in _FIGURES}
        return {"variant": self.name, "brings": self.brings, "same": self.same, "refused": self.refused, **figures}


def variants(request: Request, ships: Compiled) -> Iterator[tuple[str, str, Request]]:
    """Yield name, purpose and request of everything that is compared with ``ships``, which ``request`` compiles to."""
    for name, purpose in PASSES.items():
        if name not in STREAM_PASSES or ships.hop_samples:
            yield f"without {name}", purpose, replace(request, without=(name,))
    fast = find_flavour(ships.kernels).own_kernels
    for function in dict.fromkeys(layer.kernel for layer in ships.layers if layer.kernel in fast):
        count = sum(layer.kernel == function for layer in ships.layers)
        purpose = f"kernel of {count} layer{'s' if count > 1 else ''}; portable without"
        yield f"without {function}", purpose, replace(request, without=(function,))
    board = find_board(request.target)
    for flavour in board.core.kernels if board else ():
        if flavour != ships.kernels and flavour in FLAVOURS:
            yield f"{flavour} kernels", "", replace(request, kernels=flavour)


def compare(request: Request, note: Note = lambda _: None) -> tuple[Variant, ...]:
    """Measure ``request`` and every variant of it; one whose C is the same is not measured again.

    Raises
    ------
    EdgeUNetError
        As ``bench`` does for what ships.
    """
    kernels = choose_kernels(find_board(request.target), request.kernels)
    request, graph = replace(settled(request), keep=None, kernels=kernels), read_tflite(request.model)
    ships = compile_request(request, graph)
    note(SHIPS)
    measured = bench(request).measurement
    found = [Variant(SHIPS, "", measured)]
    for name, purpose, variant in variants(request, ships):
        try:
            same = compile_request(variant, graph).sources.files == ships.sources.files
        except CompileError as error:
            found.append(Variant(name, purpose, None, refused=str(error)))
            continue
        if not same:
            note(name)
        found.append(Variant(name, purpose, measured if same else bench(variant).measurement, same))
    return tuple(found)


def comparison_table(found: tuple[Variant, ...]) -> list[str]:
    """Return the variants as a table: figures, and by how much each is above what ships.

    Cycles stand first where they are known of what ships; a variant without them has a dash there, as each figure is
    compared with its own kind only.
    """
    first = found[0].document()
    figures = [(name, key) for name, key in _COLUMNS if key != "cycles" or first["cycles"] is not None]
    ships = {key: _amount(first[key]) for _, key in figures}
    heads = [cell for name, _ in figures for cell in (name, "")]
    rows = [["variant", "exact", *heads, "what it brings"]]
    for variant in found:
        if variant.same or variant.refused:
            why = "the same C" if variant.same else "not possible"
            rows.append([variant.name, "", why, *[""] * (len(heads) - 1), variant.brings])
            continue
        document = variant.document()
        cells = [variant.name, "yes" if document["exact"] else "NO"]
        for key, base in ships.items():
            value = _amount(document[key])
            cells.append("–" if value is None else f"{value:,}")
            same = value is None or not base or variant is found[0]
            cells.append("" if same else f"{100 * (value / base - 1):+.1f} %")
        rows.append([*cells, variant.brings])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    left = {0, 1, len(rows[0]) - 1}
    lines = [
        "  ".join(
            cell.ljust(w) if i in left else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    measured = found[0].measurement
    cycles = measured.known_cycles if measured else None
    return lines if cycles is None else [*lines, f"cycles: {cycles.caveat()}, each of its own run"]


def _amount(figure: Any) -> Any:
    """Return a figure of a document as a number: of cycles their count."""
    return figure["count"] if isinstance(figure, dict) else figure
