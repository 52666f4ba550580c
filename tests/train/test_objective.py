"""The loss over annotated samples, and the weights of rare classes."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.errors import TrainError
from edgeunet.train.objective import WEAK_WEIGHT, class_shares, class_weights, masked_cross_entropy

CLASSES = ("background", "P", "QRS")
SHARES = np.array([0.81, 0.09, 0.10])


def test_shares_are_of_annotated_samples() -> None:
    labels = [np.array([0, 0, 1, -1, -1], np.int8), np.array([2], np.int8)]
    np.testing.assert_allclose(class_shares(labels, 3), [0.5, 0.25, 0.25])


def test_nothing_annotated_and_unknown_classes_are_errors() -> None:
    with pytest.raises(TrainError, match="no annotated sample"):
        class_shares([np.full(9, -1, np.int8)], 3)
    with pytest.raises(TrainError, match="label 3 but the model 3 classes"):
        class_shares([np.array([3], np.int8)], 3)


@pytest.mark.parametrize("weighting", ["none", "sqrt", "balanced", {"P": 3.0}])
def test_an_average_sample_has_weight_one(weighting: str | dict[str, float]) -> None:
    weights = class_weights(weighting, CLASSES, SHARES)
    assert (weights * SHARES).sum() == pytest.approx(1, rel=1e-6)


def test_weights_follow_the_shares() -> None:
    assert class_weights("none", CLASSES, SHARES).tolist() == [1, 1, 1]
    assert class_weights("balanced", CLASSES, SHARES)[1] / class_weights("balanced", CLASSES, SHARES)[
        0
    ] == pytest.approx(9)
    assert class_weights("sqrt", CLASSES, SHARES)[1] / class_weights("sqrt", CLASSES, SHARES)[0] == pytest.approx(3)
    assert np.isfinite(class_weights("balanced", CLASSES, np.array([0.5, 0.5, 0.0]))).all()


@pytest.mark.parametrize("weighting", [{"U": 1.0}, {"P": -1.0}, {"P": float("nan")}, dict.fromkeys(CLASSES, 0.0)])
def test_weights_that_make_no_sense_are_errors(weighting: dict[str, float]) -> None:
    with pytest.raises(TrainError, match="class_weights"):
        class_weights(weighting, CLASSES, SHARES)


def test_the_loss_equals_the_formula_and_ignores_unknown_samples() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(-1, 3, (4, 50)).astype(np.int32)
    logits = rng.standard_normal((4, 50, 3)).astype(np.float32)
    weights = np.array([0.5, 2.0, 1.0], np.float32)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    known = labels >= 0
    chosen = -np.log(np.take_along_axis(probabilities, np.maximum(labels, 0)[..., None], axis=-1)[..., 0])
    weight = weights[np.maximum(labels, 0)] * known
    expected = (chosen * weight).sum() / weight.sum()
    assert float(masked_cross_entropy(weights, 0.0, from_logits=True)(labels, logits)) == pytest.approx(
        expected, rel=1e-5
    )
    assert float(masked_cross_entropy(weights, 0.0, from_logits=False)(labels, probabilities)) == pytest.approx(
        expected, rel=1e-4
    )
    disturbed = np.where(known[..., None], logits, 99.0).astype(np.float32)
    assert float(masked_cross_entropy(weights, 0.0, from_logits=True)(labels, disturbed)) == pytest.approx(
        expected, rel=1e-5
    )


def test_a_batch_without_annotations_has_no_loss() -> None:
    loss = masked_cross_entropy(np.ones(3, np.float32), 0.1, from_logits=True)
    assert float(loss(np.full((2, 5), -1, np.int32), np.ones((2, 5, 3), np.float32))) == 0.0


def test_a_weak_label_costs_what_the_classes_it_rules_out_have() -> None:
    """Label -1 - mask: -3 rules class 1 out (of 0, 1, 2), and moves nothing between the two that remain."""
    import tensorflow as tf

    loss = masked_cross_entropy(np.ones(3, np.float32), 0.0, from_logits=True, weak=True)
    scores = tf.Variable(np.log([[[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]]]).astype(np.float32))
    labels = tf.constant([[-3, -1]])
    with tf.GradientTape() as tape:
        value = loss(labels, scores)
    assert float(value) == pytest.approx(-np.log(0.5), rel=1e-5)
    slope = tape.gradient(value, scores).numpy()[0]
    assert slope[1].tolist() == [0, 0, 0]
    assert slope[0, 1] > 0
    assert slope[0, 0] / slope[0, 2] == pytest.approx(0.2 / 0.3, rel=1e-4)


def test_weak_and_full_labels_are_averaged_by_their_weights() -> None:
    import tensorflow as tf

    loss = masked_cross_entropy(np.ones(2, np.float32), 0.0, from_logits=True, weak=True)
    scores = tf.constant(np.log([[[0.5, 0.5], [0.25, 0.75]]]).astype(np.float32))
    expected = (-np.log(0.5) + WEAK_WEIGHT * -np.log(0.25)) / (1 + WEAK_WEIGHT)
    assert float(loss(tf.constant([[0, -3]]), scores)) == pytest.approx(expected, rel=1e-5)
