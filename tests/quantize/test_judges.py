"""Two judges for every preset: LiteRT's reference kernels and TFLM's interpreter load, run and agree on every value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeunet.litert import reference_interpreter
from edgeunet.quantize import FORMATS
from edgeunet.quantize.convert import convert
from edgeunet.spec import PRESETS, UNetSpec, load_spec, preset
from tests.quantize.networks import lively, smooth_windows
from tests.rigs.tools import need


@pytest.fixture(autouse=True, scope="module")
def judges() -> None:
    need("tensorflow", "ai-edge-litert", "tflite-micro")


ARENA_BYTES = 1 << 26
RUNS = 3


def run_tflm(model: bytes, *inputs: NDArray[Any]) -> list[NDArray[Any]]:
    from tflite_micro.python.tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)
    outputs = []
    for array in inputs:
        interpreter.set_input(array, 0)
        interpreter.invoke()
        outputs.append(np.array(interpreter.get_output(0)))
    return outputs


def judge(spec: UNetSpec, number_format: str) -> None:
    """Convert a lively network and demand equal outputs, on inputs over the whole range of the input type."""
    model = convert(lively(spec), number_format, smooth_windows(spec, 2))
    reference = reference_interpreter(model)
    (source,), (sink,) = reference.input_details, reference.output_details
    assert source.dtype == sink.dtype == {"int8": np.int8, "int16x8": np.int16, "float32": np.float32}[number_format]
    rng = np.random.default_rng(5)
    if number_format == "float32":
        inputs = [rng.standard_normal(source.shape).astype(np.float32) for _ in range(RUNS)]
    else:
        limits = np.iinfo(source.dtype)
        inputs = [rng.integers(limits.min, limits.max + 1, source.shape).astype(source.dtype) for _ in range(RUNS)]
    judged = run_tflm(model, *inputs)
    for array, theirs in zip(inputs, judged, strict=True):
        (ours,) = reference.run(array)
        assert np.abs(np.diff(ours.astype(np.float64), axis=1)).mean() > 0.5 or number_format == "float32"
        if number_format == "float32":
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4 * float(np.abs(ours).max()))
        else:
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.nightly  # by day ``tests/model/test_int8.py`` has the same judges
@pytest.mark.parametrize("name", PRESETS)
def test_every_1d_preset_in_int8(name: str) -> None:
    """The large ones an eighth as wide: ``tests/model/test_int8.py``."""
    judge(preset(name, 1), "int8")


@pytest.mark.parametrize("number_format", [f for f in FORMATS if f != "int8"])
def test_the_other_formats(number_format: str) -> None:
    judge(preset("ecg-tiny"), number_format)


SMALL: dict[str, Any] = {
    "input_shape": [64, 1],
    "classes": 3,
    "blocks": [
        {"filters": 8, "kernel": 3, "pool": 2, "strides": 2},
        {"filters": 12, "kernel": 3, "pool": 2, "strides": 2},
    ],
}


@pytest.mark.parametrize(
    "change",
    [
        {"norm": "layer"},
        {"upsample": "transpose"},
        {"skip_mode": "add"},
        {"residual": True},
        {"dilation": 2, "depth": 2, "ddepth": 2},
        {"activation": "leaky_relu"},
        {"seperable": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_kind_of_layer_in_int8(change: dict[str, Any]) -> None:
    spec = load_spec({**SMALL, "blocks": [{**block, **change} for block in SMALL["blocks"]]})
    judge(spec, "int8")
