"""The card kept beside a model file: what its bytes alone cannot say (classes, sample rate, normalization, split)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from edgeunet.errors import ModelError, shown
from edgeunet.files import FileSet, file_digest, read_json, settle
from edgeunet.short_repr import short_repr

LONGEST_NAME = 255
"""Characters of the name of a model, a class or a lead."""


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
    model_digest : digest of the model file it goes along with; ``None`` where it was not written beside one.
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
    model_digest: str | None = None

    __repr__ = short_repr

    def with_metrics(self, **metrics: Any) -> ModelCard:
        """Return a copy with ``metrics`` added."""
        return replace(self, metrics={**self.metrics, **metrics})


def card_path(model: Path) -> Path:
    """Return where the card of ``model`` lies: the same name with ``.json`` added."""
    return model.with_name(model.name + ".json")


def write_card(model: Path, card: ModelCard) -> None:
    """Write ``card`` beside ``model``, with the digest of that file where it is there."""
    with FileSet(model.parent) as files:
        add_card(files, model, card)


def add_card(files: FileSet, model: Path, card: ModelCard) -> None:
    """Write ``card`` as part of a set, with the digest of the model that the set has or that is there."""
    written = files.written(model)
    card = replace(card, model_digest=file_digest(written, ModelError) if written.exists() else None)
    files.write_json(card_path(model), {"schema": "edgeunet.modelcard/1", **asdict(card)})


def read_card(model: Path, digest: str | None = None) -> ModelCard | None:
    """Read the card beside ``model``; ``None`` when there is none.

    Parameters
    ----------
    model : path of the model file.
    digest : SHA-256 of the model as it was read, so that no other can have come between; of the file when ``None``.

    Raises
    ------
    ModelError
        When the card is there but is not one, or is that of another model.
    """
    card = _read_card(card_path(model))
    if card is not None and card.model_digest is not None and (digest or model.exists()):
        require_match(model, card, digest or file_digest(model, ModelError))
    return card


def require_match(model: Path, card: ModelCard, digest: str) -> None:
    """Raise where ``card`` says that it goes along with another file than the one with this SHA-256.

    Raises
    ------
    ModelError
        With the cure.
    """
    if card.model_digest not in (None, digest):
        raise ModelError(
            f"'{card_path(model)}' is the card of another '{model.name}' (of SHA-256 {card.model_digest[:12]}…; the "
            f"file has {digest[:12]}…); write both again with the command that made them, or remove model_digest from "
            "the card where you changed the model yourself and the card still holds"
        )


def _read_card(path: Path) -> ModelCard | None:
    settle(path.parent)
    if not path.exists():
        return None
    document = read_json(path, ModelError)
    if document.pop("schema", None) != "edgeunet.modelcard/1":
        raise ModelError(f"'{path}' is not an edgeunet model card; delete it or make the model again")
    known = {f.name for f in fields(ModelCard)}
    unknown = sorted(set(document) - known)
    if unknown or "name" not in document:
        raise ModelError(f"'{path}' has unknown or missing keys ({', '.join(unknown) or 'name'}); make the model again")
    for key, value in document.items():
        what, fits = _BELONGS[key]
        if not fits(value):
            raise ModelError(f"'{path}' has {key} = {shown(value)} where {what} belongs; make the model again")
    for key in ("classes", "leads"):
        document[key] = tuple(document.get(key) or ())
    return ModelCard(**document)


def _is_name(value: object) -> bool:
    return (
        isinstance(value, str)
        and value.isprintable()
        and 0 < len(value) <= LONGEST_NAME
        and not set(value) & set("/\\")
    )


def _is_list_of_text(value: object) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(item, str) and 0 < len(item) <= LONGEST_NAME for item in value)
    )


def _is_rate(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value is None or (is_number and 0 < value <= _HIGHEST_RATE_HZ)  # type: ignore[operator]


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_object_or_null(value: object) -> bool:
    return value is None or isinstance(value, dict)


def _is_digest_or_null(value: object) -> bool:
    return value is None or (isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None)


_HIGHEST_RATE_HZ = 1e9
_BELONGS: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "name": ("a name of printable characters without slashes", _is_name),
    "classes": (f"a list of names of 1 to {LONGEST_NAME} characters", _is_list_of_text),
    "sample_rate_hz": ("a number above 0, or null,", _is_rate),
    "leads": (f"a list of names of 1 to {LONGEST_NAME} characters", _is_list_of_text),
    "normalization": ("the name of a normalization", lambda value: isinstance(value, str)),
    "spec": ("an object or null", _is_object_or_null),
    "split": ("an object or null", _is_object_or_null),
    "data": ("an object", _is_object),
    "metrics": ("an object", _is_object),
    "postprocessing": ("an object", _is_object),
    "model_digest": ("64 hexadecimal digits or null", _is_digest_or_null),
}
"""What may stand under each key of a card."""
