"""The pictures: drawn for ordinary and for awkward contents, and the stretch they show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.modelcard import ModelCard
from edgeunet.signals import CLASSES, UNKNOWN, Wave
from edgeunet.train.delineation import LeadDelineation
from edgeunet.train.judge import Judged
from edgeunet.train.plots import interesting_start, plot_delineations, plot_history

CARD = ModelCard("m", CLASSES, 250.0)


def lead(samples: int, wrong: slice, *, flat: bool = False) -> Judged:
    signal = np.zeros((samples, 1), np.float32)
    if not flat:
        signal[:, 0] = np.sin(np.arange(samples) / 20)
    labels = np.zeros(samples, np.int8)
    labels[:10] = UNKNOWN
    predicted = labels.astype(np.int64)
    predicted[wrong] = 2
    waves = (Wave("QRS", samples // 2, None, samples // 2 + 20),)
    return Judged("r", "ii", signal, labels, predicted, LeadDelineation(waves, waves, labels >= 0, 250.0))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_delineations_are_drawn(count: int, tmp_path: Path) -> None:
    leads = [lead(3000, slice(100, 200)), lead(500, slice(0, 0)), lead(40, slice(0, 0), flat=True)][:count]
    plot_delineations(tmp_path / "p.png", leads, CARD)
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")


def test_the_picture_shows_where_most_is_wrong() -> None:
    start = interesting_start(lead(10_000, slice(7000, 7100)), 2000)
    assert start <= 7000
    assert start + 2000 >= 7100


@pytest.mark.parametrize("epochs", [1, 5])
def test_curves_are_drawn_with_and_without_validation(epochs: int, tmp_path: Path) -> None:
    rows = [{"epoch": i + 1, "loss": 1 / (i + 1)} for i in range(epochs)]
    plot_history(tmp_path / "a.png", rows, CLASSES, 1)
    scored = [{**row, "val_loss": 0.5, "val_f1_P": None, "val_f1_QRS": 0.9, "val_f1_T": 0.0} for row in rows]
    plot_history(tmp_path / "b.png", scored, CLASSES, epochs)
    assert (tmp_path / "a.png").stat().st_size != (tmp_path / "b.png").stat().st_size
