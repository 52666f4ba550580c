"""The whole pipeline in C equals the one in numpy at every stage and event for event, in stream and window form."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import click
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgeunet.emit import compile_model
from edgeunet.errors import CompileError
from edgeunet.graph import read_tflite
from edgeunet.litert import quantize_saturating
from edgeunet.pipeline.program import add_pipeline
from edgeunet.pipeline.reference import classify, find_events, run_pipeline
from edgeunet.pipeline.settings import Pipeline, PipelineRequest, settle_pipeline
from edgeunet.run.image import Build, build_image
from edgeunet.run.machines.boards import load_boards
from edgeunet.run.machines.machine import find_machine, hear
from edgeunet.run.machines.toolchains import find_toolchain
from edgeunet.run.project import write_project
from edgeunet.signals import labels_to_waves, open_source
from edgeunet.signals.causal import causal, to_counts
from edgeunet.signals.integer_resampling import design_resampler, resample_counts
from edgeunet.signals.postprocessing import DEFAULT_POSTPROCESSING
from edgeunet.signals.resampling import rate_ratio, resample_signal
from edgeunet.train.stitching import predict_record
from tests.rigs.host_batch import build_batch
from tests.rigs.judges import litert_reference
from tests.rigs.pipeline_stages import CLASSES, Stages, build_stages, card, small_network
from tests.rigs.tools import need

Int16 = NDArray[np.int16]
PLAIN = replace(card(), postprocessing=DEFAULT_POSTPROCESSING.to_dict(CLASSES))
SHORT = replace(card(), postprocessing={"merge_ms": {"P": 12, "T": 4}, "min_ms": {"QRS": 9}})


def expected(stages: Stages, samples: Int16) -> tuple[object, ...]:
    window = stages.compiled.mode == "window"
    return run_pipeline(
        stages.graph, stages.pipeline, samples, stride=stages.compiled.stride_samples, window=window
    ).events


def ecg(rate_hz: float, samples: int, channels: int = 1, seed: int = 0) -> Int16:
    """Synthetic ECG with a pop on the rails."""
    leads = ("ii", "v2", "v5")[:channels]
    record = open_source(None, seed=seed, records=1, leads=leads).read("synthetic-0000")
    ratio = rate_ratio(record.sample_rate_hz, rate_hz)
    signal = to_counts(resample_signal(record.signal, ratio))
    counts = np.resize(signal, (samples, channels))
    counts[samples // 2 : samples // 2 + 2] = [[32767], [-32768]][: len(counts[samples // 2 : samples // 2 + 2])]
    return counts


WAYS = [
    pytest.param("stream", None, None, 1, 1.0, id="stream"),
    pytest.param("stream", 6, None, 2, 1.0, id="stream-hop6-2ch"),
    pytest.param("stream", 8, 500.0, 1, 1.0, id="stream-500", marks=pytest.mark.nightly),
    pytest.param("stream", 2, 360.0, 2, 4.88, id="stream-360-gain-2ch"),
    pytest.param("stream", 4, 100.0, 1, 0.5, id="stream-100-gain", marks=pytest.mark.nightly),
    pytest.param("window", None, None, 1, 1.0, id="window"),
    pytest.param("window", 16, 128.0, 3, 2.0, id="window-hop16-128-gain-3ch"),
    pytest.param("window", None, 1000.0, 1, 1.0, id="window-1000", marks=pytest.mark.nightly),
]


@pytest.mark.parametrize(("mode", "hop", "rate_hz", "channels", "size"), WAYS)
def test_the_c_pipeline_gives_the_events_of_the_one_in_numpy(
    tmp_path: Path, mode: str, hop: int | None, rate_hz: float | None, channels: int, size: float
) -> None:
    request = PipelineRequest(rate_hz, size, threshold=0.4)
    stages = build_stages(
        tmp_path, content=small_network(channels), the_card=SHORT, request=request, mode=mode, hop=hop
    )
    assert stages.selftest() == 0
    found = 0
    for seed, length in enumerate((1, 2, 17, 64, 65, 700, 2500)):
        samples = ecg(rate_hz or 250.0, length, channels, seed)
        wanted = expected(stages, samples)
        found += len(wanted)
        assert stages.run(samples) == wanted
        if mode == "stream":
            for chunk in (1, 7, 64):
                assert stages.stream(samples, chunk) == wanted, (length, chunk)
    assert found > (20 if mode == "stream" else 4)


@pytest.mark.parametrize("mode", ["stream", "window"])
@pytest.mark.parametrize("request_", [PipelineRequest(), PipelineRequest(500.0, 2.5)])
def test_millivolts_give_the_events_of_their_microvolts(tmp_path: Path, mode: str, request_: PipelineRequest) -> None:
    """Whatever size the ADC's counts have; NaN counts as 0 and infinities saturate."""
    stages = build_stages(tmp_path, content=small_network(2), the_card=SHORT, request=request_, mode=mode)
    millivolts = (ecg(500.0, 901, 2).astype(np.float32) + np.float32(0.3)) / np.float32(1000)
    millivolts[300:303, 0] = np.nan, np.inf, -np.inf
    in_microvolts = replace(stages, pipeline=replace(stages.pipeline, gain=1 << 16))
    assert stages.run_mv(millivolts) == expected(in_microvolts, to_counts(millivolts))


