"""A stream equals the whole recording: every position, any hop, any length; and window mode run through it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.errors import CompileError, GraphError
from edgeunet.graph import evaluate, read_tflite
from edgeunet.litert import quantize_saturating
from edgeunet.schedule.timing import total_stride
from edgeunet.signals import open_source, resample
from tests.networks.helium_table import SideBySide
from tests.networks.random_networks import random_network
from tests.networks.random_unets import missing_features, random_unet, traits
from tests.networks.reshape_model import reshape_model
from tests.rigs.host_batch import SANITIZED, STRICT, build_batch
from tests.rigs.judges import litert_reference
from tests.rigs.nights import starts
from tests.rigs.programs import rewritten
from tests.rigs.streams import Net, expected, judged, lengths, recording, run_streams, unets
from tests.rigs.tools import need


@pytest.mark.parametrize(
    ("name", "stride"),
    [
        pytest.param("seed-unet-800", 16, marks=pytest.mark.nightly),
        ("small-unet-256", 16),
        ("classic-unet-512", 4),
    ],
)
def test_shared_models_over_recordings_of_any_length(shared: Path, tmp_path: Path, name: str, stride: int) -> None:
    content = (shared / "models" / f"{name}.int8.tflite").read_bytes()
    graph = read_tflite(content)
    models = [compile_model(graph, f"hop{k}", mode="stream", hop=k * stride) for k in (1, 3, 4)]
    lengths = (stride, 7 * stride, 40 * stride, 61 * stride)
    recordings = [recording(graph, rows, rows) for rows in lengths]
    answers = run_streams(tmp_path, models, [recordings] * len(models))
    for samples, *outputs in zip(recordings, *answers, strict=True):
        judged = litert_reference(reshape_model(content, len(samples)), samples)[0].reshape(-1)
        for output in outputs:
            assert np.array_equal(output, judged)


@pytest.mark.parametrize("name", [
    pytest.param("seed-unet-800", marks=pytest.mark.nightly), "small-unet-256",
    pytest.param("classic-unet-512", marks=pytest.mark.nightly),
])  # fmt: skip
def test_real_ecg_streams_like_litert_over_the_whole_record(shared: Path, tmp_path: Path, name: str) -> None:
    """Records of LUDB at 250 Hz, scaled to the input: values that a device would see, saturation included."""
    content = (shared / "models" / f"{name}.int8.tflite").read_bytes()
    graph = read_tflite(content)
    given = graph.tensors[graph.inputs[0]].quantization
    models = [compile_model(graph, f"hop{k}", mode="stream", hop=16 * k) for k in (1, 5)]
    source = open_source(shared / "data" / "ludb")
    recordings = []
    for record in ("1", "77", "101"):
        lead = resample(source.read(record), 250.0).signal[:, 1]
        lead = (lead - lead.mean()) / lead.std()
        assert len(np.unique(lead)) > 100
        samples = quantize_saturating(lead[: len(lead) // 16 * 16], given.scales[0], given.zero_points[0], np.int8)
        recordings.append(np.asarray(samples, np.int8).reshape(-1, 1))
    assert [len(samples) for samples in recordings] == [2496] * 3
    for answers in run_streams(tmp_path, models, [recordings] * 2):
        for samples, output in zip(recordings, answers, strict=True):
            assert np.array_equal(output, judged(content, samples))


def test_window_run_through_a_stream_equals_the_window(shared: Path, tmp_path: Path) -> None:
    graph = read_tflite(shared / "models" / "small-unet-256.int8.tflite")
    compiled = compile_model(graph, "net", mode="window", hop=48)
    rows = recording(graph, 256, 5)
    ((output,),) = build_batch(tmp_path, [compiled]).run([[rows.reshape(-1)]])
    assert np.array_equal(output, np.asarray(evaluate(graph, [rows])[0]).reshape(-1))


def streams(seeds: range) -> list[Net]:
    """Random networks of any local layers, each with a hop of one, two or three total strides."""
    found = []
    for seed in seeds:
        try:
            content = random_network(seed, layout="1xT", local=True)
            graph = read_tflite(content)
            stride = total_stride(rewritten(graph))
            if graph.tensors[graph.inputs[0]].shape[2] % stride:
                continue
            compiled = compile_model(graph, f"n{seed}", mode="stream", hop=stride * (1 + seed % 3))
            found.append(Net(content, graph, compiled, stride))
        except (GraphError, CompileError):
            continue
    assert len(found) >= len(seeds) // 4
    return found


def check_unets(directory: Path, seeds: range, types: str = "int8") -> None:
    """Against LiteRT's reference kernels on the flatbuffer re-shaped to the recording's length."""
    nets = unets(seeds, types=types)
    if types == "int8":
        assert not missing_features(traits(net.graph) for net in nets)
    recordings = [[recording(net.graph, rows, rows) for rows in lengths(net)] for net in nets]
    answers = run_streams(directory, [net.compiled for net in nets], recordings)
    for net, arrays, outputs in zip(nets, recordings, answers, strict=True):
        for samples, output in zip(arrays, outputs, strict=True):
            if types != "int8" and "SOFTMAX" in {op.kind for op in net.graph.ops}:  # as TFLM has it
                assert np.array_equal(output, expected(net.graph, samples)), (net.compiled.name, len(samples))
            else:
                assert np.array_equal(output, judged(net.content, samples)), (net.compiled.name, len(samples))


def check_streams(directory: Path, seeds: range) -> None:
    """Against the exact evaluator, which takes layers that LiteRT's reference kernels compute in another way."""
    nets = streams(seeds)
    recordings = []
    for net in nets:
        window = net.graph.tensors[net.graph.inputs[0]].shape[2]
        recordings.append([recording(net.graph, rows, 1) for rows in (window, window + 7 * net.stride)])
    answers = run_streams(directory, [net.compiled for net in nets], recordings)
    for net, arrays, outputs in zip(nets, recordings, answers, strict=True):
        for samples, output in zip(arrays, outputs, strict=True):
            assert np.array_equal(output, expected(net.graph, samples)), (net.compiled.name, len(samples))


