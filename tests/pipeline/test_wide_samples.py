"""Samples of up to 24 bits: the C equals the pipeline in numpy, and an electrode's offset changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgeunet.emit import compile_model
from edgeunet.errors import CompileError
from edgeunet.graph import read_tflite
from edgeunet.modelcard import ModelCard
from edgeunet.pipeline.program import wide_bytes
from edgeunet.pipeline.reference import expected, run_pipeline
from edgeunet.pipeline.selftest import synthetic_samples
from edgeunet.pipeline.settings import PipelineRequest, settle_pipeline
from edgeunet.run.machines.toolchains import find_toolchain
from edgeunet.run.simulate import build_simulator, run_simulator
from edgeunet.signals.causal import WideCounts, normalize_counts, to_counts
from tests.rigs.pipeline_stages import Stages, build_stages, card, small_network
from tests.rigs.tools import need

Int32 = NDArray[np.int32]
CLEANED = replace(card(), postprocessing={"merge_ms": {"P": 20, "QRS": 8}, "min_ms": {"P": 12, "T": 16}})
WAYS = [
    ("stream", 24, PipelineRequest(None, adc_bits=24)),
    ("stream", 2, PipelineRequest(360.0, 0.0477, threshold=0.2, adc_bits=24)),
    ("window", None, PipelineRequest(500.0, 1.5, adc_bits=18)),
]
FAR = [-(2**31), -(2**23), -300_000, 2**23 - 1, 2**23, 300_000, 2**31 - 1, 2**17 - 1, -(2**17), 32767, -32768, 0]

levels = st.one_of(st.integers(-(2**31), 2**31 - 1), st.integers(-400_000, 400_000), st.sampled_from(FAR))
pieces = st.tuples(
    st.sampled_from(["hold", "drift", "noise"]),
    levels,
    st.integers(1, 120),
    st.integers(0, 900),
    st.integers(0, 2**32 - 1),
)


def joined(parts: list[tuple[str, int, int, int, int]]) -> Int32:
    """A signal of held levels, drifts and noise about a level, within int32."""
    made, last = [np.zeros(0)], 0
    for kind, level, length, noise, seed in parts:
        made.append(np.linspace(last if kind == "drift" else level, level, length))
        if kind == "noise":
            made[-1] += np.random.default_rng(seed).integers(-noise, noise + 1, length)
        last = level
    return np.clip(np.rint(np.concatenate(made)), -(2**31), 2**31 - 1).astype(np.int32).reshape(-1, 1)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Stages]:
    """The C of one way, built once under strict warnings and sanitizers."""
    built: dict[int, Stages] = {}

    def of(way: int) -> Stages:
        if way not in built:
            mode, hop, request = WAYS[way]
            directory = tmp_path_factory.mktemp("twin")
            content = small_network(1)
            built[way] = build_stages(directory, content=content, the_card=CLEANED, request=request, mode=mode, hop=hop)
        return built[way]

    return of


def wanted(stages: Stages, samples: WideCounts) -> tuple[object, ...]:
    stride, window = stages.compiled.stride_samples, stages.compiled.mode == "window"
    return run_pipeline(stages.graph, stages.pipeline, samples, stride=stride, window=window).events


@pytest.mark.parametrize("way", range(len(WAYS)))
@given(parts=st.lists(pieces, max_size=8), chunk=st.integers(1, 200))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_signal_of_int32(twin: Callable[[int], Stages], way: int, parts: list, chunk: int) -> None:  # type: ignore[type-arg]
    stages, samples = twin(way), joined(parts)
    events = wanted(stages, samples)
    assert stages.run(samples) == events
    if stages.compiled.mode == "stream":
        assert stages.stream(samples, chunk) == events


@pytest.mark.parametrize("way", range(len(WAYS)))
def test_synthetic_ecg_on_an_electrode_offset_has_events(twin: Callable[[int], Stages], way: int) -> None:
    stages = twin(way)
    samples = synthetic_samples(stages.pipeline, 2500, 3)
    assert stages.selftest() == 0
    assert stages.run(samples) == wanted(stages, samples) != ()
    assert int(np.abs(samples).min()) * stages.pipeline.gain / 65536 > 90_000


def test_the_c_twin_normalizes_every_integer_of_24_bits(twin: Callable[[int], Stages]) -> None:
    rng = np.random.default_rng(4)
    noise = rng.integers(-(2**23), 2**23, 600)
    walk = np.clip(300_000 + np.cumsum(rng.integers(-4000, 4001, 4000)), -(2**23), 2**23 - 1)
    steps = np.repeat(rng.integers(-400_000, 400_000, 40), 90) + rng.integers(-900, 900, 3600)
    rails = np.repeat(rng.choice([-(2**23), 2**23 - 1, 5], 60), rng.integers(1, 60, 60))
    counts = np.concatenate([noise, walk, steps, rails]).astype(np.int32).reshape(-1, 1)
    assert np.array_equal(twin(0).normalize(counts), normalize_counts(counts, 250.0, 24))


def test_the_c_twin_turns_millivolts_into_the_same_24_bits(twin: Callable[[int], Stages]) -> None:
    values = np.random.default_rng(3).uniform(-9000, 9000, 20_000)
    halves = (np.arange(-4000, 4000) + 0.5) / 1000 + 300
    ends = [0.0, np.inf, -np.inf, 1e30, 8388.607, 8388.6075, -8388.608, -8388.6085, np.nan, 1e-40]
    millivolts = np.concatenate([values, halves, ends]).astype(np.float32)
    assert np.array_equal(twin(0).from_mv(millivolts), to_counts(millivolts, 24))


def test_the_int16_call_finds_what_a_pipeline_of_16_bits_finds(twin: Callable[[int], Stages], tmp_path: Path) -> None:
    stages = twin(0)
    narrow = build_stages(tmp_path, content=small_network(1), the_card=CLEANED, hop=24)
    samples = synthetic_samples(narrow.pipeline, 2500, 3)
    assert samples.dtype == np.int16
    found = narrow.stream(samples, 17)
    assert len(found) > 5
    assert stages.stream(samples, 17) == found == stages.stream(samples.astype(np.int32) - 300_000, 17)
    samples[500:900] = 32767
    assert stages.stream(samples, 17) == wanted(stages, samples)


@pytest.mark.parametrize("way", [0, 2])
def test_losses_are_those_of_numpy(twin: Callable[[int], Stages], tmp_path: Path, way: int) -> None:
    need("gcc")
    stages = twin(way)
    samples = synthetic_samples(stages.pipeline, 4000, 5)
    rail = 2 ** (stages.pipeline.adc_bits - 1) - 1
    samples[900:1500], samples[2000:2010], samples[3500:] = rail, rail, -rail - 1
    program = build_simulator(stages.compiled, stages.pipeline, find_toolchain(None, "gcc"), tmp_path)
    _, found = run_simulator(program, samples, stages.pipeline)
    assert found == expected(stages.graph, stages.compiled, stages.pipeline, samples)
    assert len(found.losses) >= 2
    assert found.losses[-1].offset == (3999 if way == 0 else 3967)  # what is left of a window is too short to be lost


@pytest.mark.parametrize(("rate_hz", "channels"), [
    (None, 1), (500.0, 3),
    *(pytest.param(*way, marks=pytest.mark.nightly) for way in ((None, 3), (500.0, 1))),
])  # fmt: skip
def test_the_bytes_said_are_what_more_bits_cost(tmp_path: Path, rate_hz: float | None, channels: int) -> None:
    """But for the filling between fields, which is up to 8."""
    need("gcc")
    sizes = []
    for bits in (16, 24):
        stages = build_stages(
            tmp_path,
            content=small_network(channels),
            the_card=card(),
            request=PipelineRequest(rate_hz, adc_bits=bits),
            flags=("-O0",),
        )
        program = build_simulator(stages.compiled, stages.pipeline, find_toolchain(None, "gcc"), tmp_path)
        sizes.append(run_simulator(program, synthetic_samples(stages.pipeline, 8, 0), stages.pipeline)[0][0])
    assert abs(sizes[1] - sizes[0] - wide_bytes(stages.compiled, stages.pipeline)) <= 8
    assert f"takes {wide_bytes(stages.compiled, stages.pipeline)} bytes" in (tmp_path / "net_pipeline.h").read_text()


@pytest.mark.parametrize(
    ("the_card", "request_", "bits"),
    [
        (card(), PipelineRequest(), 16),
        (card(), PipelineRequest(adc_bits=20), 20),
        (card(normalization="causal-24"), PipelineRequest(), 24),
        (card(normalization="causal-24"), PipelineRequest(adc_bits=16), 16),
    ],
)
def test_bits_are_those_asked_for_or_of_the_training(the_card: ModelCard, request_: PipelineRequest, bits: int) -> None:
    compiled = compile_model(read_tflite(small_network(1)), "net", mode="stream")
    pipeline = settle_pipeline(compiled, the_card, request_)
    assert (pipeline.adc_bits, pipeline.normalization) == (bits, "causal")


@pytest.mark.parametrize(
    ("normalization", "bits", "sentence"),
    [("causal", 25, "give 16 "), ("causal", 8, "give 16 "), ("none", 24, "removes their offset")],
)
def test_bits_that_cannot_be_are_refused(normalization: str, bits: int, sentence: str) -> None:
    compiled = compile_model(read_tflite(small_network(1)), "net", mode="stream")
    with pytest.raises(CompileError, match=sentence):
        settle_pipeline(compiled, card(normalization=normalization), PipelineRequest(adc_bits=bits))
