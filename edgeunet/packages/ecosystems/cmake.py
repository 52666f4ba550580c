"""A CMake project: ``add_subdirectory``, ``FetchContent``, ``install``, ``find_package`` and pkg-config."""

from __future__ import annotations

from edgeunet.packages.library import Library
from edgeunet.packages.parts import BuildPage, build_page, c_below, hosted_example, papers


class ListsPage(BuildPage):
    """``CMakeLists.txt``."""

    template = "packages/pages/cmake/library.jinja"


class PkgConfigPage(BuildPage):
    """``edgeunet_<name>.pc.in``, which CMake fills in."""

    template = "packages/pages/cmake/pc.jinja"


def cmake_files(library: Library) -> dict[str, str]:
    """Path → text of the package."""
    usage = (
        "```cmake\nadd_subdirectory(path/to/this/folder)\n"
        f"target_link_libraries(firmware PRIVATE edgeunet::{library.name})\n```\n\n"
        f"Installed, it is `find_package(edgeunet_{library.name} CONFIG)` and `pkg-config edgeunet_{library.name}`."
    )
    return {
        "CMakeLists.txt": build_page(ListsPage, library),
        f"edgeunet_{library.name}.pc.in": build_page(PkgConfigPage, library),
        **c_below(library, "src"),
        **hosted_example(library, "example"),
        **papers(library, usage, "src", "example"),
    }
