"""The lint finds what it is there for, names the layer, and has nothing to say about what we build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edgeunet.errors import ModelError
from edgeunet.graph.rules.table import SUPPORTED
from edgeunet.model import build_model, lint_model, lint_tflite
from edgeunet.model.lint import CLEAN as CLEAN_OPERATORS
from edgeunet.model.lint import layer_in
from edgeunet.spec import PRESETS, load_spec, preset
from tests.model.narrow import narrowed

LEVEL = {"filters": 4, "kernel": 3, "pool": 2, "strides": 2}
CLEAN: dict[str, dict[str, Any]] = {
    "dilated": {"blocks": [{**LEVEL, "depth": 3, "dilation": 2}]},
    "dilated separable": {"blocks": [{**LEVEL, "depth": 3, "dilation": 2, "separable": True}]},
    "dilated valid": {"padding": "valid", "blocks": [{**LEVEL, "depth": 2, "dilation": 3}]},
    "layer norm": {"blocks": [{**LEVEL, "norm": "layer"}]},
    "layer norm over channels": {"norm_axis": "channels", "blocks": [{**LEVEL, "norm": "layer"}]},
    "elu, selu, leaky": {
        "blocks": [{**LEVEL, "activation": activation} for activation in ("elu", "selu", "leaky_relu")]
    },
    "transpose, softmax": {"upsample": "transpose", "use_logits": False, "blocks": [{**LEVEL, "upsample_kernel": 3}]},
    "no head": {"include_top": False, "blocks": [LEVEL]},
    "two dimensions": {"input_shape": [16, 16, 3], "blocks": [LEVEL, LEVEL]},
}


@pytest.mark.nightly  # by day ``test_int8.py`` looks at the int8 file of each
@pytest.mark.parametrize("name", PRESETS)
def test_every_1d_preset_is_clean(name: str) -> None:
    """An eighth as wide where it is large: the lint looks at operators and shapes, not at weights."""
    assert lint_model(build_model(narrowed(preset(name, 1)))) == []


IN_INT8 = ("layer norm", "layer norm over channels")
"""By day ``test_int8.py`` has them."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.nightly) if name in IN_INT8 else name for name in CLEAN]
)
def test_every_kind_of_layer_is_clean(name: str) -> None:
    spec = load_spec({"input_shape": [80, 1], **CLEAN[name]})
    assert [str(finding) for finding in lint_model(build_model(spec))] == []


def test_keras_own_layers_are_found_and_named() -> None:
    import keras

    source = keras.Input((32, 2), name="input")
    x = keras.layers.Conv1D(4, 3, padding="same", dilation_rate=2, name="dilated")(source)
    x = keras.layers.UpSampling1D(2, name="up")(x)
    x = keras.layers.Cropping1D((3, 3), name="cropped")(x)
    x = keras.layers.LayerNormalization(name="normed")(x)
    x = keras.layers.Activation("exponential", name="exponential")(x)
    findings = lint_model(keras.Model(source, x))
    found = {(finding.layer, finding.operator) for finding in findings}
    assert ("cropped", "STRIDED_SLICE") in found
    assert ("normed", "NEG") in found
    assert ("exponential", "EXP") in found
    assert ("up", "TILE") in found
    assert {layer for layer, _ in found} <= {"dilated", "up", "cropped", "normed", "exponential"}
    assert all("\n" not in str(finding) for finding in findings)


def test_upsampling_of_a_flexible_batch_is_shape_arithmetic() -> None:
    import keras
    import tensorflow as tf

    from edgeunet.model.quiet import quiet

    source = keras.Input((8, 8, 2))
    model = keras.Model(source, keras.layers.UpSampling2D(name="up")(source))
    with quiet():
        content = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    findings = lint_tflite(content, ["up"])
    assert any("open shape" in finding.problem for finding in findings)


def test_reshapes_are_allowed_at_the_ends_only() -> None:
    import keras

    source = keras.Input((32, 2))
    x = keras.layers.Reshape((1, 32, 2), name="first")(source)
    x = keras.layers.Conv2D(2, 1)(x)
    x = keras.layers.Reshape((1, 16, 4), name="middle")(x)
    x = keras.layers.Conv2D(2, 1)(x)
    x = keras.layers.Reshape((16, 2), name="last")(x)
    assert [finding.layer for finding in lint_model(keras.Model(source, x))] == ["middle"]


def test_fixed_workloads_are_clean(shared: Path) -> None:
    for path in sorted((shared / "models").glob("*.tflite")):
        assert lint_tflite(path.read_bytes()) == [], path.name


def test_what_is_clean_compiles() -> None:
    assert set(SUPPORTED) >= CLEAN_OPERATORS


def test_garbage_is_refused() -> None:
    for content in (b"", b"hello", bytes(100), b"\x10\0\0\0TFL3" + b"\xff" * 60):
        with pytest.raises(ModelError):
            lint_tflite(content)


def test_layer_is_found_in_a_converters_name() -> None:
    layers = ("enc1_conv1", "head")
    assert layer_in("net_1/enc1_conv1_1/convolution;net_1/enc1_norm1/add", layers) == "enc1_conv1"
    assert layer_in("StatefulPartitionedCall_1:0", layers) == "StatefulPartitionedCall_1:0"
