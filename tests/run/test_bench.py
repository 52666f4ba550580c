"""``bench`` on real models: exact on every core, refused with a sentence where it cannot run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from edgeunet.emit import compile_model
from edgeunet.errors import RunError
from edgeunet.graph import read_tflite
from edgeunet.modelcard import ModelCard, write_card
from edgeunet.run.bench import Request, bench, new_firmware
from edgeunet.run.flash import flash, plan_flash
from edgeunet.run.target import choose_kernels, find_board
from tests.rigs.machines import RISCV, tools
from tests.rigs.tools import need

MODELS = ("seed-unet-800", "small-unet-256", "classic-unet-512")


def model_path(shared: Path, name: str) -> Path:
    return shared / "models" / f"{name}.int8.tflite"


CORES = ("cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55", RISCV)
DAILY = {("cortex-m4", MODELS[0]), ("cortex-m7", MODELS[1]), ("cortex-m33", MODELS[2]), ("cortex-m55", MODELS[1]),
         (RISCV, MODELS[2])}  # fmt: skip
"""Every core and every model; the others of their pairs are built at night."""


@pytest.mark.parametrize(
    ("name", "core"),
    [
        pytest.param(name, core, marks=() if (core, name) in DAILY else pytest.mark.nightly)
        for name in MODELS
        for core in CORES
    ],
)
def test_workloads_are_exact_on_every_core(name: str, core: str, shared: Path) -> None:
    need(*tools(core, "gcc", "qemu"))
    result = bench(Request(model_path(shared, name), core, toolchain="gcc", emulator="qemu")).measurement
    assert result.exact, result.mismatch
    layers = sum(layer.count for layer in result.layers)
    assert abs(layers - result.count) < 0.02 * result.count
    assert result.weights_bytes <= result.footprint.flash_bytes  # type: ignore[union-attr]


def test_helium_kernels_compile_with_zig_too(shared: Path) -> None:
    need("zig", "qemu-system-arm")
    result = bench(Request(model_path(shared, "small-unet-256"), "cortex-m55", toolchain="zig", emulator="qemu"))
    assert result.measurement.exact
    assert result.measurement.kernels == "mve"


def test_a_stream_runs_on_riscv_with_zig(shared: Path) -> None:
    need("zig", "qemu-system-riscv32")
    result = bench(Request(model_path(shared, "small-unet-256"), RISCV, mode="stream", hop=16, toolchain="zig"))
    assert result.measurement.exact
    assert (result.measurement.core, result.measurement.unit) == (RISCV, "instructions")


def test_a_board_without_a_counter_gives_no_figures(shared: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    with pytest.raises(RunError, match="counter stands still"):
        bench(Request(model_path(shared, "small-unet-256"), "netduinoplus2", toolchain="gcc"))


@pytest.mark.parametrize(
    ("name", "core"),
    [
        (MODELS[2], "cortex-m33"),
        *(
            pytest.param(name, core, marks=pytest.mark.nightly)
            for name, core in (
                (MODELS[0], "cortex-m4"),
                (MODELS[1], "cortex-m4"),
                (MODELS[2], "cortex-m4"),
                (MODELS[0], "cortex-m33"),
                (MODELS[1], "cortex-m33"),
            )
        ),
    ],
)
def test_workloads_are_exact_with_nothing_but_pip(name: str, core: str, shared: Path) -> None:
    need("zig", "unicorn")
    result = bench(Request(model_path(shared, name), core, toolchain="zig", emulator="unicorn")).measurement
    assert result.exact, result.mismatch
    assert result.emulator == "unicorn"


def test_workload_needs_no_more_arena_than_tflm_needs_for_tensors(shared: Path) -> None:
    """48,000 bytes on the seed model, with no bookkeeping on top; TFLM agrees on every output byte."""
    need("gcc", "tflite-micro")
    result = bench(Request(model_path(shared, "seed-unet-800"), "host"), peer="tflm")
    assert result.peer is not None
    assert result.peer.mismatch is None
    assert result.peer.tensors_bytes == 48_000
    assert result.measurement.arena_bytes <= result.peer.tensors_bytes
    document = result.document()
    assert document["peer"]["exact"] is True
    assert document["peer"]["arena_bytes"] == 48_000 + document["peer"]["arena_bookkeeping_bytes"]


def test_the_document_has_what_the_report_reads(shared: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    request = Request(model_path(shared, "small-unet-256"), "cortex-m4", toolchain="gcc", emulator="qemu", repeat=2)
    document = json.loads(json.dumps(bench(request).document()))
    assert document["schema"] == "edgeunet.bench/1"
    assert document["model"] == "small-unet-256"
    assert document["exact"] is True
    for key in ("instructions", "ram_bytes", "arena_bytes", "stack_bytes", "flash_bytes", "weights_bytes"):
        assert document[key] > 0, key
    parts = ("state_bytes", "io_bytes", "data_bytes", "bss_bytes", "stack_bytes")
    assert document["ram_bytes"] == sum(document[part] for part in parts)
    assert document["flash_bytes"] == sum(document[f"{part}_bytes"] for part in ("text", "rodata", "data"))
    assert document["arena_bytes"] <= document["state_bytes"]
    assert set(document["layers"][0]) >= {"name", "op", "instructions", "macs", "share"}
    assert abs(sum(layer["share"] for layer in document["layers"]) - 1) < 1e-4
    assert sum(layer["macs"] for layer in document["layers"]) == document["macs"]
    assert document["instructions_lowest"] <= document["instructions"] <= document["instructions_highest"]
    assert "not counted" in document["harness"]


@pytest.mark.parametrize(("name", "hop"), [
    pytest.param("seed-unet-800", 16, marks=pytest.mark.nightly),
    pytest.param("small-unet-256", 48, marks=pytest.mark.nightly), ("classic-unet-512", 4),
])  # fmt: skip
def test_a_stream_equals_the_whole_recording_on_the_device(name: str, hop: int, shared: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    request = Request(model_path(shared, name), "cortex-m4", toolchain="gcc", emulator="qemu", mode="stream", hop=hop)
    document = bench(request).document()
    assert document["exact"] is True, document["mismatch"]
    assert document["hop_samples"] == hop
    assert document["instructions_per_hop"] == document["instructions"]
    assert document["instructions_lowest"] <= document["instructions"] <= document["instructions_highest"]
    assert document["lookahead_samples"] == {"seed-unet-800": 172, "small-unet-256": 140, "classic-unet-512": 40}[name]
    assert document["io_bytes"] < 500
    assert document["state_bytes"] < 16_000


def test_the_peer_of_a_stream_runs_windows(shared: Path) -> None:
    need("gcc", "tflite-micro")
    result = bench(Request(model_path(shared, "classic-unet-512"), mode="stream"), peer="tflm")
    assert result.measurement.exact
    assert result.peer is not None
    assert result.peer.mismatch is None


def test_a_window_by_hops_counts_every_hop(shared: Path) -> None:
    """Its layers and MACs are summed over all hops, the flush included, which a window in one call does not have."""
    need("arm-none-eabi-gcc", "qemu-system-arm")
    path = model_path(shared, "classic-unet-512")
    whole = bench(Request(path, "cortex-m4", toolchain="gcc", emulator="qemu")).measurement
    hops = bench(Request(path, "cortex-m4", toolchain="gcc", emulator="qemu", hop=64)).measurement
    assert whole.exact
    assert hops.exact
    assert whole.macs < hops.macs < 1.5 * whole.macs
    assert abs(sum(layer.count for layer in hops.layers) - hops.count) < 0.02 * hops.count
    assert hops.state_bytes < whole.state_bytes / 2


def test_a_streaming_project_runs(shared: Path, tmp_path: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    new_firmware(model_path(shared, "classic-unet-512"), "cortex-m4", tmp_path / "app", mode="stream", hop=16)
    lines = flash(plan_flash(tmp_path / "app", None, "gcc"), emulator="qemu")
    assert sum(line.kind == "push" for line in lines) == 2 * 512 // 16
    assert next(line for line in lines if line.kind == "selftest").number("result") == 0
    assert not (tmp_path / "app" / "src" / "main_stream.c").exists()


def test_a_damaged_streaming_project_fails_its_selftest(shared: Path, tmp_path: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    new_firmware(model_path(shared, "classic-unet-512"), "cortex-m4", tmp_path / "app", mode="stream", hop=16)
    source = tmp_path / "app" / "model" / "classic_unet_512.c"
    whole = source.read_text()
    assert "edge = state->hops < " in whole
    source.write_text(whole.replace("edge = state->hops < ", "edge = state->hops > 1 && state->hops < ", 1))
    with pytest.raises(RunError, match="the self-test failed on the device: output byte"):
        flash(plan_flash(tmp_path / "app", None, "gcc"), emulator="qemu")


def test_figures_per_second_need_a_sample_rate(shared: Path, tmp_path: Path) -> None:
    need("gcc")
    path = tmp_path / "m.int8.tflite"
    path.write_bytes(model_path(shared, "classic-unet-512").read_bytes())
    assert bench(Request(path)).document()["instructions_per_second"] is None
    write_card(path, ModelCard("mine", sample_rate_hz=250.0))
    need("arm-none-eabi-gcc", "qemu-system-arm")
    document = bench(Request(path, "cortex-m4", toolchain="gcc", emulator="qemu")).document()
    assert document["model"] == "mine"
    assert document["instructions_per_second"] == round(document["instructions"] * 250 / 512)
    assert document["cycles_per_second"] == round(document["cycles"]["count"] * 250 / 512)
    assert document["realtime_mhz_estimate"] == round(document["cycles"]["count"] * 250 / 512 / 1e6, 3)


def test_sanitized_host_build_is_clean(shared: Path) -> None:
    need("clang")
    result = bench(Request(model_path(shared, "small-unet-256"), "host", toolchain="clang", sanitize=True, repeat=3))
    assert result.measurement.exact


def test_sanitizing_a_core_is_refused(shared: Path) -> None:
    with pytest.raises(RunError, match="--target host"):
        bench(Request(model_path(shared, "small-unet-256"), "cortex-m4", sanitize=True))


def test_kernels_that_the_core_cannot_run_are_refused() -> None:
    with pytest.raises(RunError, match="cortex-m3 cannot run the mve kernels; choose one of: portable"):
        choose_kernels(find_board("cortex-m3"), "mve")
    assert choose_kernels(None, None) == "portable"


def test_firmware_runs_the_selftest_on_the_device(shared: Path, tmp_path: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    new_firmware(model_path(shared, "small-unet-256"), "mps2-an386", tmp_path / "app")
    lines = flash(plan_flash(tmp_path / "app", None, "gcc"), emulator="qemu")
    assert next(line for line in lines if line.kind == "selftest").number("result") == 0


def test_a_regenerated_model_drops_in_and_a_mixed_one_fails_the_compile(shared: Path, tmp_path: Path) -> None:
    """Another model under the same name needs no edit; header and weights of different models stop the compiler."""
    need("arm-none-eabi-gcc", "qemu-system-arm")
    app = tmp_path / "app"
    new_firmware(model_path(shared, "small-unet-256"), "mps2-an386", app)
    other = compile_model(read_tflite(model_path(shared, "classic-unet-512")), "small_unet_256")
    old_header = (app / "model" / "small_unet_256.h").read_text()
    other.sources.write(app / "model")
    lines = flash(plan_flash(app, None, "gcc"), emulator="qemu")
    assert lines[0].number("input_bytes") == 512
    (app / "model" / "small_unet_256.h").write_text(old_header)
    command = [
        "arm-none-eabi-gcc",
        "-std=c99",
        "-mcpu=cortex-m4",
        "-I",
        app / "model",
        "-c",
        app / "model" / "small_unet_256.c",
    ]
    result = subprocess.run([*command, "-o", tmp_path / "x.o"], capture_output=True, text=True)
    assert result.returncode != 0
    assert "#error" in result.stderr
