"""Boundary matching: one to one, optimal, and judged only on annotated ground."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeunet.errors import TrainError
from edgeunet.signals import Wave
from edgeunet.train.delineation import LeadDelineation, match_boundaries, score_boundaries

instants = st.lists(st.integers(0, 60), max_size=12)
few = st.lists(st.integers(0, 30), max_size=5)
tolerances = st.integers(0, 15)


def lead(
    truth: tuple[Wave, ...], predicted: tuple[Wave, ...], known: tuple[int, int] = (0, 800), rate: float = 250.0
) -> LeadDelineation:
    mask = np.zeros(800, bool)
    mask[slice(*known)] = True
    return LeadDelineation(truth, predicted, mask, rate)


def wave(kind: str, onset: int, offset: int) -> Wave:
    return Wave(kind, onset, None, offset)


@given(instants, instants, tolerances)
def test_no_instant_is_matched_twice_nor_beyond_the_tolerance(truth: list[int], predicted: list[int], tol: int) -> None:
    pairs = match_boundaries(truth, predicted, tol)
    assert len({i for i, _ in pairs}) == len(pairs) == len({j for _, j in pairs})
    assert all(abs(truth[i] - predicted[j]) <= tol for i, j in pairs)


@given(instants, tolerances)
def test_a_set_matches_itself_without_error(truth: list[int], tol: int) -> None:
    pairs = match_boundaries(truth, truth, tol)
    assert len(pairs) == len(truth)
    assert all(truth[i] == truth[j] for i, j in pairs)


@given(instants, instants, tolerances, st.integers(-10_000, 10_000))
def test_a_shift_of_time_changes_nothing(truth: list[int], predicted: list[int], tol: int, shift: int) -> None:
    moved = match_boundaries([t + shift for t in truth], [p + shift for p in predicted], tol)
    assert moved == match_boundaries(truth, predicted, tol)


@given(instants, instants, tolerances)
def test_swapping_sides_keeps_count_and_distance(truth: list[int], predicted: list[int], tol: int) -> None:
    there, back = match_boundaries(truth, predicted, tol), match_boundaries(predicted, truth, tol)
    assert len(there) == len(back)
    assert sum(abs(truth[i] - predicted[j]) for i, j in there) == sum(abs(predicted[i] - truth[j]) for i, j in back)


@given(few, few, tolerances)
def test_matching_equals_exhaustive_search(truth: list[int], predicted: list[int], tol: int) -> None:
    pairs = match_boundaries(truth, predicted, tol)
    found = (-len(pairs), sum(abs(truth[i] - predicted[j]) for i, j in pairs))
    assert found == _exhaustive(truth, predicted, tol)


def _exhaustive(truth: list[int], predicted: list[int], tol: int) -> tuple[int, int]:
    best = (0, 0)
    for size in range(1, min(len(truth), len(predicted)) + 1):
        for chosen in combinations(truth, size):
            for partners in permutations(predicted, size):
                distances = [abs(a - b) for a, b in zip(chosen, partners, strict=True)]
                if max(distances) <= tol:
                    best = min(best, (-size, sum(distances)))
    return best


def test_as_many_pairs_as_possible_come_before_the_nearest() -> None:
    # The nearest pair (10, 11) alone would leave 0 and 20 without a partner.
    assert match_boundaries([0, 10], [11, 9], 10) == ((0, 1), (1, 0))
    assert match_boundaries([10, 20], [0, 11], 10) == ((0, 0), (1, 1))


@pytest.mark.parametrize("tolerance", [-1.0, float("nan"), float("inf")])
def test_an_impossible_tolerance_is_an_error(tolerance: float) -> None:
    with pytest.raises(TrainError, match="tolerance is"):
        match_boundaries([1], [1], tolerance)


def test_figures_are_those_counted_by_hand() -> None:
    truth = (wave("P", 100, 120), wave("QRS", 150, 175), wave("QRS", 400, 425))
    predicted = (wave("QRS", 152, 174), wave("QRS", 600, 620), wave("P", 100, 121), wave("P", 300, 320))
    scores = score_boundaries([lead(truth, predicted, (90, 700))], ("P", "QRS", "T"), 40.0)
    onset = scores["QRS"]["onset"]
    assert (onset["se"], onset["ppv"], onset["f1"], onset["n"]) == (0.5, 0.5, 0.5, 2)
    assert (onset["mean_ms"], onset["sd_ms"]) == (8.0, None)
    assert scores["QRS"]["offset"]["mean_ms"] == -4.0
    assert (scores["P"]["onset"]["se"], scores["P"]["onset"]["ppv"]) == (1.0, 0.5)
    assert scores["P"]["offset"]["mean_ms"] == 4.0
    assert scores["T"]["onset"] == dict.fromkeys(("se", "ppv", "f1", "mean_ms", "sd_ms")) | {
        "n": 0, "tp": 0, "fp": 0, "fn": 0,
    }  # fmt: skip


def test_the_spread_is_the_sample_standard_deviation() -> None:
    truth = (wave("T", 100, 150), wave("T", 300, 350), wave("T", 500, 550))
    predicted = (wave("T", 101, 150), wave("T", 302, 350), wave("T", 503, 550))
    onset = score_boundaries([lead(truth, predicted, rate=1000.0)], ("T",))["T"]["onset"]
    assert (onset["mean_ms"], onset["sd_ms"]) == (2.0, 1.0)


def test_waves_outside_the_annotated_range_are_no_false_positives() -> None:
    truth = (wave("QRS", 200, 225),)
    predicted = (wave("QRS", 20, 45), wave("QRS", 199, 224), wave("QRS", 500, 525))
    onset = score_boundaries([lead(truth, predicted, (200, 400))], ("QRS",))["QRS"]["onset"]
    assert (onset["tp"], onset["fp"], onset["fn"]) == (1, 0, 0)


def test_a_lead_without_annotations_is_not_scored() -> None:
    nothing = lead((), (wave("QRS", 20, 45),), (0, 0))
    assert score_boundaries([nothing], ("QRS",))["QRS"]["onset"]["fp"] == 0


def test_tolerance_is_inclusive_and_per_kind() -> None:
    truth, predicted = (wave("P", 100, 120), wave("QRS", 140, 160)), (wave("P", 150, 170), wave("QRS", 181, 200))
    scores = score_boundaries([lead(truth, predicted, rate=1000.0)], ("P", "QRS", "T"), {"P": 50.0, "QRS": 40.0})
    assert "T" not in scores
    assert scores["P"]["onset"]["tp"] == 1
    assert (scores["QRS"]["onset"]["tp"], scores["QRS"]["offset"]["tp"]) == (0, 1)


def test_a_boundary_left_unmarked_is_neither_missed_nor_wrongly_found() -> None:
    truth = (Wave("T", 300, 300, 340, onset_marked=False),)
    hit, elsewhere = wave("T", 200, 338), wave("T", 500, 560)
    scores = score_boundaries([lead(truth, (hit, elsewhere))], ("T",))["T"]
    assert [scores["onset"][key] for key in ("tp", "fp", "fn", "n")] == [0, 1, 0, 0]
    assert [scores["offset"][key] for key in ("tp", "fp", "fn", "n")] == [1, 1, 0, 1]


def test_a_wave_that_a_weak_label_rules_out_is_a_false_positive_and_no_other_is() -> None:
    unknown, nowhere_p = np.zeros(500, bool), {"P": np.ones(500, bool)}
    predicted = (Wave("P", 100, None, 120), Wave("T", 200, None, 240))
    scores = score_boundaries([LeadDelineation((), predicted, unknown, 250.0, nowhere_p)], ("P", "T"))
    assert (scores["P"]["onset"]["fp"], scores["T"]["onset"]["fp"]) == (1, 0)


def test_a_boundary_between_samples_is_scored_where_it_is() -> None:
    truth = (Wave("P", 51, None, 60, exact_onset=50.5),)
    lead = LeadDelineation(truth, (Wave("P", 51, None, 60),), np.ones(500, bool), 250.0)
    assert score_boundaries([lead], ("P",))["P"]["onset"]["mean_ms"] == pytest.approx(2.0)
