"""Texts that would be code where they are not escaped, every place of a document that holds text, and what a command
said to it."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeunet.cli import main
from edgeunet.escaping.terminal import LONGEST
from edgeunet.escaping.written import HIDDEN

MARK = "PWNED_42"
"""A token that no file may have but within a comment or a string."""

TEXTS = (
    f"a*/ int {MARK}(void); /*b",
    f"/* {MARK}",
    f"*??/\n/ int {MARK}(void); //??/\n",
    f'a"; int {MARK}; char b[] = "',
    f"a'{MARK}'\\",
    f"a\nint {MARK};\r\n#error {MARK}\n{MARK}\u2028{MARK}",
    f"a\\\n{MARK}\\",
    f"a\0{MARK}",
    f"\u202e{MARK}\u2066\u200f\ufeff",
    f"\x1b[31m{MARK}\x1b]0;{MARK}\x07\x9b1m\x7f",
    f"$(touch {MARK})`touch {MARK}`",
    f"; touch {MARK} & #",
    "-o",
    f"--output={MARK}",
    f'a\n)]]\nmessage({MARK})\n${{{MARK}}}";',
    f"<script>{MARK}</script><img src=x onerror={MARK}>",
    f"\"'><b onclick={MARK} x='&lt;&#60;",
    f"| a |\n\n# {MARK}\n[{MARK}](http://{MARK}) **{MARK}** <b>",
    f"%s%n{{{MARK}}}{{{{ {MARK} }}}}{{% raw %}}{{0}}",
    f"$\\frac{{{MARK}$ $x^$",
    f"../../{MARK}",
    f"=cmd|'{MARK}'!A0,\t\"",
    "\udcffx\ud800",
    f"*/{MARK}" * 10_000,
)


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


def told(*arguments: str | Path) -> Said:
    """Run the command line in this process, and check whatever it prints as a terminal would be hit by it.

    An exception that is no sentence of ours goes through.
    """
    out, err, code = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
    said = Said(code, out.getvalue(), err.getvalue())
    check_terminal(said, whole="--json" in arguments or arguments[0] == "report")
    return said


def check_terminal(said: Said, *, whole: bool = False) -> None:
    """Raise where a terminal would obey what was said; ``whole`` where standard output is a document of any length."""
    for line in [*said.out.split("\n"), *said.err.split("\n")]:
        assert not HIDDEN.search(line), ascii(line)[:300]
        assert not line.startswith(MARK), line[:300]
    lengths = [len(line) for line in (said.err if whole else said.out + said.err).split("\n")]
    assert max(lengths) < LONGEST + 100
    if said.code == 2:
        lines = said.err.splitlines()
        assert lines[-1].startswith("edgeunet: "), said.err[:2000]
        assert sum(line.startswith("edgeunet: ") and "warning" not in line[:20] for line in lines) == 1


Place = tuple[Any, ...]
"""Where a text stands in a document: keys and indices, and `Key` at the end for a key itself."""


@dataclass(frozen=True)
class Key:
    """The last step to a key, not to its value."""

    name: str


def text_places(document: Any, at: Place = ()) -> Iterator[Place]:
    """Every text of nested dictionaries and lists, keys among them."""
    if isinstance(document, str):
        yield at
    elif isinstance(document, dict):
        for key, value in document.items():
            yield (*at, Key(key))
            yield from text_places(value, (*at, key))
    elif isinstance(document, list | tuple):
        for index, value in enumerate(document):
            yield from text_places(value, (*at, index))


def with_text(document: Any, place: Place, text: str) -> Any:
    """A copy of ``document`` with ``text`` at ``place``."""
    copy = deepcopy(document)
    inner = copy
    for step in place[:-1]:
        inner = inner[step]
    last = place[-1]
    if isinstance(last, Key):
        items = [(text if key == last.name else key, value) for key, value in inner.items()]
        inner.clear()
        inner.update(items)
    else:
        inner[last] = text
    return copy


def each_with_a_text(places: Sequence[Any], texts: Sequence[str] = TEXTS, seed: int = 0) -> list[tuple[Any, str]]:
    """Every place once, with texts in random order, each as often as the others."""
    order: list[str] = []
    rng = random.Random(seed)
    while len(order) < len(places):
        order += rng.sample(texts, len(texts))
    return list(zip(places, order, strict=False))


def all_pairs(places: Sequence[Any], texts: Sequence[str] = TEXTS) -> list[tuple[Any, str]]:
    """Every place with every text."""
    return [(place, text) for place in places for text in texts]


def file_name(text: str) -> str:
    """``text`` as far as a file can be called so."""
    return text.replace("/", "∕").replace("\0", "")[:100]


_NO_TOKEN = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL)
_TRIGRAPHS = {"=": "#", "(": "[", "/": "\\", ")": "]", "'": "^", "<": "{", "!": "|", ">": "}", "-": "~"}


def c_identifiers(text: str) -> set[str]:
    """Identifiers of C outside comments and strings, after the first phases of translation."""
    text = re.sub(r"\?\?([=(/)'<!>-])", lambda found: _TRIGRAPHS[found[1]], text)
    return set(re.findall(r"[A-Za-z_]\w*", _NO_TOKEN.sub(" ", text.replace("\\\n", ""))))
