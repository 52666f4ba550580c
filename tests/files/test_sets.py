"""Sets of files: after a kill at any moment all old or all new, nothing left by the next run, nobody disturbed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edgeunet.emit import compile_model
from edgeunet.errors import EdgeUNetError, ModelError
from edgeunet.files import (
    FileSet,
    claiming,
    own_temporary_files,
    read_bytes,
    remove_leftovers,
    scratch_directory,
    settle,
    write_text,
)
from edgeunet.graph import read_tflite
from edgeunet.modelcard import ModelCard, add_card, read_card
from edgeunet.packages.writing import write_package
from edgeunet.quantize.quantization import Quantized
from edgeunet.report import collect, write_report
from edgeunet.run.project import write_project
from edgeunet.signals import SyntheticSource
from edgeunet.signals.recordings.export import export_records
from tests.networks.random_networks import random_network
from tests.report.documents import build, quantize, write_all
from tests.rigs.killing import killed_at_every_operation, leftovers, tree

Write = Callable[[Path], object]


def two_sets() -> dict[str, tuple[Write, Write]]:
    """For each kind of set a function that writes an old and one that writes a new one."""
    compiled = [compile_model(read_tflite(random_network(seed)), "net") for seed in (3, 4)]
    records = [[SyntheticSource(seed=seed, leads=["ii"]).read("synthetic-0000")] for seed in (1, 2)]
    fewer = [replace(record, name="other") for record in records[1]]
    models = [
        Quantized(bytes([n]) * 99, ModelCard("net"), (), {"schema": "edgeunet.quantize/1", "n": n}) for n in (1, 2)
    ]
    return {
        "C": (compiled[0].sources.write, compiled[1].sources.write),
        "project": (
            lambda place: write_project(compiled[0], None, place),
            lambda place: write_project(replace(compiled[1], name="net"), None, place),
        ),
        "package": (
            lambda place: write_package(compiled[0], "cmake", place, version="1.0.0"),
            lambda place: write_package(replace(compiled[1], name="net"), "cmake", place, version="1.0.0"),
        ),
        "npz": (lambda place: export_records(records[0], place), lambda place: export_records(fewer, place)),
        "wfdb": (
            lambda place: export_records(records[0], place, "wfdb"),
            lambda place: export_records(records[1], place),
        ),
        "model": (lambda place: models[0].write(place / "m.tflite"), lambda place: models[1].write(place / "m.tflite")),
    }


ALL = [pytest.param(kind, 1, marks=pytest.mark.nightly) for kind in ("C", "project", "package", "npz", "wfdb")]


@pytest.mark.parametrize(("kind", "step"), [("model", 2), ("C", 7), ("npz", 7), *ALL])
def test_a_set_killed_at_any_operation_is_the_old_or_the_new_one(kind: str, step: int, tmp_path: Path) -> None:
    old, new = two_sets()[kind]
    old(tmp_path / "old")
    new(tmp_path / "new")
    expected = [tree(tmp_path / "old"), tree(tmp_path / "new")]
    assert expected[0] != expected[1]
    seen = set()
    place = tmp_path / "place"
    old(place)
    for operations in killed_at_every_operation(lambda: new(place), step):
        settle(place)
        found = {name: content for name, content in tree(place).items() if not name.startswith(".edgeunet-")}
        assert found in expected, f"mixed after {operations} operations: {sorted(found)}"
        seen.add(expected.index(found))
        old(place)
        assert tree(place) == expected[0], f"after {operations} operations and the next run: {leftovers(place)}"
    assert seen == {0, 1}, "no kill came before, or none after the step from old to new"
    assert tree(place) == expected[1]


def test_a_first_run_that_is_killed_leaves_all_or_nothing(tmp_path: Path) -> None:
    documents = collect([write_all(tmp_path / "results", a=build(), b=quantize())])
    place = tmp_path / "report"
    for operations in killed_at_every_operation(lambda: write_report(documents, place, plot=False)):
        if place.is_dir():
            settle(place)
        found = {name for name in tree(place) if not name.startswith(".edgeunet-")}
        assert found in (set(), {"report.html", "report.md", "report.json"}), operations
        write_report(documents, place, plot=False)
        assert len(tree(place)) == 3
        for path in place.iterdir():
            path.unlink()
        place.rmdir()
    assert leftovers(tmp_path) == []


def test_a_reader_finishes_what_a_killed_run_began(tmp_path: Path) -> None:
    """Killed just after the step to the new set: the journal is there and the first file perhaps moved."""
    write_pair(tmp_path, "old")
    journals = 0
    for _ in killed_at_every_operation(lambda: write_pair(tmp_path, "new")):
        if (tmp_path / ".edgeunet-journal").exists():
            journals += 1
            assert read_bytes(tmp_path / "a") == b"new"
            assert (tmp_path / "b").read_bytes() == b"new"
        write_pair(tmp_path, "old")
    assert journals > 1


def write_pair(directory: Path, text: str) -> None:
    with FileSet(directory) as files:
        for name in ("a", "b"):
            files.write_text(directory / name, text)


def test_a_journal_from_elsewhere_moves_nothing_out_of_its_directory(tmp_path: Path) -> None:
    place = tmp_path / "data"
    staged = place / ".edgeunet-x" / "files"
    staged.mkdir(parents=True)
    (staged / "evil").write_text("evil")
    (place / "link").symlink_to(tmp_path)
    (tmp_path / "victim").write_text("precious")
    for moved, removed in [(["../evil"], []), (["link/evil"], []), (["/evil"], []), ([], ["../victim"]), ([3], [])]:
        journal = {"staging": ".edgeunet-x/files", "moved": moved, "removed": removed}
        (place / ".edgeunet-journal").write_text(json.dumps(journal))
        with pytest.raises(EdgeUNetError, match="is not what edgeunet wrote; delete it"):
            settle(place)
    for content in ("", "[]", "[" * 100_000, '{"staging": "../x", "moved": [], "removed": []}'):
        (place / ".edgeunet-journal").write_text(content)
        with pytest.raises(EdgeUNetError, match="is not what edgeunet wrote; delete it"):
            read_bytes(place / "x")
    (place / ".edgeunet-y").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "files").mkdir(parents=True)
    (tmp_path / "elsewhere" / "files" / "key").write_text("secret")
    (place / ".edgeunet-journal").write_text('{"staging": ".edgeunet-y/files", "moved": ["key"], "removed": []}')
    with pytest.raises(EdgeUNetError, match="is not what edgeunet wrote; delete it"):
        settle(place)
    assert (tmp_path / "elsewhere" / "files" / "key").exists()
    assert (tmp_path / "victim").read_text() == "precious"
    assert not (tmp_path / "evil").exists()


def python(program: str, *arguments: object, kill: bool = False) -> subprocess.Popen[str]:
    """Start Python on ``program`` and wait until it has said a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *(str(argument) for argument in arguments)],
        cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    if kill:
        process.kill()
        process.communicate()
    return process


