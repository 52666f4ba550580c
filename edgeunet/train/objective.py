"""The loss: cross-entropy over annotated samples, rare classes weighted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import TrainError
from edgeunet.signals import UNKNOWN

WEAK_WEIGHT = 0.25
"""Of a sample of which only is known what it is not: there are many, most of them easy."""


def class_shares(labels: Iterable[NDArray[Any]], classes: int) -> NDArray[np.float64]:
    """Return each class's share of the annotated samples.

    Raises
    ------
    TrainError
        When not one sample is annotated, or a label is not among the classes.
    """
    counts = np.zeros(classes, np.int64)
    for array in labels:
        known = np.asarray(array)[np.asarray(array) >= 0].astype(np.int64)
        if known.size and known.max() >= classes:
            raise TrainError(
                f"the data have a label {known.max()} but the model {classes} classes; "
                "put the data's classes into the spec"
            )
        counts += np.bincount(known, minlength=classes)
    if not counts.sum():
        raise TrainError("the training records have no annotated sample; annotate some, or choose another annotator")
    return np.asarray(counts / counts.sum())


def class_weights(
    weighting: str | Mapping[str, float], classes: Sequence[str], shares: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return one weight per class, scaled so that the weight of an average sample is 1.

    A class that never occurs gets the weight of the rarest that does.
    """
    if isinstance(weighting, Mapping):
        unknown = sorted(set(weighting) - set(classes))
        if unknown or any(not (np.isfinite(w) and w >= 0) for w in weighting.values()):
            what = f"names no class '{unknown[0]}'" if unknown else "has a weight that is negative or not finite"
            raise TrainError(f"class_weights {what}; give weights of 0 or more for {', '.join(classes)}")
        raw = np.array([float(weighting.get(name, 1.0)) for name in classes])
    else:
        power = {"none": 0.0, "sqrt": 0.5, "balanced": 1.0}[weighting]
        raw = np.maximum(shares, shares[shares > 0].min()) ** -power
    mean = float((raw * shares).sum())
    if mean <= 0:
        raise TrainError("class_weights give no weight to any class that occurs; raise one of them")
    return np.asarray(raw / mean, np.float32)


def masked_cross_entropy(
    weights: NDArray[np.float32], label_smoothing: float, *, from_logits: bool, weak: bool = False
) -> Callable[[Any, Any], Any]:
    """Return ``loss(labels, scores)`` for int labels ``(batch, time)`` and scores ``(batch, time, classes)``.

    The weighted mean over the samples whose label is 0 or more; batches without any give 0. Probabilities are turned
    into logits first, so both kinds of model head train alike.

    With ``weak`` a label below ``UNKNOWN``, which rules classes out (`edgeunet.signals.record`), costs ``-log`` of the
    probability that the other classes have together, at `WEAK_WEIGHT`: no gradient among the classes that remain.
    """
    import tensorflow as tf

    classes = len(weights)
    table = tf.constant(weights)

    def loss(labels: Any, scores: Any) -> Any:
        known = labels >= 0
        targets = tf.where(known, labels, 0)
        weight = tf.where(known, tf.gather(table, targets), 0.0)
        logits = scores if from_logits else tf.math.log(tf.clip_by_value(scores, 1e-7, 1.0))
        soft = tf.one_hot(targets, classes) * (1 - label_smoothing) + label_smoothing / classes
        entropy = tf.nn.softmax_cross_entropy_with_logits(soft, logits)
        total, share = tf.reduce_sum(entropy * weight), tf.reduce_sum(weight)
        if weak:
            cost, samples = weak_cost(labels, logits)
            total, share = total + WEAK_WEIGHT * cost, share + WEAK_WEIGHT * samples
        return tf.math.divide_no_nan(total, share)

    def weak_cost(labels: Any, logits: Any) -> tuple[Any, Any]:
        mask = tf.maximum(UNKNOWN - labels, 0)
        excluded = tf.bitwise.bitwise_and(tf.bitwise.right_shift(mask[..., tf.newaxis], tf.range(classes)), 1) > 0
        remaining = tf.reduce_logsumexp(tf.where(excluded, -1e9, logits), axis=-1)
        cost = tf.reduce_logsumexp(logits, axis=-1) - remaining
        told = tf.cast(mask > 0, tf.float32)
        return tf.reduce_sum(cost * told), tf.reduce_sum(told)

    return loss
