"""The picture of a simulation: events over the signal, and what was annotated above them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from edgeunet.errors import RunError
from edgeunet.escaping.picture import picture_text
from edgeunet.files import replacing
from edgeunet.run.simulate import Simulation
from edgeunet.signals import CLASSES
from edgeunet.train.plots import PALETTE

ANNOTATED, FOUND = (0.92, 0.97), (0.02, 0.07)
"""Height of the strips of annotated waves and of events, as shares of the picture."""


def plot_simulation(simulation: Simulation, path: Path, *, start_s: float = 0.0, shown_s: float = 10.0) -> None:
    """Draw ``shown_s`` seconds from ``start_s`` on into ``path`` (PNG): first channel, events, annotations.

    Raises
    ------
    RunError
        When the recording ends before ``start_s``.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    record, rate = simulation.record, simulation.record.sample_rate_hz
    first, stop = round(start_s * rate), min(record.samples, round((start_s + shown_s) * rate))
    if stop - first < 2:
        raise RunError(
            f"record '{record.name}' is {record.samples / rate:.3g} s long, so nothing is there from {start_s:g} s on; "
            "give an earlier --start"
        )
    figure = Figure(figsize=(13, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    axis = figure.subplots()
    _draw_signal(axis, simulation, first, stop)
    _draw_events(axis, simulation, first, stop)
    _draw_annotations(axis, simulation, first, stop)
    _label(axis, simulation)
    with replacing(Path(path)) as temporary:
        figure.savefig(temporary, dpi=130, format="png", metadata={"Software": "edgeunet"})


def _draw_signal(axis: Any, simulation: Simulation, first: int, stop: int) -> None:
    signal = simulation.record.signal[first:stop, 0]
    spread = float(np.ptp(signal)) or 1.0
    axis.plot(np.arange(first, stop) / simulation.record.sample_rate_hz, signal, color="black", linewidth=0.8)
    axis.set_ylim(float(signal.min()) - 0.2 * spread, float(signal.max()) + 0.22 * spread)
    axis.set_xlim(first / simulation.record.sample_rate_hz, (stop - 1) / simulation.record.sample_rate_hz)


def _colour_of(simulation: Simulation) -> dict[str, str]:
    return {kind: PALETTE[i % len(PALETTE)] for i, kind in enumerate(simulation.pipeline.classes[1:])}


def _draw_events(axis: Any, simulation: Simulation, first: int, stop: int) -> None:
    rate, colours = simulation.record.sample_rate_hz, _colour_of(simulation)
    for event in simulation.events:
        if event.offset < first or event.onset >= stop:
            continue
        span = ((event.onset - 0.5) / rate, (event.offset + 0.5) / rate)
        axis.axvspan(*span, color=colours[event.kind], alpha=0.13, linewidth=0)
        axis.axvspan(*span, ymin=FOUND[0], ymax=FOUND[1], color=colours[event.kind], linewidth=0)
        if first <= event.peak < stop:
            value = simulation.record.signal[event.peak, 0]
            axis.plot([event.peak / rate], [value], "o", markersize=4, color=colours[event.kind])


def _draw_annotations(axis: Any, simulation: Simulation, first: int, stop: int) -> None:
    record, colours = simulation.record, _colour_of(simulation)
    if record.annotated[0] is not None:
        known = [at / record.sample_rate_hz for at in record.annotated[0]]
        axis.axvspan(*known, ymin=ANNOTATED[0], ymax=ANNOTATED[1], color="0.93", linewidth=0)
    for wave in record.waves[0]:
        if wave.kind in colours and wave.offset >= first and wave.onset < stop:
            span = ((wave.onset - 0.5) / record.sample_rate_hz, (wave.offset + 0.5) / record.sample_rate_hz)
            axis.axvspan(*span, ymin=ANNOTATED[0], ymax=ANNOTATED[1], color=colours[wave.kind], linewidth=0)


def _title_end(simulation: Simulation) -> str:
    return "" if simulation.latency_samples is None else f"; latency {simulation.document()['latency_ms']:.0f} ms"


def _label(axis: Any, simulation: Simulation) -> None:
    from matplotlib.patches import Patch

    record, compiled = simulation.record, simulation.compiled
    lead = picture_text(record.leads[0])
    how = f"stream, hop {compiled.hop_samples}" if compiled.mode == "stream" else "window by window"
    model, name = picture_text(simulation.model), picture_text(record.name)
    axis.set_title(
        f"{model} ({how}) on record {name}, lead {lead}{_title_end(simulation)}",
        fontsize=10,
        loc="left",
    )
    axis.set_xlabel("time, s")
    axis.set_ylabel(f"lead {lead}, mV" if record.classes == CLASSES else lead)
    handles = [
        Patch(color=colour, label=picture_text(kind), linewidth=0) for kind, colour in _colour_of(simulation).items()
    ]
    axis.legend(
        handles=handles, ncols=len(handles), frameon=False, fontsize=9, loc="lower right", bbox_to_anchor=(1.0, 1.0)
    )
    if record.waves[0]:
        middle = (ANNOTATED[0] + ANNOTATED[1]) / 2
        axis.text(1.004, middle, "annotated", transform=axis.transAxes, fontsize=8, va="center")
    axis.text(1.004, sum(FOUND) / 2, "events", transform=axis.transAxes, fontsize=8, va="center")
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
