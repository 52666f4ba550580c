"""Which plan to compile: ``--mode``, ``--hop``, ``--recompute`` and ``--scratch`` as asked, or what fits ``--ram``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from edgeunet.errors import CompileError
from edgeunet.graph.ir import Graph
from edgeunet.graph.sample_rows import with_sample_rows
from edgeunet.kernels.flavour import Flavour
from edgeunet.kernels.flavours import find_flavour
from edgeunet.schedule.plan import schedule_graph
from edgeunet.schedule.schedule import Schedule

MOST_SKIPS = 8
"""Skips that ``--mode auto`` computes again at most."""
SCRATCH = (None, 512, 0)
"""Most bytes of scratch memory that ``--ram`` leaves a kernel, the fastest first."""


@dataclass(frozen=True)
class Choice:
    """How to compile: the arguments of ``compile_model`` that decide between bytes and instructions."""

    mode: str
    hop: int | None = None
    recompute: int | None = None
    effort: int = 1
    """How many candidates planning looks at (``edgeunet.schedule.effort``)."""
    aligned: bool = False
    """Whether no kernel may load or store a word at an odd address."""
    scratch: int | None = None
    """Most bytes of arena that a kernel may have beside its operands; ``None`` for as many as it wants."""

    def on(self, kernels: str | Flavour) -> Flavour:
        """The flavour ``kernels`` with the scratch memory of this choice."""
        return find_flavour(kernels).within(self.scratch)

    def scheduled(self, graph: Graph, kernels: str | Flavour, *, search: bool = True) -> Schedule:
        """The plan of ``graph`` as chosen."""
        return schedule_graph(
            graph, kernels=self.on(kernels), mode=self.mode, hop=self.hop, recompute=self.recompute,
            search=search, effort=self.effort, aligned=self.aligned,
        )  # fmt: skip

    def sentence(self) -> str:
        """What it is, in words."""
        scratch = f", kernels with at most {self.scratch} bytes of scratch memory" if self.scratch is not None else ""
        return self._plan() + scratch

    def _plan(self) -> str:
        skips = f"{self.recompute} skip{'s' if self.recompute != 1 else ''}"
        again = f" and {skips} computed again" if self.recompute else ""
        if self.mode == "window":
            return (
                "the whole window at once" if self.hop is None else f"the window by hops of {self.hop} samples{again}"
            )
        return f"a stream with a hop of {self.hop} samples{again}"


def choose(graph: Graph, kernels: str | Flavour, asked: Choice, ram_bytes: int | None = None) -> Choice:
    """``asked`` itself, or for the mode ``auto`` the smaller plan; with ``ram_bytes`` the fastest that fits them.

    Where not even the smallest fits, kernels get less scratch memory, a window is run by hops, and a stream computes
    skips again.

    Raises
    ------
    CompileError
        When the arguments contradict each other, or nothing fits.
    """
    if asked.recompute is not None and asked.recompute < 0:
        raise CompileError(f"--recompute {asked.recompute} is no number of skips; use 0 or more")
    window = with_sample_rows(graph).tensors[graph.inputs[0]].shape[2]
    if asked.mode == "window" and asked.hop is not None and asked.hop > window:
        raise CompileError(
            f"hop of {asked.hop} samples is longer than the window of {window}; use --hop {window} or less, or leave "
            "it out"
        )
    if asked.recompute is not None and asked.mode == "window" and asked.hop is None:
        raise CompileError("--recompute is about skips of a stream; add --mode stream or --hop")
    if asked.mode == "auto":
        return fitting_choice(graph, kernels, asked, ram_bytes)
    return asked if ram_bytes is None else _fitting(graph, kernels, asked, _tries(graph, kernels, asked), ram_bytes)


def _tries(graph: Graph, kernels: str | Flavour, asked: Choice) -> Iterator[Choice]:
    """``asked`` and what needs less memory, the fastest first."""
    none_wanted = asked.scratch is not None or find_flavour(kernels).own_table is None
    scratches = [asked.scratch] if none_wanted else SCRATCH
    yield from (replace(asked, scratch=scratch) for scratch in scratches)
    least = replace(asked, scratch=scratches[-1])
    if asked.mode == "window" and asked.hop is None:
        window = graph.tensors[graph.inputs[0]].shape[2]
        for hop in _hops(graph, asked, window):
            yield from (replace(asked, hop=hop, scratch=scratch) for scratch in scratches)
            least = replace(least, hop=hop)
    if asked.recompute is None and (least.mode == "stream" or least.hop is not None):
        yield from (replace(least, recompute=count) for count in range(1, MOST_SKIPS + 1))


def _hops(graph: Graph, asked: Choice, window: int) -> list[int]:
    """Hops of a half, a quarter … of the window down to the smallest; none where the network cannot run by hops."""
    try:
        stride = replace(asked, mode="stream").scheduled(graph, "portable", search=False).timing.stride
    except CompileError:
        return []
    hops = {max(stride, window // parts // stride * stride) for parts in (2, 4, 8, 16, window)}
    return sorted(hops, reverse=True)


def _fitting(
    graph: Graph,
    kernels: str | Flavour,
    asked: Choice,
    tries: Iterable[Choice],
    ram_bytes: int,
    smallest: tuple[int, Choice] | None = None,
) -> Choice:
    """The first of ``tries`` that fits ``ram_bytes``; the last ones may ask for what the network does not have.

    ``smallest`` is what was tried before, and its bytes.
    """
    for plan in tries:
        try:
            schedule = plan.scheduled(graph, kernels)
        except CompileError:
            if smallest is None:
                raise
            break  # there are no more skips
        needed, settled = ram_of(schedule), replace(plan, hop=schedule.timing.hop if schedule.timing.streams else None)
        if needed <= ram_bytes:
            return settled
        if smallest is None or needed < smallest[0]:
            smallest = needed, settled
    assert smallest is not None
    needed, plan = smallest
    given = [option for option in ("hop", "recompute", "scratch") if getattr(asked, option) is not None]
    without = f"leave --{' and --'.join(given)} out, " if given else ""
    raise CompileError(
        f"'{graph.name}' needs at least {needed} bytes of state, input and output ({plan.sentence()}) and {ram_bytes} "
        f"are allowed; {without}raise --ram or build a smaller network"
    )


def fitting_choice(graph: Graph, kernels: str | Flavour, asked: Choice, ram_bytes: int | None = None) -> Choice:
    """What ``--mode auto`` takes: the smaller of the whole window and a stream; with less scratch memory or more
    recomputing where only that fits.

    The stream hops and recomputes as ``asked``, by default in its smallest hops. What is counted is state, input and
    output (``ram_of``); the stack comes on top.

    Raises
    ------
    CompileError
        When nothing fits, with the smallest that could be had.
    """
    stream, window = (
        replace(asked, mode="stream"),
        Choice("window", None, None, asked.effort, asked.aligned, asked.scratch),
    )
    try:
        schedule = stream.scheduled(graph, kernels)
    except CompileError as error:
        if asked.hop is not None or asked.recompute is not None:
            raise
        if ram_bytes is None:
            return window
        try:
            return choose(graph, kernels, window, ram_bytes)
        except CompileError:
            least = min(ram_of(plan.scheduled(graph, kernels)) for plan in _tries(graph, kernels, window))
        raise CompileError(
            f"'{graph.name}' needs {least} bytes of state, input and output and {ram_bytes} are allowed, and {error}"
        ) from None
    stream = replace(stream, hop=schedule.timing.hop)
    smallest = (ram_of(schedule), stream)
    if least_ram_of(window.scheduled(graph, kernels, search=False)) < smallest[0]:
        smallest = min(smallest, (ram_of(window.scheduled(graph, kernels)), window), key=lambda plan: plan[0])
    if ram_bytes is None or smallest[0] <= ram_bytes:
        return smallest[1]
    others = (plan for plan in _tries(graph, kernels, stream) if plan != stream)
    return _fitting(graph, kernels, asked, others, ram_bytes, smallest)


def ram_of(schedule: Schedule) -> int:
    """State (arena and counters), and the caller's input and output of one call: what a plan alone decides."""
    edges = [*schedule.inputs, *schedule.outputs]
    return (
        schedule.arena_bytes
        + (8 if schedule.timing.streams else 0)
        + sum(schedule.timing.rows[s] * schedule.signals[s].row_bytes for s in edges)
    )


def least_ram_of(schedule: Schedule) -> int:
    """What ``ram_of`` is at least, however the same steps are placed."""
    return ram_of(schedule) - schedule.arena_bytes + schedule.lower_bound_bytes
