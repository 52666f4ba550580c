"""A simulation in words, for the terminal."""

from __future__ import annotations

from edgeunet.run.event_table import event_lines
from edgeunet.run.simulate import Simulation

_EXACT = {True: "equal to the pipeline in numpy", False: "NOT equal to the pipeline in numpy", None: "not compared"}


def describe_simulation(simulation: Simulation) -> str:
    """Return what went in and what came out, with the first events."""
    document, record = simulation.document(), simulation.record
    seconds = record.samples / record.sample_rate_hz
    how = f"stream, hop {document['hop_samples']}" if document["hop_samples"] else "window after window"
    lines = [
        f"record    {record.name}, lead {', '.join(record.leads)}: {seconds:.1f} s at {record.sample_rate_hz:g} Hz",
        f"pipeline  {simulation.model}: {how}, {document['pipeline_bytes']} bytes of state "
        f"({document['network_bytes']} of the network); {document['normalization']} normalization",
    ]
    if document["latency_ms"] is not None:
        lines.append(f"latency   {document['latency_ms']:.0f} ms at most until the class of a sample is known")
    counts = ", ".join(f"{count} {kind}" for kind, count in document["counts"].items())
    lines += [f"events    {counts}; {_EXACT[simulation.exact]}", ""]
    return "\n".join([*lines, *event_lines(simulation.events, record.sample_rate_hz)])
