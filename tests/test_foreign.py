"""Images of other tools are measured as ours are: here our own firmware stands for one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.foreign import main, measure_foreign, put
from edgeunet.emit import compile_model
from edgeunet.errors import RunError
from edgeunet.graph import read_tflite
from edgeunet.run.bench import Request, bench
from tests.rigs.machines import image_for
from tests.rigs.tiny import level_network
from tests.rigs.tools import need


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "level.int8.tflite"
    path.write_bytes(level_network(skip_is_input=False))
    return path


@pytest.fixture(scope="module")
def image(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    need("unicorn")
    compiled = compile_model(read_tflite(model), "level", kernels="dsp")
    return image_for(compiled, "cortex-m4", "gcc", tmp_path_factory.mktemp("project"), runs=2).path


def test_an_image_takes_what_bench_says_of_the_same_program(image: Path, model: Path) -> None:
    row = measure_foreign(image, model, "cortex-m4", "own", "unicorn")
    request = Request(model, "cortex-m4", toolchain="gcc", emulator="unicorn", repeat=2)
    document = bench(request).document()
    assert row["instructions"] == document["instructions"]
    assert row["cycles"] == document["cycles"]["zero_wait_count"]
    assert row["model_digest"] == document["model_digest"]
    assert (row["model"], row["target"], row["build"]) == ("level", "cortex-m4", "own")


def test_an_image_that_answers_otherwise_has_no_figures(image: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.int8.tflite"
    other.write_bytes(level_network())
    with pytest.raises(RunError, match="answers run 0 otherwise than the model does"):
        measure_foreign(image, other, "cortex-m4", "own", "unicorn")


def test_a_row_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    page.write_text('{"provenance": {"compiler": "gcc"}, "images": []}')
    for build, cycles in (("b", 1), ("a", 2), ("b", 3)):
        put({"model": "m", "target": "t", "build": build, "cycles": cycles}, page)
    document = json.loads(page.read_text())
    assert document["provenance"] == {"compiler": "gcc"}
    assert [(row["build"], row["cycles"]) for row in document["images"]] == [("a", 2), ("b", 3)]


def test_what_is_no_image_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text").write_text("nothing")
    arguments = [str(tmp_path / "text"), "--model", "m.tflite", "--target", "cortex-m4", "--build", "x"]
    assert main(arguments) == 2
    assert "is not a 32-bit little-endian ELF image" in capsys.readouterr().err
