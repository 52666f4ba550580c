"""The card kept beside a model file: what its bytes alone cannot say (classes, sample rate, normalization, split)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from edgeunet.errors import ModelError
from edgeunet.files import read_json, write_json


@dataclass(frozen=True)
class ModelCard:
    """What goes along with ``m.keras`` or ``m.tflite`` as ``m.keras.json`` / ``m.tflite.json``.

    Attributes
    ----------
    name : model name, a C identifier after ``-`` → ``_``.
    classes : class names in channel order of the output.
    sample_rate_hz : rate of the model's input, or ``None`` where the signal has none.
    leads : leads it was trained on, in channel order; empty for "any lead".
    normalization : name of the normalization applied to a window before the model (see ``edgeunet.signals``).
    spec : the ``UNetSpec`` as a plain document, or ``None`` for a foreign model.
    split : the patient split, ``{"train": [...], "val": [...], "test": [...]}``, or ``None``.
    data : where the training data came from (directory name or ``"synthetic"`` and its seed), for the reader.
    metrics : figures measured when the file was made.
    postprocessing : ``{"merge_ms": {class: ms}, "min_ms": {class: ms}}``; empty for the default.
    """

    name: str
    classes: tuple[str, ...] = ()
    sample_rate_hz: float | None = None
    leads: tuple[str, ...] = ()
    normalization: str = "none"
    spec: Mapping[str, Any] | None = None
    split: Mapping[str, Any] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    postprocessing: Mapping[str, Any] = field(default_factory=dict)

    def with_metrics(self, **metrics: Any) -> ModelCard:
        """Return a copy with ``metrics`` added."""
        return replace(self, metrics={**self.metrics, **metrics})


def card_path(model: Path) -> Path:
    """Return where the card of ``model`` lies: the same name with ``.json`` added."""
    return model.with_name(model.name + ".json")


def write_card(model: Path, card: ModelCard) -> None:
    """Write ``card`` beside ``model``."""
    write_json(card_path(model), {"schema": "edgeunet.modelcard/1", **asdict(card)})


def read_card(model: Path) -> ModelCard | None:
    """Read the card beside ``model``; ``None`` when there is none.

    Raises
    ------
    ModelError
        When the card is there but is not one.
    """
    path = card_path(model)
    if not path.exists():
        return None
    document = read_json(path, ModelError)
    if document.pop("schema", None) != "edgeunet.modelcard/1":
        raise ModelError(f"'{path}' is not an edgeunet model card; delete it or make the model again")
    known = {f.name for f in fields(ModelCard)}
    unknown = sorted(set(document) - known)
    if unknown or not isinstance(document.get("name"), str):
        raise ModelError(f"'{path}' has unknown or missing keys ({', '.join(unknown) or 'name'}); make the model again")
    for key in ("classes", "leads"):
        document[key] = tuple(document.get(key) or ())
    return ModelCard(**document)
