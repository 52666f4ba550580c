"""A project that is written again: what the user changed stays, and is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edgeunet.cli import main
from edgeunet.emit import Compiled, compile_model
from edgeunet.errors import RunError
from edgeunet.graph import read_tflite
from edgeunet.run.project import MARK, write_project
from tests.networks.random_networks import random_network

OWN = "int main(void) { return 0; } /* mine */\n"


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    return compile_model(read_tflite(random_network(3)), "net")


def content(directory: Path) -> dict[str, str]:
    return {p.relative_to(directory).as_posix(): p.read_text() for p in directory.rglob("*") if p.is_file()}


def test_a_project_written_twice_is_the_same(compiled: Compiled, tmp_path: Path) -> None:
    first = write_project(compiled, None, tmp_path)
    before = content(tmp_path)
    assert (first.kept, first.replaced) == ((), ())
    assert set(json.loads(before[MARK])["files"]) == set(before) - {MARK}
    again = write_project(compiled, None, tmp_path)
    assert (again.kept, again.replaced) == ((), ())
    assert content(tmp_path) == before


@pytest.mark.parametrize("path", ["src/main.c", "CMakeLists.txt", "boards.json", "model/net_weights.h"])
def test_a_changed_file_is_kept_until_it_is_forced(compiled: Compiled, path: str, tmp_path: Path) -> None:
    write_project(compiled, None, tmp_path)
    whole = content(tmp_path)
    (tmp_path / path).write_text(OWN)
    for _ in range(2):  # being kept once makes it no file of ours
        assert write_project(compiled, None, tmp_path).kept == (path,)
        assert (tmp_path / path).read_text() == OWN
    forced = write_project(compiled, None, tmp_path, force=True)
    assert (forced.kept, forced.replaced) == ((), (path,))
    assert content(tmp_path) == whole


def test_another_model_takes_the_place_of_the_first_but_not_of_changed_files(tmp_path: Path) -> None:
    first, second = (compile_model(read_tflite(random_network(seed)), name) for seed, name in ((3, "a"), (4, "b")))
    write_project(first, None, tmp_path)
    (tmp_path / "model" / "a.c").write_text(OWN)
    (tmp_path / "src" / "extra.c").write_text(OWN)
    project = write_project(second, None, tmp_path)
    names = {p.name for p in (tmp_path / "model").iterdir()}
    assert {name for name in names if name.startswith("a")} == {"a.c"}
    assert {path.name for path in project.selftest_sources()} == {"b_selftest.c"}
    assert (tmp_path / "src" / "extra.c").read_text() == OWN
    assert '"b.h"' in (tmp_path / "src" / "main.c").read_text()


def test_a_file_that_lies_where_a_new_one_belongs_is_kept(compiled: Compiled, tmp_path: Path) -> None:
    write_project(compiled, None, tmp_path)
    mark = json.loads((tmp_path / MARK).read_text())
    del mark["files"]  # as a version wrote it that kept no digests
    (tmp_path / MARK).write_text(json.dumps(mark))
    (tmp_path / "src" / "main.c").write_text(OWN)
    assert write_project(compiled, None, tmp_path).kept == ("src/main.c",)


def test_digests_of_files_elsewhere_remove_nothing(compiled: Compiled, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("x")
    project = tmp_path / "app"
    write_project(compiled, None, project)
    mark = json.loads((project / MARK).read_text())
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # of "x"
    mark["files"] |= {"../outside.txt": digest, str(outside): digest, "src/../../outside.txt": digest}
    (project / MARK).write_text(json.dumps(mark))
    write_project(compiled, None, project)
    assert outside.read_text() == "x"


def test_what_is_measured_is_what_was_generated(compiled: Compiled, tmp_path: Path) -> None:
    write_project(compiled, None, tmp_path).require_unchanged()
    (tmp_path / "src" / "main.c").write_text(OWN)
    with pytest.raises(RunError, match=r"changed \(src/main\.c\), which would be measured"):
        write_project(compiled, None, tmp_path).require_unchanged()


def test_the_command_names_what_it_keeps_and_what_it_replaces(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def firmware_new(*options: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["firmware", "new", "--model", str(tmp_path / "net.tflite"), "-o", str(tmp_path / "app"), *options])
        assert not ended.value.code
        return capsys.readouterr().err

    (tmp_path / "net.tflite").write_bytes(random_network(3))
    assert firmware_new() == ""
    main_c = tmp_path / "app" / "src" / "main.c"
    main_c.write_text(OWN)
    assert firmware_new() == f"kept {main_c}, changed since it was written; --force replaces it\n"
    assert main_c.read_text() == OWN
    assert firmware_new("--force") == f"replaced {main_c}, which had been changed\n"
    assert main_c.read_text() != OWN
