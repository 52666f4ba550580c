"""Pipes, devices, sockets and directories where a file is wanted end in a sentence; none is waited for."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import EdgeUNetError, SignalError
from edgeunet.files import read_json, require_regular
from edgeunet.signals import open_source
from tests.signals.conftest import WriteRecord, beats


def make_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # names of sockets are short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


KINDS: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a socket": make_socket,
    "a directory": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_only_files_pass(tmp_path: Path, kind: str) -> None:
    KINDS[kind](tmp_path / "x.json")
    with pytest.raises(EdgeUNetError, match=f"x.json' is {kind}, not a file"):
        require_regular(tmp_path / "x.json")
    with pytest.raises(SignalError, match=f"is {kind}, not a file"):
        read_json(tmp_path / "x.json", SignalError)
    (tmp_path / "link").symlink_to(tmp_path / "y.json")
    require_regular(tmp_path / "link")
    (tmp_path / "y.json").write_text("{}")
    require_regular(tmp_path / "link")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "a directory"])
@pytest.mark.parametrize("name", ["a.csv", "a.npz", "a"])
def test_no_recording_is_a_pipe(tmp_path: Path, kind: str, name: str) -> None:
    KINDS[kind](tmp_path / name)
    with pytest.raises(SignalError, match=f"is {kind}, not a file"):
        open_source(tmp_path / name)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["sel1.hea", "sel1.dat", "patients.csv", "dataset.json"])
def test_no_part_of_a_data_set_is_a_pipe(write_record: WriteRecord, kind: str, name: str) -> None:
    directory = write_record(annotations={"q1c": beats([300])})
    if name == "dataset.json":
        for file in directory.glob("sel1*"):
            file.unlink()
        np.savez(directory / "a.npz", signal=np.arange(100.0), sample_rate_hz=250)
    (directory / name).unlink(missing_ok=True)
    KINDS[kind](directory / name)

    def read() -> None:
        source = open_source(directory, patients=directory / name if name == "patients.csv" else None)
        source.read(source.names()[0])

    with pytest.raises(SignalError, match=f"is {kind}, not a file"):
        read()
