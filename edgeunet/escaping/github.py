"""Commands that a workflow of GitHub prints and its runner obeys (``::error title=...::message``)."""

from __future__ import annotations

import re

from edgeunet.escaping.written import HIDDEN, Written, shortened, visible

LONGEST = 1000
"""Characters of one message or property."""

_COMMAND = re.compile(r"::(error|warning|notice)( (file|title)=[^:,]*(,(file|title)=[^:,]*)*)?::[^:]*")


class GithubCommand(Written):
    """A whole command: an annotation.

    Raises
    ------
    ValueError
        When ``text`` is none, or more than one; `github_command` makes it.
    """

    def __post_init__(self) -> None:
        if HIDDEN.search(self.text) or not _COMMAND.fullmatch(self.text):
            raise ValueError(f"{self.text!r} is no annotation of a workflow")


def github_command(kind: str, message: str, **properties: str) -> GithubCommand:
    """The annotation ``kind`` (``error``, ``warning``, ``notice``) with its properties (``file``, ``title``)."""
    told = ",".join(f"{name}={_text(value)}" for name, value in properties.items())
    return GithubCommand(f"::{kind}{' ' if told else ''}{told}::{_text(message)}")


def _text(text: str) -> str:
    """What would end a command or a property as GitHub's escapes, what cannot be seen as ours, of bounded length."""
    plain = shortened(visible(text), LONGEST)
    return plain.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
