"""One small network, converted once for all tests of the package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeunet.spec import UNetSpec, load_spec
from tests.rigs.tools import need


@dataclass(frozen=True)
class Converted:
    spec: UNetSpec
    keras: Any
    windows: NDArray[np.float32]
    float32: bytes
    int8: bytes


@pytest.fixture(autouse=True)
def one_for_all(one_converter: None) -> None:
    """One process converts for all tests here."""


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
