"""The card beside a model: what is wrong in one is one sentence that names file and key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edgeunet.errors import ModelError
from edgeunet.modelcard import ModelCard, card_path, read_card, write_card

CARD = ModelCard(
    name="ecg-tiny",
    classes=("background", "P"),
    sample_rate_hz=250.0,
    leads=("ii",),
    normalization="zscore",
    spec={"blocks": []},
    split={"train": ["a"], "val": []},
    data={"source": "synthetic"},
    metrics={"model_bytes": 3},
    postprocessing={"min_ms": {"P": 20}},
)


@pytest.mark.parametrize("card", [CARD, ModelCard("ünï cödé")])
def test_a_card_is_read_as_it_was_written(card: ModelCard, tmp_path: Path) -> None:
    write_card(tmp_path / "m.tflite", card)
    assert read_card(tmp_path / "m.tflite") == card


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": 3}, "has name = 3 where a name"),
        ({"name": ""}, "has name = ''"),
        ({"name": "../a"}, "without slashes"),
        ({"classes": 5}, "has classes = 5 where a list of names"),
        ({"classes": "background"}, "where a list of names"),
        ({"classes": ["a", 3]}, "where a list of names"),
        ({"leads": "ii"}, "has leads = 'ii' where a list of names"),
        ({"sample_rate_hz": "250"}, "has sample_rate_hz = '250' where a number above 0"),
        ({"sample_rate_hz": -250}, "where a number above 0"),
        ({"sample_rate_hz": float("nan")}, "where a number above 0"),
        ({"sample_rate_hz": 10**400}, "has sample_rate_hz = a number of more than 64 bits"),
        ({"normalization": 7}, "the name of a normalization"),
        ({"split": [1]}, r"has split = \[1\] where an object or null"),
        ({"spec": 4}, "has spec = 4 where an object or null"),
        ({"data": 3}, "has data = 3 where an object"),
        ({"metrics": None}, "has metrics = None where an object"),
        ({"postprocessing": [1]}, r"has postprocessing = \[1\]"),
        ({"colour": "red"}, "unknown or missing keys .colour."),
        ({"schema": "edgeunet.modelcard/2"}, "not an edgeunet model card"),
    ],
)
def test_a_wrong_card_names_file_and_key(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    model = tmp_path / "m.tflite"
    write_card(model, CARD)
    document = {**json.loads(card_path(model).read_text()), **change}
    card_path(model).write_text(json.dumps(document))
    with pytest.raises(ModelError, match=said) as caught:
        read_card(model)
    assert "m.tflite.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_card_is_none(tmp_path: Path) -> None:
    assert read_card(tmp_path / "m.tflite") is None
