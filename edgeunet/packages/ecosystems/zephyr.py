"""A module of Zephyr, with Kconfig, a sample, and a manifest for a workspace around it."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.emit.template import YamlPage, render
from edgeunet.escaping.manifests import Yaml, YamlString, yaml_string
from edgeunet.packages.library import Library
from edgeunet.packages.parts import BuildPage, build_page, c_below, hosted_example, papers


class ListsPage(BuildPage):
    """``zephyr/CMakeLists.txt``."""

    template = "packages/pages/zephyr/CMakeLists.jinja"


class KconfigPage(BuildPage):
    """``zephyr/Kconfig``."""

    template = "packages/pages/zephyr/Kconfig.jinja"


class SampleListsPage(BuildPage):
    """``samples/events/CMakeLists.txt``."""

    template = "packages/pages/zephyr/sample.jinja"


class SampleConfigPage(BuildPage):
    """``samples/events/prj.conf``."""

    template = "packages/pages/zephyr/prj.conf.jinja"


@dataclass(frozen=True, eq=False)
class ModulePage(YamlPage):
    """``zephyr/module.yml``."""

    template = "packages/pages/zephyr/module.yml.jinja"

    module: YamlString


class WestPage(ModulePage):
    """``west.yml``."""

    template = "packages/pages/zephyr/west.yml.jinja"


@dataclass(frozen=True, eq=False)
class SamplePage(YamlPage):
    """``samples/events/sample.yaml``."""

    template = "packages/pages/zephyr/sample.yaml.jinja"

    title: YamlString
    test: Yaml
    line: YamlString


def zephyr_files(library: Library) -> dict[str, str]:
    """Path → text of the package."""
    name, sample = library.name, "samples/events"
    module = yaml_string(f"edgeunet_{name}")
    about = SamplePage(
        yaml_string(library.description), Yaml(f"sample.edgeunet.{name}"), yaml_string(f"{name} {library.version}")
    )
    usage = (
        "Name this folder in `ZEPHYR_EXTRA_MODULES`, or in your `west.yml`, and set "
        f"`CONFIG_EDGEUNET_{name.upper()}=y`.\n\n```sh\nwest build -b mps2/an385 {sample} && west build -t run\n```"
    )
    return {
        "zephyr/module.yml": render(ModulePage(module)),
        "zephyr/Kconfig": build_page(KconfigPage, library),
        "zephyr/CMakeLists.txt": build_page(ListsPage, library),
        "west.yml": render(WestPage(module)),
        f"{sample}/CMakeLists.txt": build_page(SampleListsPage, library),
        f"{sample}/prj.conf": build_page(SampleConfigPage, library),
        f"{sample}/sample.yaml": render(about),
        **hosted_example(library, f"{sample}/src"),
        **c_below(library, "src"),
        **papers(library, usage, "src", sample),
    }
