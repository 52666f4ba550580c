"""The CMake package: as a folder of a project, installed and found, by pkg-config; C and C++; two models at once."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.rigs.packages import Kind, package_tool, printed, write
from tests.rigs.tools import need

STRICT = "-Wall -Wextra -Wconversion -Wshadow -Wundef -Werror"
OTHER = Kind("window", name="ppg", seed=1)
MAIN = """#include "ecg_pipeline.h"
#include "ecg_version.h"
#include "ppg_pipeline.h"
#include "ppg_version.h"
#include <stdio.h>
#include <string.h>
static ecg_pipeline_t ecg;
static ppg_pipeline_t ppg;
int main(void)
{
    if (ecg_pipeline_selftest(&ecg) != 0 || ppg_pipeline_selftest(&ppg) != 0) {
        return 1;
    }
    printf("%s %s\\n", ecg_version(), ppg_version());
    return strcmp(ecg_version(), ECG_VERSION);
}
"""
ALONE = """#include <ecg_pipeline.h>
static ecg_pipeline_t ecg;
int main(void) { return ecg_pipeline_selftest(&ecg) != 0; }
"""
PROJECT = """cmake_minimum_required(VERSION 3.19)
project(app C CXX)
add_subdirectory(ecg)
{second}
foreach(language c cpp)
  add_executable(app_${{language}} main.${{language}})
  target_link_libraries(app_${{language}} PRIVATE edgeunet::ecg edgeunet::ppg)
endforeach()
"""
FETCH = """include(FetchContent)
FetchContent_Declare(ppg SOURCE_DIR ${CMAKE_SOURCE_DIR}/ppg)
FetchContent_MakeAvailable(ppg)
"""


def run(*command: object, **environment: str) -> str:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, env={**os.environ, **environment}
    )
    assert done.returncode == 0, f"{done.stdout[-1500:]}{done.stderr[-1500:]}"
    return done.stdout


def configure(source: Path, build: Path, *options: str) -> None:
    flags = (f"-DCMAKE_C_FLAGS={STRICT}", f"-DCMAKE_CXX_FLAGS={STRICT}", "-Wdev", "-Werror=dev")
    run("cmake", "-S", source, "-B", build, *flags, *options)
    run("cmake", "--build", build)


def test_two_models_are_in_one_program_of_c_and_of_cpp(tmp_path: Path) -> None:
    need("cmake", "gcc")
    write(tmp_path / "ecg", "cmake", Kind())
    write(tmp_path / "ppg", "cmake", OTHER, version="2.0.0")
    (tmp_path / "CMakeLists.txt").write_text(PROJECT.format(second=FETCH))
    for ending in ("c", "cpp"):
        (tmp_path / f"main.{ending}").write_text(MAIN)
    configure(tmp_path, tmp_path / "build")
    assert run(tmp_path / "build" / "app_c") == run(tmp_path / "build" / "app_cpp") == "1.0.0 2.0.0\n"
    assert not list((tmp_path / "build").rglob("*_example"))  # only where it is the whole project


def test_it_installs_and_pkg_config_finds_it(tmp_path: Path) -> None:
    need("cmake", "gcc")
    package_tool("pkg-config")
    prefix, kind = tmp_path / "prefix", Kind()
    write(tmp_path / "ecg", "cmake", kind)
    configure(tmp_path / "ecg", tmp_path / "build", f"-DCMAKE_INSTALL_PREFIX={prefix}")
    run("cmake", "--install", tmp_path / "build")
    assert run(tmp_path / "build" / "edgeunet_ecg_example").splitlines() == ["ecg 1.0.0", *printed(kind)]
    shutil.rmtree(tmp_path / "ecg")  # what is installed needs nothing of it
    (tmp_path / "main.c").write_text(ALONE)
    found = {"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig:{prefix}/lib64/pkgconfig"}
    assert run("pkg-config", "--modversion", "edgeunet_ecg", **found) == "1.0.0\n"
    flags = run("pkg-config", "--cflags", "--libs", "edgeunet_ecg", **found).split()
    run("gcc", tmp_path / "main.c", "-o", tmp_path / "app", *flags)
    run(tmp_path / "app")
    headers = {path.name for path in (prefix / "include" / "edgeunet" / "ecg").iterdir()}
    assert {"ecg.h", "ecg_pipeline.h", "ecg_version.h"} <= headers
    assert not {name for name in headers if "weights" in name}


@pytest.mark.nightly
def test_an_installed_one_is_found_by_its_major_version(tmp_path: Path) -> None:
    need("cmake", "gcc")
    prefix = tmp_path / "prefix"
    write(tmp_path / "ecg", "cmake", Kind(), version="1.3.0")
    configure(tmp_path / "ecg", tmp_path / "build", f"-DCMAKE_INSTALL_PREFIX={prefix}")
    run("cmake", "--install", tmp_path / "build")
    project = tmp_path / "app"
    project.mkdir()
    (project / "main.c").write_text('#include "ecg.h"\nint main(void) { return ECG_LAYERS == 0; }\n')
    for version, fits in (("1.1", True), ("1.4", False), ("2.0", False)):
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.19)\nproject(app C)\n"
            f"find_package(edgeunet_ecg {version} CONFIG)\n"
            'message(STATUS "found=${edgeunet_ecg_FOUND}")\n'
            "if(edgeunet_ecg_FOUND)\n  add_executable(app main.c)\n"
            "  target_link_libraries(app edgeunet::ecg)\nendif()\n"
        )
        shutil.rmtree(project / "build", ignore_errors=True)
        said = run("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
        assert f"found={int(fits)}" in said
        run("cmake", "--build", project / "build")
        assert (project / "build" / "app").exists() == fits
