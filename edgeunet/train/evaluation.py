"""A trained model, float or quantized, scored against the annotations of records it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import TrainError
from edgeunet.files import file_digest, require_writable, settle
from edgeunet.modelcard import ModelCard, read_card, require_match
from edgeunet.signals import CLASSES, PreparedSource, Source, Split, split_from_dict
from edgeunet.signals.mixture import split_of_member, split_of_mixture
from edgeunet.signals.normalization import COUNT_BITS
from edgeunet.signals.plausibility import Expectation
from edgeunet.signals.postprocessing import postprocessing_from_dict
from edgeunet.train.delineation import (
    STRICT_TOLERANCES_MS,
    TOLERANCE_MS,
    LeadDelineation,
    score_boundaries,
)
from edgeunet.train.judge import Judge, Judged
from edgeunet.train.metrics import confusion_matrix, sample_scores
from edgeunet.train.predictors import check_model_file, open_predictor

P_WAVE = "P"


def evaluate(
    model: Path,
    source: Source,
    *,
    split: Split | None = None,
    part: str = "val",
    tolerance_ms: float = TOLERANCE_MS,
    card: ModelCard | None = None,
    overlap: float | None = None,
    plot: Path | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Score a ``.keras`` or ``.tflite`` model and return the document that ``edgeunet evaluate --json`` prints.

    Parameters
    ----------
    model : the file; a ``.tflite`` runs in LiteRT's reference kernels, as on a device, without TensorFlow.
    source : records; brought to the model's sample rate here.
    split : which patients belong to ``part``; that of the model card when ``None``.
    part : ``"train"``, ``"val"``, ``"test"`` or ``"all"``; all records where there is no split at all.
    tolerance_ms : largest distance of a predicted boundary from the annotated one it is matched with.
    card : what the model is, where no card lies beside it.
    overlap : share of a window that the next one repeats; ``None`` for what the receptive field needs.
    plot : where to draw signals with annotated and predicted waves.
    tell : called with records done and to do.

    Raises
    ------
    TrainError, SignalError, ModelError, GraphError
        With what is wrong, in one sentence.
    """
    model = Path(model)
    settle(model.parent)
    check_model_file(model)
    if plot is not None:
        require_writable(plot, ".png")
    digest = file_digest(model, TrainError)
    card = checked_card(model, card or read_card(model, digest), source)
    require_match(model, card, digest)
    predictor = open_predictor(model, card)
    if file_digest(model, TrainError) != digest:
        raise TrainError(f"'{model}' was replaced while it was read; run the command again")
    if predictor.classes != len(card.classes):
        raise TrainError(
            f"'{model}' has {predictor.classes} outputs but {len(card.classes)} class names "
            f"({', '.join(card.classes)}); give the names of its outputs"
        )
    judge = Judge(predictor, card, postprocessing_from_dict(card.postprocessing), overlap)
    names = _names(source, split, card, part)
    document = judge_records(judge, source, names, tolerance_ms, plot, tell)
    about = {"schema": "edgeunet.evaluate/1", "model": card.name, "format": predictor.format, "part": part}
    return {**about, "model_digest": digest, "data": source.describe(), **document}


def checked_card(model: Path, card: ModelCard | None, source: Source) -> ModelCard:
    """Return the card, or an error that says what evaluating the model takes besides its file.

    Raises
    ------
    TrainError
        When class names or sample rate are not known, or the data have other classes.
    """
    if card is None or not card.classes or not card.sample_rate_hz:
        raise TrainError(
            f"there is no card '{model.name}.json' beside '{model}' saying classes and sample rate; "
            "put it there, or give --classes, --sample-rate-hz and --normalization"
        )
    if card.classes != source.classes:
        raise TrainError(
            f"the model's classes are {', '.join(card.classes)} but the data's {', '.join(source.classes)}; "
            "use data labelled with the model's classes"
        )
    return card


def _names(source: Source, split: Split | None, card: ModelCard, part: str) -> tuple[str, ...]:
    if split is None and card.split is not None:
        split = split_of_member(split_from_dict(card.split, "the model card's split"), source)
    elif split is not None:
        split = split_of_mixture(split, source)
    if split is not None:
        if part == "all":
            return source.names()
        return split.records(source, part)
    if part != "all":
        raise TrainError(
            f"no split says which patients are in part '{part}'; give --split FILE, or --part all for every record"
        )
    return source.names()


