"""The state of an unfinished training in one file, replaced in one step after each epoch."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import TrainError
from edgeunet.files import replacing, settle
from edgeunet.short_repr import short_repr
from edgeunet.train.history import beside

_SCHEMA = "edgeunet.checkpoint/1"
_GROUPS = ("model", "optimizer", "average", "best")

Arrays = list[NDArray[Any]]


@dataclass(frozen=True)
class Checkpoint:
    """All that the epochs to come depend on.

    Random numbers need no place here: those of an epoch are drawn from (seed, epoch), and dropout's state is among the
    model's variables.

    Attributes
    ----------
    model : every variable of the model as trained, seed states included.
    optimizer : every variable of the optimizer.
    average : the running average of the weights.
    best : the averaged weights of the best epoch so far.
    progress : plain figures: epochs done and planned, elapsed seconds, best score, history.
    request : what was asked for; a resumed run must ask for the same.
    """

    model: Arrays
    optimizer: Arrays
    average: Arrays
    best: Arrays
    progress: Mapping[str, Any]
    request: Mapping[str, Any]

    __repr__ = short_repr


def checkpoint_path(model: Path) -> Path:
    """Return where the checkpoint of a training that writes ``model`` lies."""
    return beside(model, "checkpoint.npz")


def write_checkpoint(path: Path, state: Checkpoint) -> None:
    """Write ``state`` to ``path``: after a kill at any moment the old or the new checkpoint is there, whole."""
    about = {"schema": _SCHEMA, "progress": dict(state.progress), "request": dict(state.request)}
    arrays = {f"{group}/{i:05d}": array for group in _GROUPS for i, array in enumerate(getattr(state, group))}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, about=np.array(json.dumps(about)), **arrays)


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises
    ------
    TrainError
        When there is none at ``path`` or it is no checkpoint.
    """
    settle(path.parent)
    if not path.is_file():
        raise TrainError(f"there is no checkpoint '{path}', so nothing to resume; train without --resume")
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            groups = {group: [file[k] for k in sorted(file.files) if k.startswith(f"{group}/")] for group in _GROUPS}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise TrainError(f"'{path}' is no checkpoint that can be read; delete it and train without --resume") from error
    if not isinstance(about, dict) or about.get("schema") != _SCHEMA:
        raise TrainError(f"'{path}' is not a checkpoint of this version; delete it and train without --resume")
    return Checkpoint(**groups, progress=about["progress"], request=about["request"])


def check_same_request(path: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse to resume a training that was asked for differently.

    Raises
    ------
    TrainError
        Naming the first thing that differs.
    """
    now = json.loads(json.dumps(now))
    for key in [*before, *(k for k in now if k not in before)]:
        if before.get(key) != now.get(key):
            raise TrainError(
                f"'{path}' was made with {key} = {_short(before.get(key))}, not {_short(now.get(key))}; "
                "resume with the same arguments, or train without --resume"
            )


def restore(variables: Sequence[Any], arrays: Sequence[NDArray[Any]], what: str) -> None:
    """Assign ``arrays`` to ``variables``, one by one, all shapes being equal."""
    if [tuple(v.shape) for v in variables] != [a.shape for a in arrays]:
        raise TrainError(f"the checkpoint's {what} does not fit this network; train without --resume")
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def snapshot(variables: Sequence[Any]) -> Arrays:
    """Return copies of the values of ``variables``."""
    return [np.array(variable) for variable in variables]


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