WRITING = """
import sys
from pathlib import Path
from edgeunet.files import FileSet
place = Path(sys.argv[1])
with FileSet(place) as files:
    files.write_text(place / "a", "theirs")
    files.write_text(place / "b", "theirs")
    print("ready", flush=True)
    sys.stdin.readline()
"""


def test_files_of_a_living_run_are_left_alone_and_those_of_a_killed_one_go(tmp_path: Path) -> None:
    living = python(WRITING, tmp_path)
    python(WRITING, tmp_path, kill=True)
    assert len(leftovers(tmp_path)) == 2
    write_pair(tmp_path, "ours")
    assert len(leftovers(tmp_path)) == 1, "that of the killed one is gone, that of the living one is not"
    assert living.communicate("go on\n")[0] == ""
    assert living.returncode == 0
    assert tree(tmp_path) == {"a": b"theirs", "b": b"theirs"}


def test_what_is_not_ours_is_never_removed(tmp_path: Path) -> None:
    (tmp_path / ".edgeunet-notes").mkdir()
    (tmp_path / ".edgeunet-notes" / "diary").write_text("dear diary")
    (tmp_path / ".edgeunet-todo").write_text("all of it")
    (tmp_path / ".edgeunet-12345678").mkdir()
    (tmp_path / ".edgeunet-12345678" / "diary").write_text("dear diary")
    (tmp_path / ".edgeunet-empty").mkdir()
    write_text(tmp_path / "a", "ours")
    remove_leftovers(tmp_path)
    assert set(tree(tmp_path)) == {".edgeunet-notes/diary", ".edgeunet-12345678/diary", ".edgeunet-todo", "a"}
    assert (tmp_path / ".edgeunet-empty").is_dir()


TEMPORARY = """
import sys
from edgeunet.files import scratch_directory
with scratch_directory() as place:
    (place / "x").touch()
    print("ready", flush=True)
    sys.stdin.readline()
"""


def test_temporary_directories_of_a_killed_run_go_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    living = python(TEMPORARY)
    python(TEMPORARY, kill=True)
    assert len(list(tmp_path.iterdir())) == 2
    with scratch_directory() as place:
        assert list(place.iterdir()) == []
        assert len(list(tmp_path.iterdir())) == 2
    living.communicate("\n")
    assert list(tmp_path.iterdir()) == []


