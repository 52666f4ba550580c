"""Networks of int16 activations as C: interface, self-test and header, what is refused, and a run of `bench`."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.errors import CompileError
from edgeunet.graph import evaluate, read_tflite
from edgeunet.modelcard import ModelCard
from edgeunet.pipeline.settings import PipelineRequest, settle_pipeline
from edgeunet.run.bench import Request, bench
from tests.networks.int16_networks import Wide
from tests.networks.random_unets import random_unet
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.host_batch import SANITIZED, STRICT, build_batch
from tests.rigs.judges import litert_reference
from tests.rigs.tools import need

_MAIN = """#include <stdio.h>
#include "net.h"
int main(void)
{
    static net_state_t state;
    static int16_t output[ROOM];
    printf("%d", (int)net_selftest(&state, output));
    return 0;
}
"""


def selftest(directory: Path, files: dict[str, str], room: str) -> int:
    for name, text in {**files, "main.c": _MAIN}.items():
        (directory / name).write_text(text)
    sources = ["main.c", "net.c", "net_selftest.c"]
    subprocess.run(["cc", *STRICT, *SANITIZED, f"-DROOM={room}", *sources, "-o", "main"], cwd=directory, check=True)
    done = subprocess.run([directory / "main"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout)


@pytest.mark.parametrize("mode", ["window", "stream"])
def test_the_self_test_names_the_first_wrong_value(tmp_path: Path, mode: str) -> None:
    files = dict(compile_model(read_tflite(random_unet(1, "int16")), "net", mode=mode).sources.files)
    room = "NET_OUTPUT_BYTES / 2" if mode == "window" else "NET_HOP_OUTPUT_ROWS * NET_OUTPUT_CHANNELS"
    assert selftest(tmp_path, files, room) == 0
    head, values = files["net_selftest.c"].split("net_golden_output[", 1)
    numbers = re.split(r"(-?\d+)(?=,)", values)
    numbers[2 * 5 + 1] = str(int(numbers[2 * 5 + 1]) ^ 1)
    files["net_selftest.c"] = head + "net_golden_output[" + "".join(numbers)
    assert selftest(tmp_path, files, room) == 6


def test_the_header_has_the_types_of_the_network() -> None:
    compiled = compile_model(read_tflite(random_unet(1, "mixed")), "net", mode="stream", hop=12)
    header = compiled.sources.files["net.h"]
    assert header.startswith("/* net: a mixed int8 and int16 network as C99")
    assert "net_push(net_state_t *state, const int16_t *input, int16_t *output);" in header
    size = {word: int(re.search(rf"_{word} (\d+)", header)[1]) for word in ("INPUT_BYTES", "INPUT_ROWS")}  # type: ignore[index]
    channels = compiled.inputs[0].shape[-1]
    assert size["INPUT_BYTES"] == 2 * channels * size["INPUT_ROWS"] == compiled.inputs[0].size_bytes
    assert f"HOP_INPUT_BYTES {2 * 12 * channels} " in header
    whole = compile_model(read_tflite(random_unet(1, "int16")), "net").sources.files["net.h"]
    assert whole.startswith("/* net: an int16 network as C99")


def changing_network(made: str) -> bytes:
    """int8 in; a layer of int8; QUANTIZE to int16 and back, as often as told."""
    writer = ModelWriter()
    x = writer.tensor((1, 1, 7, 3), "int8", 0.1, 5)
    y = writer.tensor((1, 1, 7, 3), "int16", 0.001)
    z = writer.tensor((1, 1, 7, 3), "int8", 0.2, -9)
    writer.op("QUANTIZE", [x], y)
    writer.op("QUANTIZE", [y], z)
    return writer.build([x], [y] if made == "int16" else [z])


@pytest.mark.parametrize("made", ["int8", "int16"])
def test_a_network_may_change_its_type_between_input_and_output(tmp_path: Path, made: str) -> None:
    graph = read_tflite(changing_network(made))
    compiled = compile_model(graph, "net")
    assert f"net_run(net_state_t *state, const int8_t *input, {made}_t *output);" in compiled.sources.files["net.h"]
    given = np.arange(-21, 0, dtype=np.int8) * 6
    ((output,),) = build_batch(tmp_path, [compiled]).run([[given]])
    assert np.array_equal(output, evaluate(graph, given)[0].reshape(-1))


def test_float_edges_are_left_to_the_caller(tmp_path: Path) -> None:
    writer = ModelWriter()
    given, made = writer.tensor((1, 1, 6, 2), "float32"), writer.tensor((1, 1, 6, 2), "float32")
    x, y = writer.tensor((1, 1, 6, 2), "int16", 0.0002), writer.tensor((1, 1, 6, 2), "int16", 1 / 32768)
    for kind, source, target in (("QUANTIZE", given, x), ("TANH", x, y), ("DEQUANTIZE", y, made)):
        writer.op(kind, [source], target)
    content = writer.build([given], [made])
    compiled = compile_model(read_tflite(content), "net")
    assert [(port.dtype, port.zero_point) for port in (*compiled.inputs, *compiled.outputs)] == [("int16", 0)] * 2
    stored = np.linspace(-32768, 32767, 12).astype(np.int16)
    ((output,),) = build_batch(tmp_path, [compiled]).run([[stored]])
    real = stored.astype(np.float32) * np.float32(compiled.inputs[0].scale)
    (expected,) = litert_reference(content, real)
    assert np.array_equal(output.astype(np.float32) * np.float32(1 / 32768), expected.reshape(-1))


def test_outputs_of_two_types_are_refused() -> None:
    writer = ModelWriter()
    x, y = writer.tensor((1, 1, 4, 2), "int16", 0.001), writer.tensor((1, 1, 4, 2), "int8", 0.1)
    z = writer.tensor((1, 1, 4, 2), "int16", 0.001)
    writer.op("QUANTIZE", [x], y)
    writer.op("RELU", [x], z)
    with pytest.raises(CompileError, match=r"the network's outputs are int8 and int16, .*; end them in the same type"):
        compile_model(read_tflite(writer.build([x], [y, z])), "net")


def test_a_pipeline_refuses_int16() -> None:
    network = Wide(1)
    network.convolution(network.input(8, 1), 2, 1, ("NONE", 0))
    compiled = compile_model(read_tflite(network.build()), "net")
    card = ModelCard("net", classes=("none", "wave"), sample_rate_hz=100.0, normalization="causal")
    with pytest.raises(CompileError, match=r"'net' takes int16 and gives int16; a pipeline takes a network of int8"):
        settle_pipeline(compiled, card, PipelineRequest())


@pytest.mark.parametrize("mode", ["window", "stream"])
def test_a_host_measures_it_and_tflm_agrees(tmp_path: Path, mode: str) -> None:
    need("gcc")
    model = tmp_path / "wide.tflite"
    network = Wide(1)
    x = network.convolution(network.input(400, 4), 8, 3, ("RELU", 0))
    network.results = [network.add(network.depthwise(x, 5, ("NONE", 0)), x)]
    model.write_bytes(network.build())
    result = bench(Request(model=model, target="host", mode=mode, sanitize=True), peer="tflm")
    assert result.measurement.exact
    assert result.peer is not None
    assert result.peer.mismatch is None
