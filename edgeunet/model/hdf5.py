"""Whole models in HDF5 files (``.h5``), the format of Keras 2, checked as ``.keras`` files are (`archive`).

The layers are JSON in an attribute, as Keras 2 wrote them; the weights are data sets. Keras 3 reads both.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgeunet.errors import ModelError
from edgeunet.files import read_bytes
from edgeunet.model.archive import LARGEST_CONFIG_BYTES, LARGEST_FILE_BYTES, check_classes, check_weights


def read_hdf5_config(path: Path) -> dict[str, Any]:
    """Return the layers of an HDF5 file, checked.

    Raises
    ------
    ModelError
        When it is damaged, holds weights alone, code, links to other files, or more than the limits.
    """
    import h5py

    content = read_bytes(path, ModelError, LARGEST_FILE_BYTES)
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            text = file.attrs.get("model_config")
    except Exception as error:  # h5py raises whatever its parts raise
        said = " ".join(str(error).split())[:120]
        raise ModelError(f"cannot load '{path}': it is damaged ({said}); make or copy it again") from error
    if text is None:
        raise ModelError(
            f"cannot load '{path}': it holds weights without layers; load them into the model that they are of "
            "(model.load_weights), and save that whole with model.save('m.keras')"
        )
    if len(text) > LARGEST_CONFIG_BYTES:
        raise ModelError(f"cannot load '{path}': its layers take {len(text)} bytes; build a smaller network")
    try:
        config = json.loads(text)
    except (ValueError, RecursionError, TypeError) as error:
        raise ModelError(f"cannot load '{path}': its layers are damaged; make or copy it again") from error
    if not isinstance(config, dict):
        raise ModelError(f"cannot load '{path}': its layers are no model; make the model again")
    check_classes(path, config)
    check_weights(path, content)
    return config


def build_as_keras_2(config: Mapping[str, Any], custom_objects: Mapping[str, Any]) -> Any:
    """Return the model of layers as Keras 2 wrote them; Keras has no public function for it but loading the file."""
    from keras.src.legacy.saving import saving_utils

    return saving_utils.model_from_config(dict(config), custom_objects=dict(custom_objects))
