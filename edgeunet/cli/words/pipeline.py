"""A measured pipeline as a table for the terminal."""

from __future__ import annotations

from edgeunet.cli.words.energy import energy_lines
from edgeunet.cli.words.time import clock_line, time_lines
from edgeunet.pipeline.program import wide_bytes
from edgeunet.run.pipeline_bench import PipelineMeasurement


def summarize_pipeline(measured: PipelineMeasurement) -> list[str]:
    """Return what ``bench --pipeline`` adds: verdict, stages, memory."""
    m, pipeline = measured, measured.pipeline
    document = m.document()
    rate = pipeline.input_rate_hz
    kind = "int32" if pipeline.is_wide else "int16"
    verdict = "exact: all" if m.exact else "NOT EXACT: not all"
    lines = [
        f"pipeline: {kind} samples at {rate:g} Hz in, events out; {pipeline.normalization} normalization",
        "",
        f"{verdict} {len(m.events)} events of {m.seconds:g} s of synthetic ECG are those of the pipeline in numpy; the "
        "self-test passed, stage by stage",
        "",
        *_stage_lines(m),
        "",
    ]
    unit = "ns" if m.unit == "nanoseconds" else m.unit
    lines.append(f"per second    {m.per_second:,.0f} {unit} per second of signal, untraced")
    streams = m.compiled.mode == "stream"
    if streams:
        hop = m.compiled.hop_samples
        per_hop = m.per_second * hop / pipeline.rate_hz
        lines.append(f"per hop       {per_hop:,.0f} {unit} per hop of {hop} rows at {pipeline.rate_hz:g} Hz")
        lines.append(f"latency       {document['latency_ms']:,.0f} ms at most until the class of a sample is known")
    else:
        lines.append(f"per window    {m.counts[0]:,} {unit}")
    lines += time_lines(m.time)
    if m.unit == "instructions":
        lines.append(clock_line(m.time, m.per_second))
    lines += _memory_lines(m)
    return (
        lines if m.energy is None else [*lines, *energy_lines(m.energy, "hop" if streams else "window", assumed=False)]
    )


def _stage_lines(m: PipelineMeasurement) -> list[str]:
    unit = "ns" if m.unit == "nanoseconds" else m.unit
    timed = all(stage.cycles is not None for stage in m.stages)
    rows = [["stage", *(["zero-wait cycles per second"] if timed else []), f"{unit} per second", "share"]]
    for stage, share in zip(m.stages, m.shares(), strict=True):
        amounts = [stage.cycles or 0, stage.count] if timed else [stage.count]
        rows.append([stage.name, *(f"{amount / m.seconds:,.0f}" for amount in amounts), f"{100 * share:.1f} %"])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _memory_lines(m: PipelineMeasurement) -> list[str]:
    parts = ", ".join(f"{name} {size:,}" for name, size in m.parts_bytes.items())
    if m.pipeline.is_wide:
        parts += f"; {wide_bytes(m.compiled, m.pipeline):,} of it for samples of {m.pipeline.adc_bits} bits"
    if m.footprint is None or m.ram_bytes is None:
        return ["", f"state  {m.state_bytes:>9,} bytes ({parts})"]
    kinds = ".data, .bss and constants" if m.footprint.constants_in_ram else ".data and .bss"
    return [
        "",
        f"RAM    {m.ram_bytes:>9,} bytes = state {m.state_bytes:,} ({parts}) + samples and events {m.io_bytes:,} + "
        f"{kinds} {m.footprint.ram_bytes:,} + stack {m.stack_bytes:,}",
        f"flash  {m.footprint.flash_bytes:>9,} bytes, the network's included",
    ]