def test_libraries_leave_their_temporary_files_in_a_directory_that_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with own_temporary_files():
        _, name = tempfile.mkstemp()
        assert Path(name).parents[2] == tmp_path
        assert os.environ["TMPDIR"] == str(Path(name).parent)
    assert (os.environ["TMPDIR"], tempfile.gettempdir()) == (str(tmp_path), str(tmp_path))
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with own_temporary_files():
        assert tempfile.gettempdir() == str(tmp_path / "none")


CLAIMING = """
import sys
from pathlib import Path
from edgeunet.files import claiming
with claiming(Path(sys.argv[1]), "training"):
    print("ready", flush=True)
    sys.stdin.readline()
"""


def test_two_long_jobs_with_one_output_are_refused_until_the_first_ends(tmp_path: Path) -> None:
    output = tmp_path / "m.keras"
    living = python(CLAIMING, output)
    with (
        pytest.raises(EdgeUNetError, match=r"another training is writing '.*m\.keras'; wait"),
        claiming(output, "training"),
    ):
        pytest.fail("it had both")
    with claiming(tmp_path / "other.keras", "training"):
        pass
    living.kill()
    living.communicate()
    with claiming(output, "training"):
        assert leftovers(tmp_path) == [".edgeunet-m.keras-lock"]
    assert leftovers(tmp_path) == []


SETS = """
import sys
from pathlib import Path
from edgeunet.files import FileSet
from edgeunet.modelcard import ModelCard, add_card
place, who = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
for number in range(int(sys.argv[3])):
    with FileSet(place) as files:
        text = f"{who} {number}"
        files.write_text(place / "m.tflite", text)
        add_card(files, place / "m.tflite", ModelCard("net", metrics={"text": text}))
        files.write_text(place / "last", text)
"""


def test_sets_written_at_the_same_time_are_never_mixed(tmp_path: Path) -> None:
    model = tmp_path / "m.tflite"
    with FileSet(tmp_path) as files:
        files.write_text(model, "first")
        add_card(files, model, ModelCard("net", metrics={"text": "first"}))
    writers = [python(SETS, tmp_path, who, 60) for who in "AB"]
    read, refused = 0, list[str]()
    while any(writer.poll() is None for writer in writers):
        digest, text = _read_model(model)
        try:
            card = read_card(model, digest)
        except ModelError as error:
            refused.append(str(error))
        else:
            assert card is not None
            assert card.metrics["text"] == text, "an old card with a new model, and nothing was said"
            read += 1
    assert [writer.communicate()[1] for writer in writers] == [None, None]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert read > 0
    assert all("is the card of another" in told for told in refused)
    card = read_card(model)
    assert card is not None
    assert card.metrics["text"] == model.read_text() == (tmp_path / "last").read_text()
    assert sorted(tree(tmp_path)) == ["last", "m.tflite", "m.tflite.json"]


def _read_model(model: Path) -> tuple[str, str]:
    from hashlib import sha256

    content = read_bytes(model)
    return sha256(content).hexdigest(), content.decode()


def test_who_holds_the_directory_is_waited_for_and_then_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeunet.files.locking.WAIT_S", 0.05)
    holding = """
import sys, time
from pathlib import Path
from edgeunet.files.locking import held
with held(Path(sys.argv[1]) / ".edgeunet-lock", "it"):
    print("ready", flush=True)
    sys.stdin.readline()
"""
    living = python(holding, tmp_path)
    with pytest.raises(EdgeUNetError, match=r"another edgeunet has been writing to '.*' for 0\.05 s; wait"):
        write_text(tmp_path / "a", "text")
    os.kill(living.pid, signal.SIGKILL)
    living.communicate()
    write_text(tmp_path / "a", "text")
    assert tree(tmp_path) == {"a": b"text"}


def test_an_error_after_files_were_written_leaves_what_was_there(tmp_path: Path) -> None:
    def fail() -> None:
        with FileSet(tmp_path / "new" / "place") as files:
            files.write_text(tmp_path / "new" / "place" / "a", "text")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_set_may_have_more_files_than_a_process_may_open(tmp_path: Path) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = max(int(name) for name in os.listdir("/proc/self/fd")) + 20
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, limits[1]))
    try:
        with FileSet(tmp_path) as files:
            for number in range(100):
                files.write_bytes(tmp_path / str(number), b"")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert len(tree(tmp_path)) == 100
