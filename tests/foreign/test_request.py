"""``edgeunet import``: what is asked for, and what is refused before anything is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeunet.errors import ModelError, ToolError
from edgeunet.foreign import ImportRequest, import_network
from edgeunet.foreign import imported as imports
from edgeunet.foreign.request import CODE, PROGRAM, SAVED_MODEL, request_import
from edgeunet.modelcard import ModelCard
from tests.rigs.command import edgeunet

CLASSES = ("background", "P", "QRS", "T")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of every kind, in which commands run; what is in them is not read by these tests."""
    for name in ("model.py", "m.pt2", "m.onnx", "m.pth", "m.h5", "m.keras", "m.tflite", "m.bin", "w.pt"):
        (tmp_path / name).write_text("")
    for name in ("saved", "empty"):
        (tmp_path / name).mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def asked(source: str, *more: str) -> list[str]:
    options = ["--window", "64", "--rate", "100", "--classes", ",".join(CLASSES), "-o", "out.tflite"]
    return ["import", source, *options, *more]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("source", "kind", "name"),
    [("model.py:Net", CODE, "Net"), ("model.py:nets.Small", CODE, "nets.Small"), ("m.pt2", PROGRAM, ""),
     ("saved", SAVED_MODEL, "")],
)  # fmt: skip
def test_a_source_says_what_it_is(source: str, kind: str, name: str) -> None:
    request = request_import(source, 64, 2, CLASSES)
    assert (request.kind, request.name) == (kind, name)
    assert str(request.path) == source.partition(":")[0]
    assert request.label == f"'{source}'"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (asked("none.py:Net"), "there is no 'none.py'"),
        (asked("model.py"), "'model.py' names no network in the Python file; write model.py:Net"),
        (asked("model.py:Net()"), "'model.py:Net()' names no network"),
        (asked("m.onnx"), "'m.onnx' is not imported: no converter of ONNX that is kept up"),
        (asked("m.pth"), "pass the code with them, model.py:Net --weights"),
        (asked("m.h5"), "'m.h5' is not imported: Keras reads it as it is; pass it to edgeunet quantize"),
        (asked("m.keras"), "it needs no import; pass it to edgeunet quantize"),
        (asked("m.tflite"), "it needs no import; pass it to edgeunet quantize, with --classes"),
        (asked("m.bin"), "'m.bin' is of no known kind"),
        (asked("empty"), "'empty' is a directory without saved_model.pb"),
        (asked("m.pt2", "--weights", "w.pt"), "--weights goes with model.py:Net"),
        (asked("model.py:Net", "--weights", "none.pt"), "there is no file 'none.pt'"),
        (asked("model.py:Net", "--classes", "QRS"), "--classes QRS does not name two or more different classes"),
        (asked("model.py:Net", "--classes", "a,b,a"), "does not name two or more different classes"),
        (asked("model.py:Net", "--normalization", "loud"), "normalization 'loud' is unknown; choose one of"),
        (asked("model.py:Net", "-o", "out.onnx"), "'out.onnx' does not end in .tflite"),
        (asked("model.py:Net", "--window", "0"), "--window"),
        (asked("model.py:Net", "--rate", "0"), "--rate"),
        (asked("model.py:Net", "--rate", "nan"), "--rate"),
        (asked("model.py:Net", "--channels", "0"), "--channels"),
    ],
)
def test_mistakes_are_one_sentence_and_exit_2(folder: Path, arguments: list[str], said: str) -> None:
    before = sorted(folder.iterdir())
    ended = edgeunet(*arguments)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert sorted(folder.iterdir()) == before


def worker(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put ``program`` in the place of the process that loads the network."""
    from edgeunet import worker as workers
    from edgeunet.child import run_program

    monkeypatch.setattr(workers, "run_module", lambda module: run_program(program))


ANSWER = '{"output_shape": [1, 64, 4], "layout": "(1, channels, time)", "parameters": 7, "max_error": 1e-7, '
ANSWER += '"largest_output": 2.0, "operators": {"CONV_2D": 1}}'


def test_the_file_and_its_card_are_written_and_the_code_that_runs_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker(
        "import json, sys\nrequest = json.loads(sys.stdin.readline())\n"
        f"open(request['output'], 'wb').write(b'....TFL3')\nprint({ANSWER!r})\n",
        monkeypatch,
    )
    ended = edgeunet(*asked("model.py:Net", "--normalization", "causal", "--name", "net"))
    assert ended.returncode == 0, ended.stderr
    assert "running the code of 'model.py', in a process of its own" in ended.stderr
    assert "largest error against the network itself: 1e-07, where its largest output is 2" in ended.stdout
    assert "net: 64×1 in, 64×4 out, 8 bytes in float32" in ended.stdout
    from edgeunet.modelcard import read_card

    card = read_card(folder / "out.tflite")
    assert card is not None
    assert (card.name, card.classes, card.sample_rate_hz, card.normalization) == ("net", CLASSES, 100.0, "causal")
    assert card.metrics["max_error"] == 1e-7


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "converted 'model.py:Net' crashed (SIGSEGV)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "was killed, most likely for want of memory"),
        ("raise SystemExit(3)", "ended with exit code 3"),
        ("""print('{"error": "what the network says"}')""", "what the network says"),
    ],
)
def test_every_end_of_the_process_is_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, program: str, said: str
) -> None:
    worker(program, monkeypatch)
    ended = edgeunet(*asked("model.py:Net"))
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 2)
    assert said in ended.stderr
    assert not (folder / "out.tflite").exists()


@pytest.mark.usefixtures("folder")
def test_code_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    worker("import sys; sys.stdin.read()", monkeypatch)
    request = request_import("model.py:Net", 64, 1, CLASSES)
    with pytest.raises(ModelError, match=r"'model\.py:Net' was not converted after 0\.2 s"):
        import_network(request, ModelCard("net"), timeout_s=0.2)


def test_without_pytorch_the_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "torch.py").write_text("raise ImportError('no torch here', name='torch')\n")
    monkeypatch.syspath_prepend(str(folder / "site"))
    (folder / "site").mkdir()
    (folder / "torch.py").rename(folder / "site" / "torch.py")
    (folder / "site" / "litert_torch.py").write_text("import torch\n")
    request = ImportRequest(folder / "model.py", CODE, "Net", 64, 1, CLASSES)
    with pytest.raises(ToolError, match=r"needs torch and litert-torch .*pip install 'edgeunet\[torch\]'"):
        import_network(request, ModelCard("net"))
    assert imports.TIMEOUT_S >= 600
