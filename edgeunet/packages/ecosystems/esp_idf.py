"""A component of ESP-IDF for its component manager, with Kconfig and an example project."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.emit.template import YamlPage, render
from edgeunet.escaping.manifests import Yaml, YamlString, yaml_string
from edgeunet.packages.library import LICENCE, ExamplePage, Library, example_fields, example_files
from edgeunet.packages.parts import BuildPage, build_page, c_below, papers


class ListsPage(BuildPage):
    """``CMakeLists.txt`` of the component."""

    template = "packages/pages/esp_idf/CMakeLists.jinja"


class KconfigPage(BuildPage):
    """``Kconfig``."""

    template = "packages/pages/esp_idf/Kconfig.jinja"


class ProjectPage(BuildPage):
    """``CMakeLists.txt`` of the example."""

    template = "packages/pages/esp_idf/project.jinja"


class MainListsPage(BuildPage):
    """``CMakeLists.txt`` of the example's own component."""

    template = "packages/pages/esp_idf/main.jinja"


class MainPage(ExamplePage):
    """``main.c``, which begins at ``app_main``."""

    template = "packages/pages/esp_idf/main.c.jinja"


@dataclass(frozen=True, eq=False)
class ComponentPage(YamlPage):
    """``idf_component.yml``."""

    template = "packages/pages/esp_idf/component.yml.jinja"

    version: YamlString
    description: YamlString
    licence: YamlString


@dataclass(frozen=True, eq=False)
class DependencyPage(YamlPage):
    """``idf_component.yml`` of the example, which takes the component that it lies in."""

    template = "packages/pages/esp_idf/dependency.yml.jinja"

    component: Yaml


def esp_idf_files(library: Library) -> dict[str, str]:
    """Path → text of the package."""
    component, example = f"edgeunet_{library.name.lower()}", "examples/events"
    manifest = ComponentPage(*map(yaml_string, (str(library.version), library.description, LICENCE)))
    usage = (
        f"Put this folder into `components` of your project as `{component}`; or name it in `idf_component.yml`, with "
        f"`path`.\n\n```sh\ncd {example} && idf.py set-target esp32c3 && idf.py build flash monitor\n```"
    )
    return {
        "idf_component.yml": render(manifest),
        "CMakeLists.txt": build_page(ListsPage, library),
        "Kconfig": build_page(KconfigPage, library),
        f"{example}/CMakeLists.txt": build_page(ProjectPage, library),
        f"{example}/main/CMakeLists.txt": build_page(MainListsPage, library),
        f"{example}/main/idf_component.yml": render(DependencyPage(Yaml(component))),
        f"{example}/main/main.c": render(MainPage(*example_fields(library))),
        **example_files(library, f"{example}/main"),
        **c_below(library, "src"),
        **papers(library, usage, "src", example),
    }
