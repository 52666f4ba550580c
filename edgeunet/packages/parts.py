"""The parts that every package has: licence, page for readers, example."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.emit.template import CPage, MarkdownPage, render
from edgeunet.escaping.c import CIdentifier, CMakeString, CText, cmake_string
from edgeunet.escaping.markdown import Markdown, MarkdownText, markdown_text
from edgeunet.packages.library import ExamplePage, Library, example_fields, example_files


@dataclass(frozen=True, eq=False)
class ReadmePage(MarkdownPage):
    """``README.md``."""

    template = "packages/pages/common/readme.jinja"

    name: Markdown
    description: MarkdownText
    usage: Markdown
    source_folder: Markdown
    example: Markdown
    version: Markdown


class LicencePage(MarkdownPage):
    """``LICENSE``."""

    template = "packages/pages/common/licence.jinja"


def papers(library: Library, usage: str, source_folder: str, example: str) -> dict[str, str]:
    """``README.md`` and ``LICENSE``.

    Parameters
    ----------
    usage : Markdown of the program's own making: how the package is taken into a project.
    source_folder, example : paths in the package.
    """
    page = ReadmePage(
        Markdown(library.name),
        markdown_text(library.description),
        Markdown(usage),
        Markdown(source_folder),
        Markdown(example),
        Markdown(str(library.version)),
    )
    return {"README.md": render(page), "LICENSE": render(LicencePage())}


def c_below(library: Library, folder: str) -> dict[str, str]:
    """Path → text of the generated C in ``folder``."""
    return {f"{folder}/{path}": text for path, text in library.c_files.items()}


@dataclass(frozen=True, eq=False)
class HostedExamplePage(ExamplePage):
    """An example with ``printf``."""

    template = "packages/pages/common/main.c.jinja"


def hosted_example(library: Library, folder: str) -> dict[str, str]:
    """``main.c``, which prints, and what it includes."""
    return {
        f"{folder}/main.c": render(HostedExamplePage(*example_fields(library))),
        **example_files(library, folder),
    }


@dataclass(frozen=True, eq=False)
class BuildPage(CPage):
    """A file of CMake, Kconfig or pkg-config about the library.

    Attributes
    ----------
    sources, headers : their names.
    digest : that the C checks against the build file's.
    """

    version: CText
    description: CMakeString
    digest: CText
    sources: tuple[CText, ...]
    headers: tuple[CText, ...]


def build_page(kind: type[BuildPage], library: Library) -> str:
    """The text of a page of ``kind``."""
    page = kind(
        CIdentifier(library.name),
        CText(str(library.version)),
        cmake_string(library.description),
        CText(f"0x{library.compiled.run_digest}UL"),
        tuple(map(CText, library.sources)),
        tuple(map(CText, library.headers)),
    )
    return render(page)
