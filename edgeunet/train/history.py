"""What happened in each epoch, kept as CSV for spreadsheets and JSON for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from edgeunet.files import FileSet

Row = Mapping[str, Any]
"""One epoch: ``epoch``, ``loss``, ``val_loss``, ``val_macro_f1``, ``val_f1_<class>``, ``learning_rate``…"""


def history_csv(rows: Sequence[Row]) -> str:
    """Return the rows as CSV with a header; an empty field is a figure that has no value."""
    if not rows:
        return ""
    text = io.StringIO()
    table = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n", restval="", extrasaction="raise")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def add_history(files: FileSet, model: Path, rows: Sequence[Row], about: Row) -> tuple[Path, Path]:
    """Write ``<stem>.history.csv`` and ``<stem>.history.json`` of ``model`` as part of a set; return both paths."""
    table, document = beside(model, "history.csv"), beside(model, "history.json")
    files.write_text(table, history_csv(rows))
    files.write_json(document, {"schema": "edgeunet.history/1", **about, "epochs": [dict(row) for row in rows]})
    return table, document


def beside(model: Path, ending: str) -> Path:
    """Return the path of a file that belongs to ``model``: its stem and ``ending``."""
    return model.with_name(f"{model.stem}.{ending}")
