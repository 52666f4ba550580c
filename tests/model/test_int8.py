"""What we build runs in int8: in LiteRT's reference kernels and in TFLM, with equal outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import read_tflite
from edgeunet.litert import reference_interpreter
from edgeunet.model import build_model, cost, lint_tflite, to_static
from edgeunet.model.cost import CODE_BYTES, CODE_BYTES_PER_STEP
from edgeunet.quantize.convert import convert
from edgeunet.spec import PRESETS, UNetSpec, load_spec, preset
from tests.model.narrow import narrowed

LEVEL = {"filters": 8, "kernel": 3, "pool": 2, "strides": 2}
VARIANTS: dict[str, dict[str, Any]] = {
    "layer norm over time": {"blocks": [{**LEVEL, "norm": "layer"}] * 2},
    "layer norm over channels": {"norm_axis": "channels", "blocks": [{**LEVEL, "norm": "layer"}] * 2},
    "elu": {"blocks": [{**LEVEL, "activation": "elu"}] * 2},
    "selu": {"blocks": [{**LEVEL, "activation": "selu"}] * 2},
    "dilated": {"blocks": [{**LEVEL, "depth": 3, "dilation": 2, "separable": True}] * 2},
}


def int8(spec: UNetSpec, rng: np.random.Generator) -> tuple[bytes, Any]:
    """Quantize a model with random statistics; return the file and the float model it came from."""
    model = to_static(build_model(spec, seed=1))
    for variable in model.weights:
        if "kernel" not in variable.path:
            low, high = (0.5, 1.5) if "gamma" in variable.path or "variance" in variable.path else (-0.2, 0.2)
            variable.assign(rng.uniform(low, high, variable.shape))
    windows = rng.standard_normal((4, *spec.input_shape)).astype(np.float32)
    return convert(model, "int8", windows), model


def assert_runs_alike(content: bytes, model: Any, rng: np.random.Generator, snr_db: float) -> None:
    assert [str(finding) for finding in lint_tflite(content)] == []
    reference = reference_interpreter(content)
    detail = reference.input_details[0]
    x = rng.standard_normal(detail.shape).astype(np.float32)
    expected = np.asarray(model(x))
    error = reference.predict(x)[0] - expected
    assert 10 * np.log10((expected**2).mean() / (error**2).mean()) > snr_db
    micro = pytest.importorskip("tflite_micro", reason="the TFLM interpreter (tflite-micro) is not installed")
    q = np.clip(np.round(x / detail.scale) + detail.zero_point, -128, 127).astype(np.int8)
    interpreter = micro.runtime.Interpreter.from_bytes(content)
    interpreter.set_input(q, 0)
    interpreter.invoke()
    ours = reference.run(q)[0]
    assert len(np.unique(ours)) > 8
    np.testing.assert_array_equal(interpreter.get_output(0), ours)


DAILY = ("ecg-tiny", "classic-batchnorm", "heartkit")
"""Presets of every day; `tests/emit/test_presets.py` compiles more of them."""


@pytest.mark.parametrize("name", [n if n in DAILY else pytest.param(n, marks=pytest.mark.nightly) for n in PRESETS])
def test_every_1d_preset_runs_alike_in_both_interpreters(name: str) -> None:
    """An eighth as wide where it is large."""
    rng = np.random.default_rng(8)
    assert_runs_alike(*int8(narrowed(preset(name, 1)), rng), rng, snr_db=12)


@pytest.mark.nightly
@pytest.mark.slow
@pytest.mark.parametrize("name", ["classic", "classic-batchnorm", "classic-valid", "he-dropout"])
def test_every_large_1d_preset_runs_alike_in_both_interpreters(name: str) -> None:
    rng = np.random.default_rng(8)
    assert_runs_alike(*int8(preset(name, 1), rng), rng, snr_db=12)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_kind_of_layer_runs_alike_in_both_interpreters(name: str) -> None:
    rng = np.random.default_rng(8)
    spec = load_spec({"input_shape": [64, 2], "classes": 4, **VARIANTS[name]})
    assert_runs_alike(*int8(spec, rng), rng, snr_db=10)


def test_flash_estimate_holds_for_the_compiled_constants() -> None:
    spec = preset("ecg-tiny", 1)
    content, _ = int8(spec, np.random.default_rng(8))
    compiled = compile_model(read_tflite(content), "tiny")
    code_bytes = CODE_BYTES + CODE_BYTES_PER_STEP * len(compiled.layers)
    assert cost(spec).estimated_flash_bytes == pytest.approx(compiled.weights_bytes + code_bytes, rel=0.1)
