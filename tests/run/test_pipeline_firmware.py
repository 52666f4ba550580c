"""A whole pipeline as firmware: measured stage by stage, flashed into emulators, its events compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import edgeunet.run as run_package
from edgeunet.cli.words.flash import flash_document, summarize_flash
from edgeunet.cli.words.pipeline import summarize_pipeline
from edgeunet.errors import RunError
from edgeunet.modelcard import write_card
from edgeunet.pipeline.settings import PipelineRequest
from edgeunet.power.estimate import Supply
from edgeunet.run.bench import Request, new_firmware
from edgeunet.run.consumption import EnergyRequest
from edgeunet.run.flash import check_selftest, flash, plan_flash
from edgeunet.run.machines.protocol import Line
from edgeunet.run.pipeline_bench import PipelineMeasurement, bench_pipeline
from edgeunet.run.project import open_project
from edgeunet.signals.postprocessing import DEFAULT_POSTPROCESSING
from tests.rigs.command import edgeunet
from tests.rigs.json_schema import violations
from tests.rigs.pipeline_stages import CLASSES, card, small_network
from tests.rigs.tools import need

SCHEMA = Path(run_package.__file__).with_name("bench.schema.json")
STAGES = ["normalization", "quantization", "network", "decision"]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "net.int8.tflite"
    path.write_bytes(small_network(1))
    write_card(path, replace(card(), postprocessing=DEFAULT_POSTPROCESSING.to_dict(CLASSES)))
    return path


def measured(model: Path, mode: str, rate_hz: float | None = None, **options: object) -> PipelineMeasurement:
    request = Request(model, mode=mode, hop=8 if mode == "stream" else None, **options)  # type: ignore[arg-type]
    return bench_pipeline(request, PipelineRequest(rate_hz, 2.5))


@pytest.mark.parametrize(("mode", "rate_hz", "first"), [("stream", 500.0, "resampling"), ("window", None, "scaling")])
def test_a_pipeline_on_an_emulated_core(model: Path, mode: str, rate_hz: float | None, first: str) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    m = measured(model, mode, rate_hz, target="cortex-m4", toolchain="gcc", emulator="qemu")
    assert m.exact
    assert len(m.events) > 3
    assert [stage.name for stage in m.stages] == [first, *STAGES]
    # The hooks are taken off again: the stages together are the whole, but for the call itself and the reset.
    assert sum(stage.count for stage in m.stages) == pytest.approx(sum(m.counts), rel=0.1)
    assert all(stage.count for stage in m.stages)
    assert m.state_bytes == sum(m.parts_bytes.values())
    document = m.document()
    assert document["ram_bytes"] > document["state_bytes"] > document["state_parts_bytes"]["network"] > 0
    assert document["flash_bytes"] > 2000
    assert document["instructions_per_second"] == round(sum(m.counts) / m.seconds)
    assert (document["instructions_per_hop"] is None) == (mode == "window")
    for words in ("exact: all", "normalization", "per second", "RAM", "flash"):
        assert words in "\n".join(summarize_pipeline(m))


@pytest.mark.parametrize("mode", ["stream", pytest.param("window", marks=pytest.mark.nightly)])
def test_a_pipeline_has_time_and_energy_on_a_board_that_is_not_here(model: Path, mode: str) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm", "capstone", "gcc")
    asked = EnergyRequest(None, Supply(capacity_mah=225.0, voltage_v=3.0))
    m = measured(model, mode, target="nucleo-l4r5zi", toolchain="gcc", emulator="qemu", energy=asked)
    assert m.exact
    document, cycles = m.document(), m.time.known_cycles
    assert cycles is not None, m.time.cycles
    assert (m.board, cycles.estimated, cycles.error_band_percent) == ("nucleo-l4r5zi", True, 9)
    assert cycles.zero_wait_count is not None
    instructions = document["instructions_per_hop"] or document["instructions_per_window"]
    assert instructions < cycles.zero_wait_count < cycles.count < 3 * instructions
    rows = m.compiled.hop_samples or m.compiled.inputs[0].shape[0]
    assert document["milliseconds"] == pytest.approx(cycles.count / 120_000, abs=1e-6)
    assert document["realtime_share"] == pytest.approx(cycles.count / 120e6 * m.pipeline.rate_hz / rows, rel=1e-4)
    assert document["microjoules"] == pytest.approx(cycles.count * document["energy"]["pj_per_cycle"] / 1e6, rel=1e-3)
    assert document["energy"]["battery_days"] > 30
    spent = [stage.cycles or 0 for stage in m.stages]
    assert all(stage.count < cycles < 3 * stage.count for stage, cycles in zip(m.stages, spent, strict=True))
    if mode == "stream":
        assert sum(spent) / m.seconds * rows / m.pipeline.rate_hz == pytest.approx(cycles.zero_wait_count, rel=0.15)
    assert [stage["share"] for stage in document["stages"]] == pytest.approx([s / sum(spent) for s in spent], abs=1e-6)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert (
        list(
            violations(json.loads(json.dumps(document)), {**schema["properties"]["pipeline"], "$defs": schema["$defs"]})
        )
        == []
    )
    text = "\n".join(summarize_pipeline(m))
    for words in (
        "estimated, ±9 % on published boards",
        " ms at 120 MHz, ",
        f"µJ per {mode.replace('stream', 'hop')}, ",
    ):
        assert words in text


def test_a_pipeline_on_the_host(model: Path) -> None:
    need("gcc")
    m = measured(model, "stream", toolchain="gcc")
    assert m.exact
    assert m.document()["cycles"] is None
    assert m.document()["wall_ns_per_second"] > 0
    assert m.document()["ram_bytes"] is None


@pytest.mark.parametrize("mode", ["stream", pytest.param("window", marks=pytest.mark.nightly)])
def test_samples_of_24_bits_on_an_emulated_core(model: Path, tmp_path: Path, mode: str) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    app, asked = tmp_path / "app", PipelineRequest(500.0, 0.0477, adc_bits=24)
    request = Request(model, mode=mode, target="cortex-m4", toolchain="gcc", emulator="qemu")
    m = bench_pipeline(request, asked)
    assert m.exact
    assert len(m.events) > 3
    extra = m.document()["adc_bits_bytes"]
    assert f"; {extra} of it for samples of 24 bits)" in "\n".join(summarize_pipeline(m))
    new_firmware(model, "cortex-m4", app, mode=mode, pipeline=asked)
    assert "static const int32_t recording[" in (app / "src" / "recording.h").read_text()
    assert f"_pipeline_{'push' if mode == 'stream' else 'run'}32(&pipeline" in (app / "src" / "main.c").read_text()


@pytest.mark.parametrize("mode", ["stream", "window"])
def test_a_project_with_a_pipeline_reports_its_events(model: Path, tmp_path: Path, mode: str) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    app = tmp_path / "app"
    hop = 8 if mode == "stream" else None
    new_firmware(model, "cortex-m4", app, mode=mode, hop=hop, pipeline=PipelineRequest(360.0, 2.5))
    assert open_project(app).has_pipeline
    plan = plan_flash(app, None, "gcc", "qemu")
    lines = flash(plan, emulator="qemu")
    told = flash_document(plan, lines)
    assert told["selftest_passed"] is True
    assert told["events"] == [vars(event) for event in measured(model, mode, 360.0, toolchain="gcc").events]
    last = summarize_flash(plan, lines)[-1]
    for words in ("mps2-an386 (emulated): the pipeline of net found", "self-test passed (every stage", "of state"):
        assert words in last


def test_flash_ends_with_one_line_that_says_what_ran(model: Path, tmp_path: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    app = tmp_path / "app"
    new_firmware(model, "cortex-m4", app, mode="stream", hop=8)
    done = edgeunet("flash", app, "--toolchain", "gcc", "--emulator", "qemu")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("mps2-an386 (emulated): net ran ")
    assert "self-test passed (every output byte as golden)" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    raw = edgeunet("flash", app, "--toolchain", "gcc", "--emulator", "qemu", "--raw")
    assert raw.stdout.startswith("#hello protocol=1")
    document = json.loads(edgeunet("flash", app, "--toolchain", "gcc", "--emulator", "qemu", "--json").stdout)
    assert (document["schema"], document["call"]) == ("edgeunet.flash/1", "hop")
    planned = json.loads(edgeunet("flash", app, "--toolchain", "gcc", "--dry-run", "--json").stdout)
    assert planned["commands"][-1][0] == "qemu-system-arm"


def test_a_failing_stage_is_named() -> None:
    lines = (Line("pipeline", {"samples": "1"}), Line("selftest", {"result": "2000008"}))
    with pytest.raises(RunError, match=r"value 7 of stage 2 \(normalization\) is wrong"):
        check_selftest(lines)


def test_bench_adds_the_pipeline_to_its_document(model: Path) -> None:
    need("gcc")
    done = edgeunet("bench", model, "--mode", "stream", "--hop", "8", "--pipeline", "--input-rate", "500", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["exact"] is True
    assert document["pipeline"]["exact"] is True
    assert document["pipeline"]["input_rate_hz"] == 500.0
    refused = edgeunet("bench", model, "--input-rate", "500")
    assert refused.returncode == 2
    assert "are for --pipeline" in refused.stderr
