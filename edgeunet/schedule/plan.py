"""The conductor: from a graph to a schedule, one stage after the other."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache, partial

from edgeunet.errors import CompileError
from edgeunet.graph.ir import Graph
from edgeunet.kernels.cores import BLOCKED, CORES, FUSES, IN_PARTS, LOW_RATE, own_kernels
from edgeunet.kernels.kernel import KernelTable, for_windows, select_kernel, within_scratch, without_kernels
from edgeunet.kernels.portable.unfolded import UNFOLDED
from edgeunet.lower.lower import lower
from edgeunet.program.program import Accepts, Node, Program
from edgeunet.program.steps import Clearance, Step
from edgeunet.rewrite import simplify
from edgeunet.rewrite.fuse_add import fuse_additions
from edgeunet.rewrite.passes import check_passes
from edgeunet.rewrite.rewrites import REWRITES, anything
from edgeunet.schedule.build import build_schedule
from edgeunet.schedule.order import order_nodes
from edgeunet.schedule.recompute import timed_stream
from edgeunet.schedule.retiming import history_bytes
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.sparing import build_sparing
from edgeunet.schedule.timing import Timing, stream_timing, total_stride, window_timing


def rewritten(graph: Graph, without: Collection[str] = (), accepts: Accepts = anything) -> Program:
    """``graph`` simplified, lowered, and rewritten by all but the rewrites named in ``without``."""
    program = lower(simplify(graph, without))
    for name, rewrite in REWRITES.items():
        if name not in without:
            program = rewrite(program, accepts)
    return program


def rewritten_stream(
    graph: Graph, hop: int | None, without: Collection[str] = (), accepts: Accepts = anything
) -> Program:
    """``rewritten`` for a stream in hops of ``hop``, where all phases of an upsampled window wait for the last of them.

    Those windows stay at the high rate where their waiting would delay the output, or at the smallest hop keep more
    history.
    """
    program = rewritten(graph, without, accepts)
    patient = rewritten(graph, {*without, "depthwise_parts", "upsampled"}, accepts)
    if not any(node.kind.endswith("_upsampled") for node in program.nodes):
        return program
    return program if _waiting(program, hop) <= _waiting(patient, hop) else patient


def _waiting(program: Program, hop: int | None) -> tuple[int, int]:
    """Rows by which the output lags, and at the smallest hop bytes of history."""
    stride = total_stride(program)
    timing = stream_timing(program, stride)
    lag = max(timing.lags[signal] for signal in program.outputs)
    return lag, history_bytes(*timed_stream(program, stride)) if hop in (None, stride) else 0


MODES = ("window", "stream")


def schedule_graph(
    graph: Graph,
    *,
    core: str = "portable",
    mode: str = "window",
    hop: int | None = None,
    without: Collection[str] = (),
    recompute: int | None = None,
    search: bool = True,
) -> Schedule:
    """Rewrite, lower, fuse, order, time and place ``graph``; a ``hop`` asks for a schedule that streams.

    ``without`` names passes of ``emit.passes``, or kernels of ``core``, to leave out; ``recompute`` says how many skips
    of a stream to compute again (see ``edgeunet.schedule.recompute``). Not to ``search`` is quick: the plan is rough
    then, its ``lower_bound_bytes`` is that of every plan.
    """
    if mode not in MODES:
        raise CompileError(f"mode '{mode}' is unknown; use one of {', '.join(MODES)}")
    if core not in CORES:
        raise CompileError(f"core '{core}' is unknown; use one of {', '.join(CORES)}")
    check_passes(without, own_kernels(core))
    return _scheduled(graph, core, mode, hop, frozenset(without), recompute, search, FUSES.get(core))


@lru_cache(maxsize=16)
def _scheduled(
    graph: Graph,
    core: str,
    mode: str,
    hop: int | None,
    without: frozenset[str],
    recompute: int | None,
    search: bool,
    fuses_on_core: Callable[[Node], bool] | None,
) -> Schedule:
    """``schedule_graph`` once: choosing, compiling and explaining ask for the same schedules."""
    accepts = LOW_RATE[core]
    if core not in IN_PARTS:
        without = without | {"depthwise_parts"}
    whole = mode == "window" and hop is None
    program = rewritten(graph, without, accepts) if whole else rewritten_stream(graph, hop, without, accepts)
    if fuses_on_core is not None and "add" not in without:
        fused = fuse_additions(program, fuses_on_core)
        try:
            return _placed(graph.name, fused, core, mode, hop, without, recompute, search)
        except CompileError:
            pass  # some fused step found no kernel once placed (an odd pitch): do without
    return _placed(graph.name, program, core, mode, hop, without, recompute, search)


SPARING_SCRATCH_BYTES = 512
"""Scratch that a step may have in a stream at its smallest hop, where bytes matter more than instructions."""


def kernels_for(core: str, timing: Timing, without: Collection[str] = ()) -> tuple[KernelTable, ...]:
    """The tables of ``core`` for a window or a stream, at the smallest hop without what wants much scratch memory."""
    tables = CORES[core] if timing.streams else for_windows(CORES[core])
    if own_kernels(core) & {*without}:
        tables = without_kernels(tables, without)
    if "zero_points" in without:
        tables = (UNFOLDED, *tables)
    if timing.streams and timing.hop == timing.stride:
        return within_scratch(tables, SPARING_SCRATCH_BYTES)
    return tables


def _placed(
    name: str,
    program: Program,
    core: str,
    mode: str,
    hop: int | None,
    without: Collection[str],
    recompute: int | None,
    search: bool,
) -> Schedule:
    whole = mode == "window" and hop is None
    orders = [program] if "order" in without else [order_nodes(program)]
    if whole and "order" not in without:
        orders.append(order_nodes(program, late=True))
    candidates = [
        (ordered, window_timing(ordered)) if whole else timed_stream(ordered, hop, recompute, without)
        for ordered in orders
    ]
    tables = kernels_for(core, candidates[0][1], without)

    def overlap(step: Step, position: int) -> Clearance | None:
        return None if "overlap" in without else select_kernel(step, tables).overlap(step, position)

    def scratch(step: Step) -> int:
        return select_kernel(step, tables).scratch_bytes(step)

    builds = [
        partial(build_schedule, name, ordered, timing, scratch=scratch, without=without)
        for ordered, timing in candidates
    ]
    build = builds[0]
    if len(builds) > 1:
        build = min(builds, key=lambda made: made(overlap, search=False).lower_bound_bytes)
    if not search:
        return build(overlap, search=False)
    return build_sparing(build, overlap) if core in BLOCKED else build(overlap)
