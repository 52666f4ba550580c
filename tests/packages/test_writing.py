"""Exporting again into a package: the same tree, files of the user's kept, versions that say what changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edgeunet.errors import CompileError
from edgeunet.modelcard import card_path
from edgeunet.packages.table import ECOSYSTEMS
from edgeunet.packages.version import Version, following, parse_version
from tests.rigs.command import edgeunet
from tests.rigs.packages import Kind, write
from tests.rigs.pipeline_stages import small_network


def texts(directory: Path) -> dict[str, str]:
    return {p.relative_to(directory).as_posix(): p.read_text() for p in sorted(directory.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_the_same_export_again_changes_nothing(tmp_path: Path, ecosystem: str) -> None:
    first = write(tmp_path, ecosystem, Kind())
    before = texts(tmp_path)
    again = write(tmp_path, ecosystem, Kind())
    assert texts(tmp_path) == before
    assert first.version == again.version == Version(1, 0, 0)
    assert not again.kept


def test_other_weights_are_a_patch_and_another_shape_a_major_version(tmp_path: Path) -> None:
    write(tmp_path, "cmake", Kind())
    assert write(tmp_path, "cmake", Kind(seed=1)).version == Version(1, 0, 1)
    assert write(tmp_path, "cmake", Kind(has_pipeline=False, seed=1)).version == Version(2, 0, 0)
    assert not (tmp_path / "src" / "ecg_pipeline.h").exists()
    assert not (tmp_path / "example" / "recording.h").exists()
    assert write(tmp_path, "cmake", Kind(), version="7.1.0").version == Version(7, 1, 0)
    assert write(tmp_path, "cmake", Kind(seed=1)).version == Version(7, 1, 1)
    assert '#define ECG_VERSION "7.1.1"' in (tmp_path / "src" / "ecg_version.h").read_text()


def test_files_of_the_users_are_kept_and_named_and_replaced_by_force(tmp_path: Path) -> None:
    write(tmp_path, "zephyr", Kind())
    main, extra = tmp_path / "samples/events/src/main.c", tmp_path / "src" / "mine.c"
    main.write_text("int mine;\n")
    extra.write_text("int extra;\n")
    kept = write(tmp_path, "zephyr", Kind(seed=1))
    assert kept.kept == ("samples/events/src/main.c",)
    assert "samples/events/src/main.c" not in kept.files
    assert main.read_text() == "int mine;\n"
    forced = write(tmp_path, "zephyr", Kind(seed=1), force=True)
    assert forced.replaced == ("samples/events/src/main.c",)
    assert main.read_text() != "int mine;\n"
    assert extra.read_text() == "int extra;\n"


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("x")
    with pytest.raises(CompileError, match="is not empty and holds no package"):
        write(tmp_path / "other", "cmake", Kind())
    write(tmp_path / "lib", "cmake", Kind())
    with pytest.raises(CompileError, match="holds a package for cmake of ecg, not for rust of ecg"):
        write(tmp_path / "lib", "rust", Kind())
    with pytest.raises(CompileError, match="not for cmake of ppg"):
        write(tmp_path / "lib", "cmake", Kind(name="ppg"))
    (tmp_path / "lib" / "edgeunet.json").write_text('{"schema": "edgeunet.firmware/1"}')
    with pytest.raises(CompileError, match="holds no package"):
        write(tmp_path / "lib", "cmake", Kind())


@pytest.mark.parametrize("text", ["1.0", "01.0.0", "1.0.0-rc.1", "1.0.0\n", "", "100000.0.0", "१.0.0", "v1.0.0"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(CompileError, match="is no version of a package"):
        parse_version(text)


def test_versions_follow_each_other() -> None:
    now = parse_version("1.4.2")
    assert following(now, same_interface=True, same_content=True) == now
    assert str(following(now, same_interface=True, same_content=False)) == "1.4.3"
    assert str(following(now, same_interface=False, same_content=False)) == "2.0.0"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "ecg.tflite"
    path.write_bytes(small_network())
    card_path(path).write_text(
        json.dumps({"schema": "edgeunet.modelcard/1", "name": "net", "classes": ["background", "P", "QRS", "T"],
                    "sample_rate_hz": 250.0, "normalization": "causal"})
    )  # fmt: skip
    return path


def test_the_command_writes_says_and_keeps(tmp_path: Path, model: Path) -> None:
    lib = tmp_path / "lib"
    words = ("export-c", model, "-o", lib, "--kernels", "portable", "--package", "rust")
    done = edgeunet(*words, "--pipeline", "--mode", "stream", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["package"], document["version"]) == ("rust", "1.0.0")
    assert {str(lib / "Cargo.toml"), str(lib / "c" / "ecg_pipeline.c")} <= set(document["files"])
    assert "--pipeline --package rust" in (lib / "c" / "ecg.h").read_text()
    (lib / "build.rs").write_text("fn main() {}\n")
    done = edgeunet(*words)
    assert done.returncode == 0
    assert f"kept {lib / 'build.rs'}, changed since it was written; --force replaces it" in done.stderr
    assert "rust package, version 2.0.0" in done.stderr
    assert str(lib / "build.rs") not in done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--package-version", "1.0.0"), "--package-version and --force are for --package"),
        (("--force",), "--package-version and --force are for --package"),
        (("--package", "rust", "--format", "array"), "--package is for --format compiled"),
        (("--package", "rust", "--package-version", "1"), "'1' is no version of a package"),
    ],
)
def test_options_that_mean_nothing_are_refused(tmp_path: Path, model: Path, words: tuple[str, ...], said: str) -> None:
    done = edgeunet("export-c", model, "-o", tmp_path / "lib", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / "lib").exists()


def test_firmware_new_writes_the_same_package(tmp_path: Path, model: Path) -> None:
    lib, app = tmp_path / "lib", tmp_path / "app"
    assert edgeunet("export-c", model, "-o", lib, "--package", "esp-idf", "--mode", "stream").returncode == 0
    words = ("firmware", "new", "--model", model, "--template", "esp-idf", "-o", app, "--mode", "stream")
    assert edgeunet(*words).returncode == 0
    assert texts(app) == texts(lib)
    other = edgeunet(
        "firmware", "new", "--model", model, "--template", "rust", "-o", tmp_path / "m4", "--board", "cortex-m4"
    )
    assert other.returncode == 0, other.stderr
    assert "made by" in (tmp_path / "m4" / "c" / "ecg.c").read_text()  # of one flavour alone
    done = edgeunet(*words, "--weights", "ram")
    assert done.returncode == 2
    assert "--weights is for --template bare-metal" in done.stderr
