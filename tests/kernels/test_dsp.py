"""DSP kernels on emulated Cortex-M4, M7 and M33 equal the exact evaluator: edges, streams, fallbacks."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import Compiled, compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.ir import Graph
from edgeunet.graph.length import with_length
from tests.kernels.test_mve import small_unet
from tests.networks.helium_table import CHANNELS, SideBySide, column_network, table_network
from tests.networks.pass_networks import PassNetwork
from tests.networks.random_layers import Value
from tests.networks.random_networks import random_inputs, random_network
from tests.rigs.dsp_batch import run_on_dsp
from tests.rigs.helium_batch import Case, Int8

MODELS = ("seed-unet-800", "small-unet-256", "classic-unet-512")


def flat(arrays: list[Int8]) -> Int8:
    return np.concatenate([np.asarray(array, np.int8).reshape(-1) for array in arrays])


def window_case(graph: Graph, name: str, seed: int) -> Case:
    rng = np.random.default_rng(seed)
    inputs = [random_inputs(graph.tensors[i].shape, rng) for i in graph.inputs]
    return Case(compile_model(graph, name, kernels="dsp"), flat(inputs), flat(evaluate(graph, inputs)))


def stream_case(content: bytes, name: str, hop: int, rows: int) -> Case:
    graph = read_tflite(content)
    channels = graph.tensors[graph.inputs[0]].shape[-1]
    samples = random_inputs((rows, channels), np.random.default_rng(rows)).astype(np.int8)
    compiled = compile_model(graph, name, kernels="dsp", mode="stream", hop=hop)
    return Case(compiled, samples, flat(evaluate(with_length(graph, rows), [samples])), rows)


def kernels(compiled: Compiled) -> set[str]:
    return {layer.kernel for layer in compiled.layers}


KERNELS = (
    *(f"eu_quads_conv_{tail}{form}" for tail in ("clamped", "saturated", "linear") for form in ("", "_runs", "_any")),
    *(f"eu_quads_sum_{tail}{form}" for tail in ("clamped", "saturated", "linear") for form in ("", "_runs")),
    *("eu_quads_add_relu", "eu_quads_add_linear"),
    *("eu_single_conv_clamped", "eu_single_conv_saturated", "eu_single_conv_linear"),
    *("eu_depthwise_3", "eu_depthwise_5", "eu_depthwise_7", "eu_depthwise_9", "eu_depthwise_word"),
    *("eu_depthwise_twice_3", "eu_depthwise_twice_5"),
    *("eu_elementwise_max_2", "eu_elementwise_max_3", "eu_elementwise_add_linear", "eu_elementwise_add_clamped"),
)
ACTIVATIONS = (("RELU", -128), ("RELU", -20), ("NONE", 3), ("RELU6", -128))


def residual_network(channels: int, seed: int) -> bytes:
    """Projected residuals in both operand orders, sums over repeated signals, maxima: even and odd counts of rows."""
    network = SideBySide(seed)
    done = []
    for number, rows in enumerate((3, 8, 33, 64)):
        x = network.convolution(network.input(rows, channels), channels, 1, ACTIVATIONS[seed % 4])
        own = network.convolution(network.depthwise(x, 5, ("NONE", 3)), 12, 1, ACTIVATIONS[number])
        other = network.convolution(x, 12, 1, ("NONE", 3))
        y = network.add(*((own, other) if number % 2 else (other, own)))
        low = network.pool(y, 3, 2)
        low = network.add(network.pool(low, 3, 1), network.depthwise(low, 3, ("NONE", 3)))
        skip = network.convolution(network.input(2 * low.shape[1], channels), 8, 1, ("NONE", 3))
        network.writer.graph.tensors[skip.index].quantization.scale = np.float32([low.scale])
        network.writer.graph.tensors[skip.index].quantization.zeroPoint = np.int64([low.zero_point])
        skip = Value(skip.index, skip.shape, low.scale, low.zero_point)
        done.append(network.joined(low, skip, 8, 1, ACTIVATIONS[number], repeat=2))
    network.results = done
    return network.build()


def long_calls_network(channels: int, seed: int) -> bytes:
    """Windows of one run of bytes and of several, over one signal and two, in calls that are not short."""
    network = SideBySide(seed)
    x = network.input(70, channels)
    y = network.pool(x, 2, 1)
    done = [network.joined(y, x, 8, 5, activation) for activation in (*ACTIVATIONS, ("RELU6", 10))]
    done += [network.convolution(x, 5, taps, ("RELU", -128)) for taps in (1, 5)]
    network.results = [*done, network.convolution(x, 5, 5, ("NONE", 3))]
    return network.build()


def depthwise_network(channels: int, seed: int) -> bytes:
    """Long windows over counts of rows around four and its multiples, chained so that buffers share bytes."""
    network = SideBySide(seed)
    done = []
    for number, rows in enumerate((1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 33, 64, 71)):
        x = network.depthwise(network.input(rows, channels), (7, 9)[number % 2], ("NONE", 3))
        y = network.depthwise(x, (9, 7)[number % 2], ("NONE", -128))
        done.append(network.convolution(y, 4, 1, ("NONE", 3)))
    network.results = done
    return network.build()


TALL = (
    *("eu_tall_conv_saturated", "eu_tall_conv_relu", "eu_tall_conv_linear", "eu_tall_add_relu", "eu_tall_add_linear"),
    *("eu_tall_sum_saturated", "eu_tall_sum_relu", "eu_tall_sum_linear"),
)
"""The kernels for few rows, each by name."""


def several_rows_network(channels: int, seed: int) -> bytes:
    """Convolutions, sums and additions of 16 and 12 rows, which the kernels that widen both operands are best for."""
    network = SideBySide(seed)
    done = []
    for activation in (("RELU", -128), ("RELU", -20), ("NONE", 3)):
        x = network.convolution(network.input(16, channels), channels, 1, activation)
        done.append(network.convolution(x, 24, 3, activation))
        own, other = (network.convolution(x, 24, 1, kind) for kind in (activation, ("NONE", 3)))
        done.append(network.add(own, other))
        z = network.convolution(network.input(12, 8), 8, 1, ("NONE", 3))
        done.append(network.joined(network.pool(z, 2, 1), z, 24, 3, activation))
    network.results = done
    return network.build()


PAIRS = (
    *(
        "eu_pairs_conv_saturated",
        "eu_pairs_conv_clamped",
        "eu_pairs_conv_linear",
        "eu_pairs_add_relu",
        "eu_pairs_add_linear",
    ),
    *("eu_pairs_sum_saturated", "eu_pairs_sum_clamped", "eu_pairs_sum_linear"),
)
"""The kernels that widen both operands."""

BARE = (
    *("eu_bare_conv_saturated", "eu_bare_conv_clamped", "eu_bare_conv_linear"),
    *("eu_bare_add_relu", "eu_bare_add_linear"),
    *("eu_bare_sum_saturated", "eu_bare_sum_clamped", "eu_bare_sum_linear"),
)
"""The kernels without scratch memory."""

FEW_ROWS_CHANNELS = (4, 8, 20, 48, 52, 64)


def few_rows_network(channels: int, seed: int) -> bytes:
    """Convolutions, sums and additions with few rows and many outputs: rows around four, windows around a pass."""
    network = SideBySide(seed)
    done = []
    for number, rows in enumerate((1, 2, 3, 4, 5, 8)):
        activation = ACTIVATIONS[(seed + number) % 3]
        x = network.input(rows, channels)
        done.append(network.convolution(x, 13 + number, 5, activation))
        done.append(network.convolution(x, 40, 3, ("NONE", -128), dilation=1 + number % 2))
        done.append(network.convolution(x, 40, 3, activation, stride=2))
        y = network.convolution(x, channels, 1, ("NONE", 3))
        own = network.convolution(y, 36, 1, activation)
        other = network.convolution(y, 36, 1, ("NONE", 3))
        done.append(network.add(*((own, other) if number % 2 else (other, own))))
        done.append(network.joined(network.pool(y, 2, 1), y, 17, 1 + 2 * (number % 3), activation))
        high = network.convolution(network.input((2 + number % 2) * rows, channels), 12, 1, ("NONE", 3))
        low = network.convolution(y, 12, 1, ("NONE", 3))
        done.append(network.joined(low, high, 34, 1, activation, repeat=2 + number % 2))
    network.results = done
    return network.build()


@pytest.fixture
def always_tall(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels for few rows wherever they fit, whatever they cost."""
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.TALL_WORTH", 1e9)
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.PAIRS_WORTH", 0.0)
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.BARE_WORTH", 0.0)
    monkeypatch.setattr("edgeunet.kernels.selection.for_windows", tuple)


