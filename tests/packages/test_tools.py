"""Each ecosystem's own tool takes the package, offline. `make packages` installs the tools and runs these."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.rigs.packages import KINDS, Kind, package_tool, printed, write

pytestmark = pytest.mark.nightly

ECG = Kind()


def run(*command: object, cwd: Path, **environment: str) -> str:
    nowhere = "http://127.0.0.1:9"  # whoever asks the network is refused at once
    offline = {"HTTPS_PROXY": nowhere, "HTTP_PROXY": nowhere, "https_proxy": nowhere, "http_proxy": nowhere}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd, capture_output=True, text=True, env={**os.environ, **offline, **environment}, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def python(program: str, cwd: Path) -> str:
    """What ``program`` prints when the Python of the tools runs it."""
    return run(package_tool("python"), "-W", "ignore", "-c", program, cwd=cwd)


def test_west_reads_the_manifest(tmp_path: Path) -> None:
    write(tmp_path, "zephyr", ECG)
    said = python(
        "from west.manifest import Manifest, ImportFlag, validate\n"
        "text = open('west.yml').read(); validate(text)\n"
        "manifest = Manifest.from_data(text, import_flags=ImportFlag.IGNORE)\n"
        "print(*[f'{p.name}@{p.revision}' for p in manifest.projects[1:]], manifest.projects[0].path)",
        tmp_path,
    )
    assert said == "zephyr@v3.7.0 edgeunet_ecg\n"


MODULE_SCHEMA = """
import yaml, pykwalify.core
schema = {"type": "map", "mapping": {
    "name": {"type": "str"},
    "build": {"type": "map", "mapping": {"cmake": {"type": "str"}, "kconfig": {"type": "str"}}},
    "samples": {"type": "seq", "sequence": [{"type": "str"}]},
}}
pykwalify.core.Core(source_data=yaml.safe_load(open("zephyr/module.yml")), schema_data=schema).validate()
print("valid")
"""
"""Of the keys that Zephyr's schema of a module has, those that are used here, with its types."""


def test_the_module_is_of_the_schema(tmp_path: Path) -> None:
    write(tmp_path, "zephyr", ECG)
    assert python(MODULE_SCHEMA, tmp_path) == "valid\n"


KCONFIG = """
import kconfiglib
open("root", "w").write('mainmenu "stub"\\nsource "PATH"\\n')
found = kconfiglib.Kconfig("root", warn_to_stderr=False)
if "CONF": found.load_config("CONF")
ours = {s.name: s.str_value for s in found.unique_defined_syms}
undefined = [w for w in found.warnings if "EDGEUNET" in w or "CONF" not in w]
print(ours, undefined)
"""


def kconfig(cwd: Path, path: str, configuration: str = "") -> str:
    return python(KCONFIG.replace("PATH", path).replace("CONF", configuration), cwd)


def test_kconfig_of_zephyr_under_a_stub_root(tmp_path: Path) -> None:
    write(tmp_path, "zephyr", ECG)
    assert kconfig(tmp_path, "zephyr/Kconfig").startswith("{'EDGEUNET_ECG': 'n', 'EDGEUNET_ECG_SPEED': 'n',")
    said = kconfig(tmp_path, "zephyr/Kconfig", "samples/events/prj.conf")
    assert said == "{'EDGEUNET_ECG': 'y', 'EDGEUNET_ECG_SPEED': 'y', 'EDGEUNET_ECG_PORTABLE': 'n'} []\n"


def test_kconfig_of_esp_idf(tmp_path: Path) -> None:
    write(tmp_path, "esp-idf", ECG)
    assert kconfig(tmp_path, "Kconfig") == "{'EDGEUNET_ECG_SPEED': 'y'} []\n"


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_compote_packs_the_component(tmp_path: Path, kind: Kind) -> None:
    component = tmp_path / "edgeunet_ecg"
    write(component, "esp-idf", kind)
    compote = package_tool("compote")
    run(compote, "component", "pack", "--name", "edgeunet_ecg", cwd=component, IDF_COMPONENT_CHECK_NEW_VERSION="0")
    with tarfile.open(component / "dist" / "edgeunet_ecg_1.0.0.tgz") as archive:
        names = {name.removeprefix("./") for name in archive.getnames()}
    assert {"idf_component.yml", "CMakeLists.txt", "Kconfig", "LICENSE", "src/ecg.h", "src/ecg_portable.c"} <= names
    assert "examples/events/main/main.c" in names


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_platformio_packs_the_library(tmp_path: Path, kind: Kind) -> None:
    """A copy without its licence, which PlatformIO looks up in a list that it fetches."""
    write(tmp_path / "lib", "platformio", kind)
    manifest = tmp_path / "lib" / "library.json"
    document = json.loads(manifest.read_text())
    assert document.pop("license") == "Apache-2.0 OR 0BSD"
    manifest.write_text(json.dumps(document))
    pio, target = package_tool("pio"), tmp_path / "packed.tar.gz"
    run(pio, "pkg", "pack", "-o", target, cwd=tmp_path / "lib", PLATFORMIO_CORE_DIR=str(tmp_path / "core"))
    with tarfile.open(target) as archive:
        names = set(archive.getnames())
    assert {"library.json", "src/ecg.h", "src/ecg_dsp.c", "examples/events/src/main.c", "LICENSE"} <= names


