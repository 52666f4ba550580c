"""What a stream adds to the steps: history kept, rows outside the signal, the way in and out.

Indices are counted from the rows that the hop's input stands for, so that nothing grows with the length of a recording:
a signal of ``n`` rows per hop begins at ``-hops * n`` (``hops`` stops counting once that no longer matters) and, while
it ends, ends at ``left * rate + excess`` where ``left`` input samples remain from the hop's first on.
"""

from __future__ import annotations

from edgeunet.program.steps import ARENA, Step, View
from edgeunet.schedule.schedule import Schedule, Span

MOVE = "eu_move"
"""The function that moves histories of whole words, where a core has one."""


def pointer(view: View) -> str:
    """Address of a view's first byte."""
    base = "a" if view.space == ARENA else view.space
    return f"{base} + {view.offset_bytes}" if view.offset_bytes else base


def begin_expression(span: Span) -> str:
    """Index at which a signal begins."""
    return f"-state->hops * {span.hop_rows}" if span.hop_rows != 1 else "-state->hops"


def end_expression(span: Span) -> str:
    """Index at which a signal ends."""
    scaled = "state->left" if span.rate.numerator == 1 else f"state->left * {span.rate.numerator}"
    scaled += f" / {span.rate.denominator}" if span.rate.denominator != 1 else ""
    if span.excess:
        scaled += f" {'+' if span.excess > 0 else '-'} {abs(span.excess)}"
    return scaled


def edge_calls(schedule: Schedule, step: Step) -> list[str]:
    """Calls that make a step's operands read as padding outside the signal; they run only while a stream starts or
    ends."""
    calls = []
    for margin in step.margins:
        view, span = margin.view, schedule.span(margin.signal)
        calls.append(
            f"    eu_edge({pointer(view)}, {view.rows}, {view.pitch_bytes}, {view.channels}, {margin.value}, "
            f"{margin.first_index}, {begin_expression(span)}, {end_expression(span)});"
        )
    return ["if (edge) {", *calls, "}"] if calls else []


def edge_position(schedule: Schedule, step: Step) -> str:
    """Arguments of a kernel that skips rows outside its input: first group, begin and end of the input."""
    operand = step.signal
    if operand < 0:
        return "0, 0, 0"
    span = schedule.span(operand)
    return f"{step.first_group}, {begin_expression(span)}, {end_expression(span)}"


def keep_history(schedule: Schedule, index: int, *, words: bool = False) -> list[str]:
    """After the last step that reads a buffer: its newest rows move in front of the data, or away, for the next hop.

    ``words`` says that there is ``eu_move``, which moves whole words to lower addresses or to where nothing overlaps.
    """
    lines = []
    for buffer in schedule.buffers:
        if buffer.persistent and buffer.last_step == index:
            newest = buffer.offset_bytes + buffer.rows * buffer.pitch_bytes
            kept = buffer.before * buffer.pitch_bytes
            if buffer.store_bytes is None:
                lines.append(_move(buffer.offset_bytes, newest, kept, "memmove", words))
            else:
                lines.append(_move(buffer.store_bytes, newest, kept, "memcpy", words))
    return lines


def restore_history(schedule: Schedule, index: int, *, words: bool = False) -> list[str]:
    """Before the first step that writes a buffer whose history waits elsewhere: put it in front of the data."""
    return [
        _move(b.offset_bytes, b.store_bytes, b.before * b.pitch_bytes, "memcpy", words)
        for b in schedule.buffers
        if b.store_bytes is not None and b.first_step == index
    ]


def _move(to: int, source: int, size: int, function: str, words: bool) -> str:
    whole = words and to % 4 == source % 4 == size % 4 == 0
    return f"{MOVE if whole else function}({_address(to)}, {_address(source)}, {size});"


def _address(offset: int) -> str:
    return f"a + {offset}" if offset else "a"


def passage(schedule: Schedule, step: Step) -> list[str]:
    """Input rows into the arena, or output rows that belong to the signal out of it."""
    source, target = step.inputs[0], step.output
    assert isinstance(source, View)
    if target.space == ARENA:
        return _enter(source, target)
    return _leave(schedule, step, source, target)


def _enter(source: View, target: View) -> list[str]:
    if target.pitch_bytes == target.channels:
        size = "rows" if target.channels == 1 else f"rows * {target.channels}"
        return [f"memcpy({pointer(target)}, {pointer(source)}, (size_t)({size}));"]
    place = f"{pointer(target)} + i * {target.pitch_bytes}"
    return [
        "for (int32_t i = 0; i < rows; i++) {",
        f"    memcpy({place}, {pointer(source)} + i * {target.channels}, {target.channels});",
        "}",
    ]


def _leave(schedule: Schedule, step: Step, source: View, target: View) -> list[str]:
    span, lag = schedule.span(step.signal), schedule.lookahead_rows
    begin, end = f"{begin_expression(span)} + {lag}", f"{end_expression(span)} + {lag}"
    first = f"{pointer(source)} + first * {source.pitch_bytes}"
    lines = [
        f"const int32_t first = {begin} < 0 ? 0 : {begin};",
        f"const int32_t last = {end} < {source.rows} ? {end} : {source.rows};",
        "ready = last > first ? last - first : 0;",
    ]
    if source.pitch_bytes == source.channels:
        copied = f"memcpy({pointer(target)}, {first}, (size_t)ready * {source.channels});"
        lines += ["if (ready > 0) {", f"    {copied}", "}"]
    else:
        row = f"{first} + i * {source.pitch_bytes}"
        lines += [
            "for (int32_t i = 0; i < ready; i++) {",
            f"    memcpy({pointer(target)} + i * {source.channels}, {row}, {source.channels});",
            "}",
        ]
    return ["{", *("    " + line for line in lines), "}"]
