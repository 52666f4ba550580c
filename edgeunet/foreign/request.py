"""What is to be imported: checked before anything of it is opened."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edgeunet.errors import ModelError
from edgeunet.short_repr import short_repr

CODE, PROGRAM, SAVED_MODEL = "code", "program", "saved model"

_CURES: Mapping[str, str] = {
    ".onnx": "no converter of ONNX that is kept up installs beside torch 2.13; export the PyTorch network itself "
    "(torch.export.save, a .pt2 file), or convert it with onnx2tf in an environment of its own and pass the float "
    ".tflite file that it writes to edgeunet quantize",
    ".pt": "it holds weights, or objects that only their own code can read; pass the code with them, "
    "model.py:Net --weights FILE.pt, or write a .pt2 file with torch.export.save",
    ".h5": "Keras reads it as it is; pass it to edgeunet quantize",
    ".keras": "it needs no import; pass it to edgeunet quantize",
    ".tflite": "it needs no import; pass it to edgeunet quantize, with --classes and --sample-rate-hz",
}
_SAME = {".pth": ".pt", ".ckpt": ".pt", ".safetensors": ".pt", ".hdf5": ".h5"}


@dataclass(frozen=True)
class ImportRequest:
    """A network in a file, and what that file does not say.

    Attributes
    ----------
    path : a Python file, a ``.pt2`` file, or a SavedModel directory.
    kind : which of these: `CODE`, `PROGRAM` or `SAVED_MODEL`.
    name : of the class, function or module in a Python file; empty for the others.
    window_samples, channels : the input of the network.
    classes : names of its outputs, background first.
    weights : file with the state of a network of a Python file, or ``None``.
    """

    path: Path
    kind: str
    name: str
    window_samples: int
    channels: int
    classes: tuple[str, ...]
    weights: Path | None = None

    __repr__ = short_repr

    @property
    def label(self) -> str:
        """What messages call the network."""
        return f"'{self.path}:{self.name}'" if self.name else f"'{self.path}'"


def request_import(
    source: str, window_samples: int, channels: int, classes: tuple[str, ...], weights: Path | None = None
) -> ImportRequest:
    """Return what ``source`` names, ``model.py:Net`` or a path.

    Raises
    ------
    ModelError
        When there is no such file, or it is of a kind that is not imported.
    """
    path, name = _parted(source)
    suffix = path.suffix.lower()
    if suffix == ".py" and not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", name):
        raise ModelError(
            f"'{source}' names no network in the Python file; write model.py:Net, with the name of a class, of a "
            "function that returns a network, or of a network"
        )
    if not path.exists():
        raise ModelError(f"there is no '{path}'; pass model.py:Net, a .pt2 file or a SavedModel directory")
    kind = _kind(path, suffix)
    if weights is not None and kind != CODE:
        raise ModelError(f"--weights goes with model.py:Net, and '{path}' has its own; leave --weights out")
    if weights is not None and not weights.is_file():
        raise ModelError(f"there is no file '{weights}'; pass what torch.save(net.state_dict(), FILE) wrote")
    named = len(set(classes)) == len(classes) and all(classes)
    if not named or len(classes) < 2:
        raise ModelError(
            f"--classes {','.join(classes)} does not name two or more different classes; write for example "
            "--classes background,P,QRS,T"
        )
    return ImportRequest(path, kind, name, window_samples, channels, classes, weights)


def _parted(source: str) -> tuple[Path, str]:
    path, colon, name = source.rpartition(":")
    if colon and path.lower().endswith(".py"):
        return Path(path), name
    return Path(source), ""


def _kind(path: Path, suffix: str) -> str:
    if path.is_dir():
        if (path / "saved_model.pb").is_file():
            return SAVED_MODEL
        raise ModelError(f"'{path}' is a directory without saved_model.pb; pass model.py:Net, or a .pt2 file")
    kinds = {".py": CODE, ".pt2": PROGRAM}
    if suffix in kinds:
        return kinds[suffix]
    cure = _CURES.get(_SAME.get(suffix, suffix))
    if cure is None:
        raise ModelError(f"'{path}' is of no known kind; pass model.py:Net, a .pt2 file or a SavedModel directory")
    raise ModelError(f"'{path}' is not imported: {cure}")
