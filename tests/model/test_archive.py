"""Hostile ``.keras`` files: nothing of theirs runs, nothing outside them is read, no memory is taken for them."""

from __future__ import annotations

import io
import json
import os
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from edgeunet.errors import ModelError
from edgeunet.model import load_model
from edgeunet.model.archive import LARGEST_WEIGHTS_BYTES, MOST_LAYERS

Config = dict[str, Any]
INPUT: Config = {
    "module": "keras.layers",
    "class_name": "InputLayer",
    "config": {"batch_shape": [None, 8, 1], "dtype": "float32", "name": "input"},
    "registered_name": None,
    "name": "input",
    "inbound_nodes": [],
}
TENSOR: Config = {
    "class_name": "__keras_tensor__",
    "config": {"shape": [None, 8, 1], "dtype": "float32", "keras_history": ["input", 0, 0]},
}


def layer(kind: str, **config: Any) -> Config:
    """A layer named ``it`` that takes the input."""
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": "it", **config},
        "registered_name": None,
        "name": "it",
        "build_config": {"input_shape": [None, 8, 1]},
        "inbound_nodes": [{"args": [TENSOR], "kwargs": {}}],
    }


def called(module: str, function: str, *given: Any, **named: Any) -> Config:
    """A function in the place of a layer, called with what the file says (CVE-2025-1550, -8747, -9906)."""
    nodes = [{"args": list(given), "kwargs": named}]
    return {"class_name": "function", "config": function, "module": module, "name": "it", "inbound_nodes": nodes}


def wrapped(module: str, function: str, given: Any, **named: Any) -> Config:
    """The same by way of a Lambda layer's named function."""
    inner = {"module": module, "class_name": "function", "config": function, "registered_name": "function"}
    made = layer("Lambda", function=inner, arguments=named)
    return {**made, "inbound_nodes": [{"args": [], "kwargs": {"inputs": given}}]}


def functional(*layers: Config) -> Config:
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {
            "name": "m",
            "trainable": True,
            "layers": [INPUT, *layers],
            "input_layers": [["input", 0, 0]],
            "output_layers": [[layers[-1]["name"], 0, 0]],
        },
        "registered_name": "Functional",
        "build_config": {"input_shape": None},
    }


def hdf5(fill: Callable[[Any], None] = lambda file: None) -> bytes:
    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        fill(file)
    return data.getvalue()


def archive(path: Path, config: Config, weights: bytes | None = None, version: str = "3.12.1", **others: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("metadata.json", json.dumps({"keras_version": version, "date_saved": "2026-01-01@00:00:00"}))
        file.writestr("config.json", json.dumps(config))
        file.writestr("model.weights.h5", hdf5() if weights is None else weights)
        for name, data in others.items():
            file.writestr(name, data)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ModelError) as raised:
        load_model(path)
    said = str(raised.value)
    assert "\n" not in said
    assert path.name in said
    return said


def test_a_file_that_is_well_made_is_loaded(tmp_path: Path) -> None:
    def weights(file: Any) -> None:
        file.create_dataset("layers/dense/vars/0", data=np.full((1, 4), 7.5, np.float32))

    model = load_model(
        archive(tmp_path / "m.keras", functional(layer("Dense", units=4, use_bias=False)), hdf5(weights))
    )
    assert (np.asarray(model.get_weights()[0]) == 7.5).all()


