"""Pictures: how a training went, and signals with their annotated and predicted waves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edgeunet.escaping.picture import picture_text
from edgeunet.files import replacing
from edgeunet.modelcard import ModelCard
from edgeunet.train.history import Row

if TYPE_CHECKING:
    from edgeunet.signals import Wave
    from edgeunet.train.judge import Judged

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999")
"""Okabe and Ito's colours, told apart by everyone; the first three are P, QRS and T."""

SHOWN_S = 8.0
"""Seconds of each recording in the picture."""


def plot_history(path: Path, rows: Sequence[Row], classes: Sequence[str], best_epoch: int) -> None:
    """Draw losses and validation F1 by epoch into ``path`` (PNG)."""
    figure, (left, right) = _subplots(1, 2, (11, 4))
    epochs = [row["epoch"] for row in rows]
    left.plot(epochs, [row["loss"] for row in rows], color=PALETTE[-1], label="training")
    if rows and "val_loss" in rows[0]:
        left.plot(epochs, [row["val_loss"] for row in rows], color="black", label="validation (averaged weights)")
    left.set(xlabel="epoch", ylabel="cross-entropy", yscale="log")
    for ticks in (left.yaxis.set_major_formatter, left.yaxis.set_minor_formatter):
        ticks("{x:.2g}")
    lowest = 100.0
    for name, colour in zip(classes[1:], _colours(classes), strict=False):
        scores = [row.get(f"val_f1_{name}") for row in rows]
        shown = np.array([np.nan if s is None else 100 * s for s in scores])
        right.plot(epochs, shown, color=colour, label=picture_text(name))
        later = shown[len(shown) // 4 :]
        lowest = min(lowest, float(np.nanmin(later))) if np.isfinite(later).any() else lowest
    # The first epochs climb from nothing; what tells models apart is the stretch after them.
    right.set(xlabel="epoch", ylabel="F1 by sample, validation (%)", ylim=(max(0.0, lowest - 5), 100.5))
    for axis in (left, right):
        axis.axvline(best_epoch, color="black", linewidth=0.8, linestyle=":", label="best epoch")
        axis.grid(alpha=0.3)
        axis.legend(frameon=False, fontsize=9)
    _save(figure, path)


def plot_delineations(path: Path, leads: Sequence[Judged], card: ModelCard) -> None:
    """Draw each lead with its annotated waves above and the predicted ones below the signal (PNG)."""
    figure, axes = _subplots(max(1, len(leads)), 1, (12, 2.3 * max(1, len(leads)) + 0.8))
    for axis, lead in zip(np.atleast_1d(axes), leads, strict=False):
        _draw_lead(axis, lead, card.classes)
    last = np.atleast_1d(axes)[-1]
    last.set_xlabel("seconds")
    handles = [_patch(colour, name) for name, colour in zip(card.classes[1:], _colours(card.classes), strict=False)]
    handles.append(_patch("#dddddd", "not annotated"))
    figure.legend(handles=handles, ncols=len(handles), loc="upper center", frameon=False, fontsize=9)
    figure.suptitle(" ", fontsize=9)
    _save(figure, path)


def _draw_lead(axis: Any, lead: Judged, classes: Sequence[str]) -> None:
    rate = lead.delineation.sample_rate_hz
    start = interesting_start(lead, round(SHOWN_S * rate))
    stop = min(len(lead.signal), start + round(SHOWN_S * rate))
    time = np.arange(start, stop) / rate
    signal = lead.signal[start:stop]
    spread = float(np.ptp(signal)) or 1.0
    colour_of = dict(zip(classes[1:], _colours(classes), strict=False))
    axis.plot(time, signal, color="black", linewidth=0.8)
    axis.set_ylim(signal.min() - 0.28 * spread, signal.max() + 0.28 * spread)
    for waves, low, high, marks in (
        (lead.delineation.truth, 0.9, 0.98, True),
        (lead.delineation.predicted, 0.02, 0.1, False),
    ):
        for wave in waves:
            if wave.offset >= start and wave.onset < stop:
                _draw_wave(axis, wave, rate, colour_of[wave.kind], (low, high), marks)
    for first, last in _unknown_spans(lead.labels[start:stop]):
        axis.axvspan((start + first) / rate, (start + last) / rate, color="#dddddd", alpha=0.5, linewidth=0)
    axis.set_xlim(time[0], time[-1])
    axis.set_ylabel(f"{picture_text(lead.record)}\n{picture_text(lead.lead)}", rotation=0, ha="right", va="center")
    axis.text(1.005, 0.94, "annotated", transform=axis.transAxes, fontsize=8, va="center")
    axis.text(1.005, 0.06, "predicted", transform=axis.transAxes, fontsize=8, va="center")
    axis.set_yticks([])
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)


def _draw_wave(axis: Any, wave: Wave, rate: float, colour: str, band: tuple[float, float], shade: bool) -> None:
    first, last = (wave.onset - 0.5) / rate, (wave.offset + 0.5) / rate
    axis.axvspan(first, last, ymin=band[0], ymax=band[1], color=colour, linewidth=0)
    if shade:
        axis.axvspan(first, last, color=colour, alpha=0.12, linewidth=0)


def interesting_start(lead: Judged, length: int) -> int:
    """Return where the stretch shown begins: the annotated one with the most wrong samples."""
    wrong = (lead.labels >= 0) & (lead.labels != lead.predicted)
    if len(wrong) <= length:
        return 0
    total = np.concatenate(([0], np.cumsum(wrong)))
    return int(np.argmax(total[length:] - total[:-length]))


def _unknown_spans(labels: Any) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], labels < 0, [0])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _colours(classes: Sequence[str]) -> list[str]:
    return [PALETTE[i % len(PALETTE)] for i in range(len(classes) - 1)]


def _patch(colour: str, label: str) -> Any:
    from matplotlib.patches import Patch

    return Patch(color=colour, label=picture_text(label), linewidth=0)


def _subplots(rows: int, columns: int, size: tuple[float, float]) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns)


def _save(figure: Any, path: Path) -> None:
    with replacing(Path(path)) as temporary:
        figure.savefig(temporary, dpi=130, format="png", metadata={"Software": "edgeunet"})
