"""The conductor: from a graph to a schedule, one call down per stage, and nothing below calls back.

simplify   Graph -> Graph            exact rewrites of operators
lower      Graph -> Program          operators become nodes over signals
rewrite    Program -> Program        exact rewrites of nodes; those that a flavour has to gain by are offered
order      Program -> Program        nodes where fewest bytes are alive
time       Program -> Timing         a whole window, or hops with lags
select     Flavour -> Selection      the kernels that steps may have
build      -> Schedule               buffers, steps, offsets
choose     -> Schedule               the kernel of each step
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from edgeunet.errors import CompileError
from edgeunet.graph.ir import Graph
from edgeunet.graph.sample_rows import with_sample_rows
from edgeunet.kernels.flavour import Flavour
from edgeunet.kernels.flavours import find_flavour
from edgeunet.kernels.kernel import Kernel
from edgeunet.kernels.selection import select_kernels
from edgeunet.lower.lower import lower
from edgeunet.program.program import Accepts, Program
from edgeunet.program.steps import Step
from edgeunet.rewrite import simplify
from edgeunet.rewrite.offers import OfferedRewrite
from edgeunet.rewrite.passes import check_passes
from edgeunet.rewrite.rewrites import FUSIONS, LOW_RATE_REWRITES, rewrite_program
from edgeunet.schedule.build import Places
from edgeunet.schedule.effort import Effort, Ledger
from edgeunet.schedule.order import order_nodes
from edgeunet.schedule.recompute import timed_stream
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.sparing import build_sparing
from edgeunet.schedule.timing import Timing, window_timing
from edgeunet.schedule.waiting import gains_in_stream

MODES = ("window", "stream")


def schedule_graph(
    graph: Graph,
    *,
    kernels: str | Flavour = "portable",
    mode: str = "window",
    hop: int | None = None,
    without: Collection[str] = (),
    recompute: int | None = None,
    search: bool = True,
    effort: int = 1,
    aligned: bool = False,
) -> Schedule:
    """Plan ``graph`` for the flavour ``kernels``: the stages above, in order.

    Parameters
    ----------
    graph : what ``read_tflite`` returned.
    kernels : a kernel flavour (``Flavour.on`` says by whose cycles kernels are chosen), or its name, a key of
        ``FLAVOURS``.
    mode : ``window`` or ``stream``.
    hop : input samples per call, a multiple of the total stride (a stream's default); with mode ``window``, the window
        runs in hops of this size, in the memory of a stream.
    without : passes of ``edgeunet.rewrite.passes``, or kernels of the flavour, to leave out.
    recompute : skips of a stream to compute again (see ``edgeunet.schedule.recompute``).
    search : not to search is quick: the plan is rough then, its ``lower_bound_bytes`` is that of every plan.
    effort : how often the usual number of candidates to look at (``edgeunet.schedule.effort``).
    aligned : no kernel loads or stores a word that does not lie at a multiple of four.

    Raises
    ------
    CompileError
        When there is no such mode, flavour or pass, or the graph cannot be planned as asked.
    """
    if mode not in MODES:
        raise CompileError(f"mode '{mode}' is unknown; use one of {', '.join(MODES)}")
    flavour = find_flavour(kernels)
    if graph.has_four_bit_weights():
        flavour = flavour.for_four_bits()
    check_passes(without, flavour.own_kernels)
    whole = mode == "window" and hop is None
    if mode == "stream":
        graph = with_sample_rows(graph)
    return _scheduled(graph, flavour, whole, hop, frozenset(without), recompute, search, Effort(effort), aligned)


@lru_cache(maxsize=16)
def _scheduled(
    graph: Graph,
    flavour: Flavour,
    whole: bool,
    hop: int | None,
    without: frozenset[str],
    recompute: int | None,
    search: bool,
    effort: Effort,
    aligned: bool,
) -> Schedule:
    """``schedule_graph`` once: choosing, compiling and explaining ask for the same schedules."""
    ledger = Ledger(effort)
    program = rewrite_program(lower(simplify(graph, without)), without)
    kept_whole = without if flavour.depthwise_in_parts else without | {"depthwise_parts"}
    low_rate = _taken(program, LOW_RATE_REWRITES, flavour.gains_at_low_rate, kept_whole, ledger)
    if whole or gains_in_stream(low_rate, program, hop, ledger):
        program = low_rate
    fused = _taken(program, FUSIONS, flavour.fuses, without, ledger)
    if fused is not program:
        try:
            return _placed(graph.name, fused, flavour, whole, hop, without, recompute, search, ledger, aligned)
        except CompileError:
            pass  # some fused step found no kernel once placed (an odd pitch): do without
    return _placed(graph.name, program, flavour, whole, hop, without, recompute, search, ledger, aligned)


def _taken(
    program: Program,
    rewrites: Mapping[str, OfferedRewrite],
    accepts: Accepts | None,
    without: Collection[str],
    ledger: Ledger,
) -> Program:
    """``program`` after the offers of ``rewrites`` whose nodes ``accepts`` takes: none where there is no such word."""
    for name, rewrite in rewrites.items():
        if name in without or accepts is None:
            continue
        places, made = rewrite.places(program), 0
        for done, place in enumerate(places):
            if made > ledger.limit("rewrites"):
                left_out = f"the rewrite '{name}' did not look at {len(places) - done:,} of {len(places):,} nodes"
                ledger.cut(f"rewrites: {name}", left_out, 2 * len(places) * len(program.nodes), "rewrites")
                break
            for offer in rewrite.offers(program, place):
                made += len(offer.program.nodes)
                if all(map(accepts, offer.asked)):
                    program = offer.program
                    break
        ledger.spend("rewrites", made)
    return program


def _placed(
    name: str,
    program: Program,
    flavour: Flavour,
    whole: bool,
    hop: int | None,
    without: Collection[str],
    recompute: int | None,
    search: bool,
    ledger: Ledger,
    aligned: bool,
) -> Schedule:
    timed = _timed(program, whole, hop, without, recompute, ledger)
    timing = timed[0][1]
    smallest = timing.streams and timing.hop == timing.stride
    selection = select_kernels(flavour, streams=timing.streams, smallest_hop=smallest, aligned=aligned, without=without)
    builds = [Places(name, ordered, timing, selection, without, ledger) for ordered, timing in timed]
    build = builds[0]
    if len(builds) > 1:
        build = min(builds, key=lambda made: made(search=False).lower_bound_bytes)
    sparing = search and flavour.in_blocks
    schedule = build_sparing(build) if sparing else build(search=search)
    kernels = tuple(map(selection.settled, schedule.steps))
    steps = tuple(map(_with_scratch, schedule.steps, kernels))
    return replace(schedule, steps=steps, flavour=flavour, kernels=kernels, untried=ledger.untried)


def _with_scratch(step: Step, kernel: Kernel) -> Step:
    """``step`` without scratch memory where its kernel, in its place, wants none."""
    return step if step.scratch is None or kernel.scratch_bytes(step) else replace(step, scratch=None)


def _timed(
    program: Program, whole: bool, hop: int | None, without: Collection[str], recompute: int | None, ledger: Ledger
) -> Sequence[tuple[Program, Timing]]:
    """``program`` in the orders that are worth a try, each with its timing; of a window two, of a stream one."""
    orders = [program] if "order" in without else [order_nodes(program, ledger=ledger)]
    if not whole:
        return [timed_stream(ordered, hop, recompute, without, ledger) for ordered in orders]
    if "order" not in without:
        orders.append(order_nodes(program, late=True, ledger=ledger))
    return [(ordered, window_timing(ordered)) for ordered in orders]