@pytest.mark.parametrize("make", [called, wrapped])
@pytest.mark.parametrize(
    ("module", "function", "given", "named"),
    [
        ("os", "system", "touch {mark}", {}),
        ("shutil", "copy", "{source}", {"dst": "{mark}"}),
        (
            "keras.utils",
            "get_file",
            "mark",
            {"origin": "file://{source}", "cache_dir": "{folder}", "cache_subdir": "."},
        ),
        ("keras.src.utils.file_utils", "copy", "{source}", {"dst": "{mark}"}),
        ("keras.models", "load_model", "{mark}.keras", {"safe_mode": False}),
        ("keras.config", "enable_unsafe_deserialization", "x", {}),
        ("keras.src.backend.common.global_state", "set_global_attribute", "safe_mode_saving", {"value": False}),
    ],
)
def test_no_function_that_a_file_names_is_called(
    tmp_path: Path, make: Callable[..., Config], module: str, function: str, given: str, named: dict[str, Any]
) -> None:
    source, mark = tmp_path / "source.txt", tmp_path / "mark"
    source.write_text("x")

    def filled(value: Any) -> Any:
        return value.format(mark=mark, source=source, folder=tmp_path) if isinstance(value, str) else value

    config = functional(make(module, function, filled(given), **{key: filled(value) for key, value in named.items()}))
    assert "would run here" in refusal(archive(tmp_path / "m.keras", config))
    assert not mark.exists()


@pytest.mark.parametrize(
    "inside",
    [
        layer("TimeDistributed", layer=layer("Lambda", function="tanh")),
        layer("Dense", units=1, activation={"class_name": "__lambda__", "config": {"code": ""}}),
        layer("TFSMLayer", filepath="elsewhere", call_endpoint="serve"),
        layer("TorchModuleWrapper", module={"class_name": "__bytes__", "config": {"value": ""}}),
    ],
)
def test_code_is_refused_however_deep_it_lies(tmp_path: Path, inside: Config) -> None:
    assert "would run here" in refusal(archive(tmp_path / "m.keras", functional(inside)))


def test_text_files_are_not_read_into_a_vocabulary(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret\n")
    config = {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "m", "layers": [layer("StringLookup", vocabulary=str(secret))]},
        "registered_name": None,
    }
    refusal(archive(tmp_path / "m.keras", config))


def elsewhere(kind: str, folder: Path) -> Callable[[Any], None]:
    (folder / "raw.bin").write_bytes(bytes(16))
    with h5py.File(folder / "other.h5", "w") as file:
        file.create_dataset("x", data=np.zeros((1, 4), np.float32))

    def fill(file: Any) -> None:
        group = file.create_group("layers/dense/vars")
        if kind == "external":
            group.create_dataset("0", (1, 4), np.float32, external=[(str(folder / "raw.bin"), 0, 16)])
        elif kind == "link":
            group["0"] = h5py.ExternalLink(str(folder / "other.h5"), "x")
        elif kind == "soft":
            group["0"] = h5py.SoftLink("/elsewhere")
        else:
            layout = h5py.VirtualLayout((1, 4), np.float32)
            layout[:] = h5py.VirtualSource(str(folder / "other.h5"), "x", (1, 4))
            group.create_virtual_dataset("0", layout)

    return fill


@pytest.mark.parametrize("kind", ["external", "link", "soft", "virtual"])
def test_weights_come_from_the_file_alone(tmp_path: Path, kind: str) -> None:
    config = functional(layer("Dense", units=4, use_bias=False))
    said = refusal(archive(tmp_path / "m.keras", config, hdf5(elsewhere(kind, tmp_path))))
    assert "lie in another" in said


@pytest.mark.parametrize(
    "layers",
    [
        [layer("Conv1D", filters=400_000_000, kernel_size=[5])],
        [layer("Dense", units=2_000_000_000)],
        [layer("LSTM", units=60_000)],
        [layer("Embedding", input_dim=10**9, output_dim=64)],
        [layer("SeparableConv1D", filters=10**6, kernel_size=[3], depth_multiplier=10**5)],
    ],
)
def test_weights_that_no_device_holds_take_no_memory(tmp_path: Path, layers: list[Config]) -> None:
    load_model(archive(tmp_path / "small.keras", functional(layer("Flatten"))))  # TensorFlow takes its own memory here
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert f"{LARGEST_WEIGHTS_BYTES} are the limit" in refusal(archive(tmp_path / "m.keras", functional(*layers)))
    taken_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert taken_kb < 200_000