@pytest.mark.parametrize("rate_hz", [250.0, 100.0, 900.0])
def test_there_is_room_for_the_most_events_there_can_be(tmp_path: Path, rate_hz: float) -> None:
    """White noise, every class run an event of its own; buffers as large as the header says, under AddressSanitizer."""
    restless = replace(card(), postprocessing={"merge_ms": {}, "min_ms": {"P": 0.0}})
    stages = build_stages(
        tmp_path, content=small_network(1), the_card=restless, request=PipelineRequest(rate_hz), hop=8
    )
    samples = np.random.default_rng(1).integers(-2000, 2000, (3000, 1)).astype(np.int16)
    wanted = expected(stages, samples)
    assert len(wanted) > 0.2 * 3000 * 250 / rate_hz
    assert stages.run(samples) == wanted
    for chunk in (1, 2, 5, 8, 33):
        assert stages.stream(samples, chunk) == wanted


def test_no_samples_give_no_events(tmp_path: Path) -> None:
    stages = build_stages(tmp_path, content=small_network(1), the_card=PLAIN, request=PipelineRequest(500.0))
    empty = np.zeros((0, 1), np.int16)
    assert stages.run(empty) == () == stages.stream(empty, 4) == expected(stages, empty)


@pytest.mark.parametrize(("rate_hz", "up", "down"), [(250.0, 1, 1), (500.0, 1, 2), (360.0, 25, 36), (100.0, 5, 2)])
def test_indices_count_samples_modulo_2_to_the_32_at_every_ratio(
    tmp_path: Path, rate_hz: float, up: int, down: int
) -> None:
    """Events before, over and after the row at which one of the counts wraps, or the row counted from moves."""
    stages = build_stages(tmp_path, content=small_network(1), the_card=SHORT, request=PipelineRequest(rate_hz))
    samples = ecg(rate_hz, 2500 * down // up)
    plain = stages.stream(samples, 7)
    assert plain[0].onset < 1000 * down // up < 1200 * down // up < plain[-1].onset
    for rows in (2**30, 2**31, 2**32):
        first_row = (rows - 1100) // up * up
        first = first_row // up * down
        wanted = [
            replace(event, **{end: (getattr(event, end) + first) % 2**32 for end in ("onset", "peak", "offset")})
            for event in plain
        ]
        assert stages.stream(samples, 7, first_row) == tuple(wanted), rows


def test_a_recording_that_ends_where_the_rows_wrap_keeps_its_last_event(tmp_path: Path) -> None:
    """So that 0 is the number of rows taken in."""
    stages = build_stages(tmp_path, content=small_network(1), the_card=SHORT)
    samples = ecg(250.0, 700)
    plain = stages.stream(samples, 7)
    assert [event.kind for event in stages.stream(samples, 7, 2**32 - 700)] == [event.kind for event in plain]


@pytest.mark.parametrize(("compiler", "normalization"), [
    ("gcc", "causal"), ("clang", "none"),
    *(pytest.param(*way, marks=pytest.mark.nightly) for way in (("gcc", "none"), ("clang", "causal"))),
])  # fmt: skip
def test_quantization_equals_litert_for_every_int16(tmp_path: Path, compiler: str, normalization: str) -> None:
    every = np.arange(-32768, 32768).astype(np.int16)
    for scale in (0.031, 1 / 64, 3e-4):
        directory = tmp_path / str(scale)
        directory.mkdir()
        stages = build_stages(
            directory,
            content=small_network(1, scale=scale),
            the_card=card(normalization=normalization),
            compiler=compiler,
            flags=("-O1",),
        )
        unit = 1024 if normalization == "causal" else 1000
        real = every.astype(np.float32) / np.float32(unit)
        assert np.array_equal(stages.quantize(every), quantize_saturating(real, np.float32(scale), -9))


def settled(the_card: object = PLAIN, request: PipelineRequest | None = None) -> Pipeline:
    compiled = compile_model(read_tflite(small_network(1)), "net", mode="stream")
    return settle_pipeline(compiled, the_card, request or PipelineRequest())  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 12)), max_size=40), st.floats(0, 60), st.floats(0, 60))
