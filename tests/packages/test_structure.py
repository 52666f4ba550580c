"""What an ecosystem looks for in a package: its files, manifests that its parsers read, versions that agree."""

from __future__ import annotations

import configparser
import json
import re
import sys
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
import yaml

from edgeunet.cli.options.package import PACKAGES
from edgeunet.packages.table import ECOSYSTEMS
from tests.rigs.packages import KINDS, VERSION, Kind, library, package_files

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EXPECTED = {
    "cmake": ("CMakeLists.txt", "edgeunet_ecg.pc.in", "example/main.c"),
    "zephyr": (
        "zephyr/module.yml", "zephyr/Kconfig", "zephyr/CMakeLists.txt", "west.yml", "samples/events/prj.conf",
        "samples/events/CMakeLists.txt", "samples/events/sample.yaml", "samples/events/src/main.c",
    ),
    "esp-idf": (
        "idf_component.yml", "CMakeLists.txt", "Kconfig", "examples/events/CMakeLists.txt",
        "examples/events/main/CMakeLists.txt", "examples/events/main/idf_component.yml", "examples/events/main/main.c",
    ),
    "arduino": ("library.properties", "keywords.txt", "examples/events/events.ino"),
    "platformio": ("library.json", "examples/events/platformio.ini", "examples/events/src/main.c"),
    "cmsis-pack": (
        "edgeunet.ecg.pdsc", "examples/events/events.csolution.yml", "examples/events/events.cproject.yml",
        "examples/events/main.c",
    ),
    "rust": ("Cargo.toml", "build.rs", "src/lib.rs", "examples/events/main.rs"),
}  # fmt: skip


def test_the_command_offers_every_ecosystem() -> None:
    assert set(PACKAGES) == set(ECOSYSTEMS) == set(EXPECTED)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_a_package_has_what_its_ecosystem_expects(ecosystem: str, kind: Kind) -> None:
    files = package_files(ecosystem, kind)
    assert {*EXPECTED[ecosystem], "README.md", "LICENSE"} <= files.keys()
    folder = "c" if ecosystem == "rust" else "src"
    assert {f"{folder}/{path}" for path in library(kind).c_files} <= files.keys()
    assert any(path.split("/")[-1].startswith("recording.") for path in files) == kind.has_pipeline
    assert files["LICENSE"].startswith("SPDX-License-Identifier: Apache-2.0 OR 0BSD")
    assert not [path for path, text in files.items() if not text.endswith("\n") or "\r" in text]


def test_the_same_export_gives_the_same_bytes() -> None:
    for ecosystem, files_of in ECOSYSTEMS.items():
        assert files_of(library(KINDS[0])) == package_files(ecosystem, KINDS[0])


def properties(text: str) -> dict[str, str]:
    """The lines of ``library.properties``."""
    return dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))


def manifests(kind: Kind) -> Iterator[tuple[str, str, str]]:
    """Ecosystem, version and description by its manifest."""
    yield "rust", *_of(tomllib.loads(package_files("rust", kind)["Cargo.toml"])["package"])
    yield "platformio", *_of(json.loads(package_files("platformio", kind)["library.json"]))
    yield "esp-idf", *_of(yaml.safe_load(package_files("esp-idf", kind)["idf_component.yml"]))
    pack = ElementTree.fromstring(package_files("cmsis-pack", kind)["edgeunet.ecg.pdsc"])
    release = pack.find("releases/release")
    assert release is not None
    yield "cmsis-pack", release.attrib["version"], pack.findtext("description", "")
    arduino = properties(package_files("arduino", kind)["library.properties"])
    yield "arduino", arduino["version"], arduino["sentence"].removesuffix(".")
    project = re.search(r'^project\(.* VERSION (\S+) DESCRIPTION "(.*)" ', package_files("cmake", kind)["CMakeLists.txt"], re.M)  # fmt: skip # noqa: E501
    assert project
    yield "cmake", project[1], project[2]


