"""Results of training and evaluation as text for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edgeunet.escaping.terminal import cell
from edgeunet.train.training import TrainResult


def training_document(result: TrainResult) -> dict[str, Any]:
    """Return what ``edgeunet train --json`` prints."""
    progress = result.progress
    return {
        "schema": "edgeunet.train/1",
        "model": result.card.name,
        "file": str(result.model),
        "epochs": progress.done,
        "best_epoch": progress.best_epoch,
        "planned": progress.planned,
        "out_of_time": progress.out_of_time,
        "elapsed_s": round(progress.elapsed_s, 1),
        "metrics": result.card.metrics,
        "files": {name: str(path) for name, path in result.files.items()},
    }


def describe_training(result: TrainResult) -> list[str]:
    """Return a few lines saying what was trained and where it is."""
    progress = result.progress
    lines = [
        f"{result.card.name}: {progress.done} epochs in {progress.elapsed_s / 60:.1f} min, best {progress.best_epoch}",
    ]
    if progress.out_of_time:
        lines.append(f"the time limit ended it before epoch {progress.planned}, the last that was planned")
    boundaries = result.card.metrics.get("boundaries")
    if boundaries:
        lines += ["", *boundary_table(boundaries, result.card.metrics["tolerance_ms"]), ""]
    return [*lines, *(f"  {name:<13}{path}" for name, path in {"model": result.model, **result.files}.items())]


def describe_evaluation(document: Mapping[str, Any]) -> list[str]:
    """Return the figures of `edgeunet.train.evaluation.evaluate` as tables."""
    head = (
        f"{document['model']} ({document['format']}), part {document['part']}: {document['records']} records, "
        f"{document['leads']} leads, {document['seconds'] / 60:.1f} annotated minutes"
    )
    parts = [[head], boundary_table(document["boundaries"], document["tolerance_ms"])]
    if document["strict"]["boundaries"]:
        parts.append(boundary_table(document["strict"]["boundaries"], document["strict"]["tolerance_ms"]))
    parts.append(sample_table(document["samples"]))
    without = document.get("without_p_waves")
    if without and without["records"]:
        false = without["boundaries"]["P"]["onset"]["fp"]
        f1 = document["with_p_waves"]["boundaries"]["P"]["onset"]["f1"]
        said = (
            f"{without['records']} records have no P wave: {false} were found there; "
            f"P onset F1 of the other {document['with_p_waves']['records']}: {_percent(f1)} %"
        )
        parts.append([said])
    return [line for part in parts for line in ("", *part)][1:]


def boundary_table(boundaries: Mapping[str, Any], tolerance_ms: float | Mapping[str, float]) -> list[str]:
    """Return one row per wave and boundary."""
    if isinstance(tolerance_ms, Mapping):
        within = ", ".join(f"{kind} {ms:g}" for kind, ms in tolerance_ms.items())
    else:
        within = f"{tolerance_ms:g}"
    lines = [f"within {within} ms", f"{'':<20}{'Se %':>8}{'PPV %':>8}{'F1 %':>8}{'error, ms':>16}{'n':>8}"]
    for kind, ends in boundaries.items():
        for end, row in ends.items():
            error = "-" if row["mean_ms"] is None else f"{row['mean_ms']:+.1f}"
            error += "" if row["sd_ms"] is None else f" ± {row['sd_ms']:.1f}"
            figures = "".join(f"{_percent(row[key]):>8}" for key in ("se", "ppv", "f1"))
            lines.append(f"{cell(kind + ' ' + end):<20}{figures}{error:>16}{row['n']:>8}")
    return lines


def sample_table(samples: Mapping[str, Any]) -> list[str]:
    """Return one row per class."""
    lines = [f"by sample{'':<11}{'prec. %':>8}{'rec. %':>8}{'F1 %':>8}{'IoU %':>8}"]
    for name, row in samples["classes"].items():
        figures = "".join(f"{_percent(row[key]):>8}" for key in ("precision", "recall", "f1", "iou"))
        lines.append(f"{cell(name):<20}{figures}")
    lines.append(f"{'mean':<36}{_percent(samples['macro_f1']):>8}{_percent(samples['mean_iou']):>8}")
    lines.append(f"{'correlation (MCC)':<36}{_percent(samples['mcc']):>8}")
    return lines


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f}"
