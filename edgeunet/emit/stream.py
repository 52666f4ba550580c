"""What a stream adds to the steps: history kept, rows outside the signal, the way in and out.

Indices are counted from the rows that the hop's input stands for, so that nothing grows with the length of a recording:
a signal of ``n`` rows per hop begins at ``-hops * n`` (``hops`` stops counting once that no longer matters) and, while
it ends, ends at ``left * rate + excess`` where ``left`` input samples remain from the hop's first on.
"""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.escaping.c import CText
from edgeunet.program.steps import ARENA, Step, View
from edgeunet.schedule.schedule import Schedule, Span

MOVE = "eu_move"
"""The function that moves histories of whole words, where a core has one."""


@dataclass(frozen=True)
class Setter:
    """A function that sets rows to a value: of bytes, or of int16 values whose two bytes may differ."""

    bytes: str
    int16: str

    def of(self, view: View, value: int) -> str:
        """The function for rows of ``view``."""
        return self.bytes if view.element_bytes == 1 or value == 0 else self.int16


FILL, EDGE = Setter("eu_fill", "eu_fill_int16"), Setter("eu_edge", "eu_edge_int16")


@dataclass(frozen=True)
class Rows:
    """A view as C sees it: the address of its first byte, its rows, the bytes from one to the next, and in one."""

    start: CText
    rows: int
    pitch_bytes: int
    row_bytes: int

    @property
    def is_whole(self) -> bool:
        """Whether row follows upon row."""
        return self.pitch_bytes == self.row_bytes


@dataclass(frozen=True)
class Move:
    """Bytes of a history on their way, by ``memcpy``, ``memmove`` or `MOVE`."""

    function: CText
    to: CText
    source: CText
    size_bytes: int


@dataclass(frozen=True)
class Edge:
    """Rows that get ``value`` where they are outside the signal, which goes from ``begin`` to ``end``."""

    function: CText
    to: Rows
    value: int
    first_index: int
    begin: CText
    end: CText


@dataclass(frozen=True)
class Entry:
    """Input rows into the arena."""

    source: Rows
    to: Rows


@dataclass(frozen=True)
class Exit:
    """Output rows out of the arena, as far as they belong to the signal; they lag by ``lag`` rows."""

    source: Rows
    to: Rows
    begin: CText
    end: CText
    lag: int


def pointer(view: View) -> CText:
    """Address of a view's first byte."""
    base = "a" if view.space == ARENA else view.space
    return CText(f"{base} + {view.offset_bytes}" if view.offset_bytes else base)


def rows_of(view: View) -> Rows:
    """All of a view."""
    return Rows(pointer(view), view.rows, view.pitch_bytes, view.row_bytes)


def begin_expression(span: Span) -> CText:
    """Index at which a signal begins."""
    return CText(f"-state->hops * {span.hop_rows}" if span.hop_rows != 1 else "-state->hops")


def end_expression(span: Span) -> CText:
    """Index at which a signal ends."""
    scaled = "state->left" if span.rate.numerator == 1 else f"state->left * {span.rate.numerator}"
    scaled += f" / {span.rate.denominator}" if span.rate.denominator != 1 else ""
    if span.excess:
        scaled += f" {'+' if span.excess > 0 else '-'} {abs(span.excess)}"
    return CText(scaled)


def edges(schedule: Schedule, step: Step) -> tuple[Edge, ...]:
    """What makes a step's operands read as padding outside the signal; it runs only while a stream starts or ends."""
    found = []
    for margin in step.margins:
        span = schedule.span(margin.signal)
        begin, end = begin_expression(span), end_expression(span)
        function = CText(EDGE.of(margin.view, margin.value))
        found.append(Edge(function, rows_of(margin.view), margin.value, margin.first_index, begin, end))
    return tuple(found)


def edge_position(schedule: Schedule, step: Step) -> tuple[CText | int, ...]:
    """Arguments of a kernel that skips rows outside its input: first group, begin and end of the input."""
    if step.signal < 0:
        return (0, 0, 0)
    span = schedule.span(step.signal)
    return (step.first_group, begin_expression(span), end_expression(span))


def kept_history(schedule: Schedule, index: int, *, words: bool = False) -> tuple[Move, ...]:
    """After the last step that reads a buffer: its newest rows move in front of the data, or away, for the next hop.

    ``words`` says that there is ``eu_move``, which moves whole words to lower addresses or to where nothing overlaps.
    """
    moves = []
    for buffer in schedule.done.get(index, ()):
        if buffer.persistent:
            newest = buffer.offset_bytes + buffer.rows * buffer.pitch_bytes
            kept = buffer.before * buffer.pitch_bytes
            if buffer.store_bytes is None:
                moves.append(_move(buffer.offset_bytes, newest, kept, "memmove", words))
            else:
                moves.append(_move(buffer.store_bytes, newest, kept, "memcpy", words))
    return tuple(moves)


def restored_history(schedule: Schedule, index: int, *, words: bool = False) -> tuple[Move, ...]:
    """Before the first step that writes a buffer whose history waits elsewhere: put it in front of the data."""
    return tuple(
        _move(b.offset_bytes, b.store_bytes, b.before * b.pitch_bytes, "memcpy", words)
        for b in schedule.begun.get(index, ())
        if b.store_bytes is not None
    )


def _move(to: int, source: int, size: int, function: str, words: bool) -> Move:
    whole = words and to % 4 == source % 4 == size % 4 == 0
    return Move(CText(MOVE if whole else function), _address(to), _address(source), size)


def _address(offset: int) -> CText:
    return CText(f"a + {offset}" if offset else "a")


def passage(schedule: Schedule, step: Step) -> Entry | Exit:
    """Input rows into the arena, or output rows that belong to the signal out of it."""
    source, target = step.inputs[0], step.output
    assert isinstance(source, View)
    if target.space == ARENA:
        return Entry(rows_of(source), rows_of(target))
    span = schedule.span(step.signal)
    begin, end = begin_expression(span), end_expression(span)
    return Exit(rows_of(source), rows_of(target), begin, end, schedule.lookahead_rows)
