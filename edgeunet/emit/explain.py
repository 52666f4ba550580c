"""What sets the memory of a compiled network, and what would lower it: the text behind ``export-c --explain``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeunet.emit.compile import schedule_graph
from edgeunet.emit.source import Compiled
from edgeunet.errors import CompileError
from edgeunet.graph.ir import Graph
from edgeunet.schedule.schedule import ARENA, Buffer, Schedule
from edgeunet.schedule.sparing import live_apart

BAR = 40
_SHOWN = 8
MOST_SKIPS = 8


def explain(graph: Graph, schedule: Schedule, core: str) -> list[str]:
    """Lines that say what fills the arena of ``schedule`` and which knob would lower it."""
    lines = [_plan_line(schedule), ""]
    lines += _stream_peak(schedule) if schedule.timing.streams else _window_peak(schedule)
    curve = hop_curve(graph, core)
    if curve:
        lines += ["", *_curve_lines(curve, schedule)]
    return lines


def explain_model(graph: Graph, core: str, choice: Choice) -> list[str]:
    """``explain`` for what ``compile_model`` makes of the same arguments."""
    schedule = schedule_graph(graph, core=core, mode=choice.mode, hop=choice.hop, recompute=choice.recompute)
    return explain(graph, schedule, core)


def choose(graph: Graph, core: str, asked: Choice, ram_bytes: int | None) -> Choice:
    """``asked`` itself, or for the mode ``auto`` what fits ``ram_bytes``.

    Raises
    ------
    CompileError
        When the arguments contradict each other, or nothing fits.
    """
    if asked.mode != "auto":
        if ram_bytes is not None:
            raise CompileError(
                "--ram chooses between plans, which only --mode auto does; add --mode auto or leave --ram out"
            )
        if asked.recompute is not None and asked.mode == "window" and asked.hop is None:
            raise CompileError("--recompute is about skips of a stream; add --mode stream or --hop")
        if asked.recompute is not None and asked.recompute < 0:
            raise CompileError(f"--recompute {asked.recompute} is no number of skips; use 0 or more")
        return asked
    if ram_bytes is None or asked.hop is not None or asked.recompute is not None:
        raise CompileError("--mode auto chooses by the bytes allowed; pass --ram and leave --hop and --recompute out")
    return fitting_choice(graph, core, ram_bytes)


def summary(compiled: Compiled, directory: Path) -> dict[str, Any]:
    """What was written, as one JSON document."""
    return {
        "schema": "edgeunet.export-c/1",
        "model": compiled.name,
        "core": compiled.core,
        "mode": compiled.mode,
        "hop_samples": compiled.hop_samples,
        "lookahead_samples": compiled.lookahead_samples,
        "arena_bytes": compiled.arena_bytes,
        "state_bytes": compiled.state_bytes,
        "weights_bytes": compiled.weights_bytes,
        "macs": compiled.macs,
        "layers": len(compiled.layers),
        "files": [str(directory / path) for path in compiled.sources.files],
    }


def hop_curve(graph: Graph, core: str) -> list[tuple[int, int]]:
    """Arena bytes of streams at hops of 1, 2, 4 … total strides; empty where the network cannot stream."""
    try:
        smallest = schedule_graph(graph, core=core, mode="stream")
    except CompileError:
        return []
    assert smallest.timing.hop is not None
    curve, hop = [(smallest.timing.hop, smallest.arena_bytes)], 2 * smallest.timing.hop
    while hop <= smallest.signals[smallest.inputs[0]].rows and len(curve) < 5:
        curve.append((hop, schedule_graph(graph, core=core, mode="stream", hop=hop).arena_bytes))
        hop *= 2
    return curve


@dataclass(frozen=True)
class Choice:
    """How to compile: the arguments of ``compile_model`` that decide between bytes and instructions."""

    mode: str
    hop: int | None = None
    recompute: int | None = None


def fitting_choice(graph: Graph, core: str, ram_bytes: int) -> Choice:
    """What ``--mode auto`` takes: the whole window where it fits, else the largest hop that does, else more
    recomputing.

    What is counted is the arena and the caller's input and output.

    Raises
    ------
    CompileError
        When nothing fits, with the smallest that could be had.
    """
    window = schedule_graph(graph, core=core)
    needed = ram_of(window)
    if needed <= ram_bytes:
        return Choice("window")
    try:
        smallest = schedule_graph(graph, core=core, mode="stream")
    except CompileError as error:
        raise CompileError(f"{needed} bytes are needed and {ram_bytes} allowed, and {error}") from None
    assert smallest.timing.hop is not None
    hop = smallest.timing.hop
    if ram_of(smallest) > ram_bytes:
        return _recomputing(graph, core, hop, ram_bytes)
    while hop * 2 < window.signals[window.inputs[0]].rows:
        if ram_of(schedule_graph(graph, core=core, mode="stream", hop=hop * 2)) > ram_bytes:
            break
        hop *= 2
    return Choice("stream", hop)


def _recomputing(graph: Graph, core: str, hop: int, ram_bytes: int) -> Choice:
    """The fewest skips to compute again so that the stream fits."""
    least = 1 << 62
    for count in range(1, MOST_SKIPS):
        needed = ram_of(schedule_graph(graph, core=core, mode="stream", hop=hop, recompute=count))
        if needed <= ram_bytes:
            return Choice("stream", hop, count)
        least = min(least, needed)
    raise CompileError(
        f"'{graph.name}' needs at least {least} bytes (a stream with a hop of {hop}) and {ram_bytes} are allowed; "
        "raise --ram or build a smaller network"
    )


def ram_of(schedule: Schedule) -> int:
    """Arena, counters, and the caller's input and output of one call."""
    edges = [*schedule.inputs, *schedule.outputs]
    return (
        schedule.arena_bytes
        + (8 if schedule.timing.streams else 0)
        + sum(schedule.timing.rows[s] * schedule.signals[s].channels for s in edges)
    )


