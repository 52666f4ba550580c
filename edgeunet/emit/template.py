"""The one engine that writes documents: a template that reads as the file it makes, filled with a typed page.

Templates lie in the package that uses them, in its folder ``c``; their names are paths below ``edgeunet``. They hold
the text and its conditions; what a value is, Python has worked out before. Jinja2 is loaded with the first of them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from edgeunet.emit.escaping import CIdentifier, comma_list, written

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, eq=False)
class Page:
    """What a template is filled with; the fields are its names.

    A field that a template writes is an ``int`` or of a type of `edgeunet.emit.escaping`; one that it asks about or
    loops over is a ``bool``, another dataclass or a tuple of such.
    """

    template: ClassVar[str]
    """Path of the template below ``edgeunet``."""

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


def render(page: Page) -> str:
    """Return the text of ``page``.

    Raises
    ------
    TypeError
        When the template writes a value that nothing has made fit to stand in a file, such as a ``str``.
    jinja2.UndefinedError
        When it asks for a name that the page lacks.
    """
    return engine().get_template(page.template).render(page.names())


@cache
def engine() -> Environment:
    """The environment of all templates."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("edgeunet", ""),
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # names are escaped for the place where they stand, which is not HTML
    )
    environment.filters["commas"] = comma_list
    return environment


def _finalized(value: object) -> str:
    from jinja2 import Undefined

    return str(value) if isinstance(value, Undefined) else written(value)
