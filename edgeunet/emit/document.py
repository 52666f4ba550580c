"""The generated files besides the header, and what they are all made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import indent

from edgeunet.emit.code import Code
from edgeunet.emit.source import Interface
from edgeunet.emit.stream import end_expression
from edgeunet.emit.tables import Tables
from edgeunet.emit.template import CPage, render
from edgeunet.escaping.c import (
    CComment,
    CIdentifier,
    CMakeComment,
    CString,
    CText,
    c_comment,
    c_string,
    cmake_comment,
)
from edgeunet.kernels.flavour import Flavour
from edgeunet.modelcard import ModelCard
from edgeunet.program.steps import ARENA
from edgeunet.schedule.schedule import Schedule

RUNNING = 1 << 24
"""Input samples left while a stream has no end; more than any lag, and small enough for every rate."""


@dataclass(frozen=True, eq=False)
class Document:
    """Everything the texts are written from."""

    prefix: str
    schedule: Schedule
    code: Code
    data: Tables
    facts: Mapping[str, str]
    digest: str
    card: ModelCard | None
    mode: str = "window"
    """``stream`` where the caller pushes hops; ``window`` where it runs windows, at once or by hops."""
    aligned: bool = False
    only_for: str = ""
    """Name of a flavour whose files lie beside those of others, each for compilers that its kernels suit."""

    @property
    def stem(self) -> CIdentifier:
        """How the names of its header, program and weights begin."""
        return CIdentifier(f"{self.prefix}_{self.only_for}" if self.only_for else self.prefix)

    @property
    def run(self) -> tuple[CIdentifier, tuple[CComment, ...], CText]:
        """What every file of the run says: its name, facts and digest."""
        return file_facts(self.prefix, self.facts, self.digest)

    @property
    def streams(self) -> bool:
        return self.schedule.timing.streams

    @property
    def inputs(self) -> tuple[Interface, ...]:
        return tuple(_interface(self.schedule, signal) for signal in self.schedule.inputs)

    @property
    def outputs(self) -> tuple[Interface, ...]:
        return tuple(_interface(self.schedule, signal) for signal in self.schedule.outputs)

    @property
    def ports(self) -> PortTypes:
        """The types of input and output as C says them."""
        return port_types(self.inputs, self.outputs)

    @property
    def types(self) -> CText:
        """What the network computes in, with its article."""
        found = {signal.element_bytes for signal in self.schedule.signals}
        return CText({1: "an int8", 2: "an int16"}[found.pop()] if len(found) == 1 else "a mixed int8 and int16")

    @property
    def arena_words(self) -> int:
        return max(self.schedule.arena_bytes, 4) // 4

    @property
    def state_bytes(self) -> int:
        return 4 * self.arena_words + (8 if self.streams else 0)

    @property
    def total_stride(self) -> int:
        return self.schedule.timing.stride

    @property
    def lookahead_samples(self) -> int:
        """Input rows that must follow the first input row of an output before it comes."""
        if not self.streams:
            return 0
        rate = self.schedule.timing.rates[self.schedule.outputs[0]]
        return int(self.schedule.lookahead_rows / rate)

    @property
    def spans(self) -> list[str]:
        """Which bytes of the arena each step writes."""
        spans = []
        for step in self.schedule.steps:
            view = step.output
            if view.space == ARENA:
                buffer = self.schedule.buffers[view.buffer]
                spans.append(f"{buffer.offset_bytes}..{buffer.offset_bytes + buffer.size_bytes - 1}")
            else:
                spans.append(view.space)
        return spans


def _interface(schedule: Schedule, signal: int) -> Interface:
    found = schedule.signals[signal]
    shape = (found.height, found.width, found.channels) if found.height > 1 else (found.width, found.channels)
    dtype = "int8" if found.element_bytes == 1 else "int16"
    return Interface(shape, dtype, found.size_bytes, found.scale, found.zero_point)


@dataclass(frozen=True)
class PortTypes:
    """C types of the caller's input and output, what makes bytes of pointers to them, and what one output is called."""

    input_type: CText
    output_type: CText
    input_cast: CText
    output_cast: CText
    unit: CText

    @property
    def is_wide(self) -> bool:
        """Whether the input or the output is int16."""
        return "int16_t" in (self.input_type.text, self.output_type.text)


def port_types(inputs: Sequence[Interface], outputs: Sequence[Interface]) -> PortTypes:
    """The types of a side are all alike."""
    given, made = (CText(f"{side[0].dtype}_t") for side in (inputs, outputs))
    wide = [side[0].dtype != "int8" for side in (inputs, outputs)]
    casts = [CText(f"({q}int8_t *)" if w else "") for q, w in zip(("const ", ""), wide, strict=True)]
    return PortTypes(given, made, casts[0], casts[1], CText("value" if wide[1] else "byte"))