def _of(document: dict[str, str]) -> tuple[str, str]:
    return document["version"], document["description"]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_all_manifests_say_the_same_version_and_description(kind: Kind) -> None:
    said = list(manifests(kind))
    assert len(said) == 6
    assert {(version, description) for _, version, description in said} == {
        (str(VERSION), library(kind).description)
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_file_that_a_manifest_names_is_there(kind: Kind) -> None:
    cmake = package_files("cmake", kind)
    named = re.findall(r"^ +(src/\S+)$|add_executable\(\S+ (\S+)\)", cmake["CMakeLists.txt"], re.MULTILINE)
    assert {first or second for first, second in named} - cmake.keys() == set()
    assert {f"src/{path}" for path in library(kind).sources} <= {first for first, _ in named}

    pack = package_files("cmsis-pack", kind)
    root = ElementTree.fromstring(pack["edgeunet.ecg.pdsc"])
    listed = {file.attrib["name"] for file in root.iter("file")}
    assert listed - {"src/"} <= pack.keys()
    assert {f"src/{path}" for path in (*library(kind).sources, *library(kind).headers)} <= listed
    example = root.find("examples/example")
    load = root.find("examples/example/project/environment")
    assert example is not None
    assert load is not None
    assert f"{example.attrib['folder']}/{load.attrib['load']}" in pack

    pio = package_files("platformio", kind)
    shown = json.loads(pio["library.json"])["examples"][0]
    assert {f"{shown['base']}/{path}" for path in shown["files"]} <= pio.keys()
    assert {f"src/{header}" for header in json.loads(pio["library.json"])["headers"]} <= pio.keys()

    sources = re.findall(r'^    "(\S+\.c)",$', package_files("rust", kind)["build.rs"], re.MULTILINE)
    assert tuple(sources) == library(kind).sources
    esp = re.findall(r'^    "src/(\S+\.c)"$', package_files("esp-idf", kind)["CMakeLists.txt"], re.MULTILINE)
    zephyr = re.findall(
        r"^    \.\./src/(\S+\.c)$", package_files("zephyr", kind)["zephyr/CMakeLists.txt"], re.MULTILINE
    )
    assert tuple(esp) == tuple(zephyr) == library(kind).sources


def test_a_library_for_arduino_keeps_the_rules_of_its_linter() -> None:
    """The rules of arduino-lint that can be broken here (https://arduino.github.io/arduino-lint/latest/rules/library/)."""
    files = package_files("arduino", Kind())
    about = properties(files["library.properties"])
    assert set(about) == {
        "name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url", "architectures",
        "includes", "dot_a_linkage",
    }  # fmt: skip
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _.\-]{0,62}", about["name"])
    assert not re.search("arduino", about["name"], re.IGNORECASE)
    assert re.fullmatch(r"\d+\.\d+\.\d+", about["version"])
    assert about["maintainer"] and not about["maintainer"].lower().startswith("arduino")  # noqa: PT018
    assert about["sentence"] and about["sentence"] not in about["paragraph"]  # noqa: PT018
    assert about["category"] in {
        "Display", "Communication", "Signal Input/Output", "Sensors", "Device Control", "Timing", "Data Storage",
        "Data Processing", "Other",
    }  # fmt: skip
    assert re.match("https?://", about["url"])
    assert all(re.fullmatch("[a-z0-9_]+", part) for part in about["architectures"].split(","))
    assert all(f"src/{header}" in files for header in about["includes"].split(","))
    examples = [path for path in files if path.startswith("examples/") and path.endswith(".ino")]
    assert examples == ["examples/events/events.ino"]  # a sketch is called as its folder
    folders = {path.split("/")[0] for path in files if "/" in path}
    assert folders == {"src", "examples"}  # no folders of older formats
    lines = [line for line in files["keywords.txt"].splitlines() if line and not line.startswith("#")]
    words = dict(line.split("\t") for line in lines)  # fields by one tab
    assert set(words.values()) == {"KEYWORD1", "KEYWORD2", "LITERAL1"}
    assert {"ecg_state_t", "ecg_pipeline_push", "ecg_version", "ECG_HOP"} <= words.keys()


def test_a_project_of_platformio_reads_as_its_ini() -> None:
    project = configparser.ConfigParser()
    project.read_string(package_files("platformio", Kind())["examples/events/platformio.ini"])
    assert project["env"]["lib_deps"] == "symlink://../.."
    assert project["platformio"]["default_envs"] == "host"
    assert project["env:host"]["platform"] == "native"


def test_a_pack_keeps_the_order_that_its_schema_asks_for() -> None:
    root = ElementTree.fromstring(package_files("cmsis-pack", Kind())["edgeunet.ecg.pdsc"])
    assert [child.tag for child in root] == [
        "vendor", "name", "description", "url", "license", "releases", "keywords", "components", "examples",
    ]  # fmt: skip
    component = root.find("components/component")
    assert component is not None
    assert component.attrib == {
        "Cclass": "Machine Learning", "Cgroup": "edgeunet", "Csub": "ecg", "Cversion": str(VERSION)
    }  # fmt: skip
    assert {file.attrib["category"] for file in root.iter("file")} == {"doc", "include", "header", "sourceC"}
    used = yaml.safe_load(package_files("cmsis-pack", Kind())["examples/events/events.cproject.yml"])["project"]
    assert {"component": "edgeunet::Machine Learning:edgeunet:ecg"} in used["components"]
    solution = yaml.safe_load(package_files("cmsis-pack", Kind())["examples/events/events.csolution.yml"])["solution"]
    assert {"pack": "edgeunet::ecg", "path": "../.."} in solution["packs"]


def test_a_module_of_zephyr_names_its_build_files_and_samples() -> None:
    files = package_files("zephyr", Kind())
    module = yaml.safe_load(files["zephyr/module.yml"])
    assert module["name"] == yaml.safe_load(files["west.yml"])["manifest"]["self"]["path"] == "edgeunet_ecg"
    assert f"{module['build']['cmake']}/CMakeLists.txt" in files
    assert module["build"]["kconfig"] in files
    assert any(path.startswith(f"{module['samples'][0]}/") for path in files)
    sample = yaml.safe_load(files["samples/events/sample.yaml"])
    assert list(sample["tests"]) == ["sample.edgeunet.ecg"]
    known = set(re.findall(r"^config (\S+)$", files["zephyr/Kconfig"], re.MULTILINE))
    used = set(re.findall(r"CONFIG_(EDGEUNET_\w+)", "".join(files[p] for p in files if p.endswith((".txt", ".conf")))))
    assert used == known
