"""History files and checkpoints, written and read back."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import TrainError
from edgeunet.files import FileSet
from edgeunet.train.checkpoint import (
    Checkpoint,
    check_same_request,
    checkpoint_path,
    read_checkpoint,
    write_checkpoint,
)
from edgeunet.train.history import add_history

ROWS = [{"epoch": 1, "loss": 0.5, "val_f1_P": None}, {"epoch": 2, "loss": 0.25, "val_f1_P": 0.75}]


def test_history_is_the_same_in_both_forms(tmp_path: Path) -> None:
    with FileSet(tmp_path) as files:
        table, document = add_history(files, tmp_path / "m.keras", ROWS, {"model": "m", "best_epoch": 2})
    assert (table.name, document.name) == ("m.history.csv", "m.history.json")
    assert list(csv.DictReader(table.read_text().splitlines())) == [
        {"epoch": "1", "loss": "0.5", "val_f1_P": ""},
        {"epoch": "2", "loss": "0.25", "val_f1_P": "0.75"},
    ]
    read = json.loads(document.read_text())
    assert (read["best_epoch"], read["epochs"]) == (2, ROWS)


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    # More than ten arrays, so that their order is not that of unpadded names.
    arrays = [rng.standard_normal((i, 2)).astype(np.float32) for i in range(12)]
    state = Checkpoint(arrays, [np.array(3, np.int64)], arrays[:2], [], {"done": 2}, {"seed": 1})
    path = checkpoint_path(tmp_path / "m.keras")
    write_checkpoint(path, state)
    read = read_checkpoint(path)
    assert (read.progress, read.request, len(read.best)) == ({"done": 2}, {"seed": 1}, 0)
    for before, after in zip([*state.model, *state.optimizer], [*read.model, *read.optimizer], strict=True):
        assert before.dtype == after.dtype
        np.testing.assert_array_equal(before, after)
    assert [p.name for p in tmp_path.iterdir()] == ["m.checkpoint.npz"]


@pytest.mark.parametrize(
    ("before", "now"), [({"a": 1}, {"a": 2}), ({"a": 1}, {}), ({}, {"a": 1}), ({"a": [1]}, {"a": None})]
)
def test_another_request_is_refused_by_name(before: dict[str, object], now: dict[str, object]) -> None:
    with pytest.raises(TrainError, match=r"was made with a = "):
        check_same_request(Path("c.npz"), before, now)


def test_the_same_request_passes_whatever_became_of_tuples() -> None:
    check_same_request(Path("c.npz"), {"a": [1, 2]}, {"a": (1, 2)})
