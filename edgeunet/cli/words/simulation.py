"""A simulation in words, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edgeunet.cli.words.events import event_lines
from edgeunet.run.simulate import Simulation

SHOWN_LOSSES = 4
_EXACT = {True: "equal to the pipeline in numpy", False: "NOT equal to the pipeline in numpy", None: "not compared"}


def _scores(boundaries: Mapping[str, Any]) -> str:
    """Say how well the events meet the annotations of the lead."""
    parts = []
    for kind, ends in boundaries.items():
        if kind != "tolerance_ms":
            parts.append(f"{kind} {_percent(ends['onset']['f1'])} / {_percent(ends['offset']['f1'])}")
    within = f"F1 of onsets / offsets within {boundaries['tolerance_ms']:g} ms of the annotations"
    return f"{', '.join(parts)} ({within})"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _width(document: Mapping[str, Any]) -> str:
    extra = document["adc_bits_bytes"]
    return f", {extra} for samples of {document['adc_bits']} bits" if extra else ""


def _losses(simulation: Simulation) -> str:
    """Say where the pipeline said that a signal was lost."""
    losses, rate = simulation.found.losses, simulation.record.sample_rate_hz
    shown = ", ".join(
        f"{simulation.record.leads[loss.channel]} {loss.onset / rate:.2f}-{(loss.offset + 1) / rate:.2f} s"
        for loss in losses[:SHOWN_LOSSES]
    )
    return shown + (f" and {len(losses) - SHOWN_LOSSES} times more" if len(losses) > SHOWN_LOSSES else "")


def describe_simulation(simulation: Simulation) -> list[str]:
    """Return what went in and what came out, with the first events."""
    document, record = simulation.document(), simulation.record
    seconds = record.samples / record.sample_rate_hz
    how = f"stream, hop {document['hop_samples']}" if document["hop_samples"] else "window after window"
    lines = [
        f"record    {record.name}, lead {', '.join(record.leads)}: {seconds:.1f} s at {record.sample_rate_hz:g} Hz",
        f"pipeline  {simulation.model}: {how}, {document['pipeline_bytes']} bytes of state "
        f"({document['network_bytes']} of the network{_width(document)}); {document['normalization']} normalization",
    ]
    if document["latency_ms"] is not None:
        lines.append(f"latency   {document['latency_ms']:.0f} ms at most until the class of a sample is known")
    counts = ", ".join(f"{count} {kind}" for kind, count in document["counts"].items())
    lines.append(f"events    {counts}; {_EXACT[simulation.exact]}")
    if simulation.found.losses:
        lines.append(f"lost      {_losses(simulation)}")
    if document["boundaries"]:
        lines.append(f"scores    {_scores(document['boundaries'])}")
    lines.append("")
    return [*lines, *event_lines(simulation.events, record.sample_rate_hz)]