@pytest.fixture
def always_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels that widen both operands wherever they fit, whatever they cost, often in several blocks of rows."""
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.PAIRS_WORTH", 1e9)
    monkeypatch.setattr("edgeunet.kernels.dsp.pairs.rows.LARGEST_SCRATCH", 1200)
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.BARE_WORTH", 0.0)
    monkeypatch.setattr("edgeunet.kernels.selection.for_windows", tuple)


@pytest.fixture
def always_bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels without scratch memory wherever they fit, whatever they cost."""
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.BARE_WORTH", 1e9)
    monkeypatch.setattr("edgeunet.kernels.selection.for_windows", tuple)


def few_rows_networks() -> list[tuple[str, bytes]]:
    """Shapes around the edges of the kernels for few rows, and those of all others."""
    found = [(f"f{channels}", few_rows_network(channels, seed)) for seed, channels in enumerate(FEW_ROWS_CHANNELS)]
    for seed, channels in enumerate((4, 12, 24)):
        found.append((f"c{channels}", table_network(channels, seed)))
        found.append((f"r{channels}", residual_network(channels, seed)))
    return found


def check_few_rows(directory: Path, names: tuple[str, ...]) -> None:
    cases = [window_case(read_tflite(made), name, seed) for seed, (name, made) in enumerate(few_rows_networks())]
    used = set().union(*(kernels(case.model) for case in cases))
    assert set(names) <= used, f"not in this test: {set(names) - used}"
    assert run_on_dsp(directory, cases) == ["equal"] * len(cases)


