"""One folder of C that is fast wherever it is compiled: kernels of every flavour, of which the compiler takes one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from edgeunet import __version__
from edgeunet.emit.compile import compile_document, compiled_of, make_document
from edgeunet.emit.document import (
    Document,
    FilePage,
    cmake_text,
    file_facts,
    only_macro,
    program_text,
    weights_text,
)
from edgeunet.emit.header import header_text
from edgeunet.emit.selftest import render_selftest
from edgeunet.emit.source import Compiled, SourceTree
from edgeunet.emit.template import render
from edgeunet.escaping.c import CComment, CIdentifier, CText, c_comment
from edgeunet.graph.ir import Graph
from edgeunet.kernels.flavour import Flavour
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.modelcard import ModelCard
from edgeunet.schedule.choice import Choice

AUTO = "auto"
"""The name of all flavours in one folder."""
PORTABLE = "portable"
_THUMB = "defined(__GNUC__) && defined(__thumb2__) && !defined(__ARM_BIG_ENDIAN)"
CONDITIONS: Mapping[str, str] = {
    "mve": f"defined(__ARM_FEATURE_MVE) && {_THUMB}",
    "dsp": f"defined(__ARM_FEATURE_DSP) && defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M' && {_THUMB}",
}
"""Flavour → when the compiler takes it, the first that holds; the portable one where none does. Their assembly is
GNU's, for Thumb, and takes the first of four bytes for a word's lowest."""


@dataclass(frozen=True)
class Way:
    """One of the flavours in the header that chooses."""

    stem: CIdentifier
    macro: CIdentifier
    condition: CText | None
    facts: CComment


@dataclass(frozen=True, eq=False)
class SeveralPage(FilePage):
    """``<name>.h`` that includes that of one flavour."""

    template = "emit/c/several.h.jinja"

    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Everywhere:
    """A network compiled for every flavour.

    Attributes
    ----------
    compiled : the files, and of the figures the largest of any flavour.
    each : by flavour, what is compiled where its kernels suit; their ``sources`` are those of ``compiled``.
    left_out : by flavour, why it is not there.
    """

    compiled: Compiled
    each: Mapping[str, Compiled]
    left_out: Mapping[str, str]


def compile_everywhere(
    graph: Graph,
    name: str | None,
    choices: Mapping[str, Choice],
    card: ModelCard | None,
    command: str,
    flavours: Mapping[str, Flavour] = FLAVOURS,
) -> Everywhere:
    """Compile ``graph`` once for each flavour of ``choices``, as that says, into one folder.

    ``flavours`` are those of a preference (``edgeunet.emit.preference``), or as they are. The states differ in size;
    functions, types and values are the same. A flavour is left out whose plan has another look-ahead than the portable
    one, which the caller would have to know.

    Raises
    ------
    CompileError
        When the graph cannot be compiled as asked.
    """
    made = {
        flavour: _document(graph, name, flavours[flavour], choice, card, command) for flavour, choice in choices.items()
    }
    left_out = {f: "its look-ahead differs" for f, d in made.items() if _timing(d) != _timing(made[PORTABLE])}
    kept = {flavour: document for flavour, document in made.items() if flavour not in left_out}
    if len(kept) == 1:
        plain = compile_document(replace(kept[PORTABLE], facts={**kept[PORTABLE].facts, "command": command}), graph)
        return Everywhere(plain, {PORTABLE: plain}, left_out)
    digest = hashlib.sha256("".join(document.digest for document in kept.values()).encode()).hexdigest()[:8].upper()
    facts = {
        "made by": f"edgeunet {__version__}",
        "model": f"{graph.name}, SHA-256 {graph.digest}",
        "kernels": f"{', '.join(kept)}: those that suit the compiler's target",
        "command": command,
    }
    documents = {f: replace(d, digest=digest, facts=facts, only_for=f) for f, d in kept.items()}
    prefix = documents[PORTABLE].prefix
    programs = tuple(f"{document.stem.text}.c" for document in documents.values())
    files = {f"{prefix}.h": _header(documents)}
    for document in documents.values():
        stem = document.stem.text
        files |= {f"{stem}.h": header_text(document), f"{stem}.c": program_text(document)}
        files |= {f"{stem}_weights.h": weights_text(document)}
    endings = tuple(program.removeprefix(prefix) for program in (*programs, f"{prefix}_selftest.c"))
    files |= {
        f"{prefix}_selftest.c": render_selftest(graph, documents[PORTABLE]),
        f"{prefix}.cmake": cmake_text(prefix, facts, endings),
    }
    each = {f: compiled_of(document, graph, SourceTree(files), programs) for f, document in documents.items()}
    return Everywhere(_largest(each), each, left_out)


def _document(
    graph: Graph, name: str | None, flavour: Flavour, choice: Choice, card: ModelCard | None, command: str
) -> Document:
    without: Collection[str] = ()
    return make_document(
        graph, name, kernels=choice.on(flavour), mode=choice.mode, hop=choice.hop, without=without,
        recompute=choice.recompute, card=card, command=command, effort=choice.effort, aligned=choice.aligned,
    )  # fmt: skip


def _timing(document: Document) -> tuple[object, ...]:
    """What a caller relies on beside the size of the state."""
    timing, schedule = document.schedule.timing, document.schedule
    rows = timing.rows[schedule.outputs[0]] if timing.streams else 0
    return timing.hop, document.total_stride, document.lookahead_samples, rows, timing.receptive_field


def _header(documents: Mapping[str, Document]) -> str:
    ways = []
    for flavour in (*CONDITIONS, PORTABLE):
        if flavour in documents:
            document = documents[flavour]
            sizes = f"state {document.state_bytes:,} bytes, constants {document.data.size_bytes:,}"
            condition = CText(CONDITIONS[flavour]) if flavour in CONDITIONS else None
            ways.append(
                Way(document.stem, only_macro(document), condition, c_comment(f"{FLAVOURS[flavour].title}; {sizes}"))
            )
    first = documents[PORTABLE]
    return render(SeveralPage(*file_facts(first.prefix, first.facts, first.digest), tuple(ways)))


def _largest(each: Mapping[str, Compiled]) -> Compiled:
    return replace(
        each[PORTABLE],
        kernels=AUTO,
        arena_bytes=max(compiled.arena_bytes for compiled in each.values()),
        weights_bytes=max(compiled.weights_bytes for compiled in each.values()),
        state_bytes=max(compiled.state_bytes for compiled in each.values()),
    )
