"""Sample-by-sample scores from a confusion matrix, with unknown samples left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import TrainError
from edgeunet.signals import UNKNOWN


def confusion_matrix(truth: NDArray[Any], predicted: NDArray[Any], classes: int) -> NDArray[np.int64]:
    """Count samples by (annotated class, predicted class), skipping those annotated ``UNKNOWN``.

    Parameters
    ----------
    truth, predicted : integer class per sample, of equal shape.
    classes : number of classes; any other label than ``0..classes - 1`` or ``UNKNOWN`` is an error.

    Returns
    -------
    (classes, classes) counts; row = annotated, column = predicted.
    """
    if truth.shape != predicted.shape:
        raise TrainError(f"labels have shape {truth.shape} but predictions {predicted.shape}; they must be equal")
    known = truth != UNKNOWN
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

    F1 = 2 TP / (2 TP + FP + FN) and IoU = TP / (TP + FP + FN). A class neither annotated nor predicted has no figures
    (``None``) and is left out of the macro means.
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
        "n": total,
    }


def _mean(values: Sequence[float | int | None]) -> float | None:
    present = [value for value in values if value is not None]
    return float(np.mean(present)) if present else None