def made_by(facts: Mapping[str, str]) -> tuple[CComment, ...]:
    """The facts, in the comment at the top of each generated file."""
    width = max(len(key) for key in facts)
    return tuple(c_comment(f"{key:<{width}}  {value}") for key, value in facts.items())


@dataclass(frozen=True, eq=False)
class FilePage(CPage):
    """A file of one run: facts that say what made it, and digits by which the files know each other."""

    facts: tuple[CComment, ...]
    digest: CText


def file_facts(name: str, facts: Mapping[str, str], digest: str) -> tuple[CIdentifier, tuple[CComment, ...], CText]:
    """The fields that every `FilePage` begins with."""
    return CIdentifier(name), made_by(facts), CText(digest)


@dataclass(frozen=True, eq=False)
class WeightsPage(FilePage):
    """``<name>_weights.h``."""

    template = "emit/c/weights.h.jinja"

    tables: CText
    stem: CIdentifier


def weights_text(document: Document) -> str:
    """Text of ``<prefix>_weights.h``."""
    return render(WeightsPage(*document.run, CText(document.data.text), document.stem))


@dataclass(frozen=True)
class StreamProgram:
    """What the program of a stream says besides.

    Attributes
    ----------
    running : input rows left while there is no end.
    settling_hops : hops after which nothing remembers the start.
    end : index at which the output ends.
    """

    running: int
    settling_hops: int
    end: CText
    lookahead_rows: int
    input_channels: int
    output_channels: int


@dataclass(frozen=True, eq=False)
class ProgramPage(FilePage):
    """``<name>.c``.

    Attributes
    ----------
    needs : macros of compilers for the right core, without which the kernels do not compile.
    needs_told : what to do where one is not defined.
    little_endian : whether the kernels work in that byte order alone.
    aligned : whether the compiler must not load or store words at odd addresses either.
    stem : how the name of the weights begins.
    only_for : the macro that the header defines where this program is the one to compile; ``None`` where it always is.
    """

    template = "emit/c/program.c.jinja"

    kernels: CText
    arguments: CText
    layers: CText
    stream: StreamProgram | None
    input_type: CText
    output_type: CText
    input_cast: CText
    output_cast: CText
    is_wide: bool
    needs: tuple[CIdentifier, ...]
    needs_told: CString
    little_endian: bool
    aligned: bool
    stem: CIdentifier
    only_for: CIdentifier | None


def program_text(document: Document) -> str:
    """Text of ``<prefix>.c``."""
    code, schedule = document.code, document.schedule
    stream = None
    if document.streams:
        stream = StreamProgram(
            running=RUNNING,
            settling_hops=schedule.settling_hops,
            end=end_expression(schedule.span(schedule.outputs[0])),
            lookahead_rows=schedule.lookahead_rows,
            input_channels=document.inputs[0].shape[-1],
            output_channels=document.outputs[0].shape[-1],
        )
    layers = CText(indent("\n".join(code.calls), "    "))
    assert schedule.flavour is not None
    needs, told = _needed_macros(schedule.flavour)
    kernels, arguments, ports = CText(code.kernels), CText(code.arguments), document.ports
    return render(
        ProgramPage(
            *document.run,
            kernels,
            arguments,
            layers,
            stream,
            ports.input_type,
            ports.output_type,
            ports.input_cast,
            ports.output_cast,
            ports.is_wide,
            needs,
            told,
            schedule.flavour.little_endian,
            document.aligned,
            document.stem,
            only_macro(document) if document.only_for else None,
        )
    )


def only_macro(document: Document) -> CIdentifier:
    """The macro that says that ``document`` is the one of several to compile."""
    return CIdentifier(f"{document.stem.upper}_KERNELS")


def _needed_macros(flavour: Flavour) -> tuple[tuple[CIdentifier, ...], CString]:
    """Macros that the compiler has to define for the kernels, and what to do where it does not."""
    told = (
        f"{flavour.name} kernels are for {flavour.title}: set -mcpu to one of these, or export with --kernels portable"
    )
    return tuple(CIdentifier(macro) for macro in flavour.macros), c_string(told)


@dataclass(frozen=True, eq=False)
class LibraryPage(CPage):
    """``<name>.cmake``: a library of ``sources``, files beside it."""

    template = "emit/c/library.cmake.jinja"

    facts: tuple[CMakeComment, ...]
    sources: tuple[CText, ...]


def cmake_text(prefix: str, facts: Mapping[str, str], endings: Sequence[str]) -> str:
    """Text of ``<prefix>.cmake``, for the sources whose names are ``prefix`` and one of ``endings``."""
    notes = tuple(cmake_comment(f"{key}: {value}") for key, value in facts.items())
    return render(LibraryPage(CIdentifier(prefix), notes, tuple(CText(f"{prefix}{ending}") for ending in endings)))