def expectation_of(card: ModelCard) -> Expectation:
    """Return what the records given to a model should look like: an ECG by its classes, counts by its normalization."""
    return Expectation(ecg=card.classes == CLASSES, bits=COUNT_BITS.get(card.normalization))


def judge_records(
    judge: Judge,
    source: Source,
    names: Sequence[str],
    tolerance_ms: float = TOLERANCE_MS,
    plot: Path | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Judge the records called ``names`` and return the figures; see `evaluate`."""
    card, classes = judge.card, judge.card.classes
    prepared = PreparedSource(
        source, rate_hz=card.sample_rate_hz, leads=card.leads or None, expected=expectation_of(card)
    )
    confusion = np.zeros((len(classes), len(classes)), np.int64)
    groups: dict[bool, dict[str, list[LeadDelineation]]] = {True: {}, False: {}}
    gallery = Gallery()
    for done, name in enumerate(names, start=1):
        record = prepared.read(name)
        judged = list(judge.leads(record))
        for lead in judged:
            confusion += confusion_matrix(lead.labels, lead.predicted, len(classes))
        has_p = P_WAVE in classes and record.has(P_WAVE)
        groups[has_p][name] = [lead.delineation for lead in judged]
        if plot is not None:
            gallery.add(judged, has_p)
        if tell is not None:
            tell(done, len(names))
    if plot is not None:
        from edgeunet.train.plots import plot_delineations

        plot_delineations(plot, gallery.chosen(), judge.card)
    return {**_document(groups, confusion, classes, tolerance_ms), "warnings": list(prepared.warnings())}


def _document(
    groups: dict[bool, dict[str, list[LeadDelineation]]],
    confusion: NDArray[np.int64],
    classes: Sequence[str],
    tolerance_ms: float,
) -> dict[str, Any]:
    kinds = classes[1:]
    with_p, without_p = ([lead for leads in groups[has].values() for lead in leads] for has in (True, False))
    every = with_p + without_p
    document: dict[str, Any] = {
        "records": sum(len(group) for group in groups.values()),
        "leads": len(every),
        "seconds": float(sum(lead.known.sum() / lead.sample_rate_hz for lead in every)),
        "tolerance_ms": float(tolerance_ms),
        "boundaries": score_boundaries(every, kinds, tolerance_ms),
        "strict": {
            "tolerance_ms": {kind: STRICT_TOLERANCES_MS[kind] for kind in kinds if kind in STRICT_TOLERANCES_MS},
            "boundaries": score_boundaries(every, kinds, STRICT_TOLERANCES_MS),
        },
        "samples": sample_scores(confusion, classes),
    }
    if P_WAVE in kinds:
        for key, has, leads in (("with_p_waves", True, with_p), ("without_p_waves", False, without_p)):
            document[key] = {"records": len(groups[has]), "boundaries": score_boundaries(leads, kinds, tolerance_ms)}
    return document


class Gallery:
    """Leads worth looking at: the first with P waves, the first without, and the worst of other records.

    Only these keep their signals, so that memory does not grow with the data.
    """

    def __init__(self, count: int = 4) -> None:
        self._count = count
        self._first: dict[bool, Judged] = {}
        self._worst: list[Judged] = []

    def add(self, leads: Sequence[Judged], has_p: bool) -> None:
        """Consider the leads of one record."""
        if not leads:
            return
        self._first.setdefault(has_p, leads[len(leads) // 2])
        self._worst = sorted([*self._worst, max(leads, key=misses)], key=misses, reverse=True)[: self._count]

    def chosen(self) -> list[Judged]:
        """Return the leads to draw, one per record."""
        chosen = [self._first[has_p] for has_p in (True, False) if has_p in self._first]
        shown = {lead.record for lead in chosen}
        chosen += [lead for lead in self._worst if lead.record not in shown]
        return chosen[: self._count]


def misses(lead: Judged) -> int:
    """Return how many boundaries of a lead were missed or made up."""
    kinds = sorted({wave.kind for wave in (*lead.delineation.truth, *lead.delineation.predicted)})
    scores = score_boundaries([lead.delineation], kinds)
    return sum(int(figures["fp"] + figures["fn"]) for ends in scores.values() for figures in ends.values())