@settings(deadline=None)
def test_events_are_the_waves_of_the_evaluation(runs: list[tuple[int, int]], merge_ms: float, least_ms: float) -> None:
    """Rows and milliseconds round alike: the same spans as ``labels_to_waves`` with the card's own numbers."""
    labels = np.array([label for label, length in runs for _ in range(length)], np.int64)
    cleaning = {"merge_ms": {"P": merge_ms, "QRS": 20.0}, "min_ms": {"P": least_ms, "T": 24.0}}
    pipeline = settled(replace(card(), postprocessing=cleaning))
    events = find_events(pipeline, labels, np.ones(len(labels), np.int64), np.zeros(len(labels)))
    waves = labels_to_waves(labels, 250.0, cleaning["min_ms"], cleaning["merge_ms"], CLASSES)
    assert [(e.kind, e.onset, e.offset) for e in events] == [(w.kind, w.onset, w.offset) for w in waves]


def test_a_threshold_turns_weak_classes_into_background() -> None:
    scores = np.array([[0, 5, 1, 0], [0, 4, 1, 0], [9, 9, 0, 0], [-128, -128, -128, 127]], np.int8)
    labels, leads = classify(scores, 5)
    assert labels.tolist() == [1, 0, 0, 3]
    assert leads.tolist() == [4, 3, 0, 255]
    assert classify(scores)[0].tolist() == [1, 1, 0, 3]


@pytest.mark.parametrize("rates", [(500, 250), (360, 250), (257, 250), (100, 250), (1000, 250), (250, 360)])
def test_integer_resampling_is_the_filter_of_training_to_a_count_or_two(rates: tuple[int, int]) -> None:
    counts = ecg(rates[0], 3000, 2)
    counts[1500:1502] = counts[1499]
    ratio = rate_ratio(*map(float, rates))
    exact = resample_signal(counts.astype(np.float32), ratio)
    resampled = resample_counts(counts, design_resampler(ratio))
    assert resampled.shape == exact.shape
    assert np.abs(resampled - exact).max() < 2
    assert set(resample_counts(np.full((500, 1), -777, np.int16), design_resampler(ratio)).ravel().tolist()) == {-777}


