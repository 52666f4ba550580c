"""What the shell offers for a value that is begun: boards and cores, presets, records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from edgeunet.errors import EdgeUNetError

MOST = 500
"""Names that are offered at once."""

Offer = Callable[[click.Context, click.Parameter, str], "list[str]"]

_RECORDS = (".hea", ".edf", ".bdf", ".npz", ".csv")


def _offer(names: Callable[[click.Context], Iterable[str]]) -> Offer:
    def offer(ctx: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
        try:
            return [name for name in names(ctx) if name.startswith(begun)][:MOST]
        except (EdgeUNetError, OSError):
            return []

    return offer


def _targets(ctx: click.Context) -> Iterable[str]:
    from edgeunet.run.machines.boards import load_boards

    table = load_boards()
    return [*table.cores, *table.boards]


def _presets(ctx: click.Context) -> Iterable[str]:
    from edgeunet.spec.presets import PRESETS

    return PRESETS


def _records(ctx: click.Context) -> Iterable[str]:
    """Those of ``--data``, which stands before; else of synthetic ECG."""
    given: dict[str, Any] = ctx.params
    places = [Path(place) for place in given.get("data") or ()]
    if not places:
        return (f"synthetic-{number:04}" for number in range(given.get("records") or 10))
    found = (path for place in places for path in place.iterdir())
    return sorted({path.stem for path in found if path.suffix.lower() in _RECORDS and not path.name.startswith(".")})


target_names = _offer(lambda ctx: ["host", *_targets(ctx)])
board_names = _offer(_targets)
preset_names = _offer(_presets)
record_names = _offer(_records)
