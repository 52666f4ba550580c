"""What sets the memory of a compiled network, and what would lower it: the text behind ``export-c --explain``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from edgeunet.errors import CompileError
from edgeunet.graph.ir import Graph
from edgeunet.kernels.flavour import Flavour
from edgeunet.program.steps import ARENA, Buffer, Step, View
from edgeunet.schedule.choice import Choice, ram_of
from edgeunet.schedule.layer_table import Predicted, layer_lines
from edgeunet.schedule.plan import schedule_graph
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.sparing import live_apart

Predict = Callable[[Schedule], Predicted | None]
BAR = 40
_SHOWN = 8


def explain(
    graph: Graph,
    schedule: Schedule,
    kernels: str | Flavour,
    effort: int = 1,
    aligned: bool = False,
    predicted: Predicted | None = None,
) -> list[str]:
    """Lines that say what fills the arena of ``schedule`` and which knob would lower it; first what each layer takes,
    where ``predicted`` says so."""
    lines = [] if predicted is None else [*layer_lines(schedule, predicted), ""]
    lines += [_plan_line(schedule), *([schedule.untried.sentence()] if schedule.untried else []), ""]
    lines += _stream_peak(schedule) if schedule.timing.streams else _window_peak(schedule)
    curve = hop_curve(graph, kernels, effort, aligned)
    if curve:
        lines += ["", *_signal_lines(schedule)] if schedule.timing.streams else []
        lines += [
            "",
            *_curve_lines(
                curve, ram_of(schedule_graph(graph, kernels=kernels, effort=effort, aligned=aligned)), schedule
            ),
        ]
    return lines


def explain_model(graph: Graph, kernels: str | Flavour, choice: Choice, predict: Predict = lambda _: None) -> list[str]:
    """``explain`` for what ``compile_model`` makes of the same arguments; ``predict`` says what its layers take."""
    schedule = choice.scheduled(graph, kernels)
    return explain(graph, schedule, choice.on(kernels), choice.effort, choice.aligned, predict(schedule))


def hop_curve(graph: Graph, kernels: str | Flavour, effort: int = 1, aligned: bool = False) -> list[tuple[int, int]]:
    """RAM (``ram_of``) of streams at hops of 1, 2, 4 … total strides; empty where the network cannot stream."""
    try:
        smallest = schedule_graph(graph, kernels=kernels, mode="stream", effort=effort, aligned=aligned)
    except CompileError:
        return []
    assert smallest.timing.hop is not None
    curve, hop = [(smallest.timing.hop, ram_of(smallest))], 2 * smallest.timing.hop
    while hop <= smallest.signals[smallest.inputs[0]].rows and len(curve) < 5:
        schedule = schedule_graph(graph, kernels=kernels, mode="stream", hop=hop, effort=effort, aligned=aligned)
        curve.append((hop, ram_of(schedule)))
        hop *= 2
    return curve


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
    if not _live(schedule, index):
        return ["nothing is kept between layers: each reads the caller's input and writes the caller's output"]
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
    timing = schedule.timing
    histories = sorted((b for b in schedule.buffers if b.persistent), key=lambda b: -b.before * b.pitch_bytes)
    total = sum(b.before * b.pitch_bytes for b in histories)
    lines = [
        f"hop {timing.hop} of any multiple of {timing.stride}; look-ahead {schedule.lookahead_rows} output rows; "
        f"receptive field {timing.receptive_field} input rows; {schedule.macs} MACs per hop",
        f"{total} bytes are history, most of it here:",
    ]
    for buffer in histories[:_SHOWN]:
        kept = buffer.before * buffer.pitch_bytes
        lines.append(f"  {kept:8d} bytes  {buffer.before} rows x {buffer.pitch_bytes}  {_short(buffer.name)}")
    return [*lines, *_peak_of_histories(schedule, histories[0])] if histories else lines


def _peak_of_histories(schedule: Schedule, buffer: Buffer) -> list[str]:
    """Whose history is longest, who waits for it, and what would shorten it."""
    reads = sorted(_reads(schedule, buffer), key=lambda found: -found[0])
    rows, reader = reads[0]
    waits = f"{rows} rows wait for layer '{_short(reader.name)}'"
    if len(reads) > 1 and rows > reads[1][0]:
        return [
            f"knob: the skip from '{_short(buffer.name)}' sets the peak: {waits}, behind the path that it bypasses; "
            f"fewer channels there, smaller kernels below it, or --recompute (the skip computed again when it is "
            f"needed) lower the state"
        ]
    return [
        f"knob: '{_short(buffer.name)}' sets the peak, no skip: {waits}; fewer channels there or a smaller kernel "
        f"lowers the state"
    ]


def _reads(schedule: Schedule, buffer: Buffer) -> Iterator[tuple[int, Step]]:
    """The steps that read ``buffer``, and how many rows before the new ones each needs."""
    for step in schedule.steps:
        for view in step.inputs:
            if isinstance(view, View) and view.buffer >= 0 and schedule.buffers[view.buffer] is buffer:
                first = (view.offset_bytes - buffer.offset_bytes) // buffer.pitch_bytes
                yield buffer.before - first, step


def _signal_lines(schedule: Schedule) -> Iterator[str]:
    """Rate, lag and history of every signal that has a place of its own."""
    yield f"{'signal':32s}  {'rate':>6s}  {'row bytes':>9s}  {'lag':>6s}  {'history':>7s}  {'bytes':>7s}"
    for buffer in schedule.buffers:
        if buffer.space != ARENA or buffer.rows == 0 or buffer.name.startswith("scratch of "):
            continue
        rate = Fraction(buffer.rows, schedule.timing.rows[schedule.inputs[0]])
        kept = buffer.before if buffer.persistent else 0
        numbers = (
            f"{rate!s:>6s}  {buffer.pitch_bytes:8d}  {buffer.lag_rows:6d}  {kept:7d}  {kept * buffer.pitch_bytes:7d}"
        )
        yield f"{_short(buffer.name):32s}  {numbers}"


def _curve_lines(curve: list[tuple[int, int]], window_bytes: int, schedule: Schedule) -> Iterator[str]:
    mine = ram_of(schedule)
    rows = [(f"hop {hop:6d}", size) for hop, size in curve] + [("window    ", window_bytes)]
    label = f"hop {schedule.timing.hop:6d}" if schedule.timing.streams else "window    "
    if (label, mine) not in rows:
        rows.append((label, mine))
    most = max(size for _, size in rows)
    yield "RAM against the hop: state, input and output of a call (the stack comes on top; edgeunet bench measures it):"
    for name, size in rows:
        mark = " <- this one" if (name, size) == (label, mine) else ""
        yield f"  {name}  {size:8d} bytes  {'#' * max(1, round(BAR * size / most))}{mark}"