def test_a_size_that_a_file_claims_falsely_is_not_believed(tmp_path: Path) -> None:
    """The second layer is built for what the first makes, not for the shape that the file says it takes."""
    second = layer("Dense", units=100_000)
    tensor = {**TENSOR, "config": {**TENSOR["config"], "keras_history": ["it", 0, 0]}}
    second = {**second, "name": "two", "config": {**second["config"], "name": "two"}}
    del second["build_config"]
    second["inbound_nodes"] = [{"args": [tensor], "kwargs": {}}]
    said = refusal(archive(tmp_path / "m.keras", functional(layer("Dense", units=100_000), second)))
    assert f"{LARGEST_WEIGHTS_BYTES} are the limit" in said


def test_claims_of_weights_are_counted_before_they_are_read(tmp_path: Path) -> None:
    def claim(file: Any) -> None:
        file.create_dataset("layers/dense/vars/0", (1 << 20, 1 << 20), np.float32, chunks=(64, 64))

    said = refusal(archive(tmp_path / "m.keras", functional(layer("Flatten")), hdf5(claim)))
    assert "the weights it holds would take" in said


def test_groups_that_hold_each_other_end(tmp_path: Path) -> None:
    def circle(file: Any) -> None:
        first, second = file.create_group("a"), file.create_group("b")
        for name in ("x", "y"):
            first[name], second[name] = second, first

    load_model(archive(tmp_path / "m.keras", functional(layer("Flatten")), hdf5(circle)))


def test_layers_and_depth_are_limited(tmp_path: Path) -> None:
    many = functional(*[layer("Flatten")] * (MOST_LAYERS + 1))
    assert f"over {MOST_LAYERS} layers" in refusal(archive(tmp_path / "m.keras", many))
    with zipfile.ZipFile(tmp_path / "deep.keras", "w") as file:
        file.writestr("config.json", "[" * 100_000 + "]" * 100_000)
        file.writestr("model.weights.h5", hdf5())
    assert "damaged" in refusal(tmp_path / "deep.keras")


def test_members_are_those_of_a_model_and_unpack_to_a_known_size(tmp_path: Path) -> None:
    config = functional(layer("Flatten"))
    for name in ("../outside.txt", "/tmp/outside.txt", "assets/vocabulary.txt", "model.weights.npz"):
        assert "no part of a network" in refusal(archive(tmp_path / "m.keras", config, **{name: b"x"}))
    zeros = archive(tmp_path / "zeros.keras", {**config, "padding": " " * (17 << 20)})
    assert zeros.stat().st_size < 1 << 20
    assert "its layers take" in refusal(zeros)
    with zipfile.ZipFile(tmp_path / "empty.keras", "w") as file:
        file.writestr("config.json", "{}")
    assert "has no model.weights.h5" in refusal(tmp_path / "empty.keras")


def test_other_kinds_of_models_are_named(tmp_path: Path) -> None:
    (tmp_path / "m.keras").write_bytes(hdf5())
    assert "is an HDF5 file; give it a name that ends in .h5" in refusal(tmp_path / "m.keras")
    old = archive(tmp_path / "old.keras", functional(layer("Flatten")), version="2.15.0")
    assert "is a .keras file of Keras '2.15.0'" in refusal(old)
    assert "model.save('m.h5')" in refusal(old)
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"")
    assert "make a float .tflite file of it with edgeunet import" in refusal(tmp_path / "saved")
    (tmp_path / "m.tflite").write_bytes(b"\x1c\0\0\0TFL3")
    assert "is a .tflite file" in refusal(tmp_path / "m.tflite")


def test_pipes_and_devices_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.keras")
    assert "no ordinary file" in refusal(tmp_path / "pipe.keras")
    assert "no ordinary file" in refusal(Path("/dev/zero"))
