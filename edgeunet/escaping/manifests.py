"""Text for the files by which package managers know a library: JSON, YAML, TOML, properties, XML; and for Rust."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from edgeunet.escaping.written import HIDDEN, Written, code_point

_TOML = re.compile(r'"(?:[^"\\]|\\(?:["\\]|u[0-9a-f]{4}|U[0-9a-f]{8}))*"')
_YAML = re.compile(r'"(?:[^"\\]|\\(?:["\\]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}))*"')
_RUST = re.compile(r'"(?:[^"\\]|\\(?:["\\]|u\{[0-9a-f]{1,6}\}))*"')
_RUST_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NO_XML = re.compile("[\ufffe\uffff]")


class Json(Written):
    """JSON that the program wrote."""


class JsonString(Json):
    """A string of JSON, quotes included, in ASCII.

    Raises
    ------
    ValueError
        When ``text`` is none; `json_string` makes one.
    """

    def __post_init__(self) -> None:
        try:
            is_string = self.text.isascii() and isinstance(json.loads(self.text), str)
        except ValueError:
            is_string = False
        if not is_string:
            raise ValueError(f"{self.text!r} is no string of JSON")


class Yaml(Written):
    """YAML that the program wrote."""


class YamlString(Yaml):
    """A double-quoted scalar in ASCII.

    Raises
    ------
    ValueError
        When ``text`` is none; `yaml_string` makes one.
    """

    def __post_init__(self) -> None:
        _require(self.text, _YAML, "double-quoted scalar of YAML")


class Toml(Written):
    """TOML that the program wrote."""


class TomlString(Toml):
    """A basic string in ASCII, quotes included.

    Raises
    ------
    ValueError
        When ``text`` is none; `toml_string` makes one.
    """

    def __post_init__(self) -> None:
        _require(self.text, _TOML, "basic string of TOML")


class Rust(Written):
    """Rust that the program wrote."""


class RustString(Rust):
    """A string literal in ASCII, quotes included.

    Raises
    ------
    ValueError
        When ``text`` is none; `rust_string` makes one.
    """

    def __post_init__(self) -> None:
        _require(self.text, _RUST, "string literal of Rust")


class RustName(Rust):
    """A part of an identifier of Rust.

    Raises
    ------
    ValueError
        When ``text`` is none.
    """

    def __post_init__(self) -> None:
        if not _RUST_NAME.fullmatch(self.text):
            raise ValueError(f"{self.text!r} is no identifier of Rust")


class PropertyText(Written):
    """The value of a line ``key=value``, as Arduino's properties have them.

    Raises
    ------
    ValueError
        When ``text`` ends the line, or has blanks at an end; `property_text` makes it fit.
    """

    def __post_init__(self) -> None:
        if HIDDEN.search(self.text) or self.text != self.text.strip():
            raise ValueError(f"{self.text!r} is no value of a property")


class XmlText(Written):
    """Text of an element or of an attribute in double quotes.

    Raises
    ------
    ValueError
        When ``text`` opens a tag, ends an attribute, or has a character that XML has not; `xml_text` makes it fit.
    """

    def __post_init__(self) -> None:
        if HIDDEN.search(self.text) or _NO_XML.search(self.text) or re.search("[<>\"']|&(?!#?[a-z0-9]+;)", self.text):
            raise ValueError(f"{self.text!r} is no text of XML")


def json_string(text: str) -> JsonString:
    """``text`` as a string; half a surrogate pair is a question mark, as readers differ about it."""
    return JsonString(json.dumps(text.encode("utf-8", "replace").decode()))


def yaml_string(text: str) -> YamlString:
    """``text`` between double quotes; a question mark for what cannot be seen."""
    return YamlString(f'"{_escaped(_seen(text), code_point)}"')


def toml_string(text: str) -> TomlString:
    """``text`` as a basic string; a question mark for what cannot be seen."""
    return TomlString(f'"{_escaped(_seen(text), _unicode)}"')


def rust_string(text: str) -> RustString:
    """``text`` as a string literal; half a surrogate pair is a question mark."""
    whole = text.encode("utf-8", "replace").decode()
    return RustString(f'"{_escaped(whole, _braced)}"')


def property_text(text: str) -> PropertyText:
    """``text`` on one line; a question mark for what cannot be seen."""
    return PropertyText(_seen(text).strip())


def xml_text(text: str) -> XmlText:
    """``text`` with entities for what means something; a question mark for what cannot be seen."""
    plain = _NO_XML.sub("?", _seen(text)).replace("&", "&amp;")
    for character, entity in (("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        plain = plain.replace(character, entity)
    return XmlText(plain)


def _escaped(text: str, escape: Callable[[str], str]) -> str:
    """``text`` with a backslash before quotes and backslashes, and ``escape`` of what is not printable ASCII."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return re.sub("[^ -~]", lambda found: escape(found.group()), plain)


def _unicode(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _braced(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


def _seen(text: str) -> str:
    return HIDDEN.sub("?", text)


def _require(text: str, pattern: re.Pattern[str], what: str) -> None:
    if not text.isascii() or HIDDEN.search(text) or not pattern.fullmatch(text):
        raise ValueError(f"{text!r} is no {what}")
