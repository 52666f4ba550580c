"""What can be quantized, and by whom: a Keras model by TensorFlow's converter, a float ``.tflite`` file by AI Edge's.

Both take the same ranges and give weights a scale per channel, and on the presets they lose the same
(docs/QUANTIZATION.md). A Keras model goes through TensorFlow, which it needs anyhow; what comes without Keras goes
through ai-edge-quantizer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import QuantizeError
from edgeunet.modelcard import ModelCard, read_card
from edgeunet.quantize.apart import ConverterProcess
from edgeunet.quantize.equalize import equalized
from edgeunet.quantize.float_file import FloatFile

if TYPE_CHECKING:
    import keras

TENSORFLOW, AI_EDGE, AUTO = "tensorflow", "ai-edge", "auto"
QUANTIZERS = (AUTO, TENSORFLOW, AI_EDGE)

Windows = NDArray[np.float32]


class Network(Protocol):
    """A float network with one input and one output."""

    @property
    def name(self) -> str: ...

    @property
    def shape(self) -> tuple[int, ...]:
        """Of its input, without the batch."""

    @property
    def quantizer(self) -> str:
        """Who makes integers of it: one of `QUANTIZERS`, not ``auto``."""

    def convert(self, converter: ConverterProcess, number_format: str, windows: Windows | None) -> tuple[bytes, bytes]:
        """Return it as a float32 ``.tflite`` file, and in ``number_format``, calibrated on ``windows``."""


@dataclass(frozen=True)
class KerasNetwork:
    """A Keras model with a fixed batch of 1; its channels are brought to one range before they become int8."""

    model: keras.Model
    chosen: str = AUTO

    @property
    def name(self) -> str:
        return str(self.model.name)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.model.inputs[0].shape[1:])

    @property
    def quantizer(self) -> str:
        return TENSORFLOW if self.chosen == AUTO else self.chosen

    def convert(self, converter: ConverterProcess, number_format: str, windows: Windows | None) -> tuple[bytes, bytes]:
        model = self.model
        if number_format == "int8" and windows is not None:
            model = equalized(model, windows)
        floating = converter.convert(model, "float32")
        if number_format == "float32":
            return floating, floating
        if self.quantizer == TENSORFLOW or windows is None:
            return floating, converter.convert(model, number_format, windows)
        return floating, converter.quantize(floating, number_format, windows, self.name)


@dataclass(frozen=True)
class FloatNetwork:
    """A float ``.tflite`` file."""

    file: FloatFile
    name: str = "network"
    quantizer: str = AI_EDGE

    @property
    def shape(self) -> tuple[int, ...]:
        return self.file.input_shape[1:]

    def convert(self, converter: ConverterProcess, number_format: str, windows: Windows | None) -> tuple[bytes, bytes]:
        floating = self.file.content
        if number_format == "float32":
            return floating, floating
        if windows is None:
            raise QuantizeError(f"{number_format} needs calibration windows; pass windows of training patients")
        return floating, converter.quantize(floating, number_format, windows, self.name)


def check_quantizer(path: Path, number_format: str, quantizer: str) -> None:
    """Raise where ``quantizer`` is unknown, or cannot take the file.

    Raises
    ------
    QuantizeError
        With the cure.
    """
    if quantizer not in QUANTIZERS:
        raise QuantizeError(f"quantizer '{quantizer}' is unknown; choose {', '.join(QUANTIZERS)}")
    if path.suffix == ".tflite" and quantizer == TENSORFLOW:
        raise QuantizeError(
            f"'{path}' is a .tflite file, and TensorFlow's converter takes Keras models; leave --quantizer out"
        )


def open_network(
    path: Path, card: ModelCard | None, quantizer: str, converter: ConverterProcess
) -> tuple[Network, ModelCard | None]:
    """Open a ``.keras`` (imports TensorFlow) or float ``.tflite`` file (does not), with the card beside it.

    Raises
    ------
    ModelError, QuantizeError
        When it cannot be read, or is no such file.
    """
    if path.suffix == ".tflite":
        card = card or read_card(path)
        return FloatNetwork(converter.read(path), card.name if card else path.name.split(".")[0]), card
    from edgeunet.model import load_with_card, to_static

    model, card = load_with_card(path, card)
    return KerasNetwork(to_static(model), quantizer), card
