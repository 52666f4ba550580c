"""The report as text in one of its forms, and as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from edgeunet.errors import ReportError
from edgeunet.escaping.html import Markup
from edgeunet.escaping.markdown import Markdown
from edgeunet.escaping.terminal import JsonText, json_text
from edgeunet.files import FileSet, write_text
from edgeunet.report.html import to_html
from edgeunet.report.markdown import to_markdown
from edgeunet.report.plot import write_plot
from edgeunet.report.results import Results
from edgeunet.report.table import to_document
from edgeunet.report.verdict.history import Entry

FORMS: Mapping[str, Callable[[Results, Sequence[Entry]], Markup | Markdown | JsonText]] = {
    "markdown": lambda results, _: Markdown(to_markdown(results)),
    "html": lambda results, history: Markup(to_html(results, history)),
    "json": lambda results, _: JsonText(f"{json_text(to_document(results), indent=2)}\n"),
}
_FORM_OF_SUFFIX = {".md": "markdown", ".html": "html", ".htm": "html", ".json": "json"}


def write_report(results: Results, output: Path, *, plot: bool = True, history: Sequence[Entry] = ()) -> list[Path]:
    """Write the report to ``output`` and return the files.

    Parameters
    ----------
    output : a file whose suffix says the form (``.html``, ``.md``, ``.json``), or a directory for ``report.html``,
        ``report.md``, ``report.json`` and, where there is an accuracy to draw, ``report.png``.
    history : figures of earlier commits, drawn in the HTML.
    plot : whether to draw ``report.png``, which needs matplotlib; the HTML has its own plots.

    Raises
    ------
    ReportError
        When ``output`` has the suffix of another form.
    EdgeUNetError
        When it cannot be written.
    """
    if not output.is_dir() and output.suffix[1:].isalpha():
        write_text(output, FORMS[_form_of(output)](results, history).text)
        return [output]
    html, text, document = (output / f"report{suffix}" for suffix in (".html", ".md", ".json"))
    picture = output / "report.png"
    with FileSet(output) as files:
        drawn = False
        if plot:
            with files.replacing(picture) as staged:
                drawn = write_plot(results, staged)
        if not drawn:
            files.remove(picture)
        files.write_text(html, to_html(results, history))
        files.write_text(text, to_markdown(results, plot=picture.name if drawn else None))
        files.write_text(document, FORMS["json"](results, history).text)
    return [html, text, document, *([picture] if drawn else [])]


def _form_of(output: Path) -> str:
    form = _FORM_OF_SUFFIX.get(output.suffix.lower())
    if form is None:
        raise ReportError(
            f"'{output}' ends in {output.suffix}, which is no form of the report; name a .html, .md or .json file, "
            "or a directory for all of them"
        )
    return form
