"""SavedModel directories to float ``.tflite``, through TensorFlow in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edgeunet.litert import reference_interpreter
from tests.rigs.command import edgeunet
from tests.rigs.tools import need

pytestmark = pytest.mark.nightly
OPTIONS = ["--window", "32", "--rate", "100", "--classes", "a,b,c", "--json"]


def test_a_directory_becomes_a_float_file_that_equals_it(tmp_path: Path) -> None:
    need("tensorflow", "ai-edge-litert")
    from edgeunet.model.quiet import import_tensorflow

    import_tensorflow()
    import keras

    source = keras.Input((32, 1))
    model = keras.Model(source, keras.layers.Conv1D(3, 5, padding="same", activation="softmax")(source))
    model.export(tmp_path / "saved", verbose=False)
    ended = edgeunet("import", tmp_path / "saved", "-o", tmp_path / "m.tflite", *OPTIONS)
    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    assert document["output_shape"] == [32, 3]
    assert document["max_error"] < 1e-5
    assert reference_interpreter(tmp_path / "m.tflite").input_details[0].shape == (1, 32, 1)


def test_a_directory_that_is_damaged_is_a_sentence(tmp_path: Path) -> None:
    need("tensorflow")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"nothing of the kind")
    ended = edgeunet("import", tmp_path / "saved", "-o", tmp_path / "m.tflite", *OPTIONS)
    assert ended.returncode == 2
    assert "cannot convert the SavedModel" in ended.stderr
    assert "Traceback" not in ended.stderr
