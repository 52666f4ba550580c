"""One small network, converted once for all tests of the package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeunet.quantize.apart import ConverterProcess
from edgeunet.spec import UNetSpec, load_spec
from tests.rigs.tools import need


@dataclass(frozen=True)
class Converted:
    spec: UNetSpec
    keras: Any
    windows: NDArray[np.float32]
    float32: bytes
    int8: bytes


class _Kept:
    """A converter's process that outlives what enters it: starting one costs as long as TensorFlow takes to load."""

    def __init__(self, process: ConverterProcess) -> None:
        self._process = process

    def __enter__(self) -> ConverterProcess:
        return self._process

    def __exit__(self, *_: object) -> None:
        """Goes on."""


@pytest.fixture(scope="session")
def converter() -> Iterator[ConverterProcess]:
    with ConverterProcess() as process:
        yield process


@pytest.fixture(autouse=True)
def one_converter(converter: ConverterProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process converts for all tests here."""
    monkeypatch.setattr("edgeunet.quantize.quantization.ConverterProcess", lambda: _Kept(converter))


@pytest.fixture(scope="session")
def small_spec() -> UNetSpec:
    block = {"kernel": 3, "pool": 2, "strides": 2, "separable": True}
    return load_spec(
        {
            "name": "small-net",
            "input_shape": [64, 1],
            "classes": ["background", "P", "QRS", "T"],
            "sample_rate_hz": 100.0,
            "blocks": [{"filters": 6, **block}, {"filters": 8, **block}],
        }
    )


@pytest.fixture(scope="session")
def converted(small_spec: UNetSpec) -> Converted:
    need("tensorflow", "ai-edge-litert")
    from edgeunet.quantize.convert import convert
    from tests.quantize.networks import lively, smooth_windows

    model, windows = lively(small_spec), smooth_windows(small_spec, 16)
    return Converted(small_spec, model, windows, convert(model, "float32"), convert(model, "int8", windows))
