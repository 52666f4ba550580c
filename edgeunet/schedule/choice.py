"""Which plan to compile: ``--mode``, ``--hop`` and ``--recompute`` as asked, or what ``auto`` makes of ``--ram``."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edgeunet.errors import CompileError
from edgeunet.graph.ir import Graph
from edgeunet.kernels.flavour import Flavour
from edgeunet.schedule.plan import schedule_graph
from edgeunet.schedule.schedule import Schedule

MOST_SKIPS = 8
"""Skips that ``--mode auto`` computes again at most."""


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

    def sentence(self) -> str:
        """What it is, in words."""
        if self.mode == "window":
            return "the whole window at once" if self.hop is None else f"the window by hops of {self.hop} samples"
        skips = f"{self.recompute} skip{'s' if self.recompute != 1 else ''}"
        again = f" and {skips} computed again" if self.recompute else ""
        return f"a stream with a hop of {self.hop} samples{again}"


def choose(graph: Graph, kernels: str | Flavour, asked: Choice, ram_bytes: int | None = None) -> Choice:
    """``asked`` itself, or for the mode ``auto`` the smaller plan, which must fit ``ram_bytes`` where that is given.

    Raises
    ------
    CompileError
        When the arguments contradict each other, or nothing fits.
    """
    if asked.recompute is not None and asked.recompute < 0:
        raise CompileError(f"--recompute {asked.recompute} is no number of skips; use 0 or more")
    window = graph.tensors[graph.inputs[0]].shape[2]
    if asked.mode == "window" and asked.hop is not None and asked.hop > window:
        raise CompileError(
            f"hop of {asked.hop} samples is longer than the window of {window}; use --hop {window} or less, or leave "
            "it out"
        )
    if asked.mode == "auto":
        return fitting_choice(graph, kernels, asked, ram_bytes)
    if ram_bytes is not None:
        raise CompileError(
            "--ram chooses between plans, which only --mode auto does; add --mode auto or leave --ram out"
        )
    if asked.recompute is not None and asked.mode == "window" and asked.hop is None:
        raise CompileError("--recompute is about skips of a stream; add --mode stream or --hop")
    return asked


def fitting_choice(graph: Graph, kernels: str | Flavour, asked: Choice, ram_bytes: int | None = None) -> Choice:
    """What ``--mode auto`` takes: the smaller of the whole window and a stream, with more recomputing where that fits.

    The stream hops and recomputes as ``asked``, by default in its smallest hops. What is counted is state, input and
    output (``ram_of``); the stack comes on top.

    Raises
    ------
    CompileError
        When nothing fits, with the smallest that could be had.
    """
    stream, effort, aligned = replace(asked, mode="stream"), asked.effort, asked.aligned
    try:
        schedule = schedule_graph(
            graph,
            kernels=kernels,
            mode="stream",
            hop=asked.hop,
            recompute=asked.recompute,
            effort=effort,
            aligned=aligned,
        )
    except CompileError as error:
        if asked.hop is not None or asked.recompute is not None:
            raise
        window = ram_of(schedule_graph(graph, kernels=kernels, effort=effort, aligned=aligned))
        if ram_bytes is None or window <= ram_bytes:
            return Choice("window", effort=effort, aligned=aligned)
        raise CompileError(
            f"'{graph.name}' needs {window} bytes of state, input and output and {ram_bytes} are allowed, and {error}"
        ) from None
    smallest = (ram_of(schedule), replace(stream, hop=schedule.timing.hop))
    if least_ram_of(schedule_graph(graph, kernels=kernels, search=False, effort=effort, aligned=aligned)) < smallest[0]:
        window = ram_of(schedule_graph(graph, kernels=kernels, effort=effort, aligned=aligned))
        smallest = min(smallest, (window, Choice("window", effort=effort, aligned=aligned)), key=lambda plan: plan[0])
    if ram_bytes is None or smallest[0] <= ram_bytes:
        return smallest[1]
    assert schedule.timing.hop is not None
    return _recomputing(graph, kernels, asked, schedule.timing.hop, smallest, ram_bytes)


def _recomputing(
    graph: Graph, kernels: str | Flavour, asked: Choice, hop: int, smallest: tuple[int, Choice], ram_bytes: int
) -> Choice:
    """The fewest skips to compute again so that the stream fits."""
    if asked.recompute is None:
        for count in range(1, MOST_SKIPS + 1):
            try:
                schedule = schedule_graph(
                    graph,
                    kernels=kernels,
                    mode="stream",
                    hop=hop,
                    recompute=count,
                    effort=asked.effort,
                    aligned=asked.aligned,
                )
            except CompileError:
                break  # there are no more skips
            needed, plan = ram_of(schedule), Choice("stream", hop, count, asked.effort, asked.aligned)
            if needed <= ram_bytes:
                return plan
            smallest = min(smallest, (needed, plan), key=lambda found: found[0])
    needed, plan = smallest
    given = [option for option in ("hop", "recompute") if getattr(asked, option) is not None]
    without = f"leave --{' and --'.join(given)} out, " if given else ""
    raise CompileError(
        f"'{graph.name}' needs at least {needed} bytes of state, input and output ({plan.sentence()}) and {ram_bytes} "
        f"are allowed; {without}raise --ram or build a smaller network"
    )


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
