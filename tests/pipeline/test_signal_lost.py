"""A lead comes off, its input goes to the rail, it is connected again: the flag, and when the first QRS is found."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import edgeunet
from edgeunet import EdgeUNetError
from edgeunet.emit import compile_model
from edgeunet.graph import read_tflite
from edgeunet.modelcard import write_card
from edgeunet.pipeline.program import add_pipeline
from edgeunet.pipeline.reference import Event, Found, Loss, expected
from edgeunet.pipeline.settings import PipelineRequest
from edgeunet.run.machines.toolchains import find_toolchain
from edgeunet.run.simulate import build_simulator, run_simulator
from edgeunet.signals.causal import WideCounts
from edgeunet.signals.synthesis.ecg_parameters import SyntheticECG
from edgeunet.signals.synthesis.synthetic import synthesize
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.pipeline_stages import card
from tests.rigs.tools import need

OFF_S, ON_S, END_S = 10.0, 20.0, 30.0
DETECTED = 1.3
"""Magnitude, in running standard deviations, from which on the network calls a sample QRS."""

THE_CARD = replace(card(), postprocessing={"merge_ms": {"QRS": 80.0}, "min_ms": {"QRS": 8.0}})


def detector() -> bytes:
    """A network whose QRS output is the magnitude of its input, and whose background is `DETECTED`."""
    w = ModelWriter()
    same = {"padding": "SAME", "strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    x = w.tensor((1, 1, 64, 1), scale=0.032, zero_point=0)
    signs = w.tensor((2, 1, 1, 1), scale=0.01, data=np.array([100, -100], np.int8).reshape(2, 1, 1, 1))
    none = w.tensor((2,), "int32", scale=0.00032, data=np.zeros(2, np.int32))
    halves = w.tensor((1, 1, 64, 2), scale=0.032, zero_point=-128)
    w.op("CONV_2D", [x, signs, none], halves, fusedActivationFunction="RELU", **same)
    weights = np.zeros((4, 1, 1, 2), np.int8)
    weights[2] = 100
    head = w.tensor((4, 1, 1, 2), scale=0.01, data=weights)
    least = w.tensor((4,), "int32", scale=0.00032, data=np.array([DETECTED / 0.00032, 0, 0, 0], np.int32))
    out = w.tensor((1, 1, 64, 4), scale=0.032, zero_point=-100)
    w.op("CONV_2D", [halves, head, least], out, **same)
    return w.build([x], [out])


def recording(rate_hz: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Half a minute of ECG in microvolts, and where its R waves are."""
    parameters = replace(SyntheticECG(), sample_rate_hz=rate_hz, duration_s=END_S, leads=("ii",))
    record = synthesize(parameters, seed)
    peaks = np.array([wave.peak for wave in record.waves[0] if wave.kind == "QRS"])
    return np.rint(record.signal[:, 0] * 1000.0).astype(np.int64), peaks


def disconnected(signal: NDArray[np.int64], rate_hz: float, rail: int, offsets: tuple[int, int]) -> NDArray[np.int64]:
    """The recording at ``rail`` for ten seconds, on another electrode offset before than after."""
    off, on = round(OFF_S * rate_hz), round(ON_S * rate_hz)
    return np.concatenate([signal[:off] + offsets[0], np.full(on - off, rail), signal[on:] + offsets[1]])


def found_in(directory: Path, samples: WideCounts, rate_hz: float, network_hz: float, bits: int) -> Found:
    """What the compiled pipeline finds, which is what the one in numpy finds."""
    graph, the_card = read_tflite(detector()), replace(THE_CARD, sample_rate_hz=network_hz)
    compiled = compile_model(graph, "net", mode="stream", hop=8, card=the_card)
    compiled, pipeline = add_pipeline(compiled, graph, the_card, PipelineRequest(rate_hz, adc_bits=bits))
    program = build_simulator(compiled, pipeline, find_toolchain(None, "gcc"), directory)
    _, found = run_simulator(program, samples, pipeline)
    assert found == expected(graph, compiled, pipeline, samples)
    return found


def misses(events: tuple[Event, ...], peaks: NDArray[np.int64], rate_hz: float) -> NDArray[np.float64]:
    """Times of the R waves that no event covers, to 50 ms, in seconds."""
    slack = round(0.05 * rate_hz)
    covered = [any(e.kind == "QRS" and e.onset - slack <= at <= e.offset + slack for e in events) for at in peaks]
    return peaks[~np.array(covered)] / rate_hz


RATES_HZ = ((250.0, 250.0), (500.0, 250.0), (500.0, 500.0))
RAILS = (
    (16, 32767, (3000, -9000)),
    (16, -32768, (-12000, 12000)),
    (24, 2**23 - 1, (150_000, -300_000)),
    (24, 340_000, (0, 300_000)),
)
DAILY = {(0, 0), (0, 3), (1, 1), (1, 2), (2, 3)}
"""Every pair of rates and every rail once."""


