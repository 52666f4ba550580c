"""Places that cannot be written to: one sentence, exit 2, and nothing half-written, for every command that writes."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edgeunet.cli import main
from edgeunet.errors import EdgeUNetError
from edgeunet.files import read_bytes
from tests.networks.random_networks import random_network
from tests.report.documents import build, write_all
from tests.rigs.killing import edgeunet, leftovers, tree
from tests.rigs.tools import need

FILES = {
    "build": ["build", "--preset", "ecg-tiny", "-o", "{out}.keras"],
    "train": ["train", "--preset", "ecg-tiny", "-o", "{out}.keras"],
    "quantize": ["quantize", "{in}/m.keras", "-o", "{out}.tflite"],
    "evaluate": ["evaluate", "{in}/m.tflite", "--plot", "{out}.png"],
    "simulate": ["simulate", "synthetic-0000", "--model", "{in}/m.tflite", "--plot", "{out}.png"],
    "report to a file": ["report", "{in}/results", "-o", "{out}.html"],
    "check": ["check", "{in}/results", "--budget", "{in}/budget.toml", "--update-baseline"],
}
"""Commands whose output is a file, with the suffix that it must have."""

DIRECTORIES = {
    "export-c": ["export-c", "{in}/m.tflite", "-o", "{out}"],
    "export-c as an array": ["export-c", "{in}/m.tflite", "--format", "array", "--no-arena", "-o", "{out}"],
    "export-c as a package": ["export-c", "{in}/m.tflite", "--package", "rust", "--kernels", "portable", "-o", "{out}"],
    "firmware new": ["firmware", "new", "--model", "{in}/m.tflite", "-o", "{out}"],
    "synth": ["synth", "--records", "2", "--lead", "ii", "-o", "{out}"],
    "synth as wfdb": ["synth", "--records", "2", "--lead", "ii", "--format", "wfdb", "-o", "{out}"],
    "report": ["report", "{in}/results", "--no-plot", "-o", "{out}"],
    "demo": ["demo", "-o", "{out}"],
}
ALL = {**FILES, **DIRECTORIES}


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    place.mkdir()
    (place / "m.tflite").write_bytes(random_network(3))
    (place / "m.keras").write_bytes(b"PK")
    write_all(place / "results", a=build())
    return place


@contextmanager
def limited(most_bytes: int) -> Iterator[None]:
    """No file may grow beyond ``most_bytes``: what a quota does; -1 for as far as it likes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def run(command: str, inputs: Path, output: Path, capture: pytest.CaptureFixture[str], most: int = -1) -> str:
    """Run a command of the tables, which is to be refused in one sentence; return that.

    ``most`` bytes may be in a file that it writes; -1 for any number.
    """
    if command == "check":
        baseline = output.with_suffix(".json")
        text = f'[baseline]\nfile = "{baseline}"\n[baseline.allow]\nparameters = "1 %"\n'
        (inputs / "budget.toml").write_text(text)
    words = [word.replace("{in}", str(inputs)).replace("{out}", str(output)) for word in ALL[command]]
    capture.readouterr()
    with limited(most), pytest.raises(SystemExit) as ended:
        main(words)
    said = capture.readouterr().err.strip()
    assert ended.value.code == 2, said
    assert said.startswith("edgeunet: ")
    assert "\n" not in said, said
    return said


