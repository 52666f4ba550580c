"""A measurement as a table for the terminal."""

from __future__ import annotations

from edgeunet.cli.words.time import clock_line, time_lines
from edgeunet.escaping.terminal import cell
from edgeunet.run.measurement import NOT_COUNTED, Measurement

_LABEL = {"instructions": "instructions", "cycles": "cycles", "nanoseconds": "ns"}


def summarize(measurement: Measurement) -> list[str]:
    """Return what ``bench`` prints: verdict, layers, memory, and how it was measured."""
    m = measurement
    by = f" by {m.emulator}" if m.emulator else ""
    lines = [f"{m.model} on {m.target}{f' ({m.board})' if m.board != m.target else ''}{by}", "", _verdict(m), ""]
    lines += _layer_lines(m)
    lines += ["", *_cost_lines(m), "", *_memory_lines(m), ""]
    lines += [f"compiler  {m.toolchain_version}", f"flags     {m.flags}"]
    if m.emulator_version:
        lines.append(f"emulator  {m.emulator_version}" if m.emulator else f"board     {m.emulator_version}")
    return [*lines, f"kernels   {m.kernels}", f"note      {NOT_COUNTED}"]


def _verdict(m: Measurement) -> str:
    if m.mismatch is not None:
        return f"NOT EXACT: {m.mismatch.sentence()}"
    runs = len(m.counts)
    if m.mode == "stream":
        return f"exact: all {m.compared_bytes:,} output bytes of {runs} hops equal the network over the whole recording"
    return f"exact: all {m.compared_bytes:,} output bytes of {runs} run{'s' if runs > 1 else ''} equal the reference"


def _layer_lines(m: Measurement) -> list[str]:
    """Return a line per layer, in network order: its cycles where there are any, and what was counted beside them."""
    counts, unit = [layer.count for layer in m.layers], _LABEL[m.unit]
    spent = list(m.known_cycles.layers) if m.known_cycles and m.unit == "instructions" else None
    main, main_unit = (counts, unit) if spent is None else (spent, "cycles")
    total = sum(main) or 1
    head = ["layer", "op", main_unit, "share", "MACs", f"{main_unit}/MAC"]
    names = [[cell(layer.name), layer.op] for layer in m.layers]
    rows = [
        [*name, f"{count:,}", f"{100 * count / total:.1f} %", *_work(layer.macs, count)]
        for name, layer, count in zip(names, m.layers, main, strict=True)
    ]
    rows = [head, *rows, ["all layers", "", f"{total:,}", "100.0 %", f"{m.macs:,}", _work(m.macs, total)[1]]]
    if spent is not None:
        beside = [unit, *(f"{count:,}" for count in counts), f"{sum(counts):,}"]
        rows = [[*row, text] for row, text in zip(rows, beside, strict=True)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            text.ljust(w) if i < 2 else text.rjust(w) for i, (text, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _work(macs: int, count: int) -> tuple[str, str]:
    return (f"{macs:,}", f"{count / macs:.2f}") if macs else ("", "")


def _cost_lines(m: Measurement) -> list[str]:
    call = "hop" if m.mode == "stream" else "window"
    if m.unit == "nanoseconds":
        lines = [f"wall time     {m.count / 1000:,.1f} µs per {call} on this machine, the fastest (no device figure)"]
        if m.host_instructions is not None:
            lines.append(f"instructions  {m.host_instructions:,} of this machine's own per {call}, by callgrind")
        return lines + _stream_lines(m)
    per_mac = f", {m.count / m.macs:.2f} per MAC" if m.macs else ""
    lines = [f"{m.unit:<12}  {m.count:,} per {call}, untraced, from entry to return{per_mac}"]
    if len(m.counts) > 1:
        lines.append(f"{'':<12}  {min(m.counts):,} to {max(m.counts):,} over {len(m.counts)} {call}s")
    return lines + time_lines(m.time) + _rate_lines(m) + _stream_lines(m)


def _rate_lines(m: Measurement) -> list[str]:
    lines = []
    rate = m.sample_rate_hz
    if rate:
        per_second = m.count * rate / m.rows_per_call
        lines.append(f"per second    {per_second:,.0f} {m.unit} per second of signal at {rate:g} Hz")
        if m.unit == "instructions":
            lines.append(clock_line(m.time, per_second))
    elif m.mode == "stream":
        lines.append(
            "per second    unknown: the model's card has no sample rate (a spec with sample_rate_hz gives it one)"
        )
    return lines


def _stream_lines(m: Measurement) -> list[str]:
    if m.mode != "stream":
        return []
    rate = m.sample_rate_hz
    late = f" ({1000 * m.lookahead_samples / rate:,.0f} ms)" if rate else ""
    return [
        f"stream        hop of {m.rows_per_call} samples; an output comes {m.lookahead_samples} samples{late} late; "
        f"state {m.state_bytes:,} bytes"
    ]


def _memory_lines(m: Measurement) -> list[str]:
    lines = []
    size = m.footprint
    if size is not None and m.ram_bytes is not None:
        lines.append(
            f"RAM    {m.ram_bytes:>9,} bytes = state {m.state_bytes:,} (arena {m.arena_bytes:,}) + input and output "
            f"{m.io_bytes:,} + .data {size.data_bytes:,} + .bss {size.bss_bytes:,} + stack {m.stack_bytes:,}"
            + (f" + weights and tables {size.rodata_bytes:,}" if size.constants_in_ram else "")
        )
        lines.append(
            f"flash  {size.flash_bytes:>9,} bytes = .text {size.text_bytes:,} + .rodata {size.rodata_bytes:,} + .data "
            f"{size.data_bytes:,}; weights and tables are {m.weights_bytes:,} of it"
        )
    else:
        lines.append(f"state  {m.state_bytes:>9,} bytes (arena {m.arena_bytes:,}), input and output {m.io_bytes:,}")
        lines.append(f"weights {m.weights_bytes:>8,} bytes; code size and stack are measured on the emulated cores")
    return lines