CMSIS = """
import cmsis_pack_manager, json, pathlib
for name in ("index", "aliases"):
    path = pathlib.Path("json", name + ".json")
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}")
cache = cmsis_pack_manager.Cache(True, True, json_path="json", data_path="data")
cache.add_pack_from_path("stub.pdsc")
print(json.dumps({name: device["from_pack"] for name, device in cache.index.items()}))
"""
DEVICE = """<devices><family Dfamily="F" Dvendor="edgeunet:0"><device Dname="STUB">
<processor Dcore="Cortex-M4" DcoreVersion="r0p1" Dfpu="0" Dmpu="0" Dendian="Little-endian" Dclock="1"/>
</device></family></devices>"""


def test_cmsis_pack_manager_reads_the_description(tmp_path: Path) -> None:
    """It lists devices, of which the pack has none: a copy gets one, which it then finds in this pack and version."""
    package = write(tmp_path / "lib", "cmsis-pack", ECG)
    text = (tmp_path / "lib" / "edgeunet.ecg.pdsc").read_text()
    (tmp_path / "stub.pdsc").write_text(text.replace("</keywords>", f"</keywords>{DEVICE}"))
    said = json.loads(python(CMSIS, tmp_path).splitlines()[-1])
    url = "https://example.com/edgeunet/"
    assert said == {"STUB": {"vendor": "edgeunet", "pack": "ecg", "version": "1.0.0", "url": url}}
    with zipfile.ZipFile(tmp_path / "edgeunet.ecg.1.0.0.pack", "w") as pack:
        for path in package.files:
            pack.write(tmp_path / "lib" / path, path)
        assert "edgeunet.ecg.pdsc" in pack.namelist()  # at the root, as the specification has it


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_cargo_builds_the_crate_and_its_example_prints_the_events(tmp_path: Path, cargo_home: Path, kind: Kind) -> None:
    write(tmp_path, "rust", kind)
    cargo = package_tool("cargo")
    words = ("run", "--quiet", "--offline", "--example", "events")
    settings = {"CARGO_HOME": str(cargo_home), "RUSTFLAGS": "-D warnings"}
    first, *lines = run(cargo, *words, cwd=tmp_path, **settings).splitlines()
    assert first == "ecg 1.0.0"
    assert len(lines) > 3
    if kind.has_pipeline:
        assert lines == printed(kind)


def test_a_crate_with_c_of_another_export_does_not_compile(tmp_path: Path, cargo_home: Path) -> None:
    write(tmp_path / "ours", "rust", ECG)
    write(tmp_path / "theirs", "rust", Kind(seed=1))
    shutil.rmtree(tmp_path / "ours" / "c")
    shutil.copytree(tmp_path / "theirs" / "c", tmp_path / "ours" / "c")
    cargo = package_tool("cargo")
    with pytest.raises(AssertionError, match="the build files and the C of ecg come from different runs"):
        run(cargo, "build", "--offline", cwd=tmp_path / "ours", CARGO_HOME=str(cargo_home))


def test_the_crate_needs_no_std_and_is_used_by_another(tmp_path: Path, cargo_home: Path) -> None:
    write(tmp_path / "lib", "rust", ECG)
    app = tmp_path / "app"
    (app / "src").mkdir(parents=True)
    (app / "Cargo.toml").write_text(
        '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n'
        '[dependencies]\nedgeunet_ecg = { path = "../lib" }\n'
    )
    (app / "src" / "main.rs").write_text(
        "use edgeunet_ecg::{Event, Network, Pipeline, WrongLength, INPUT_VALUES, OUTPUT_VALUES};\n"
        "fn main() {\n"
        "    let mut p = Pipeline::new();\n"
        "    let mut short = [Event::default(); 1];\n"
        "    assert_eq!(p.push(&[0; 100], &mut short), Err(WrongLength));\n"
        "    assert_eq!(p.selftest(), 0);\n"
        "    let (mut n, mut out) = (Network::new(), [0; OUTPUT_VALUES]);\n"
        "    assert!(n.push(&[0; INPUT_VALUES], &mut out).len() <= OUTPUT_VALUES);\n"
        "    assert!(n.flush(&[0; INPUT_VALUES], &mut out).is_none());\n"
        "    assert!(n.flush(&[0; 1], &mut out).is_none());\n"
        "    assert!(n.flush(&[], &mut out).is_some());\n"
        '    println!("fine");\n'
        "}\n"
    )
    assert "#![no_std]" in (tmp_path / "lib" / "src" / "lib.rs").read_text()
    said = run(package_tool("cargo"), "run", "--quiet", "--offline", cwd=app, CARGO_HOME=str(cargo_home))
    assert said == "fine\n"
