"""The one engine that writes documents: a template that reads as the file it makes, filled with a typed page.

Templates lie in the package that uses them, in its folder ``c`` or ``pages``; their names are paths below
``edgeunet``. They hold the text and its conditions; what a value is, Python has worked out before. Jinja2 is loaded
with the first of them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache, partial
from typing import TYPE_CHECKING, Any, ClassVar

from edgeunet.escaping.c import CIdentifier, Source, comma_list
from edgeunet.escaping.html import Markup
from edgeunet.escaping.manifests import Json, PropertyText, Rust, Toml, XmlText, Yaml
from edgeunet.escaping.markdown import Markdown
from edgeunet.escaping.written import Written, written

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, eq=False)
class Page:
    """What a template is filled with; the fields are its names.

    A field that a template writes is an ``int`` or of a type of `edgeunet.escaping`; one that it asks about or
    loops over is a ``bool``, another dataclass or a tuple of such.
    """

    template: ClassVar[str]
    """Path of the template below ``edgeunet``."""

    accepts: ClassVar[type[Written]] = Source
    """What the template may write, besides integers: text that was made for this kind of file, not for another."""

    def names(self) -> dict[str, object]:
        """What the template may refer to."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, eq=False)
class CPage(Page):
    """A page of generated C: every name in it begins with ``name``, every macro with the same in capitals, ``NAME``."""

    name: CIdentifier

    def names(self) -> dict[str, object]:
        """The fields, and ``NAME``."""
        return {**super().names(), "NAME": self.name.upper}


@dataclass(frozen=True, eq=False)
class HtmlPage(Page):
    """A page of HTML."""

    accepts = Markup


@dataclass(frozen=True, eq=False)
class MarkdownPage(Page):
    """A page of Markdown."""

    accepts = Markdown


@dataclass(frozen=True, eq=False)
class JsonPage(Page):
    """A page of JSON."""

    accepts = Json


@dataclass(frozen=True, eq=False)
class YamlPage(Page):
    """A page of YAML."""

    accepts = Yaml


@dataclass(frozen=True, eq=False)
class TomlPage(Page):
    """A page of TOML."""

    accepts = Toml


@dataclass(frozen=True, eq=False)
class RustPage(Page):
    """A page of Rust."""

    accepts = Rust


@dataclass(frozen=True, eq=False)
class PropertiesPage(Page):
    """A page of lines ``key=value``."""

    accepts = PropertyText


@dataclass(frozen=True, eq=False)
class XmlPage(Page):
    """A page of XML."""

    accepts = XmlText


def render(page: Page) -> str:
    """Return the text of ``page``.

    Raises
    ------
    TypeError
        When the template writes a value that nothing has made fit to stand in a file, such as a ``str``.
    jinja2.UndefinedError
        When it asks for a name that the page lacks.
    """
    accepts: Any = page.accepts  # mypy finds no class with fields hashable
    return engine(accepts).get_template(page.template).render(page.names())


@cache
def engine(accepts: type[Any] = Source) -> Environment:
    """The environment of all templates that write ``accepts``, a kind of `Written`."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("edgeunet", ""),
        undefined=StrictUndefined,
        finalize=partial(_finalized, accepts),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # a text is made for its place before, and not to a ``str`` by the way
    )
    environment.filters["commas"] = comma_list
    return environment


def _finalized(accepts: type[Written], value: object) -> str:
    from jinja2 import Undefined

    return str(value) if isinstance(value, Undefined) else written(value, accepts)
