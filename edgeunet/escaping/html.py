"""Text for HTML and the SVG in it."""

from __future__ import annotations

import re
from html import escape

from edgeunet.escaping.written import HIDDEN, Written, shortened, visible

_TEXT = re.compile(r"(?:[^<>&\"']|&(?:lt|gt|amp|quot|#x27);)*")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
LONGEST = 1000
"""Characters of one text: a name in a table, a file in a list."""


class Markup(Written):
    """HTML that the program itself wrote. Never a name from a file."""


class HtmlText(Markup):
    """Text between tags, or within the quotes of an attribute.

    Raises
    ------
    ValueError
        When ``text`` opens a tag or an entity, ends an attribute, or cannot be seen as it is; `html_text` makes it fit.
    """

    def __post_init__(self) -> None:
        if HIDDEN.search(self.text) or not _TEXT.fullmatch(self.text):
            raise ValueError(f"{self.text!r} is no text of HTML")


class HtmlNumber(Markup):
    """A number in an attribute.

    Raises
    ------
    ValueError
        When ``text`` is none: neither are ``nan`` and ``inf``.
    """

    def __post_init__(self) -> None:
        if not _NUMBER.fullmatch(self.text):
            raise ValueError(f"{self.text!r} is no number of HTML")


def html_text(text: str) -> HtmlText:
    """``text`` for a page: what a tag, an entity or an attribute is made of as entities, what cannot be seen as an
    escape, and of bounded length."""
    return HtmlText(escape(shortened(visible(text), LONGEST)))


def html_number(value: float) -> HtmlNumber:
    """``value`` with one decimal, as coordinates have it."""
    return HtmlNumber(f"{value:.1f}")