def test_the_python_path_of_evaluation_agrees_sample_for_sample(shared: Path) -> None:
    """``predict_record`` on LiteRT's kernels, windows stitched, gives the scores that the pipeline's stream gives."""
    content = (shared / "models" / "classic-unet-512.int8.tflite").read_bytes()
    graph = read_tflite(content)
    classes = graph.tensors[graph.outputs[0]].shape[-1]
    names = tuple(f"c{i}" for i in range(classes))
    the_card = replace(card(500.0), classes=names)
    compiled, pipeline = add_pipeline(
        compile_model(graph, "net", mode="stream", card=the_card), graph, the_card, PipelineRequest()
    )
    signal = open_source(shared / "data" / "ludb", leads=("ii",)).read("1").signal[:3000]

    class LiteRT:
        window_samples, channels, output_samples = 512, 1, 512
        total_stride, halo = compiled.stride_samples, 60

        def __init__(self) -> None:
            self.classes = classes

        def scores(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
            quantized = quantize_saturating(windows, pipeline.scale, pipeline.zero_point)
            made = [litert_reference(content, window)[0].reshape(512, classes) for window in quantized]
            return np.stack(made).astype(np.float32)

    scores = predict_record(LiteRT(), signal, normalization="causal", sample_rate_hz=500.0)
    stages = run_pipeline(graph, pipeline, to_counts(signal), stride=compiled.stride_samples)
    assert np.array_equal(stages.normalized / np.float32(1024), causal(signal, 500.0))
    # The end is padded differently: with the last sample here, with nothing in a window.
    assert np.array_equal(stages.scores[:-128], scores[:-128])


@pytest.mark.parametrize(("core", "mode"), [
    ("cortex-m4", "stream"), ("cortex-m33", "window"), ("cortex-m55", "stream"),
    *(pytest.param(*way, marks=pytest.mark.nightly)
      for way in (("cortex-m4", "window"), ("cortex-m33", "stream"), ("cortex-m55", "window"))),
])  # fmt: skip
def test_the_selftest_passes_on_an_emulated_core(tmp_path: Path, core: str, mode: str) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    assert selftest_on(tmp_path, core, mode, lambda text: text) == 0


def test_the_selftest_names_the_stage_that_broke(tmp_path: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    result = selftest_on(tmp_path, "cortex-m4", "stream", lambda text: text.replace("m < 160u", "m < 1600000u"))
    assert result // 1000000 == 2


def selftest_on(directory: Path, core: str, mode: str, change: object) -> int:
    """Build the pipeline into the firmware project of a core and return what its self-test answered there."""
    graph = read_tflite(small_network(2))
    kernels = "mve" if core == "cortex-m55" else "dsp"
    compiled = compile_model(graph, "net", kernels=kernels, mode=mode, card=PLAIN)
    compiled, _ = add_pipeline(compiled, graph, PLAIN, PipelineRequest(500.0, 2.5))
    board = load_boards().board(core)
    project = write_project(compiled, board, directory)
    model = directory / "model"
    # Firmware projects compile every model source but self-tests.
    (model / "net_pipeline_selftest.c").rename(model / "net_pipeline_vectors.c")
    program = model / "net_pipeline.c"
    program.write_text(change(program.read_text()))  # type: ignore[operator]
    (directory / "src" / "main.c").write_text(
        '#include "net_pipeline.h"\n#include "board.h"\n#include "measure.h"\nstatic net_pipeline_t pipeline;\n'
        'int main(void) { board_start(); measure_hello("net", sizeof pipeline, 0, 0);\n'
        "measure_selftest(net_pipeline_selftest(&pipeline)); measure_close(); return 0; }\n"
    )
    image = build_image(Build(board, find_toolchain(board.core, "gcc")), project)
    lines = hear(find_machine(board, "qemu"), image.path, 60.0)
    return next(line for line in lines if line.kind == "selftest").number("result")


def test_a_broken_stage_is_found_on_the_host(tmp_path: Path) -> None:
    stages = build_stages(tmp_path, content=small_network(1), the_card=SHORT)
    program = tmp_path / "net_pipeline.c"
    text = program.read_text()
    for stage, (right, wrong) in {
        2: ("+ 8192) >> 14", "+ 8191) >> 13"),
        3: ("step_starts[middle] <= normalized", "step_starts[middle] < normalized"),
        5: ("scores[c] > scores[best]", "scores[c] >= scores[best] + 3"),
        6: ("event->offset = recorded(s->last.row)", "event->offset = recorded(s->last.row + 1u)"),
    }.items():
        assert right in text
        program.write_text(text.replace(right, wrong))
        sources = ["net.c", "net_pipeline.c", "net_pipeline_selftest.c", "main.c"]
        subprocess.run(["gcc", "-std=c99", "-O1", *sources, "-o", "stages"], cwd=tmp_path, check=True)
        assert stages.selftest() // 1000000 == stage


def test_generated_files_are_the_same_every_time_and_read_from_cpp(tmp_path: Path) -> None:
    need("gcc")
    trees = []
    for _ in range(2):
        graph = read_tflite(small_network(1))
        compiled = compile_model(graph, "net", mode="stream", card=PLAIN)
        trees.append(add_pipeline(compiled, graph, PLAIN, PipelineRequest(500.0))[0].sources)
    assert trees[0].digest == trees[1].digest
    trees[0].write(tmp_path)
    subprocess.run(["gcc", "-fsyntax-only", "-x", "c++", tmp_path / "net_pipeline.h"], check=True)
    text = "".join(trees[0].files[f"net_pipeline{end}"] for end in (".h", ".c", "_selftest.c"))
    assert "@" not in text
    program = trees[0].files["net_pipeline.c"]
    included = {line for line in program.splitlines() if line.startswith("#include <")}
    assert included <= {"#include <stdint.h>", "#include <stddef.h>", "#include <string.h>"}


def test_the_network_itself_is_unchanged_by_its_pipeline(tmp_path: Path) -> None:
    graph = read_tflite(small_network(1))
    compiled = compile_model(graph, "net", mode="stream", card=PLAIN)
    added, _ = add_pipeline(compiled, graph, PLAIN, PipelineRequest())
    assert added.sources.files["net.c"] == compiled.sources.files["net.c"]
    assert build_batch(tmp_path, [compiled])


@pytest.mark.parametrize(
    ("the_card", "request_", "sentence"),
    [
        (None, PipelineRequest(), "needs the model's card"),
        (card(normalization="zscore"), PipelineRequest(), "train it with --normalization causal"),
        (replace(card(), classes=("a", "b")), PipelineRequest(), "has 4 outputs but its card names 2"),
        (card(8.0), PipelineRequest(), "from 16 to 8192 Hz"),
        (card(), PipelineRequest(249.97), "filter taps"),
        (card(), PipelineRequest(microvolts_per_count=0.0), "per ADC count"),
        (card(), PipelineRequest(threshold=-1.0), "threshold"),
        (
            replace(card(), postprocessing={"merge_ms": 127}),
            PipelineRequest(),
            "'net': post-processing: merge_ms = 127",
        ),
    ],
)
def test_what_cannot_be_settled_is_refused(the_card: object, request_: PipelineRequest, sentence: str) -> None:
    with pytest.raises(CompileError, match=sentence):
        settled(the_card, request_)


def test_the_example_of_the_document_compiles_and_its_commands_exist(tmp_path: Path) -> None:
    need("gcc")
    text = (Path(__file__).parents[2] / "docs" / "PIPELINE.md").read_text(encoding="utf-8")
    graph = read_tflite(small_network(1))
    compiled = compile_model(graph, "ecg", mode="stream", card=PLAIN)
    add_pipeline(compiled, graph, PLAIN, PipelineRequest(500.0))[0].sources.write(tmp_path)
    (tmp_path / "example.c").write_text(text.split("```c\n")[1].split("```")[0])
    strict = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
    subprocess.run(["gcc", *strict, "-c", "example.c", "-o", "example.o"], cwd=tmp_path, check=True)
    commands = [block.split("```")[0] for block in text.split("```sh\n")[1:]]
    for line in "".join(commands).splitlines():
        program, name, *arguments = line.split()
        assert program == "edgeunet"
        command = import_module(f"edgeunet.cli.{name.replace('-', '_')}").command
        command = command.commands[arguments[0]] if isinstance(command, click.Group) else command
        known = {option for parameter in command.params for option in parameter.opts}
        assert {argument for argument in arguments if argument.startswith("--")} <= known
