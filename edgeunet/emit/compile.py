"""``compile_model``: from a graph to the generated C, in one call."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from functools import lru_cache, partial

from edgeunet import __version__
from edgeunet.emit.code import Code, render_steps
from edgeunet.emit.document import Document, cmake_text, program_text, weights_text
from edgeunet.emit.header import header_text
from edgeunet.emit.identifier import check_identifier, suggest_identifier
from edgeunet.emit.selftest import render_selftest
from edgeunet.emit.source import Compiled, SourceTree
from edgeunet.emit.tables import Tables
from edgeunet.errors import CompileError
from edgeunet.graph.ir import Graph
from edgeunet.kernels.dsp.table import DSP, fuses, upsampled_fits
from edgeunet.kernels.kernel import KernelTable, for_windows, select_kernel, within_scratch, without_kernels
from edgeunet.kernels.mve.table import MVE
from edgeunet.kernels.portable.table import PORTABLE
from edgeunet.kernels.portable.unfolded import UNFOLDED
from edgeunet.kernels.portable.upsampled import UPSAMPLED, saves
from edgeunet.modelcard import ModelCard
from edgeunet.program.program import Node, Program
from edgeunet.rewrite.fuse_add import fuse_additions
from edgeunet.rewrite.passes import check_passes
from edgeunet.rewrite.rewrites import Accepts, rewritten, rewritten_stream
from edgeunet.schedule.build import build_schedule
from edgeunet.schedule.memory import Clearance
from edgeunet.schedule.order import order_nodes
from edgeunet.schedule.recompute import timed_stream
from edgeunet.schedule.schedule import Schedule, Step
from edgeunet.schedule.sparing import build_sparing
from edgeunet.schedule.timing import Timing, window_timing

CORES: dict[str, tuple[KernelTable, ...]] = {
    "portable": (PORTABLE, UPSAMPLED),
    "dsp": (DSP, PORTABLE, UPSAMPLED),
    "mve": (MVE, PORTABLE, UPSAMPLED),
}
"""Kernel tables per core, most wanted first."""

FUSES: dict[str, Callable[[Node], bool]] = {"dsp": fuses}
"""Per core with such kernels: whether a node with an epilogue has one."""

BLOCKED = ("dsp",)
"""Cores whose kernels run in blocks where operands share bytes with outputs, which costs instructions."""

LOW_RATE: dict[str, Accepts] = {"portable": saves, "dsp": upsampled_fits, "mve": lambda node: node.kind in MVE}
"""Per core: whether a window over an upsampled signal has a kernel that gains by reading it at the low rate."""

IN_PARTS = ("portable",)
"""Cores on which depthwise over a concatenation is done part by part. On others two calls over fewer channels bring a
twentieth of the instructions at most (ecg-tiny on a Cortex-M4), for more memory than the upsampled half takes."""

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


def own_kernels(core: str) -> set[str]:
    """The functions that ``core`` has beside the portable ones."""
    rows = [row for table in CORES[core] for listed in table.values() for row in listed]
    return {row.function for row in rows if row.core != "portable"}


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


def compile_model(
    graph: Graph,
    name: str | None = None,
    *,
    core: str = "portable",
    mode: str = "window",
    hop: int | None = None,
    without: Collection[str] = (),
    recompute: int | None = None,
    card: ModelCard | None = None,
    command: str = "",
) -> Compiled:
    """Compile ``graph`` to C.

    Parameters
    ----------
    graph : what ``read_tflite`` returned.
    name : prefix of every generated name and file; the graph's name when ``None``.
    core : kernel flavour, one of ``CORES``.
    mode : ``window`` (whole window per call) or ``stream`` (a hop per call).
    hop : input samples per call of a stream, a multiple of the total stride (the default); with mode ``window``, the
    window is
        run in hops of this size, in the memory of a stream.
    without : passes of ``emit.passes``, or kernels of ``core``, to leave out, for comparisons.
    recompute : how many skips of a stream to compute a second time instead of keeping them; what is cheap by default.
    card : the model's card, for class names and sample rate.
    command : the command line, for the header comment.

    Raises
    ------
    CompileError
        When the graph cannot be compiled as asked.
    """
    prefix = check_identifier(name) if name else suggest_identifier(graph.name)
    schedule = schedule_graph(graph, core=core, mode=mode, hop=hop, without=without, recompute=recompute)
    data = Tables(prefix)
    code = render_steps(schedule, prefix, kernels_for(core, schedule.timing, without), data)
    facts = {
        "made by": f"edgeunet {__version__}",
        "model": f"{graph.name}, SHA-256 {graph.digest}",
        "command": command or default_command(core, mode, hop, recompute),
    }
    document = Document(prefix, schedule, code, data, facts, _digest(code, data, facts), card, mode)
    files = {
        f"{prefix}.h": header_text(document),
        f"{prefix}.c": program_text(document),
        f"{prefix}_weights.h": weights_text(document),
        f"{prefix}_selftest.c": render_selftest(graph, document),
        f"{prefix}.cmake": cmake_text(document),
    }
    return Compiled(
        prefix,
        SourceTree(files),
        (f"{prefix}.c",),
        code.layers,
        document.inputs,
        document.outputs,
        schedule.arena_bytes,
        data.size_bytes,
        core,
        mode,
        graph.digest,
        hop_samples=schedule.timing.hop or 0,
        lookahead_samples=document.lookahead_samples,
        state_bytes=document.state_bytes,
        macs=schedule.macs,
        stride_samples=document.total_stride if document.streams else 1,
        hop_output_rows=schedule.timing.rows[schedule.outputs[0]] if document.streams else 0,
        receptive_field_samples=schedule.timing.receptive_field,
        facts=facts,
        run_digest=document.digest,
    )


def default_command(core: str, mode: str, hop: int | None, recompute: int | None = None) -> str:
    """The command line that gives the same files."""
    return (
        f"edgeunet export-c --core {core} --mode {mode}"
        + (f" --hop {hop}" if hop is not None else "")
        + (f" --recompute {recompute}" if recompute is not None else "")
    )


def _digest(code: Code, data: Tables, facts: dict[str, str]) -> str:
    parts = [code.kernels, code.arguments, *code.calls, data.text, *facts.values()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8].upper()
