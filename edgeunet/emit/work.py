"""How often the parts of each layer's code run: its kernel, what is filled before it, what a stream moves around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import inf

from edgeunet.emit.stream import MOVE, Move, kept_history, passage, restored_history
from edgeunet.kernels.flavours import find_flavour
from edgeunet.kernels.kernel import Kernel
from edgeunet.kernels.prediction import cycles_for
from edgeunet.kernels.work import Parts, Work, compiles_to_loops, filled, moved, parts_of, together
from edgeunet.program.steps import ENTER, LEAVE, Step, View
from edgeunet.schedule.layer_table import Predicted
from edgeunet.schedule.schedule import Schedule

MARGIN, EDGE = "margin", "edge"
"""Parts that are no kernels: rows filled before a call, the question whether a stream is at its start or end."""

ALONE = " alone"
"""What follows the name of a function that is called once: a compiler puts it in place there, its arguments known."""


def network_work(schedule: Schedule) -> list[Parts | None]:
    """The work of each step as it stands in the generated C, ``None`` where its kernel's is not known."""
    return marked([_layer_work(schedule, index) for index in range(len(schedule.steps))])


def predicted_layers(schedule: Schedule, clock_hz: int | None = None) -> Predicted:
    """What each step of ``schedule`` will take on the core whose cycles chose its kernels."""
    assert schedule.flavour is not None
    core = schedule.flavour.core
    page = cycles_for(core, find_flavour(schedule.flavour.name).core)

    def spent(work: Parts | None) -> float | None:
        cycles = inf if work is None else sum(page.of(name, parts) for name, parts in work.items())
        return None if cycles == inf else cycles

    caveat = "by the parts of the kernels, memory that never waits"
    return Predicted(tuple(map(spent, network_work(schedule))), core, caveat, clock_hz)


def marked(works: Sequence[Parts | None]) -> list[Parts | None]:
    """``works`` of the layers of a network, functions in C that only one layer calls named so (``ALONE``)."""
    calls = Counter(name for work in works if work is not None for name in work)

    def renamed(name: str) -> str:
        return name + ALONE if calls[name] == 1 and compiles_to_loops(name) else name

    return [None if work is None else {renamed(name): parts for name, parts in work.items()} for work in works]


def _layer_work(schedule: Schedule, index: int) -> Parts | None:
    step, kernel = schedule.steps[index], schedule.kernels[index]
    assert schedule.flavour is not None
    streams = schedule.timing.streams
    words = streams and schedule.flavour.moves_words
    own = _own(schedule, step, kernel)
    if own is None:
        return None
    parts = dict(own)
    if not streams and step.margins:
        parts[MARGIN] = together(*(_margin(margin.view) for margin in step.margins))
    if streams:
        moves = (*restored_history(schedule, index, words=words), *kept_history(schedule, index, words=words))
        parts |= _moves(moves)
        if step.margins:
            parts[EDGE] = {"test": 1}
    return parts


def _own(schedule: Schedule, step: Step, kernel: Kernel) -> Parts | None:
    if schedule.timing.streams and step.covers in ((ENTER,), (LEAVE,)):
        way, view = passage(schedule, step), step.inputs[0]
        assert isinstance(view, View)
        to, rows = step.output, step.output.rows
        if way.to.is_whole and way.source.is_whole:
            copies = moved([(to.offset_bytes, view.offset_bytes, rows * to.channels)])
        else:
            copies = moved(
                [
                    (to.offset_bytes + r * to.pitch_bytes, view.offset_bytes + r * view.pitch_bytes, to.channels)
                    for r in range(rows)
                ]
            )
        return {step.covers[0]: {"call": 1, **copies}}
    return parts_of(kernel, step)


def _margin(view: View) -> Work:
    if view.pitch_bytes == view.channels:
        return filled(view, 1, 0, view.rows * view.channels)
    return filled(view, view.rows, view.pitch_bytes, view.channels)


def _moves(moves: Iterable[Move]) -> Parts:
    found: dict[str, Work] = {}
    for move in moves:
        name = move.function.text
        work = {"call": 1, "byte": move.size_bytes} if name == MOVE else moved([(0, 0, move.size_bytes)])
        found[name] = together(found.get(name, {}), work)
    return found