@pytest.mark.slow
@pytest.mark.usefixtures("first_plans")
def test_random_unets_stream_like_litert_over_the_whole_recording(tmp_path: Path) -> None:
    check_unets(tmp_path, range(8))


@pytest.mark.slow
@pytest.mark.parametrize("types", ["int16", "mixed"])
def test_random_int16_unets_stream_like_the_whole_recording(tmp_path: Path, types: str) -> None:
    check_unets(tmp_path, range(2, 4), types)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("types", "start"),
    [
        *[("int8", start) for start in starts(1000, 400, 40)],
        *[(types, start) for types in ("int16", "mixed") for start in starts(1000, 80, 40)],
    ],
)
def test_many_random_unets_stream_like_litert_over_the_whole_recording(tmp_path: Path, start: int, types: str) -> None:
    check_unets(tmp_path, range(start, start + 40), types)


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.nightly) for seed in (101, 103)])
def test_the_hop_changes_no_value(tmp_path: Path, seed: int) -> None:
    """A random U-Net and one recording: streams of several hops, and a window run by hops, give the same bytes."""
    content = random_unet(seed)
    graph = read_tflite(content)
    stride = total_stride(rewritten(graph))
    window = graph.tensors[graph.inputs[0]].shape[2]
    samples = recording(graph, window, seed)
    whole = judged(content, samples)
    hops = [stride * count for count in (1, 2, 3, 7)]
    (tmp_path / "streams").mkdir()
    models = [compile_model(graph, f"hop{hop}", mode="stream", hop=hop) for hop in hops]
    for (output,) in run_streams(tmp_path / "streams", models, [[samples]] * len(models)):
        assert np.array_equal(output, whole)
    (tmp_path / "windows").mkdir()
    models = [compile_model(graph, f"by{hop}", mode="window", hop=hop) for hop in hops if hop <= window]
    for (output,) in build_batch(tmp_path / "windows", models, merged=True).run([[samples.reshape(-1)]] * len(models)):
        assert np.array_equal(output, whole)


@pytest.mark.slow
@pytest.mark.usefixtures("first_plans")
def test_random_networks_stream_like_the_whole_recording(tmp_path: Path) -> None:
    check_streams(tmp_path, range(20, 40))


@pytest.mark.nightly
@pytest.mark.parametrize("start", starts(1000, 400, 40))
def test_many_random_networks_stream_like_the_whole_recording(tmp_path: Path, start: int) -> None:
    check_streams(tmp_path, range(start, start + 40))


def test_a_layer_that_needs_the_whole_window_is_named() -> None:
    for seed in range(200):
        graph = read_tflite(random_network(seed, layout="1xT"))
        if any(op.kind == "MEAN" and 2 in op.attributes["axes"] for op in graph.ops):
            with pytest.raises(CompileError, match="as a stream"):
                compile_model(graph, "net", mode="stream")
            return
    pytest.fail("no random network with a mean over time")


def test_a_hop_that_is_no_multiple_of_the_stride_names_one_that_is(shared: Path) -> None:
    graph = read_tflite(shared / "models" / "classic-unet-512.int8.tflite")
    with pytest.raises(CompileError, match="use --hop 12"):
        compile_model(graph, "net", mode="stream", hop=10)


