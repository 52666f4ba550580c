"""``edgeunet export-c --format array`` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edgeunet.cli import main
from edgeunet.modelcard import ModelCard, write_card
from edgeunet.run.tflm_arena import tflm_is_installed


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["export-c", "--format", "array", *arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def model(shared: Path, tmp_path: Path) -> Path:
    path = tmp_path / "my-net.int8.tflite"
    path.write_bytes((shared / "models/small-unet-256.int8.tflite").read_bytes())
    return path


def test_two_files_named_after_the_model(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_card(model, ModelCard("my-net", ("a", "b", "c", "d"), 500.0))
    assert run(str(model), "-o", str(tmp_path / "gen")) == 0
    assert sorted(path.name for path in (tmp_path / "gen").iterdir()) == ["my_net_model.c", "my_net_model.h"]
    header = (tmp_path / "gen/my_net_model.h").read_text()
    assert '#define MY_NET_MODEL_NAME "my-net"' in header
    assert "#define MY_NET_MODEL_SAMPLE_RATE_HZ 500.0f" in header
    assert ("#define MY_NET_MODEL_ARENA_BYTES" in header) == tflm_is_installed()
    assert "my_net_model.h" in capsys.readouterr().out


def test_json_is_one_object(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(model), "-o", str(tmp_path / "gen"), "--json", "--no-arena") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["model"], document["format"], document["arena_bytes"]) == ("my_net", "array", None)
    assert document["operators"]["MAX_POOL_2D"] == 4
    assert all(Path(path).is_file() for path in document["files"])


def test_the_arena_can_be_left_out(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(model), "-o", str(tmp_path / "gen"), "--name", "ecg", "--no-arena") == 0
    assert "Arena: not measured" in (tmp_path / "gen/ecg_model.h").read_text()
    assert "not measured" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (b"", [], "is not a .tflite file"),
        (b"\x1c\0\0\0TFL3" + b"\0" * 40, [], "net.tflite"),
        (None, ["--name", "int"], "use --name int_net"),
        (None, ["--name", "a-b"], "use --name a_b"),
        (None, ["--mode", "stream"], "for --format compiled"),
    ],
)
def test_mistakes_are_one_sentence_and_exit_2(
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    arguments: list[str],
    message: str,
) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(model.read_bytes() if content is None else content)
    assert run(str(path), "-o", str(tmp_path / "gen"), *arguments) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told
    assert not (tmp_path / "gen").exists()
