"""What a ``.keras`` file says of itself, looked at before Keras builds anything of it.

The file is a zip archive of three members: ``metadata.json``, ``config.json`` (the layers) and ``model.weights.h5``.
Whoever wrote it chooses which classes Keras makes, how large their weights are, and where an HDF5 file's data comes
from. Keras' safe mode refuses most of what could do harm (pyproject.toml asks for the first version in which it holds
against the published ways around it); what is refused here does not depend on its version.
"""

from __future__ import annotations

import io
import json
import math
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from edgeunet.errors import ModelError, shown

LARGEST_WEIGHTS_BYTES = 256 << 20
LARGEST_CONFIG_BYTES = 16 << 20
LARGEST_FILE_BYTES = 4 * LARGEST_WEIGHTS_BYTES
"""Of all members, unpacked: weights, and as many again twice where the optimizer's state was saved with them."""
MOST_LAYERS = 4096

Make = Callable[[Mapping[str, Any], Mapping[str, Any]], Any]
"""Builds a model of its layers and of custom classes."""

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
MEMBERS = {"metadata.json", CONFIG, WEIGHTS}

FOREIGN_CODE = {
    "Lambda": "a Lambda layer, which holds Python code",
    "__lambda__": "a Python lambda",
    "TFSMLayer": "a TFSMLayer, which runs another file",
    "TorchModuleWrapper": "a TorchModuleWrapper, which holds pickled Python code",
    "JaxLayer": "a JaxLayer, which holds Python code",
    "FlaxLayer": "a FlaxLayer, which holds Python code",
}
_FUNCTION_MODULES = ("builtins", "keras.activations", "keras.src.activations", "edgeunet.")
HDF5_SUFFIXES = (".h5", ".hdf5")
_HDF5_MARK = b"\x89HDF\r\n\x1a\n"


def check_file(path: Path) -> None:
    """Refuse what is no ``.keras`` (nor ``.h5``) file, saying what it is instead.

    Raises
    ------
    ModelError
        For what does not exist, is no ordinary file, of another format, or damaged.
    """
    if not path.exists():
        raise ModelError(f"cannot read '{path}': no such file; check the path")
    if (path / "saved_model.pb").is_file():
        raise ModelError(
            f"'{path}' is a SavedModel, which has no layers to read; make a float .tflite file of it with edgeunet "
            "import, and quantize that"
        )
    if not path.is_file():
        what = "a directory" if path.is_dir() else "no ordinary file (a pipe or device)"
        raise ModelError(f"cannot read '{path}': it is {what}; pass a .keras file")
    with path.open("rb") as file:
        start = file.read(8)
    if path.suffix in HDF5_SUFFIXES:
        if start != _HDF5_MARK:
            raise ModelError(f"'{path}' is no HDF5 file, whatever its name says; make or copy it again")
        return
    if start == _HDF5_MARK:
        raise ModelError(f"'{path}' is an HDF5 file; give it a name that ends in .h5")
    if start[4:] == b"TFL3":
        raise ModelError(
            f"'{path}' is a .tflite file, which is converted already; pass the .keras file it was made from"
        )
    if not zipfile.is_zipfile(path):
        raise ModelError(
            f"'{path}' is not a whole .keras file (it is damaged or of another kind); make or copy it again"
        )


