"""A library for PlatformIO: ``library.json``, ``src`` and a project as example."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.emit.template import JsonPage, render
from edgeunet.escaping.manifests import JsonString, json_string
from edgeunet.packages.library import LICENCE, Library
from edgeunet.packages.parts import BuildPage, build_page, c_below, hosted_example, papers


class ProjectPage(BuildPage):
    """``platformio.ini`` of the example."""

    template = "packages/pages/platformio/platformio.ini.jinja"


@dataclass(frozen=True, eq=False)
class LibraryPage(JsonPage):
    """``library.json``.

    Attributes
    ----------
    define : the option by which the C checks that it is of the same export.
    """

    template = "packages/pages/platformio/library.json.jinja"

    library: JsonString
    version: JsonString
    description: JsonString
    licence: JsonString
    headers: tuple[JsonString, ...]
    define: JsonString
    examples: tuple[JsonString, ...]


def platformio_files(library: Library) -> dict[str, str]:
    """Path → text of the package."""
    name, example = library.name, "examples/events"
    program = hosted_example(library, f"{example}/src")
    shown = ("platformio.ini", *(path.removeprefix(f"{example}/") for path in program))
    top = (f"{name}_pipeline.h",) if library.recording else (f"{name}.h",)
    page = LibraryPage(
        json_string(f"edgeunet_{name}"),
        json_string(str(library.version)),
        json_string(library.description),
        json_string(LICENCE),
        tuple(map(json_string, (*top, f"{name}_version.h"))),
        json_string(f"-D{name.upper()}_PACKAGE_DIGEST=0x{library.compiled.run_digest}UL"),
        tuple(map(json_string, shown)),
    )
    usage = (
        "In `platformio.ini`: `lib_deps = symlink://path/to/this/folder`.\n\n"
        f"```sh\npio run -d {example} -e host -t exec\n```"
    )
    return {
        "library.json": render(page),
        f"{example}/platformio.ini": build_page(ProjectPage, library),
        **program,
        **c_below(library, "src"),
        **papers(library, usage, "src", example),
    }