@pytest.mark.usefixtures("always_tall")
def test_kernels_for_few_rows_equal_the_evaluator_on_cortex_m4(tmp_path: Path) -> None:
    check_few_rows(tmp_path, TALL)


@pytest.mark.usefixtures("always_pairs")
def test_kernels_that_widen_both_operands_equal_the_evaluator_on_cortex_m4(tmp_path: Path) -> None:
    check_few_rows(tmp_path, PAIRS)


@pytest.mark.usefixtures("always_bare")
def test_kernels_without_scratch_memory_equal_the_evaluator_on_cortex_m4(tmp_path: Path) -> None:
    check_few_rows(tmp_path, BARE)


def windows_network(channels: int, seed: int) -> bytes:
    """Depthwise windows of all kinds: any taps, strides, dilations and clamps, few rows, over upsampled signals. Sums
    with clamps."""
    network = PassNetwork(seed)
    done = []
    clamps = cycle((("NONE", 3), ("RELU", -20), ("RELU6", -128), ("RELU_N1_TO_1", 0), ("NONE", -128)))
    for rows, taps, stride, dilation in (
        *((1, 1, 1, 1), (2, 3, 1, 1), (3, 5, 1, 1), (5, 3, 1, 1), (7, 7, 1, 1), (6, 9, 1, 1), (9, 2, 1, 1)),
        *((17, 4, 1, 1), (16, 11, 1, 1), (16, 3, 2, 1), (17, 5, 3, 1), (18, 3, 1, 2), (19, 5, 1, 4), (20, 7, 2, 1)),
    ):
        x = network.convolution(network.input(rows, 4), channels, 1, ("NONE", 3))
        y = network.depthwise(x, taps, next(clamps), stride, dilation)
        done.append(network.depthwise(y, taps, next(clamps), 1, dilation))
    for rows in (1, 4, 7):
        x = network.convolution(network.input(rows, 4), channels, 1, ("NONE", 3))
        y = network.depthwise(x, 3, ("NONE", 9))
        done += [network.add(x, y, activation) for activation in ("RELU", "RELU6", "RELU_N1_TO_1", "NONE")]
    for rows, taps in ((4, 3), (5, 5), (6, 7), (9, 9), (8, 4), (33, 8), (64, 7), (32, 5)):
        x = network.convolution(network.input(rows, 4), channels, 1, ("NONE", 3))
        y = network.depthwise(network.upsampled(x, 2), taps, ("NONE", -7))
        done.append(network.convolution(y, 4, 1, ("NONE", 3)))
    for rows, factor, taps in ((5, 2, 11), (6, 3, 4), (7, 2, 12), (3, 4, 6)):
        up = network.upsampled(network.input(rows, channels), factor)
        done.append(network.depthwise(up, taps, next(clamps)))
    return network.only(*done)


