"""``compile_model``: from a graph to the generated C, in one call."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from edgeunet import __version__
from edgeunet.emit.code import Code, render_steps
from edgeunet.emit.document import Document, cmake_text, program_text, weights_text
from edgeunet.emit.header import header_text
from edgeunet.emit.identifier import check_identifier, suggest_identifier
from edgeunet.emit.selftest import render_selftest
from edgeunet.emit.source import Compiled, SourceTree
from edgeunet.emit.tables import Tables
from edgeunet.graph.ir import Graph
from edgeunet.kernels.flavour import FAST, Flavour
from edgeunet.kernels.flavours import find_flavour
from edgeunet.modelcard import ModelCard
from edgeunet.schedule.choice import Choice
from edgeunet.schedule.memory_map import memory_map
from edgeunet.schedule.plan import schedule_graph


def compile_model(
    graph: Graph,
    name: str | None = None,
    *,
    kernels: str | Flavour = "portable",
    mode: str = "window",
    hop: int | None = None,
    without: Collection[str] = (),
    recompute: int | None = None,
    card: ModelCard | None = None,
    command: str = "",
    effort: int = 1,
    aligned: bool = False,
) -> Compiled:
    """Compile ``graph`` to C.

    Parameters
    ----------
    graph : what ``read_tflite`` returned.
    name : prefix of every generated name and file; the graph's name when ``None``.
    kernels : kernel flavour, or its name, a key of ``FLAVOURS``.
    mode : ``window`` (whole window per call) or ``stream`` (a hop per call).
    hop : input samples per call of a stream, a multiple of the total stride (the default); with mode ``window``, the
    window is run in hops of this size, in the memory of a stream.
    without : passes of ``edgeunet.rewrite.passes``, or kernels of the flavour, to leave out, for comparisons.
    recompute : how many skips of a stream to compute a second time instead of keeping them; what is cheap by default.
    card : the model's card, for class names and sample rate.
    command : the command line, for the header comment.
    effort : how many candidates planning looks at, as a multiple of the usual number (``edgeunet.schedule.effort``).
    aligned : no word is loaded or stored that does not lie at a multiple of four (for cores that trap it).

    Raises
    ------
    CompileError
        When the graph cannot be compiled as asked.
    """
    document = make_document(
        graph, name, kernels=kernels, mode=mode, hop=hop, without=without, recompute=recompute, card=card,
        command=command, effort=effort, aligned=aligned,
    )  # fmt: skip
    return compile_document(document, graph)


def compile_document(document: Document, graph: Graph) -> Compiled:
    """The files of ``document``."""
    prefix = document.prefix
    files = {
        f"{prefix}.h": header_text(document),
        f"{prefix}.c": program_text(document),
        f"{prefix}_weights.h": weights_text(document),
        f"{prefix}_selftest.c": render_selftest(graph, document),
        f"{prefix}.cmake": cmake_text(prefix, document.facts, (".c", "_selftest.c")),
    }
    return compiled_of(document, graph, SourceTree(files), (f"{prefix}.c",))


def make_document(
    graph: Graph,
    name: str | None,
    *,
    kernels: str | Flavour,
    mode: str,
    hop: int | None,
    without: Collection[str],
    recompute: int | None,
    card: ModelCard | None,
    command: str,
    effort: int,
    aligned: bool,
) -> Document:
    """What the files of ``compile_model`` say."""
    prefix = check_identifier(name) if name else suggest_identifier(graph.name)
    flavour = find_flavour(kernels)
    schedule = schedule_graph(
        graph,
        kernels=flavour,
        mode=mode,
        hop=hop,
        without=without,
        recompute=recompute,
        effort=effort,
        aligned=aligned,
    )
    data = Tables(prefix)
    code = render_steps(schedule, prefix, data)
    facts = {
        "made by": f"edgeunet {__version__}",
        "model": f"{graph.name}, SHA-256 {graph.digest}",
        "kernels": f"{flavour.name}, for {flavour.title}",
        "command": command or default_command(flavour, mode, hop, recompute, effort, aligned),
    }
    return Document(prefix, schedule, code, data, facts, _digest(code, data, facts), card, mode, aligned)


def compiled_of(document: Document, graph: Graph, sources: SourceTree, c_sources: tuple[str, ...]) -> Compiled:
    """``document`` with the texts that were made of it."""
    schedule = document.schedule
    assert schedule.flavour is not None
    return Compiled(
        document.prefix,
        sources,
        c_sources,
        document.code.layers,
        document.inputs,
        document.outputs,
        schedule.arena_bytes,
        document.data.size_bytes,
        schedule.flavour.name,
        document.mode,
        graph.digest,
        hop_samples=schedule.timing.hop or 0,
        lookahead_samples=document.lookahead_samples,
        state_bytes=document.state_bytes,
        macs=schedule.macs,
        stride_samples=document.total_stride if document.streams else 1,
        hop_output_rows=schedule.timing.rows[schedule.outputs[0]] if document.streams else 0,
        receptive_field_samples=schedule.timing.receptive_field,
        facts=document.facts,
        run_digest=document.digest,
        untried=schedule.untried,
        memory=memory_map(schedule),
        aligned=document.aligned,
    )


def default_command(
    kernels: str | Flavour,
    mode: str,
    hop: int | None,
    recompute: int | None = None,
    effort: int = 1,
    aligned: bool = False,
) -> str:
    """The command line that gives the same files."""
    flavour = find_flavour(kernels)
    target = "" if flavour.core == find_flavour(flavour.name).core else f" --target {flavour.core}"
    choice = Choice(mode, hop, recompute, effort, aligned, flavour.scratch_bytes)
    prefer = f" --prefer {flavour.prefers}" if flavour.prefers != FAST else ""
    return f"edgeunet export-c{target} --kernels {flavour.name}{options_of(choice)}{prefer}"


def options_of(choice: Choice) -> str:
    """``choice`` as options of the command line."""
    return (
        f" --mode {choice.mode}"
        + (f" --hop {choice.hop}" if choice.hop is not None else "")
        + (f" --recompute {choice.recompute}" if choice.recompute is not None else "")
        + (f" --effort {choice.effort}" if choice.effort != 1 else "")
        + (" --aligned" if choice.aligned else "")
        + (f" --scratch {choice.scratch}" if choice.scratch is not None else "")
    )


def _digest(code: Code, data: Tables, facts: dict[str, str]) -> str:
    parts = [code.kernels, code.arguments, *code.calls, data.text, *facts.values()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8].upper()
