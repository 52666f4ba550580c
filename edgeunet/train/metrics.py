"""Sample-by-sample scores from a confusion matrix, with unknown samples left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import TrainError


def confusion_matrix(truth: NDArray[Any], predicted: NDArray[Any], classes: int) -> NDArray[np.int64]:
    """Count samples by (annotated class, predicted class), skipping those annotated ``UNKNOWN`` or weakly.

    Parameters
    ----------
    truth, predicted : integer class per sample, of equal shape.
    classes : number of classes; a label of more than ``classes - 1`` is an error.

    Returns
    -------
    (classes, classes) counts; row = annotated, column = predicted.
    """
    if truth.shape != predicted.shape:
        raise TrainError(f"labels have shape {truth.shape} but predictions {predicted.shape}; they must be equal")
    known = truth >= 0
    rows, columns = truth[known].astype(np.int64), predicted[known].astype(np.int64)
    for name, labels in (("annotated", rows), ("predicted", columns)):
        if labels.size and (labels.min() < 0 or labels.max() >= classes):
            raise TrainError(
                f"{name} class {labels.max() if labels.max() >= classes else labels.min()} is not among the model's "
                f"{classes} classes; use records labelled with the classes the model was trained on"
            )
    return np.bincount(rows * classes + columns, minlength=classes * classes).reshape(classes, classes)


def sample_scores(confusion: NDArray[np.int64], classes: Sequence[str]) -> dict[str, Any]:
    """Turn counts into figures: per class precision, recall, F1, IoU and support; overall accuracy and macro means.

    F1 = 2 TP / (2 TP + FP + FN) and IoU = TP / (TP + FP + FN); ``mcc`` is that of `matthews_correlation`. A class
    neither annotated nor predicted has no figures (``None``) and is left out of the macro means.
    """
    per_class: dict[str, dict[str, float | int | None]] = {}
    for i, name in enumerate(classes):
        tp = int(confusion[i, i])
        fp = int(confusion[:, i].sum()) - tp
        fn = int(confusion[i].sum()) - tp
        per_class[name] = {
            "precision": tp / (tp + fp) if tp + fp else None,
            "recall": tp / (tp + fn) if tp + fn else None,
            "f1": 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else None,
            "iou": tp / (tp + fp + fn) if tp + fp + fn else None,
            "support": tp + fn,
        }
    total = int(confusion.sum())
    return {
        "classes": per_class,
        "accuracy": float(np.trace(confusion) / total) if total else None,
        "macro_f1": _mean([figures["f1"] for figures in per_class.values()]),
        "mean_iou": _mean([figures["iou"] for figures in per_class.values()]),
        "mcc": matthews_correlation(confusion),
        "n": total,
    }


def matthews_correlation(confusion: NDArray[np.int64]) -> float | None:
    """Matthews' correlation coefficient of annotated and predicted classes, from their ``(classes, classes)`` counts.

    With n samples, c of them right, t_k annotated and p_k predicted as class k:

        (c n - sum_k t_k p_k) / sqrt((n^2 - sum_k p_k^2) (n^2 - sum_k t_k^2))

    1 for a prediction without error, 0 for one that tells nothing, however rare a class is (accuracy is high for
    background everywhere). ``None`` where all samples are annotated, or predicted, as one class. Source: J. Gorodkin,
    "Comparing two K-category assignments by a K-category correlation coefficient", Comput. Biol. Chem. 28 (2004); for
    two classes B. W. Matthews, Biochim. Biophys. Acta 405 (1975).
    """
    annotated = [int(count) for count in confusion.sum(axis=1)]
    predicted = [int(count) for count in confusion.sum(axis=0)]
    total = sum(annotated)
    spreads = [total**2 - sum(count**2 for count in side) for side in (annotated, predicted)]
    if 0 in spreads:
        return None
    agreed = int(np.trace(confusion)) * total - sum(t * p for t, p in zip(annotated, predicted, strict=True))
    return agreed / math.sqrt(spreads[0]) / math.sqrt(spreads[1])


def _mean(values: Sequence[float | int | None]) -> float | None:
    present = [value for value in values if value is not None]
    return float(np.mean(present)) if present else None
