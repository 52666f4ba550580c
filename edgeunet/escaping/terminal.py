"""Text for the terminal, and the one way there: whatever a command says passes `say` or `print_document`.

Names of tensors, classes, leads, records and files may hold escape sequences that retitle, recolour or rewrite a
terminal, marks that turn the direction of writing, or a line feed that begins a line of its own.
"""

from __future__ import annotations

import json
from typing import TextIO

from edgeunet.escaping.github import GithubCommand
from edgeunet.escaping.html import Markup
from edgeunet.escaping.markdown import Markdown
from edgeunet.escaping.shell import ShellLine
from edgeunet.escaping.written import HIDDEN, Written, shortened, visible

LONGEST = 2000
"""Characters of a line; of a longer one the middle is left out."""


WIDEST = 120
"""Characters of a cell."""


class TerminalText(Written):
    """One line without anything that a terminal obeys.

    Raises
    ------
    ValueError
        When ``text`` is none; `terminal_text` makes it fit.
    """

    def __post_init__(self) -> None:
        if HIDDEN.search(self.text):
            raise ValueError(f"{self.text!r} is no line for a terminal")


class JsonText(Written):
    """A JSON value."""


def terminal_text(text: str) -> TerminalText:
    """``text`` for one line of a terminal: what cannot be seen as an escape, and of bounded length."""
    return TerminalText(shortened(visible(text), LONGEST))


def cell(text: str) -> str:
    """``text`` as what it is shown as, for the column of a table, which is as wide as its widest."""
    return shortened(visible(text), WIDEST)


Line = TerminalText | ShellLine | GithubCommand
"""What may stand on a line of its own as it is."""


def say(
    *lines: str | TerminalText | ShellLine | GithubCommand, err: bool = False, stream: TextIO | None = None
) -> None:
    """Print ``lines`` on standard output, on standard error, or on ``stream``.

    A raw ``str`` goes through `terminal_text`, so that a line feed within it is shown, not obeyed. A command line stays
    whole: it is there to be copied.
    """
    for line in lines:
        _print(line if isinstance(line, Written) else terminal_text(line), err=err, stream=stream)


def say_heading(text: str) -> None:
    """Print ``text`` in bold, the only style there is; it is put around what is escaped already."""
    _print(terminal_text(text), bold=True)


def redraw(stream: TextIO, text: str = "") -> None:
    """Draw ``text`` over the line that was drawn before, on a terminal."""
    stream.write(f"\r{terminal_text(text)}\x1b[K")
    stream.flush()


def json_text(document: object, *, indent: int | None = None) -> JsonText:
    """A JSON value, whole: ASCII, with every control character as its escape."""
    return JsonText(json.dumps(document, indent=indent).replace("\x7f", "\\u007f"))


def print_json(document: object, *, indent: int | None = None) -> None:
    """Print a JSON value on standard output."""
    _print(json_text(document, indent=indent))


def print_page(page: Markup | Markdown | JsonText) -> None:
    """Print a page on standard output; its texts were escaped when it was written."""
    _print(page, newline=False)


def _print(
    text: Written, *, err: bool = False, stream: TextIO | None = None, bold: bool = False, newline: bool = True
) -> None:
    import click

    click.secho(text.text, file=stream, err=err, bold=bold or None, nl=newline)
