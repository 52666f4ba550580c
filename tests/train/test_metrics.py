"""Sample scores against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeunet.errors import TrainError
from edgeunet.train.metrics import confusion_matrix, matthews_correlation, sample_scores

labels = st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 3)), min_size=1, max_size=200)


def test_unknown_samples_are_left_out() -> None:
    truth = np.array([-1, 0, 1, 1, -1, 2], np.int8)
    predicted = np.array([2, 0, 1, 0, 1, 2])
    assert confusion_matrix(truth, predicted, 3).tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]


def test_scores_are_those_worked_out_by_hand() -> None:
    scores = sample_scores(np.array([[8, 2, 0], [1, 3, 0], [0, 0, 0]]), ("background", "wave", "never"))
    wave = scores["classes"]["wave"]
    assert (wave["precision"], wave["recall"], wave["support"]) == (0.6, 0.75, 4)
    assert wave["f1"] == pytest.approx(2 * 3 / 9)
    assert wave["iou"] == pytest.approx(3 / 6)
    assert scores["classes"]["never"]["f1"] is None
    assert scores["accuracy"] == pytest.approx(11 / 14)
    assert scores["macro_f1"] == pytest.approx((16 / 19 + 6 / 9) / 2)


@given(labels)
def test_a_prediction_equal_to_the_truth_scores_one(pairs: list[tuple[int, int]]) -> None:
    truth = np.array([t for t, _ in pairs])
    scores = sample_scores(confusion_matrix(truth, np.maximum(truth, 0), 4), ("a", "b", "c", "d"))
    assert all(c["f1"] in (None, 1.0) and c["iou"] in (None, 1.0) for c in scores["classes"].values())


@given(labels)
def test_f1_and_iou_tell_the_same(pairs: list[tuple[int, int]]) -> None:
    truth, predicted = np.array([t for t, _ in pairs]), np.array([p for _, p in pairs])
    scores = sample_scores(confusion_matrix(truth, predicted, 4), ("a", "b", "c", "d"))
    assert scores["n"] == (truth >= 0).sum()
    for figures in scores["classes"].values():
        if figures["f1"] is not None:
            assert figures["iou"] == pytest.approx(figures["f1"] / (2 - figures["f1"]))


def correlation_of_indicators(truth: np.ndarray, predicted: np.ndarray, classes: int) -> float:
    """Gorodkin's definition, before it is one of counts: covariances of indicators, summed over classes."""

    def covariance(a: np.ndarray, b: np.ndarray) -> float:
        one, two = (side[:, None] == np.arange(classes) for side in (a, b))
        return float(((one - one.mean(axis=0)) * (two - two.mean(axis=0))).sum())

    return covariance(truth, predicted) / np.sqrt(covariance(truth, truth) * covariance(predicted, predicted))


@given(labels)
def test_mcc_is_the_correlation_of_class_indicators(pairs: list[tuple[int, int]]) -> None:
    truth, predicted = (np.array(side)[np.array([t for t, _ in pairs]) >= 0] for side in zip(*pairs, strict=True))
    found = matthews_correlation(confusion_matrix(truth, predicted, 4))
    if len(set(truth.tolist())) < 2 or len(set(predicted.tolist())) < 2:
        assert found is None
    else:
        assert found == pytest.approx(correlation_of_indicators(truth, predicted, 4), abs=1e-12)


def test_mcc_of_two_classes_is_matthews() -> None:
    tp, fn, fp, tn = 9, 3, 2, 86
    by_hand = (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    assert sample_scores(np.array([[tn, fp], [fn, tp]]), ("background", "wave"))["mcc"] == pytest.approx(by_hand)


def test_mcc_of_millions_of_samples_does_not_overflow() -> None:
    big = 4_000_000_000
    assert matthews_correlation(np.array([[big, 0], [0, big]])) == pytest.approx(1.0)
    assert matthews_correlation(np.array([[0, big], [big, 0]])) == pytest.approx(-1.0)


def test_labels_that_the_model_does_not_know_are_an_error() -> None:
    with pytest.raises(TrainError, match="annotated class 4 is not among"):
        confusion_matrix(np.array([4]), np.array([0]), 4)
    with pytest.raises(TrainError, match="predicted class 7"):
        confusion_matrix(np.array([0]), np.array([7]), 4)
    with pytest.raises(TrainError, match="must be equal"):
        confusion_matrix(np.zeros(3, np.int8), np.zeros(4, np.int8), 4)
