"""Text for Markdown, as GitHub and CommonMark read it."""

from __future__ import annotations

import re

from edgeunet.escaping.written import HIDDEN, Written, shortened, visible

LONGEST = 1000
"""Characters of one text: a name in a table, a file in a list."""

_ACTIVE = re.compile(
    r"[\\`*\[\]|<>$~@]"  # escapes, code, emphasis, links, cells, HTML, formulas, strikes, mentions
    r"|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])"  # within a word it is no emphasis
    r"|&(?=#?[0-9A-Za-z])"  # entities
    r"|:(?=//)|(?<=www)\."  # addresses become links by themselves
    r"|#(?=[0-9])"  # so do numbers of issues
    r"|^[#+=-](?=[\s#=-]|$)|^[0-9]+[.)](?=\s|$)",  # headings, rules and lists, where it begins a line
    re.IGNORECASE,
)
_UNESCAPED = re.compile(r"(?<!\\)[`*\[|<$~@]")


class Markdown(Written):
    """Markdown that the program itself wrote. Never a name from a file."""


class MarkdownText(Markdown):
    """Text that means nothing but itself, on one line, in a cell of a table too.

    Raises
    ------
    ValueError
        When ``text`` ends the line or the cell or opens code, a link or a tag; `markdown_text` makes it fit.
    """

    def __post_init__(self) -> None:
        if HIDDEN.search(self.text) or _UNESCAPED.search(self.text.replace("\\\\", "")):
            raise ValueError(f"{self.text!r} is no plain text of Markdown")


class MarkdownCode(Markdown):
    """A span of code, its backticks included; not for a table, whose cells a bar ends even there.

    Raises
    ------
    ValueError
        When the span ends before ``text`` does.
    """

    def __post_init__(self) -> None:
        fence = re.match("`+", self.text)
        inside = self.text[fence.end() : -fence.end()] if fence else ""
        closed = fence is not None and inside and self.text.endswith(fence.group())
        if not (closed and not HIDDEN.search(self.text)) or fence.group() in re.findall("`+", inside):  # type: ignore[union-attr]
            raise ValueError(f"{self.text!r} is no span of code in Markdown")


def markdown_text(text: str) -> MarkdownText:
    """``text`` for a paragraph, an item or a cell: what Markdown would read otherwise behind a backslash, what cannot
    be seen as an escape, and of bounded length."""
    plain = shortened(visible(text), LONGEST).strip()
    return MarkdownText(_ACTIVE.sub(lambda found: found.group()[:-1] + "\\" + found.group()[-1], plain))


def markdown_code(text: str) -> MarkdownCode:
    """``text`` as a span of code, between more backticks than it has in a row."""
    plain = shortened(visible(text), LONGEST)
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence, space = "`" * (longest + 1), " " if longest or not plain.strip() else ""
    return MarkdownCode(f"{fence}{space}{plain or ' '}{space}{fence}")
