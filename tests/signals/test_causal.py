"""Causal normalization: the C twin gives every integer of it, and it is what its page says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgeunet.errors import SignalError
from edgeunet.signals import PreparedSource, normalize, normalize_recording, open_source, streams, windows
from edgeunet.signals.causal import (
    FAST_BITS,
    FIRST_SPREAD,
    LARGEST,
    RATES_HZ,
    baseline_shift,
    causal,
    normalize_and_watch,
    normalize_counts,
    settling_samples,
    to_counts,
)
from edgeunet.signals.windows import cut
from tests.rigs.pipeline_stages import Stages, build_stages, card

Int16 = NDArray[np.int16]
RATE_HZ = 250.0

samples = st.lists(
    st.one_of(st.integers(-32768, 32767), st.integers(-300, 300), st.sampled_from([-32768, 32767, 0])), max_size=300
)


def slow(counts: list[int], rate_hz: float, bits: int = 16) -> tuple[list[int], list[bool]]:
    """The page of formulas, a sample at a time in plain integers: the values, and where the signal is lost."""
    final = round(np.log2(rate_hz))
    until_lost, until_back = 2 ** (final - 3), 2 ** (final - 2)
    baseline, spread, n, at_rail, off_rail, lost = 0, FIRST_SPREAD * 2**14, 0, 0, 0, False
    result, losses = [], []
    for x in counts:
        shift = [max(k - 3, min(k, max(n, 1).bit_length() - 1)) for k in (final, final + 2)]
        baseline = x * 2**14 if n == 0 or lost else baseline
        moved = baseline + ((x * 2**14 - baseline + 2 ** (shift[0] - 1)) >> shift[0])
        y = x - ((moved + 2**13) >> 14)
        if x in (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) or abs(y) > 32767:
            at_rail, off_rail = at_rail + 1, 0
        else:
            at_rail, off_rail = 0, off_rail + 1
        if lost and off_rail == until_back:
            lost, n = False, 0
            shift = [final - 3, final - 1]
        lost = lost or at_rail == until_lost
        losses.append(lost)
        if lost:
            result.append(0)
            continue
        if not at_rail:
            baseline, n = moved, n + 1
            target = min(abs(y) * 2**14, 16 * spread) if (abs(y) * 2**14) >> 4 > spread else abs(y) * 2**14
            spread += (target - spread + 2 ** (shift[1] - 1)) >> shift[1]
        m = max(spread >> 10, 160)
        q = (min(abs(y), 65535) * 2**13 + m // 2) // m
        z = min(q if q <= 2048 else 2048 + (q - 2048) // 4, 4096)
        result.append(z if y >= 0 else -z)
    return result, losses


def one(counts: list[int] | Int16, rate_hz: float = RATE_HZ) -> list[int]:
    column = np.array(counts, np.int16).reshape(-1, 1)
    return [int(z) for z in normalize_counts(column, rate_hz)[:, 0]]


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Callable[[float], Stages]:
    """The C at a rate, built once each under strict warnings and sanitizers."""
    built: dict[float, Stages] = {}

    def at(rate_hz: float) -> Stages:
        if rate_hz not in built:
            built[rate_hz] = build_stages(tmp_path_factory.mktemp("twin"), rate_hz)
        return built[rate_hz]

    return at


@given(samples, st.sampled_from([16.0, 100.0, 250.0, 360.0, 500.0, 8192.0]))
def test_it_is_what_the_formulas_say(counts: list[int], rate_hz: float) -> None:
    made, lost = normalize_and_watch(np.array(counts, np.int16).reshape(-1, 1), rate_hz)
    assert (made[:, 0].tolist(), lost[:, 0].tolist()) == slow(counts, rate_hz)


wide_pieces = st.tuples(
    st.sampled_from([-(2**23), -300_000, -32768, 0, 500, 32767, 300_000, 2**23 - 1]),
    st.sampled_from([0, 0, 3, 900, 40_000]),
    st.integers(1, 90),
    st.integers(0, 2**32 - 1),
)


def wide(parts: list[tuple[int, int, int, int]]) -> list[int]:
    """Levels with noise on them, within 24 bits."""
    made = [
        level + np.random.default_rng(seed).integers(-noise, noise + 1, length) for level, noise, length, seed in parts
    ]
    return [int(x) for x in np.clip(np.concatenate([[], *made]), -(2**23), 2**23 - 1)]


@given(st.lists(wide_pieces, max_size=8), st.sampled_from([16.0, 100.0, 250.0]), st.sampled_from([16, 24]))
def test_rails_and_steps_are_what_the_formulas_say(parts: list, rate_hz: float, bits: int) -> None:  # type: ignore[type-arg]
    counts = [min(max(x, -(2 ** (bits - 1))), 2 ** (bits - 1) - 1) for x in wide(parts)]
    made, lost = normalize_and_watch(np.array(counts, np.int32).reshape(-1, 1), rate_hz, bits)
    assert (made[:, 0].tolist(), lost[:, 0].tolist()) == slow(counts, rate_hz, bits)


@given(samples.filter(lambda counts: max(map(abs, counts), default=0) < 16000), st.integers(-8_000_000, 8_000_000))
def test_an_offset_within_24_bits_changes_nothing(counts: list[int], offset: int) -> None:
    """And without one the values are those of 16 bits."""
    column = np.array(counts, np.int32).reshape(-1, 1)
    assert np.array_equal(normalize_counts(column + offset, RATE_HZ, 24), normalize_counts(column, RATE_HZ))


def test_the_fast_form_forgets_an_offset_four_times_sooner_and_keeps_its_gain() -> None:
    rng = np.random.default_rng(0)
    settled = rng.integers(-300, 301, 4000)
    step = np.concatenate([settled, 2000 + rng.integers(-300, 301, 2000)]).astype(np.int16).reshape(-1, 1)

    def rows_to_return(faster_bits: int) -> int:
        z = normalize_counts(step, RATE_HZ, faster_bits=faster_bits)[4000:, 0].astype(np.int64)
        course = np.convolve(z, np.ones(32) / 32, "valid")
        return int(np.argmax(course < 600))

    assert 3 < rows_to_return(0) / rows_to_return(FAST_BITS) < 6


def test_the_fast_form_needs_a_rate_that_leaves_its_baseline_a_shift() -> None:
    with pytest.raises(SignalError, match="'causal-fast' works at sample rates from 64 to 8192 Hz, not at 32 Hz"):
        normalize_recording(np.zeros((100, 1), np.float32), "causal-fast", 32.0)


def test_the_c_twin_of_the_fast_form_gives_every_integer(tmp_path: Path) -> None:
    built = build_stages(tmp_path, the_card=card(normalization="causal-fast"))
    made = np.random.default_rng(7).integers(-32768, 32768, (3 * settling_samples(250.0) // 2, 2)).astype(np.int16)
    assert np.array_equal(built.normalize(made), normalize_counts(made, 250.0, faster_bits=FAST_BITS))


@given(samples, st.integers(0, 300))
def test_no_sample_depends_on_a_later_one(counts: list[int], length: int) -> None:
    assert one(counts)[:length] == one(counts[:length])


KINDS = ("noise", "rails", "walk", "constant")
TWINS_HZ = (50.0, 250.0, 500.0, 2000.0)


@pytest.mark.parametrize(
    ("rate_hz", "kind"),
    [
        pytest.param(rate, kind, marks=() if rate <= 250 or kind == "noise" else pytest.mark.nightly)
        for rate in TWINS_HZ
        for kind in KINDS
    ],
)
def test_the_c_twin_gives_every_integer(twin: Callable[[float], Stages], rate_hz: float, kind: str) -> None:
    rng = np.random.default_rng(7)
    count = 3 * settling_samples(rate_hz) // 2
    made = {
        "noise": rng.integers(-32768, 32768, (count, 2)),
        "rails": rng.choice([-32768, 32767], (count, 2)),
        "walk": np.clip(np.cumsum(rng.integers(-40, 41, (count, 2)), axis=0), -32768, 32767),
        "constant": np.full((count, 2), -32768),
    }[kind].astype(np.int16)
    assert np.array_equal(twin(rate_hz).normalize(made), normalize_counts(made, rate_hz))


def test_the_c_twin_gives_every_integer_on_ludb(shared: Path, twin: Callable[[float], Stages]) -> None:
    source = open_source(shared / "data" / "ludb", leads=("ii", "v2"))
    for name in source.names()[::25]:
        counts = to_counts(source.read(name).signal)
        assert np.array_equal(twin(500.0).normalize(counts), normalize_counts(counts, 500.0)), name


def test_counts_of_ludb_are_its_adc_values(shared: Path) -> None:
    record = open_source(shared / "data" / "ludb", leads=("ii",)).read("1")
    raw = np.fromfile(shared / "data" / "ludb" / "data" / "1.dat", "<i2").reshape(-1, 12)[:, 1]
    assert np.array_equal(to_counts(record.signal)[:, 0], raw)


def test_the_c_twin_turns_millivolts_into_the_same_counts(twin: Callable[[float], Stages]) -> None:
    rng = np.random.default_rng(3)
    values = np.concatenate(
        [
            rng.uniform(-40, 40, 20000),
            (np.arange(-33000, 33000) + 0.5) / 1000,
            [0.0, -0.0, np.inf, -np.inf, 1e30, -1e30, 32.767, -32.7685, 1e-40, np.nan],
        ]
    ).astype(np.float32)
    assert np.array_equal(twin(RATE_HZ).from_mv(values), to_counts(values))


def test_a_baseline_and_a_gain_do_not_matter_once_settled() -> None:
    rng = np.random.default_rng(0)
    beat = np.where(np.arange(200) < 20, 800, 0)
    signal = np.tile(beat, 60) + rng.integers(-20, 20, 12000)
    plain = np.array(one(signal.astype(np.int16)))[6000:]
    moved = np.array(one((3 * signal + 5000).astype(np.int16)))[6000:]
    assert np.abs(plain - moved).max() < 0.02 * np.abs(plain).max()
    assert 0.5 < (plain / 1024).std() < 4


def test_a_pop_hardly_turns_the_gain_down() -> None:
    signal = np.tile(np.where(np.arange(200) < 20, 800, 0), 60)
    popped = signal.copy()
    popped[8000:8003] = 32767
    before, after = one(signal.astype(np.int16)), one(popped.astype(np.int16))
    assert max(after[8400:8600]) > 0.6 * max(before[8400:8600])


def test_a_flat_channel_becomes_zeros_and_the_rails_stay_within_bounds() -> None:
    assert set(one([1234] * 2000)) == {0}
    rails = one([32767 if i % 100 < 50 else -32768 for i in range(3000)])
    assert max(rails) <= LARGEST
    assert min(rails) >= -LARGEST


def test_large_values_are_bent_and_their_order_is_kept() -> None:
    """A quarter as steep from 2 on and no more than 4, from 10 on; small ones stay as they are."""
    beat = np.where(np.arange(200) < 20, 800, 20 * (np.arange(200) % 2))
    signal = np.tile(beat, 40)
    signal[7500] = 1600
    signal[7600] = 30000
    ready = np.array(one(signal.astype(np.int16)))
    assert 2048 < ready[7401] < ready[7500] < ready[7600] == LARGEST
    # The mean magnitude is (20 · 720 + 180 · 80) / 200 = 144 counts here.
    assert ready[7500] - ready[7401] == pytest.approx(1024 * 800 / (2 * 144) / 4, rel=0.15)
    assert np.abs(ready[7420:7480]).max() < 1024


def test_few_samples_of_ludb_are_bent_and_hardly_any_saturate(shared: Path) -> None:
    source = PreparedSource(open_source(shared / "data" / "ludb"), rate_hz=RATE_HZ)
    ready = np.concatenate([causal(source.read(name).signal, RATE_HZ).ravel() for name in source.names()[::4]])
    assert np.mean(np.abs(ready) > 2) < 0.05
    assert np.mean(np.abs(ready) == 4) < 0.0005


@pytest.mark.parametrize("rate_hz", [RATES_HZ[0] - 1, RATES_HZ[1] + 1, 0.0])
def test_rates_out_of_bounds_are_refused(rate_hz: float) -> None:
    with pytest.raises(SignalError, match="from 16 to 8192 Hz"):
        baseline_shift(rate_hz)


def test_a_signal_in_other_units_is_refused() -> None:
    with pytest.raises(SignalError, match=r"within ±32\.767 units"):
        causal(np.full((100, 1), 1800, np.float32), RATE_HZ)


def test_it_is_for_recordings_not_windows() -> None:
    window = np.zeros((100, 1), np.float32)
    with pytest.raises(SignalError, match="use normalize_recording"):
        normalize(window, "causal")
    with pytest.raises(SignalError, match="depends on the sample rate"):
        normalize_recording(window, "causal", None)
    assert normalize_recording(window, "zscore", None) is window


def test_windows_are_cut_from_the_recording_normalized_as_a_whole() -> None:
    record = open_source(None, records=1, leads=("ii", "v2")).read("synthetic-0000")
    made = [x for x, _ in windows([record], 400, 200, normalization="causal", min_known=0)]
    expected = []
    for stream in streams(record):
        ready = causal(stream.signal, stream.sample_rate_hz)
        starts = [*range(0, len(ready) - 400 + 1, 200)]
        starts += [len(ready) - 400] if starts[-1] != len(ready) - 400 else []
        expected += [ready[start : start + 400] for start in starts]
    assert len(made) == len(expected)
    assert all(np.array_equal(a, b) for a, b in zip(made, expected, strict=True))


def test_an_augmented_window_is_normalized_from_before_it() -> None:
    """Nothing is changed here, so a window within the first 8 s is that of the whole recording."""
    record = open_source(None, records=1, leads=("ii",)).read("synthetic-0000")
    (stream,) = streams(record)
    ready = causal(stream.signal, stream.sample_rate_hz)
    made = windows([record], 400, 300, normalization="causal", augment=lambda x, y, rate, rng: (x, y), min_known=0)
    for index, (x, y) in enumerate(made):
        start = min(300 * index, len(ready) - 400)
        assert x.shape == (400, 1)
        assert y.shape == (400,)
        if start <= settling_samples(stream.sample_rate_hz):
            assert np.array_equal(x, ready[start : start + 400])
        else:
            assert np.abs(x - ready[start : start + 400]).max() < 0.5
            assert np.array_equal(y, cut(stream, start, 400)[1])