def read_config(path: Path) -> dict[str, Any]:
    """Return the layers of a ``.keras`` file as its ``config.json`` has them, checked.

    Raises
    ------
    ModelError
        When the archive has other members than a model has, is too large, holds code, or weights kept elsewhere.
    """
    check_file(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(path, archive)
            config = json.loads(archive.read(CONFIG))
            _check_version(path, archive)
            weights = archive.read(WEIGHTS)
    except ModelError:
        raise
    except Exception as error:  # a damaged archive raises errors of zipfile, zlib, struct, json and the system
        said = " ".join(str(error).split())[:120]
        raise ModelError(f"cannot load '{path}': it is damaged ({said}); make or copy it again") from error
    if not isinstance(config, dict):
        raise ModelError(f"cannot load '{path}': its {CONFIG} holds {shown(config)}, no model; make the model again")
    config.pop("compile_config", None)
    check_classes(path, config)
    check_weights(path, weights)
    return config


def _check_version(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse what Keras 2 wrote: the layers are named after modules that Keras 3 has not."""
    try:
        version = str(json.loads(archive.read("metadata.json"))["keras_version"])
    except (KeyError, TypeError, ValueError):
        return
    if version.startswith("2."):
        raise ModelError(
            f"'{path}' is a .keras file of Keras {shown(version)}, which Keras 3 does not read; load it in tf_keras, "
            "save it there with model.save('m.h5'), and pass that"
        )


def _check_members(path: Path, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = [member.filename for member in members]
    missing = sorted({CONFIG, WEIGHTS} - set(names))
    if missing:
        raise ModelError(f"cannot load '{path}': it has no {missing[0]}; pass a file written by model.save('m.keras')")
    for member in members:
        if member.filename not in MEMBERS or stat.S_ISLNK(member.external_attr >> 16):
            raise ModelError(
                f"cannot load '{path}': it holds {shown(member.filename)}, which is no part of a network; "
                "build it without layers that keep files"
            )
    if len(set(names)) != len(names):
        raise ModelError(f"cannot load '{path}': it holds a member twice; make or copy it again")
    config_bytes = sum(member.file_size for member in members if member.filename != WEIGHTS)
    if config_bytes > LARGEST_CONFIG_BYTES:
        raise ModelError(f"cannot load '{path}': its layers take {config_bytes} bytes; build a smaller network")
    size = sum(member.file_size for member in members)
    if size > LARGEST_FILE_BYTES:
        raise ModelError(
            f"cannot load '{path}': it unpacks to {size} bytes and {LARGEST_FILE_BYTES} are the limit; "
            "build a smaller network"
        )


def check_classes(path: Path, config: Mapping[str, Any]) -> None:
    """Refuse layers that hold code, or of classes and modules that are not Keras's.

    Raises
    ------
    ModelError
        With the cure.
    """
    layers = 0
    for part in _objects(config):
        name = part.get("class_name")
        layers += "inbound_nodes" in part or "build_config" in part
        if layers > MOST_LAYERS:
            raise ModelError(f"cannot load '{path}': it has over {MOST_LAYERS} layers; build a smaller network")
        if isinstance(name, str) and name in FOREIGN_CODE:
            raise ModelError(
                f"cannot load '{path}': it holds {FOREIGN_CODE[name]} that would run here; "
                "build the model of Keras's own layers"
            )
        module = part.get("module")
        if name == "function" and module is not None and not str(module).startswith(_FUNCTION_MODULES):
            raise ModelError(
                f"cannot load '{path}': it calls {shown(part.get('config'))} of {shown(module)}, which would run here; "
                "build the model of Keras's own layers"
            )


def _objects(config: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every JSON object in ``config``, itself included; without recursion, however deep it is nested."""
    left: list[Any] = [config]
    while left:
        part = left.pop()
        if isinstance(part, Mapping):
            yield part
            left += part.values()
        elif isinstance(part, list):
            left += part


def check_weights(path: Path, data: bytes) -> None:
    """The HDF5 file holds its numbers itself, and no more than fit the limit."""
    import h5py

    total, seen = 0, set()

    def look(group: Any) -> None:
        nonlocal total
        place = h5py.h5o.get_info(group.id).addr
        if place in seen:  # groups may hold each other
            return
        seen.add(place)
        for name in group:
            link = group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                raise ModelError(f"cannot load '{path}': its weights {shown(name)} lie in another place; make it again")
            found = group[name]
            if isinstance(found, h5py.Group):
                look(found)
            elif isinstance(found, h5py.Dataset):
                if found.external or found.is_virtual:
                    raise ModelError(
                        f"cannot load '{path}': its weights {shown(name)} lie in another file; make it again"
                    )
                total += math.prod(found.shape or ()) * found.dtype.itemsize
                if total > LARGEST_FILE_BYTES:
                    raise ModelError(_too_large(path, "the weights it holds", total))

    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            look(file)
    except ModelError:
        raise
    except Exception as error:  # h5py raises whatever its parts raise
        said = " ".join(str(error).split())[:120]
        raise ModelError(f"cannot load '{path}': its weights are damaged ({said}); make or copy it again") from error


def check_size(
    path: Path, config: Mapping[str, Any], custom_objects: Mapping[str, Any], make: Make | None = None
) -> None:
    """Refuse a model whose weights would take too much memory, before any is taken.

    The layers are built once without values (a weight is then a shape and a type), in a thread of its own, where what
    Keras keeps per thread (names given, weights waiting for values) ends with it.

    Parameters
    ----------
    path : for messages.
    config, custom_objects : the layers, and classes that are not Keras's own.
    make : builds the model of these two; as Keras 3 does when ``None``.

    Raises
    ------
    ModelError
        When the weights take more than `LARGEST_WEIGHTS_BYTES`, or the layers do not fit each other.
    """
    import keras

    outcome: list[int | BaseException] = []

    def of_keras_3(config: Mapping[str, Any], custom_objects: Mapping[str, Any]) -> Any:
        return keras.saving.deserialize_keras_object(dict(config), custom_objects=dict(custom_objects), safe_mode=True)

    def build() -> None:
        try:
            with keras.StatelessScope(initialize_variables=False):
                model = (make or of_keras_3)(config, custom_objects)
                weights = getattr(model, "weights", [])
                outcome.append(sum(4 * math.prod(weight.shape) for weight in weights))
        except BaseException as error:  # handed on to the thread that waits
            outcome.append(error)

    thread = threading.Thread(target=build, daemon=True)
    thread.start()
    thread.join()
    (found,) = outcome
    if isinstance(found, BaseException):
        raise found
    if found > LARGEST_WEIGHTS_BYTES:
        raise ModelError(_too_large(path, "its weights", found))


def _too_large(path: Path, what: str, size: int) -> str:
    return (
        f"cannot load '{path}': {what} would take {size} bytes and {LARGEST_WEIGHTS_BYTES} are the limit; "
        "no microcontroller holds them, build a smaller network"
    )