@pytest.mark.parametrize(
    ("rate_hz", "network_hz", "bits", "rail", "offsets"),
    [
        pytest.param(*rates, *rail, marks=() if (i, k) in DAILY else pytest.mark.nightly)
        for i, rates in enumerate(RATES_HZ)
        for k, rail in enumerate(RAILS)
    ],
)
def test_the_first_qrs_is_found_within_2_s(
    tmp_path: Path, rate_hz: float, network_hz: float, bits: int, rail: int, offsets: tuple[int, int]
) -> None:
    """The last rail is that of an amplifier, below the ADC's: no end of its range, but far from the baseline."""
    need("gcc")
    signal, peaks = recording(rate_hz, seed=1)
    samples = disconnected(signal, rate_hz, rail, offsets).astype(np.int16 if bits == 16 else np.int32).reshape(-1, 1)
    found = found_in(tmp_path, samples, rate_hz, network_hz, bits)
    missed = misses(found.events, peaks, rate_hz)
    assert peaks[peaks > ON_S * rate_hz][0] < (ON_S + 2) * rate_hz
    # Every beat but those while the lead is off, and of the first second.
    assert all(at < 1 or OFF_S - 0.1 < at < ON_S + 0.6 for at in missed)
    assert all(at < ON_S + 2 for at in missed)
    first, *more = found.losses
    assert first.channel == 0
    assert OFF_S * rate_hz < first.onset < (OFF_S + 0.3) * rate_hz
    if rail == 340_000:
        assert [ON_S * rate_hz < loss.onset < loss.offset < (ON_S + 0.6) * rate_hz for loss in more] == [True]
    else:
        assert ON_S * rate_hz < first.offset < (ON_S + 0.4) * rate_hz
        assert more == []


@pytest.mark.parametrize("bits", [16, 24])
def test_a_lead_that_is_off_from_the_start_is_lost_at_once(tmp_path: Path, bits: int) -> None:
    need("gcc")
    signal, peaks = recording(250.0, seed=2)
    samples = (signal + 5000).astype(np.int16 if bits == 16 else np.int32).reshape(-1, 1)
    samples[:2000] = 2 ** (bits - 1) - 1
    found = found_in(tmp_path, samples, 250.0, 250.0, bits)
    assert found.losses == (Loss(0, 31, 2000 + 62),)
    assert misses(found.events, peaks[peaks > 2000 + 2 * 250], 250.0).size == 0


def test_a_short_pop_is_no_loss_and_costs_no_beat(tmp_path: Path) -> None:
    need("gcc")
    signal, peaks = recording(250.0, seed=1)
    samples = signal.astype(np.int16).reshape(-1, 1)
    samples[3000:3025] = 32767
    found = found_in(tmp_path, samples, 250.0, 250.0, 16)
    assert found.losses == ()
    assert all(at < 1 or 11.9 < at < 12.2 for at in misses(found.events, peaks, 250.0))


def test_an_offset_of_300_mv_loses_no_beat(tmp_path: Path) -> None:
    """From a file to events: at 24 bits the same as without the offset, at 16 refused."""
    need("gcc")
    model = tmp_path / "net.int8.tflite"
    model.write_bytes(detector())
    write_card(model, THE_CARD)
    signal, peaks = recording(500.0, seed=1)
    found = []
    for offset in (0, 300_000):
        path = tmp_path / f"offset{offset}.csv"
        rows = "\n".join(f"{value / 1000:.3f}" for value in signal + offset)
        path.write_text(f"# sample_rate_hz: 500\nii\n{rows}\n")
        found.append(edgeunet.simulate(path, model=model, stream=True, adc_bits=24))
        assert (found[-1]["exact"], found[-1]["adc_bits"], found[-1]["signal_lost"]) == (True, 24, [])
        assert found[-1]["warnings"] == []
    assert found[0]["events"] == found[1]["events"]
    events = tuple(Event(e["class"], e["onset"], e["peak"], e["offset"], 0) for e in found[1]["events"])
    assert all(at < 1 for at in misses(events, peaks, 500.0))
    with pytest.raises(EdgeUNetError, match="where 16 bits saturate"):
        edgeunet.simulate(path, model=model, stream=True)


def test_simulate_says_where_the_signal_was_lost(tmp_path: Path) -> None:
    need("gcc")
    model = tmp_path / "net.int8.tflite"
    model.write_bytes(detector())
    write_card(model, THE_CARD)
    signal, _ = recording(250.0, seed=1)
    rows = "\n".join(f"{value / 1000:.3f}" for value in disconnected(signal, 250.0, 8_388_607, (0, 300_000)))
    (tmp_path / "off.csv").write_text(f"# sample_rate_hz: 250\nii\n{rows}\n")
    command = [sys.executable, "-m", "edgeunet", "simulate", str(tmp_path / "off.csv"), "--model", str(model)]
    command += ["--stream", "--adc-bits", "24"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "lost      ii 10.12-20.25 s" in done.stdout
    assert "for samples of 24 bits" in done.stdout
