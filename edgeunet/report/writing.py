"""The report as files: Markdown, JSON and the picture."""

from __future__ import annotations

from pathlib import Path

from edgeunet.files import write_json, write_text
from edgeunet.report.markdown import to_markdown
from edgeunet.report.plot import write_plot
from edgeunet.report.results import Results
from edgeunet.report.table import to_document


def write_report(results: Results, directory: Path, *, plot: bool = True) -> list[Path]:
    """Write ``report.md``, ``report.json`` and, where there is an accuracy to draw, ``report.png``; return them."""
    picture = directory / "report.png"
    drawn = plot and write_plot(results, picture)
    document, text = directory / "report.json", directory / "report.md"
    write_json(document, to_document(results))
    write_text(text, to_markdown(results, plot=picture.name if drawn else None))
    return [text, document, *([picture] if drawn else [])]
