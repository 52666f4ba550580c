"""Keras models as files, and their form for conversion."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from edgeunet.errors import ModelError
from edgeunet.files import FileSet, file_digest, require_writable, settle
from edgeunet.model.archive import HDF5_SUFFIXES, check_file, check_size, read_config
from edgeunet.model.hdf5 import build_as_keras_2, read_hdf5_config
from edgeunet.model.quiet import import_tensorflow
from edgeunet.modelcard import ModelCard, add_card, read_card, require_match
from edgeunet.spec import UNetSpec, spec_to_dict

if TYPE_CHECKING:
    import keras


def card_of(spec: UNetSpec) -> ModelCard:
    """Return the card that goes beside a model of ``spec``."""
    return ModelCard(name=spec.name, classes=spec.classes, sample_rate_hz=spec.sample_rate_hz, spec=spec_to_dict(spec))


def save_model(model: keras.Model, path: Path, card: ModelCard | None = None) -> None:
    """Write ``model`` to ``path`` (``.keras``) and ``card`` beside it, in one step.

    Raises
    ------
    ModelError
        When the name does not end in ``.keras``.
    EdgeUNetError
        When the directory cannot be written.
    """
    path = Path(path)
    require_writable(path)
    with FileSet(path.parent) as files:
        add_model(files, model, path, card)


def add_model(files: FileSet, model: keras.Model, path: Path, card: ModelCard | None = None) -> None:
    """Write a model and its card as part of a set; see `save_model`."""
    if path.suffix != ".keras":
        raise ModelError(f"'{path}' does not end in .keras, the one format Keras models are kept in; add the suffix")
    with files.replacing(path) as staged:
        model.save(staged)
    if card is not None:
        add_card(files, path, card)


def load_with_card(path: Path, card: ModelCard | None = None) -> tuple[keras.Model, ModelCard | None]:
    """Load a ``.keras`` file and the card beside it, of which none was replaced between.

    Parameters
    ----------
    path : the model.
    card : taken instead of the one beside it.

    Raises
    ------
    ModelError
        As `load_model` and `edgeunet.modelcard.read_card` do, and when the file was replaced meanwhile.
    """
    path = Path(path)
    settle(path.parent)
    check_file(path)
    digest = file_digest(path, ModelError)
    if card is None:
        card = read_card(path, digest)
    else:
        require_match(path, card, digest)
    model = load_model(path)
    if file_digest(path, ModelError) != digest:
        raise ModelError(f"'{path}' was replaced while it was read; run the command again")
    return model, card


def load_model(path: Path) -> keras.Model:
    """Load a ``.keras`` file, ours or a foreign one, or a whole model in an HDF5 file (``.h5``) as Keras 2 wrote it.

    Raises
    ------
    ModelError
        When the file is missing, damaged, too large, holds code, or is made of layers that are unknown here.
    """
    path = Path(path)
    settle(path.parent)
    check_file(path)
    import_tensorflow()
    import keras

    from edgeunet.model.layers import CUSTOM_OBJECTS

    is_hdf5 = path.suffix in HDF5_SUFFIXES
    config = read_hdf5_config(path) if is_hdf5 else read_config(path)
    try:
        check_size(path, config, CUSTOM_OBJECTS, build_as_keras_2 if is_hdf5 else None)
        model = keras.saving.load_model(path, custom_objects=CUSTOM_OBJECTS, compile=False, safe_mode=True)
    except ModelError:
        raise
    except Exception as error:  # Keras raises whatever its parts raise: KeyError, OSError, zipfile and h5py errors…
        raise ModelError(f"cannot load '{path}': {_reason(error)}") from error
    if not isinstance(model, keras.Model):
        raise ModelError(f"'{path}' holds a {type(model).__name__}, not a model; pass a model saved with model.save")
    if is_hdf5 and len(model.inputs) == len(model.outputs) == 1:  # Keras 2 knew only lists of them
        return keras.Model(model.inputs[0], model.outputs[0], name=model.name)
    return model


def _reason(error: Exception) -> str:
    unknown = re.search(r"(?:Could not locate (?:class|function)|Unknown \w+:) '([^']+)'", str(error))
    if unknown:
        return f"it is made of '{unknown[1]}', which is not known here; use Keras's own layers or those edgeunet builds"
    first = " ".join(str(error).split())[:160]
    return f"it is damaged or made by another version ({type(error).__name__}: {first}); make the model again"


def to_static(model: keras.Model) -> keras.Model:
    """Return ``model`` with its batch size fixed at 1, sharing no state with it: what conversion wants.

    Raises
    ------
    ModelError
        When the model has several inputs, or one whose shape is open in other places than the batch.
    """
    import keras

    if not isinstance(model.inputs, list) or len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ModelError(
            f"model '{model.name}' has {len(model.inputs)} inputs and {len(model.outputs)} outputs, and edgeunet "
            "converts networks with one of each; cut it down to those"
        )
    shape = tuple(model.inputs[0].shape)
    if any(size is None for size in shape[1:]):
        raise ModelError(
            f"model '{model.name}' has the open input shape {shape}, and a device needs a fixed one; "
            "build it with a fixed window length"
        )
    if shape[0] == 1:
        return model
    source = keras.Input(batch_shape=(1, *shape[1:]), dtype=model.inputs[0].dtype, name="input")
    static = keras.models.clone_model(model, input_tensors=source)
    static.set_weights(model.get_weights())
    return static