def test_flush_refuses_rows_that_no_hop_ends_with(tmp_path: Path) -> None:
    """And goes on as if nothing had been asked."""
    graph = read_tflite(random_unet(1))
    stride = total_stride(rewritten(graph))
    compiled = compile_model(graph, "net", mode="stream", hop=3 * stride)
    compiled.sources.write(tmp_path)
    refused = " || ".join(f"net_flush(&s, in, {rows}, out) != -1" for rows in (-stride, 1, 3 * stride, 5 * stride))
    (tmp_path / "main.c").write_text(
        '#include "net.h"\nstatic net_state_t s;\n'
        "static int8_t in[NET_HOP * NET_INPUT_CHANNELS], out[NET_HOP_OUTPUT_ROWS * NET_OUTPUT_CHANNELS];\n"
        f"int main(void) {{ net_reset(&s); if ({refused}) return 2; return net_selftest(&s, out) ? 3 : "
        f"(net_reset(&s), net_flush(&s, in, {stride}, out) <= 0) ? 4 : 0; }}\n"
    )
    sources = ["main.c", "net.c", "net_selftest.c"]
    subprocess.run(["cc", *STRICT, *SANITIZED, *sources, "-o", "main"], cwd=tmp_path, check=True)
    assert subprocess.run([tmp_path / "main"]).returncode == 0


def test_flush_without_rows_takes_no_input(tmp_path: Path) -> None:
    """NULL for the rows that are not there, also where the first flush has none; a row that is not there is refused."""
    graph = read_tflite(random_unet(1))
    stride = total_stride(rewritten(graph))
    compiled = compile_model(graph, "net", mode="stream", hop=2 * stride)
    compiled.sources.write(tmp_path)
    (tmp_path / "main.c").write_text(
        '#include <stddef.h>\n#include <string.h>\n#include "net.h"\nstatic net_state_t s, t;\n'
        "static int8_t in[NET_HOP_INPUT_BYTES], a[NET_HOP_OUTPUT_BYTES], b[NET_HOP_OUTPUT_BYTES];\n"
        "int main(void)\n{\n    int32_t ready, calls = 0;\n"
        "    for (int32_t k = 0; k < NET_HOP_INPUT_BYTES; k++) in[k] = (int8_t)(37 * k);\n"
        "    net_reset(&s); net_reset(&t);\n"
        f"    if (net_flush(&s, NULL, {stride}, a) != -1) return 2;\n"
        "    if (net_push(&s, in, a) != net_push(&t, in, b)) return 3;\n"
        "    do {\n        ready = net_flush(&s, NULL, 0, a);\n        calls++;\n"
        "        if (ready != net_flush(&t, in, 0, b) || memcmp(a, b, sizeof a)) return 4;\n"
        "    } while (ready > 0);\n    return calls < 2 ? 5 : 0;\n}\n"
    )
    for compiler in ("gcc", "clang"):
        need(compiler)
        subprocess.run([compiler, *STRICT, *SANITIZED, "main.c", "net.c", "-o", "main"], cwd=tmp_path, check=True)
        done = subprocess.run([tmp_path / "main"], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_header_says_to_which_input_row_an_output_belongs() -> None:
    for factor, words in ((1, "belongs to input row i;"), (2, "belongs to input row 2 * i;")):
        network = SideBySide(1)
        network.results = [network.pool(network.input(16, 4), 3, factor)]
        compiled = compile_model(read_tflite(network.build()), "net", mode="stream", hop=4)
        assert words in compiled.sources.files["net.h"]
        assert compiled.hop_output_rows == 4 // factor


@pytest.mark.parametrize("name", [
    pytest.param("small-unet-256", marks=pytest.mark.nightly), "classic-unet-512",
])  # fmt: skip
def test_recomputed_skips_change_bytes_and_work_but_no_value(shared: Path, tmp_path: Path, name: str) -> None:
    graph = read_tflite(shared / "models" / f"{name}.int8.tflite")
    models = [compile_model(graph, f"again{k}", mode="stream", recompute=k) for k in range(3)]
    samples = recording(graph, 320, 3)
    answers = run_streams(tmp_path, models, [[samples]] * len(models))
    assert all(np.array_equal(answer[0], expected(graph, samples)) for answer in answers)
    assert models[1].state_bytes < models[0].state_bytes
    assert models[1].macs > models[0].macs
    assert len({model.lookahead_samples for model in models}) == 1
    assert models[1].weights_bytes < 1.01 * models[0].weights_bytes


@pytest.mark.parametrize("seeds", [range(301, 303), pytest.param(range(303, 307), marks=pytest.mark.nightly)], ids=str)
def test_random_unets_with_recomputed_skips(tmp_path: Path, seeds: range) -> None:
    """One skip computed again or two."""
    graphs = [read_tflite(random_unet(seed)) for seed in seeds]
    counts = [1 if seed % 5 < 2 else 2 for seed in seeds]
    models = [
        compile_model(graph, f"n{i}", mode="stream", recompute=count)
        for i, (graph, count) in enumerate(zip(graphs, counts, strict=True))
    ]
    for graph, model in zip(graphs, models, strict=True):
        assert model.macs > compile_model(graph, "once", mode="stream", recompute=0).macs
    recordings = [[recording(graph, 3 * graph.tensors[graph.inputs[0]].shape[2], 2)] for graph in graphs]
    answers = run_streams(tmp_path, models, recordings)
    for graph, model, (samples,), (output,) in zip(graphs, models, recordings, answers, strict=True):
        assert np.array_equal(output, expected(graph, samples)), model.name