def test_table_of_shapes_equals_the_evaluator_on_cortex_m4(tmp_path: Path) -> None:
    cases = []
    for seed, channels in enumerate(CHANNELS):
        cases.append(window_case(read_tflite(table_network(channels, seed)), f"c{channels}", seed))
    for seed, channels in enumerate((4, 8, 12, 48, 64)):
        cases.append(window_case(read_tflite(residual_network(channels, seed)), f"r{channels}", seed))
    for seed, channels in enumerate((16, 20)):
        cases.append(window_case(read_tflite(long_calls_network(channels, seed)), f"l{channels}", seed))
    for seed, channels in enumerate((1, 4, 5, 12)):
        cases.append(window_case(read_tflite(depthwise_network(channels, seed)), f"d{channels}", seed))
    for seed, channels in enumerate((1, 4, 5, 17)):
        cases.append(window_case(read_tflite(windows_network(channels, seed)), f"w{channels}", seed))
        cases.append(window_case(read_tflite(column_network(channels, seed)), f"p{channels}", seed))
    used = set().union(*(kernels(case.model) for case in cases))
    assert set(KERNELS) <= used, f"not in this test: {sorted(set(KERNELS) - used)}"
    assert run_on_dsp(tmp_path, cases) == ["equal"] * len(cases)


def test_streams_equal_the_evaluator_on_cortex_m4(tmp_path: Path) -> None:
    cases = []
    for channels in (1, 4, 12):
        for hop in (2, 6, 8):
            name = f"s{channels}_{hop}"
            cases += [stream_case(small_unet(channels, channels), name, hop, rows) for rows in (hop, 33 * hop)]
    assert run_on_dsp(tmp_path, cases) == ["equal"] * len(cases)


@pytest.mark.parametrize("strides", [1, 4])
def test_shared_models_stream_exactly_on_cortex_m4(shared: Path, tmp_path: Path, strides: int) -> None:
    cases = []
    for name, stride in zip(MODELS, (16, 16, 4), strict=True):
        content = (shared / "models" / f"{name}.int8.tflite").read_bytes()
        hop = strides * stride
        cases.append(stream_case(content, "s_" + name.split("-")[0], hop, 13 * hop + stride))
    assert strides == 1 or all(set(TALL) & kernels(case.model) for case in cases)
    assert run_on_dsp(tmp_path, cases) == ["equal"] * len(cases)


@pytest.mark.parametrize(("core", "compiler", "level"), [("cortex-m33", "zig", "-Os"), ("cortex-m7", "gcc", "-O0")])
def test_calls_of_one_row_are_exact_with_other_compilers(
    shared: Path, tmp_path: Path, core: str, compiler: str, level: str
) -> None:
    content = (shared / "models" / "classic-unet-512.int8.tflite").read_bytes()
    case = stream_case(content, "s_classic", 4, 52)
    assert sum(name.startswith("eu_bare") for name in kernels(case.model)) >= 4
    assert run_on_dsp(tmp_path, [case], core, compiler, level) == ["equal"]


