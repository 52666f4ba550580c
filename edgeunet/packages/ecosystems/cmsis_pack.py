"""An Open-CMSIS-Pack: a description (``.pdsc``) of one software component, and a csolution that uses it."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.emit.template import XmlPage, YamlPage, render
from edgeunet.escaping.manifests import XmlText, YamlString, xml_text, yaml_string
from edgeunet.packages.library import REPOSITORY, Library
from edgeunet.packages.parts import c_below, hosted_example, papers

VENDOR = "edgeunet"


@dataclass(frozen=True, eq=False)
class DescriptionPage(XmlPage):
    """``edgeunet.<name>.pdsc``."""

    template = "packages/pages/cmsis_pack/pack.pdsc.jinja"

    pack: XmlText
    description: XmlText
    url: XmlText
    version: XmlText
    digest: XmlText
    define: XmlText
    headers: tuple[XmlText, ...]
    sources: tuple[XmlText, ...]


@dataclass(frozen=True, eq=False)
class SolutionPage(YamlPage):
    """``events.csolution.yml``."""

    template = "packages/pages/cmsis_pack/csolution.yml.jinja"

    pack: YamlString


@dataclass(frozen=True, eq=False)
class ProjectPage(YamlPage):
    """``events.cproject.yml``."""

    template = "packages/pages/cmsis_pack/cproject.yml.jinja"

    component: YamlString


def cmsis_pack_files(library: Library) -> dict[str, str]:
    """Path → text of the package."""
    name, example, digest = library.name, "examples/events", library.compiled.run_digest
    description = DescriptionPage(
        xml_text(name),
        xml_text(library.description),
        xml_text(REPOSITORY),
        xml_text(str(library.version)),
        xml_text(digest),
        xml_text(f"{name.upper()}_PACKAGE_DIGEST 0x{digest}UL"),
        tuple(map(xml_text, library.headers)),
        tuple(map(xml_text, library.sources)),
    )
    pack = f"{VENDOR}.{name}.{library.version}.pack"
    usage = (
        f"`cpackget add edgeunet.{name}.pdsc` takes this folder as it is; zipped, it is `{pack}`. In a project: "
        f"`component: {VENDOR}::Machine Learning:edgeunet:{name}`.\n\n"
        f"```sh\ncd {example} && cbuild events.csolution.yml --packs\n```"
    )
    return {
        f"{VENDOR}.{name}.pdsc": render(description),
        f"{example}/events.csolution.yml": render(SolutionPage(yaml_string(f"{VENDOR}::{name}"))),
        f"{example}/events.cproject.yml": render(
            ProjectPage(yaml_string(f"{VENDOR}::Machine Learning:edgeunet:{name}"))
        ),
        **hosted_example(library, example),
        **c_below(library, "src"),
        **papers(library, usage, "src", example),
    }
