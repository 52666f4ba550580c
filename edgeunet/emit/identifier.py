"""Names that generated C may carry: a valid identifier in C and C++ that no header is likely to use."""

from __future__ import annotations

import re
from collections.abc import Sequence

from edgeunet.errors import CompileError
from edgeunet.escaping.c import CIdentifier

LONGEST = 40
"""In characters. Linkers of today take more, but symbols must stay readable with their suffixes."""

_C_WORDS = """
auto break case char const continue default do double else enum extern float for goto if inline int long register
restrict return short signed sizeof static struct switch typedef union unsigned void volatile while alignas alignof asm
bool constexpr false nullptr static_assert thread_local true typeof typeof_unqual main
"""
_CPP_WORDS = """
and and_eq bitand bitor catch char8_t char16_t char32_t class co_await co_return co_yield compl concept const_cast
consteval constinit decltype delete dynamic_cast explicit export friend mutable namespace new noexcept not not_eq
operator or or_eq private protected public reinterpret_cast requires static_cast template this throw try typeid
typename using virtual wchar_t xor xor_eq
"""
_KEYWORDS = frozenset((_C_WORDS + _CPP_WORDS).split())


def check_identifier(name: str) -> str:
    """Return ``name`` if it can prefix the generated symbols.

    Raises
    ------
    CompileError
        When it is empty, too long, a keyword or reserved, or has characters that C does not allow; with a suggestion.
    """
    if not name:
        raise CompileError("the name of the generated C is empty; pass --name with letters, digits and underscores")
    problem = _problem(name)
    if problem:
        raise CompileError(f"'{name}' cannot name generated C: {problem}; use --name {suggest_identifier(name)}")
    return name


def suggest_identifier(text: str) -> str:
    """Return a valid identifier that resembles ``text`` (a model's or a file's name)."""
    plain = re.sub(r"_+", "_", re.sub(r"[^A-Za-z0-9_]", "_", text)).strip("_")[:LONGEST].rstrip("_")
    if not plain or plain[0].isdigit():
        plain = f"net_{plain}".rstrip("_")[:LONGEST]
    return plain if _problem(plain) is None else f"{plain[: LONGEST - 4]}_net"


def class_constants(prefix: str, classes: Sequence[str]) -> tuple[CIdentifier, ...]:
    """The constant that stands for each class, ``ECG_CLASS_QRS``: no two the same, and none a macro of the header.

    A name without an ASCII letter or digit is its position; names that would be the same (in capitals, or once cut) all
    get their position.
    """
    parts = [re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:LONGEST].rstrip("_") for name in classes]
    words = [part.upper() or str(index) for index, part in enumerate(parts)]
    taken = {word for word in words if words.count(word) > 1} | {"NAMES"}
    while any(word in taken for word in words):
        words = [f"{word}_{index}" if word in taken else word for index, word in enumerate(words)]
        taken = {word for word in words if words.count(word) > 1}
    return tuple(CIdentifier(f"{prefix.upper()}_CLASS_{word}") for word in words)


def _problem(name: str) -> str | None:
    bad = re.search(r"[^A-Za-z0-9_]", name)
    if bad:
        return f"it has the character {bad.group()!r}"
    if name[0].isdigit():
        return "it begins with a digit"
    if name.startswith("_") or "__" in name:
        return "names beginning with an underscore or holding two in a row are reserved"
    if name in _KEYWORDS:
        return "it is a word of the C or C++ language"
    if len(name) > LONGEST:
        return f"it has {len(name)} characters and {LONGEST} is the limit"
    return None
