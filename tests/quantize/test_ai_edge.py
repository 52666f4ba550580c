"""Float ``.tflite`` files to integers through ai-edge-quantizer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edgeunet.child import run_program
from edgeunet.errors import QuantizeError
from edgeunet.graph import read_tflite
from edgeunet.graph.evaluation.evaluate import evaluate
from edgeunet.litert import reference_interpreter
from edgeunet.quantize.ai_edge import quantize_float
from edgeunet.quantize.layers import compare_layers, read_operators
from edgeunet.quantize.ranges import measure_ranges
from tests.networks.float_unet import WIDTH, FloatNetwork, float_unet, smooth
from tests.rigs.command import edgeunet
from tests.rigs.tools import need


@pytest.fixture(autouse=True, scope="module")
def quantizer() -> None:
    need("ai-edge-quantizer", "ai-edge-litert")


@pytest.fixture(scope="module")
def int8() -> bytes:
    need("ai-edge-quantizer")
    return quantize_float(float_unet(), "int8", smooth(16), "unet")


def test_ranges_hold_zero_and_are_shared_where_an_integer_kernel_has_one_scale() -> None:
    ranges = measure_ranges(float_unet(), smooth(16))
    assert all(low <= 0 <= high for low, high in ranges.values())
    assert len({ranges[name] for name in ("enc", "pool", "bottom", "up", "join")}) == 1
    assert ranges["to_2d"] == ranges["input"] == (float(smooth(16).min()), float(smooth(16).max()))
    assert ranges["enc"] != ranges["output"] == ranges["head"]


def test_a_range_is_that_of_all_windows_whatever_their_order() -> None:
    windows = smooth(8)
    assert measure_ranges(float_unet(), windows) == measure_ranges(float_unet(), windows[::-1])
    assert measure_ranges(float_unet(), windows)["input"] != measure_ranges(float_unet(), windows[:1])["input"]


def test_a_network_that_gives_infinities_is_refused() -> None:
    n = FloatNetwork()
    source = n.signal(8, 1, "input")
    sink = n.writer.op("EXP", [source], n.signal(8, 1, "output"))
    with pytest.raises(QuantizeError, match="output of 'output' is infinite or NaN"):
        measure_ranges(n.writer.build([source], [sink]), [np.full((1, 8, 1), 1e3, np.float32)])


@pytest.mark.parametrize(("number_format", "dtype", "least_db"), [("int8", np.int8, 30), ("int16x8", np.int16, 40)])
def test_ends_are_integers_and_the_output_is_near(number_format: str, dtype: type, least_db: float) -> None:
    model = quantize_float(float_unet(), number_format, smooth(16), "unet")
    interpreter = reference_interpreter(model)
    assert {d.dtype for d in (*interpreter.input_details, *interpreter.output_details)} == {np.dtype(dtype)}
    layers = compare_layers(float_unet(), model, smooth(8, seed=1)[:, None])
    assert [layer.name for layer in layers][-1] == "output"
    assert layers[-1].sqnr_db is not None
    assert layers[-1].sqnr_db > least_db


def test_weights_have_the_scale_of_their_channel(int8: bytes) -> None:
    weights = next(d for d in reference_interpreter(int8).tensors() if d.name == "enc/weights")
    real = reference_interpreter(float_unet(), preserve_all_tensors=True)
    values = real.tensor(next(d.index for d in real.tensors() if d.name == "enc/weights"))
    assert (weights.dtype, weights.axis, len(weights.scales)) == (np.int8, 0, WIDTH)
    np.testing.assert_allclose(weights.scales, np.abs(values).max(axis=(1, 2, 3)) / 127, rtol=1e-5)


def test_nothing_is_requantized_before_a_concatenation(int8: bytes) -> None:
    kinds = [operator.kind for operator in read_operators(int8)]
    assert kinds == [operator.kind for operator in read_operators(float_unet())]
    assert "CONCATENATION" in kinds


def one_function(kind: str, uses: int = 1) -> bytes:
    """A convolution, the function, and a convolution; with two uses another, whose input is moved by EXPAND_DIMS."""
    n = FloatNetwork()
    source = n.signal(32, 1, "input")
    x = n.convolution(source, 32, 1, 4, "first", "NONE")
    operands, options = [x], {}
    if kind == "PRELU":
        slopes = np.linspace(-0.5, 0.8, 4, dtype=np.float32)
        operands.append(n.writer.tensor((1, 1, 4), "float32", data=slopes, name="slopes"))
    if kind == "LEAKY_RELU":
        options["alpha"] = 0.2
    if kind == "TILE":
        operands.append(n.writer.constant([1, 1, 1, 1]))
    y = n.writer.op(kind, operands, n.signal(32, 4, "middle"), **options)
    last = n.convolution(y, 32, 4, 2, "last", "NONE")
    if uses == 1:
        return n.writer.build([source], [last])
    shapes = (n.writer.tensor((1, 32, 4), "float32", name="flat"), n.signal(32, 4, "again"))
    n.writer.op("SQUEEZE", [y], shapes[0], squeezeDims=[1])
    n.writer.op("EXPAND_DIMS", [shapes[0], n.writer.constant([1])], shapes[1])
    other = n.convolution(shapes[1], 32, 4, 2, "other", "NONE")
    return n.writer.build([source], [n.writer.op("ADD", [last, other], n.signal(32, 2, "sum"))])


@pytest.mark.parametrize("kind", ["LEAKY_RELU", "PRELU", "RELU6", "TILE"])
def test_what_the_quantizer_leaves_in_float_runs_in_integers(kind: str) -> None:
    windows = smooth(8)[:, None, :32]
    model = quantize_float(one_function(kind), "int8", windows, "m")
    assert [operator.kind for operator in read_operators(model)] == ["CONV_2D", kind, "CONV_2D"]
    layers = compare_layers(one_function(kind), model, smooth(4, seed=1)[:, None, None, :32])
    assert [layer.name for layer in layers] == ["input", "first", "middle", "last"]
    assert min(layer.sqnr_db or 0 for layer in layers) > 25
    graph, reference = read_tflite(model), reference_interpreter(model)
    codes = np.random.default_rng(0).integers(-128, 128, reference.input_details[0].shape, np.int8)
    np.testing.assert_array_equal(evaluate(graph, codes)[0].reshape(-1), reference.run(codes)[0].reshape(-1))


def test_islands_of_several_operators_and_readers_run_in_integers() -> None:
    model = quantize_float(one_function("LEAKY_RELU", uses=2), "int8", smooth(8)[:, None, :32], "m")
    kinds = [operator.kind for operator in read_operators(model)]
    assert not {"DEQUANTIZE", "QUANTIZE"} & set(kinds)
    assert {detail.dtype for detail in reference_interpreter(model).tensors()} & {np.dtype(np.int8)}
    read_tflite(model)
    layers = compare_layers(one_function("LEAKY_RELU", 2), model, smooth(4, seed=1)[:, None, None, :32])
    assert layers[-1].name == "sum"
    assert (layers[-1].sqnr_db or 0) > 25


def test_the_same_model_and_windows_give_the_same_bytes(int8: bytes) -> None:
    assert quantize_float(float_unet(), "int8", smooth(16), "unet") == int8


def test_tensorflow_and_keras_are_for_keras_models(tmp_path: Path) -> None:
    (tmp_path / "m.tflite").write_bytes(float_unet())
    ended = edgeunet("quantize", tmp_path / "m.tflite", "-o", tmp_path / "q.tflite", "--quantizer", "tensorflow")
    assert ended.returncode == 2
    assert "is a .tflite file, and TensorFlow's converter takes Keras models" in ended.stderr


def test_a_quantized_file_is_refused_by_the_command(int8: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.tflite").write_bytes(int8)
    ended = edgeunet("quantize", tmp_path / "m.tflite", "-o", tmp_path / "q.tflite", "--records", "5")
    assert ended.returncode == 2
    assert "so it is no float model; compile it as it is" in ended.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.tflite"]


def test_without_tensorflow_the_whole_road_to_exact_c_works(tmp_path: Path) -> None:
    """In a process that cannot import it, nor can the one it starts: float file, int8, C on this machine."""
    need("gcc")
    site = tmp_path / "site"
    for package in ("tensorflow", "keras"):
        (site / package).mkdir(parents=True)
        (site / package / "__init__.py").write_text(f"raise ImportError('{package} is blocked', name='{package}')\n")
    (tmp_path / "m.float.tflite").write_bytes(float_unet())
    data = ["--records", "6", "--calibration-windows", "16", "--max-drop", "100"]
    card = ["--classes", "background,P,QRS,T", "--sample-rate-hz", "100", "--normalization", "zscore"]
    program = (
        f"sys.path.insert(0, {str(site)!r})\n"
        "from edgeunet.cli import main\n"
        f"try: main(['quantize', 'm.float.tflite', '-o', 'm.int8.tflite', *{[*data, *card]!r}])\n"
        "except SystemExit as ended: assert not ended.code, ended.code\n"
        "main(['bench', 'm.int8.tflite', '--target', 'host', '--json'])\n"
    )
    ended = subprocess.run(
        run_program(program), cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "PYTHONUTF8": "1"}
    )
    assert ended.returncode == 0, ended.stderr
    assert "F1 on validation patients" in ended.stdout
    assert json.loads(ended.stdout[ended.stdout.index("\n{") :])["exact"] is True
    report = json.loads((tmp_path / "m.int8.tflite.quantize.json").read_text())
    assert (report["quantizer"], report["format"]) == ("ai-edge", "int8")
    assert report["output_sqnr_db"] > 25
    assert report["calibration"]["part"] == "train"
    assert json.loads((tmp_path / "m.int8.tflite.json").read_text())["classes"] == ["background", "P", "QRS", "T"]


def test_a_quantizer_that_is_missing_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    from edgeunet.errors import ToolError

    monkeypatch.setitem(sys.modules, "ai_edge_quantizer", None)
    with pytest.raises(ToolError, match=r"pip install 'edgeunet\[quantizer\]'"):
        quantize_float(float_unet(), "int8", smooth(2), "unet")