def _plan_line(schedule: Schedule) -> str:
    arena, bound = schedule.arena_bytes, schedule.lower_bound_bytes
    over = 100 * (arena - bound) / bound if bound else 0.0
    return f"arena {arena} bytes; lower bound (largest live set) {bound}; the plan is {over:.1f} % above it"


def _live(schedule: Schedule, index: int) -> list[Buffer]:
    found = [b for b in schedule.buffers if b.space == ARENA and b.first_step <= index <= b.last_step]
    return sorted(found, key=lambda b: -b.size_bytes)


def _short(name: str) -> str:
    return name.split(";")[0]


def _window_peak(schedule: Schedule) -> list[str]:
    live = live_apart(schedule)
    index = max(range(len(live)), key=live.__getitem__)
    step = schedule.steps[index]
    lines = [f"the peak is at step {index}, layer '{step.name}' ({'+'.join(step.covers)}), when these are alive:"]
    for buffer in _live(schedule, index):
        span = f"steps {buffer.first_step}..{buffer.last_step}"
        lines.append(
            f"  {buffer.size_bytes:8d} bytes  {buffer.rows} x {buffer.pitch_bytes}  {span:16s} {_short(buffer.name)}"
        )
    lines.append(
        f"  {live[index]:8d} bytes in all (the plan lets outputs run into inputs, so the arena may be smaller)"
    )
    longest = max(_live(schedule, index), key=lambda b: b.last_step - b.first_step)
    if longest.last_step - longest.first_step > 4:
        lines.append(
            f"knob: '{_short(longest.name)}' waits longest ({longest.size_bytes} bytes); fewer channels there, a "
            f"shorter window, "
            "or --mode stream lower the peak"
        )
    else:
        lines.append(f"knob: fewer channels at layer '{step.name}', a shorter window, or --mode stream lower the peak")
    return lines


def _stream_peak(schedule: Schedule) -> list[str]:
    histories = sorted((b for b in schedule.buffers if b.persistent), key=lambda b: -b.before * b.pitch_bytes)
    total = sum(b.before * b.pitch_bytes for b in histories)
    lines = [
        f"hop {schedule.timing.hop}, look-ahead {schedule.lookahead_rows} output rows; {total} bytes are history, "
        f"most of it here:"
    ]
    for buffer in histories[:_SHOWN]:
        kept = buffer.before * buffer.pitch_bytes
        lines.append(f"  {kept:8d} bytes  {buffer.before} rows x {buffer.pitch_bytes}  {_short(buffer.name)}")
    if histories:
        first = histories[0]
        lines.append(
            f"knob: '{_short(first.name)}' sets the peak: it waits {first.before} rows for the path it bypasses; "
            f"fewer channels "
            "there, smaller kernels below it, or --recompute (the skip computed again when it is needed) lower the "
            "state"
        )
    return lines


def _curve_lines(curve: list[tuple[int, int]], schedule: Schedule) -> Iterator[str]:
    most = max(size for _, size in curve)
    yield "arena of a stream against its hop:"
    for hop, size in curve:
        mark = " <- this one" if schedule.timing.hop == hop else ""
        yield f"  hop {hop:6d}  {size:8d} bytes  {'#' * max(1, round(BAR * size / most))}{mark}"
