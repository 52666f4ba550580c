"""An Arduino library, after the library specification 1.5: ``library.properties``, ``src``, ``examples``, keywords."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edgeunet.emit.template import CPage, PropertiesPage, render
from edgeunet.escaping.c import CIdentifier
from edgeunet.escaping.manifests import PropertyText, property_text
from edgeunet.packages.library import REPOSITORY, ExamplePage, Library, example_fields, example_files
from edgeunet.packages.parts import c_below, papers

_FUNCTION = re.compile(r"^(?:const )?\w+ \*?(\w+)\(", re.MULTILINE)
_TYPE = re.compile(r"^\} (\w+);", re.MULTILINE)
_CONSTANT = re.compile(r"^#define (\w+) ", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class LibraryPropertiesPage(PropertiesPage):
    """``library.properties``."""

    template = "packages/pages/arduino/library.properties.jinja"

    library: PropertyText
    version: PropertyText
    description: PropertyText
    url: PropertyText
    headers: PropertyText


class SketchPage(ExamplePage):
    """``examples/events/events.ino``."""

    template = "packages/pages/arduino/events.ino.jinja"


@dataclass(frozen=True, eq=False)
class KeywordsPage(CPage):
    """``keywords.txt``."""

    template = "packages/pages/arduino/keywords.txt.jinja"

    types: tuple[CIdentifier, ...]
    functions: tuple[CIdentifier, ...]
    constants: tuple[CIdentifier, ...]


def arduino_files(library: Library) -> dict[str, str]:
    """Path → text of the package."""
    usage = (
        f"Put this folder into `libraries` of your sketchbook as `edgeunet_{library.name}`, or choose Sketch > Include "
        "Library > Add .ZIP Library. Then open File > Examples > events. For boards of 32 bits."
    )
    return {
        "library.properties": _properties(library),
        "keywords.txt": _keywords(library),
        "examples/events/events.ino": render(SketchPage(*example_fields(library))),
        **example_files(library, "examples/events"),
        **c_below(library, "src"),
        **papers(library, usage, "src", "examples/events"),
    }


def _properties(library: Library) -> str:
    top = f"{library.name}_pipeline.h" if library.recording else f"{library.name}.h"
    return render(
        LibraryPropertiesPage(
            property_text(f"edgeunet_{library.name}"),
            property_text(str(library.version)),
            property_text(library.description),
            property_text(REPOSITORY),
            property_text(f"{top},{library.name}_version.h"),
        )
    )


def _keywords(library: Library) -> str:
    """The names that the headers of one flavour declare."""
    names = [f"{library.name}{ending}.h" for ending in ("", "_portable", "_pipeline", "_version")]
    text = re.sub(r"/\*.*?\*/", "", "\n".join(library.c_files.get(name, "") for name in names), flags=re.DOTALL)

    def found(pattern: re.Pattern[str]) -> tuple[CIdentifier, ...]:
        return tuple(CIdentifier(word) for word in dict.fromkeys(pattern.findall(text)) if not word.endswith("_H"))

    return render(KeywordsPage(CIdentifier(library.name), found(_TYPE), found(_FUNCTION), found(_CONSTANT)))