def test_streams_of_long_windows_equal_the_evaluator_on_cortex_m4(tmp_path: Path) -> None:
    cases = []
    for taps in (7, 9):
        network = SideBySide(taps)
        x = network.depthwise(network.input(32, 4), taps, ("NONE", 3))
        network.results = [network.depthwise(network.pool(x, 2, 2), taps, ("NONE", -128))]
        for hop in (2, 8, 14):
            case = stream_case(network.build(), f"s{taps}_{hop}", hop, 13 * hop)
            assert (f"eu_depthwise_{taps}" in kernels(case.model)) == (hop >= 8)
            cases.append(case)
    assert run_on_dsp(tmp_path, cases) == ["equal"] * len(cases)


@pytest.mark.parametrize("seeds", [range(12), range(12, 24)], ids=str)
def test_random_networks_equal_the_evaluator_on_cortex_m4(tmp_path: Path, seeds: range) -> None:
    cases = [window_case(read_tflite(random_network(seed)), f"n{seed}", seed) for seed in seeds]
    assert run_on_dsp(tmp_path, cases) == ["equal"] * len(cases)


@pytest.mark.parametrize(("core", "compiler", "level"), [
    ("cortex-m4", "gcc", "-O2"), ("cortex-m7", "gcc", "-Os"), ("cortex-m33", "gcc", "-O0"), ("cortex-m4", "zig", "-O2"),
    ("cortex-m33", "zig", "-Os"),
])  # fmt: skip
def test_shared_models_are_exact(shared: Path, tmp_path: Path, core: str, compiler: str, level: str) -> None:
    cases = []
    for name in MODELS:
        content = (shared / "models" / f"{name}.int8.tflite").read_bytes()
        cases.append(window_case(read_tflite(content), "w_" + name.split("-")[0], 3))
    assert run_on_dsp(tmp_path, cases, core, compiler, level) == ["equal"] * len(cases)


@pytest.mark.parametrize(("core", "compiler", "level"), [("cortex-m33", "zig", "-Os"), ("cortex-m7", "gcc", "-O0")])
def test_depthwise_windows_are_exact_with_other_compilers(tmp_path: Path, core: str, compiler: str, level: str) -> None:
    cases = [window_case(read_tflite(windows_network(channels, 1)), f"w{channels}", 1) for channels in (4, 5)]
    assert run_on_dsp(tmp_path, cases, core, compiler, level) == ["equal"] * len(cases)


def test_no_layer_of_the_shared_models_falls_back(shared: Path) -> None:
    for name in MODELS:
        graph = read_tflite(shared / "models" / f"{name}.int8.tflite")
        layers = compile_model(graph, "net", kernels="dsp").layers
        portable = {"eu_conv_1d", "eu_dot_rows", "eu_conv_sum", "eu_depthwise_1d", "eu_add", "eu_max_pool_1d"}
        assert not portable & {layer.kernel for layer in layers}


@pytest.mark.parametrize(
    ("make", "fallback"),
    [
        pytest.param(lambda n, x: n.pool(x, 4, 2), "eu_max_pool_1d", id="pool of 4"),
        pytest.param(lambda n, x: n.depthwise(n.input(16, 3), 4, ("NONE", 0)), "eu_depthwise_1d", id="three channels"),
        pytest.param(lambda n, x: n.add(*2 * (n.input(5, 3),)), "eu_add", id="an odd number of values"),
        pytest.param(lambda n, x: n.convolution(n.input(32, 3), 4, 25, ("NONE", 3)), "eu_dot_rows", id="75 inputs"),
    ],
)  # fmt: skip
def test_what_a_dsp_kernel_cannot_do_falls_back(make: Callable[[SideBySide, Value], Value], fallback: str) -> None:
    network = SideBySide(1)
    make(network, network.input(16, 8))
    assert fallback in kernels(compile_model(read_tflite(network.build()), "lone", kernels="dsp"))
