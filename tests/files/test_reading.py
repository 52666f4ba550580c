"""Files that are replaced whole or not at all, and sentences where they cannot be."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgeunet.errors import EdgeUNetError, ReportError
from edgeunet.files import (
    LARGEST_TEXT_BYTES,
    FileSet,
    make_directory,
    read_bytes,
    read_json,
    replacing,
    require_writable,
    write_text,
)


def test_a_file_is_replaced_whole_or_left_alone(tmp_path: Path) -> None:
    def interrupted() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    path = tmp_path / "a" / "x.txt"
    write_text(path, "old")
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert [p.name for p in path.parent.iterdir()] == ["x.txt"]


def test_where_nothing_can_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, said in [(tmp_path, "it is a directory"), (tmp_path / "file" / "x" / "y.txt", "file' is no directory")]:
        with pytest.raises(EdgeUNetError, match=said):
            require_writable(path)
    with pytest.raises(EdgeUNetError, match=r"cannot write '.*x\.txt': '.*file' is no directory; choose another"):
        write_text(tmp_path / "file" / "x.txt", "text")
    with pytest.raises(EdgeUNetError, match="cannot write"):
        write_text(tmp_path, "text")
    with pytest.raises(EdgeUNetError, match=r"x\.pdf' does not end in \.png"):
        require_writable(tmp_path / "x.pdf", ".png")
    require_writable(tmp_path / "new" / "x.PNG", ".png")
    require_writable(tmp_path / "new" / "x.txt")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 300, "x" * 300 + "/y", "a\0b/y", "/".join(["d" * 100] * 100)])
def test_a_name_that_no_file_can_have_is_said(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    for read in (read_bytes, read_json):
        with pytest.raises(ReportError, match=r"cannot read '.*': no file can have that name here; check the path"):
            read(path, ReportError)
    writes: tuple[Callable[[Path], object], ...] = (
        require_writable,
        make_directory,
        lambda at: write_text(at, "text"),
        lambda at: FileSet(at).__enter__(),
    )
    for write in writes:
        with pytest.raises(
            EdgeUNetError, match=r"cannot write '.*': no file can have that name here; choose a shorter"
        ):
            write(path)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\xff\xfe", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"9" * 10_000, "not valid JSON"),
        (b"[1]", "a JSON list, not an object"),
        (b"null", "a JSON null, not an object"),
        (b"true", "a JSON truth value, not an object"),
        (b"3", "a JSON number, not an object"),
    ],
)
def test_what_is_no_json_object_is_a_sentence(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(ReportError, match=rf"x\.json' .*{said}") as caught:
        read_json(tmp_path / "x.json", ReportError)
    assert "\n" not in str(caught.value)


def readers() -> dict[str, Callable[[Path], Any]]:
    """Everything that takes the path of one file, of a model or beside it."""
    from edgeunet.graph import read_tflite
    from edgeunet.graph.reading.outline import read_outline
    from edgeunet.litert import reference_interpreter
    from edgeunet.report.budget import load_budget
    from edgeunet.spec import load_spec
    from edgeunet.train.checkpoint import read_checkpoint

    return {
        "bytes": read_bytes,
        "JSON": read_json,
        "graph": read_tflite,
        "outline": read_outline,
        "interpreter": reference_interpreter,
        "budget": load_budget,
        "spec": load_spec,
        "checkpoint": read_checkpoint,
    }


@pytest.mark.parametrize("name", ["bytes", "JSON", "graph", "outline", "interpreter", "budget", "spec", "checkpoint"])
def test_pipes_devices_and_directories_are_not_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "link.toml").symlink_to("/dev/zero")
    (tmp_path / "directory.toml").mkdir()
    for path in tmp_path.iterdir():
        with pytest.raises(EdgeUNetError, match=path.name) as caught:
            readers()[name](path)
        assert "\n" not in str(caught.value)


def test_a_file_over_its_limit_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(EdgeUNetError, match="over the limit"):
        read_bytes(tmp_path / "large")


def test_text_that_becomes_objects_has_a_lower_limit(tmp_path: Path) -> None:
    (tmp_path / "long.json").write_text('{"a": 1}'.ljust(LARGEST_TEXT_BYTES))
    assert read_json(tmp_path / "long.json") == {"a": 1}
    (tmp_path / "long.json").write_text('{"a": 1}'.ljust(LARGEST_TEXT_BYTES + 1))
    with pytest.raises(EdgeUNetError, match="16777217 bytes, over the limit of 16777216"):
        read_json(tmp_path / "long.json")