@pytest.mark.parametrize("command", ALL)
def test_a_device_is_no_place_to_write_to(
    command: str, inputs: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for suffix in ("", ".keras", ".tflite", ".png", ".html", ".json"):
        (tmp_path / f"out{suffix}").symlink_to("/dev/full")
    said = run(command, inputs, tmp_path / "out", capfd)
    assert "it is a device; name a file" in said or "/out' is no directory" in said, said
    assert Path("/dev/full").is_char_device()
    assert all(path.is_symlink() for path in tmp_path.glob("out*"))
    said = run(command, inputs, Path("/dev/full/x"), capfd)
    assert "no directory" in said
    assert leftovers(tmp_path) == []


@contextmanager
def mounted(place: Path, options: str) -> Iterator[None]:
    """A file system of its own at ``place``, for as long as the block takes; a skip where nobody may mount one."""
    place.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place]).returncode:
        pytest.skip("only root may mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_read_only_place_is_said(inputs: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with mounted(tmp_path / "place", "ro"):
        for command in ALL:
            for output in (tmp_path / "place" / "out", tmp_path / "place" / "new" / "out"):
                said = run(command, inputs, output, capfd)
                assert "no permission in" in said or "Read-only file system" in said, said


LIGHT = sorted({*DIRECTORIES, "report to a file", "check"} - {"demo"})


@pytest.mark.parametrize("command", LIGHT)
def test_a_limit_on_files_leaves_nothing(
    command: str, inputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Quotas do so. Messages are taken in memory, as the limit holds for the file of ``capfd`` too."""
    (tmp_path / "place").mkdir()
    said = run(command, inputs, tmp_path / "place" / "new" / "out", capsys, most=64)
    assert "File too large" in said
    assert list((tmp_path / "place").rglob("*")) == []


def test_a_full_disk_leaves_what_was_there(inputs: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "place"
    with mounted(place, "size=64k"):
        (place / "precious").write_bytes(bytes(40_000))
        fill(place / "filler")
        for command in LIGHT:
            said = run(command, inputs, place / "out", capfd)
            assert "No space left on device" in said
            assert sorted(path.name for path in place.rglob("*")) == ["filler", "precious"], command
        assert (place / "precious").read_bytes() == bytes(40_000)


def test_a_killed_run_on_a_disk_that_became_read_only_is_said(tmp_path: Path) -> None:
    place = tmp_path / "place"
    with mounted(place, "size=64k"):
        (place / ".edgeunet-x" / "files").mkdir(parents=True)
        (place / ".edgeunet-x" / "files" / "a").write_text("new")
        (place / "a").write_text("old")
        journal = {"staging": ".edgeunet-x/files", "moved": ["a"], "removed": []}
        (place / ".edgeunet-journal").write_text(json.dumps(journal))
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        with pytest.raises(EdgeUNetError, match=r"a run was killed while .* \(Read-only file system\); make"):
            read_bytes(place / "a")
        subprocess.run(["mount", "-o", "remount,rw", place], check=True)
        assert read_bytes(place / "a") == b"new"


def fill(path: Path) -> None:
    """Let ``path`` grow until there is no room left."""
    with path.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(bytes(4096))
            except OSError:
                return


@pytest.mark.nightly
@pytest.mark.parametrize("command", ["build", "train", "quantize"])
def test_a_full_disk_under_tensorflow_leaves_what_was_there(command: str, inputs: Path, tmp_path: Path) -> None:
    need("tensorflow", "ai-edge-litert")
    place = tmp_path / "place"
    assert edgeunet(["build", "--preset", "ecg-tiny", "--no-lint", "-o", inputs / "m.keras"], tmp_path).code == 0
    more = {
        "build": ["--no-lint"],
        "train": ["--records", "6", "--epochs", "1", "--steps-per-epoch", "2", "--minutes", "0"],
        "quantize": ["--records", "5", "--calibration-windows", "8", "--no-evaluate"],
    }[command]
    with mounted(place, "size=64k"):
        fill(place / "filler")
        words = [word.replace("{in}", str(inputs)).replace("{out}", str(place / "out")) for word in ALL[command]]
        done = edgeunet([*words, *more], tmp_path)
        assert done.code == 2, done.stderr
        assert "No space left on device" in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr
        assert [path.name for path in place.rglob("*")] == ["filler"]


@pytest.mark.parametrize("words", [["firmware", "boards"], ["report", "{in}/results", "--json"]])
def test_standard_output_that_is_full_is_a_sentence(words: list[str], inputs: Path) -> None:
    command = [sys.executable, "-m", "edgeunet", *(word.replace("{in}", str(inputs)) for word in words)]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, cwd=Path(__file__).parents[2], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "edgeunet: No space left on device; check the path, its permissions and the space left"
    ]


def together(first: list[object], second: list[object], directory: Path) -> None:
    """Run two commands at the same time."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "edgeunet", *(str(word) for word in words)],
            cwd=directory, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for words in (first, second)
    ]  # fmt: skip
    told = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], told


@pytest.mark.parametrize("command", ["export-c", "synth", pytest.param("quantize", marks=pytest.mark.nightly)])
def test_two_commands_with_one_output_leave_the_set_of_one(command: str, inputs: Path, tmp_path: Path) -> None:
    (inputs / "1.tflite").write_bytes(random_network(3))
    (inputs / "2.tflite").write_bytes(random_network(4))
    if command == "quantize":
        need("tensorflow", "ai-edge-litert")
        words = ["build", "--preset", "ecg-tiny", "--no-lint", "-o", inputs / "m.keras"]
        assert edgeunet(words, tmp_path).code == 0
    data = ["--records", "5", "--no-evaluate"]
    one, other = {
        "export-c": [["export-c", inputs / f"{n}.tflite", "--name", "net", "-o", "out"] for n in (1, 2)],
        "synth": [["synth", "--records", 4 - n, "--seed", n, "--lead", "ii", "-o", "out"] for n in (1, 2)],
        "quantize": [
            ["quantize", inputs / "m.keras", *data, "--calibration-windows", 8 * n, "-o", "out/m.tflite"]
            for n in (1, 2)
        ],
    }[command]
    expected = []
    for number, words in enumerate((one, other)):
        (tmp_path / str(number)).mkdir()
        assert edgeunet(words, tmp_path / str(number)).code == 0
        expected.append(tree(tmp_path / str(number) / "out"))
    assert expected[0] != expected[1]
    together(one, other, tmp_path)
    assert tree(tmp_path / "out") in expected
