"""Whole models in HDF5 files, as Keras 2 wrote them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from edgeunet.errors import ModelError
from edgeunet.model import load_model, to_static
from tests.rigs.tools import need


@pytest.fixture(autouse=True, scope="module")
def keras_is_there() -> None:
    need("tensorflow")


def layer(kind: str, name: str, given: str | None, **config: Any) -> Mapping[str, Any]:
    inbound = [] if given is None else [[[given, 0, 0, {}]]]
    return {"class_name": kind, "config": {"name": name, **config}, "name": name, "inbound_nodes": inbound}


def network(*layers: Mapping[str, Any]) -> Mapping[str, Any]:
    """The layers as Keras 2 wrote them: no modules, shapes with a batch."""
    source = layer("InputLayer", "input", None, batch_input_shape=[None, 8, 1], dtype="float32")
    ends = {"input_layers": [["input", 0, 0]], "output_layers": [[layers[-1]["name"], 0, 0]]}
    return {"class_name": "Functional", "config": {"name": "old", "layers": [source, *layers], **ends}}


CONVOLUTION = layer("Conv1D", "conv", "input", filters=2, kernel_size=[3], padding="same", activation="relu")
KERNEL, BIAS = np.arange(6, dtype=np.float32).reshape(3, 1, 2), np.float32([1, -2])


def written(path: Path, config: Any, *, weights: bool = True) -> Path:
    with h5py.File(path, "w") as file:
        if config is not None:
            file.attrs["model_config"] = config if isinstance(config, str) else json.dumps(config)
        file.attrs["keras_version"], file.attrs["backend"] = "2.15.0", "tensorflow"
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"input", b"conv"]
        group.create_group("input").attrs["weight_names"] = np.array([], "S1")
        group.create_group("conv").attrs["weight_names"] = [b"conv/kernel:0", b"conv/bias:0"] if weights else []
        group["conv"]["conv/kernel:0"], group["conv"]["conv/bias:0"] = KERNEL, BIAS
    return path


def test_a_model_of_keras_2_is_what_its_file_says(tmp_path: Path) -> None:
    model = to_static(load_model(written(tmp_path / "old.h5", network(CONVOLUTION))))
    x = np.random.default_rng(0).standard_normal((1, 8, 1)).astype(np.float32)
    got = np.asarray(model(x))
    padded = np.pad(x[0, :, 0], 1)
    taps = np.stack([padded[k : k + 8] for k in range(3)], axis=1)
    np.testing.assert_allclose(got[0], np.maximum(taps @ KERNEL[:, 0] + BIAS, 0), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (None, "holds weights without layers; load them into the model"),
        ("[" * 100_000, "its layers are damaged"),
        ("3", "its layers are no model"),
        (network(layer("Lambda", "code", "input", function="x")), "holds a Lambda layer, which holds Python code"),
        (network(layer("Mystery", "m", "input")), "is made of 'Mystery', which is not known here"),
        (network(layer("Flatten", "f", "input"), layer("Dense", "d", "f", units=1 << 30)), "no microcontroller holds"),
    ],
)
def test_what_is_no_whole_network_is_refused(config: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as raised:
        load_model(written(tmp_path / "m.h5", config))
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_links_to_other_files_and_other_files_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "m.h5", network(CONVOLUTION))
    with h5py.File(path, "a") as file:
        file["model_weights"]["more"] = h5py.ExternalLink("other.h5", "x")
    with pytest.raises(ModelError, match="lie in another place"):
        load_model(path)
    (tmp_path / "text.h5").write_text("hello, world")
    with pytest.raises(ModelError, match="is no HDF5 file, whatever its name says"):
        load_model(tmp_path / "text.h5")
    (tmp_path / "cut.h5").write_bytes(path.read_bytes()[:600])
    with pytest.raises(ModelError, match="is damaged"):
        load_model(tmp_path / "cut.h5")
