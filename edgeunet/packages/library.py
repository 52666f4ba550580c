"""What a package is made from: the generated C, and what its ecosystem asks about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from edgeunet.emit.document import file_facts, port_types
from edgeunet.emit.source import Compiled, SourceTree
from edgeunet.emit.template import CPage, Page, render
from edgeunet.escaping.c import CComment, CIdentifier, CString, CText, c_string
from edgeunet.escaping.written import shortened
from edgeunet.modelcard import ModelCard
from edgeunet.packages.version import Version
from edgeunet.pipeline.selftest import call_width
from edgeunet.run.recording import Recording
from edgeunet.short_repr import short_repr

LICENCE = "Apache-2.0 OR 0BSD"
REPOSITORY = "https://example.com/edgeunet"
"""Where a manifest must name an address: one that nobody owns (RFC 2606), for the user to replace."""
LONGEST_TITLE = 80


@dataclass(frozen=True, eq=False)
class Library:
    """A compiled network on its way into a package.

    Attributes
    ----------
    compiled : with its pipeline, where there is one.
    recording : what the example feeds the pipeline; ``None`` where there is only the network.
    title : what the model is called, which may be any text.
    classes : names of the output's channels, any texts; empty where the card has none.
    """

    compiled: Compiled
    version: Version
    title: str
    classes: tuple[str, ...] = ()
    recording: Recording | None = None

    __repr__ = short_repr

    @property
    def name(self) -> str:
        """The identifier that every name of the C begins with."""
        return self.compiled.name

    @property
    def description(self) -> str:
        """One sentence about it, with the title in it."""
        types = self.compiled.inputs[0].dtype
        return f"{self.title}: an {types} network as exact C99 without heap, interpreter or C library"

    @property
    def streams(self) -> bool:
        return self.compiled.mode == "stream"

    @property
    def c_files(self) -> dict[str, str]:
        """Name → text of the C, with the files that state and check the version; no CMake."""
        files = {path: text for path, text in self.compiled.sources.files.items() if path.endswith((".c", ".h"))}
        own = {f"{self.name}_version.{ending}": _version_text(self, ending) for ending in ("h", "c")}
        return {**files, **own}

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of what is compiled, the self-tests too: a linker keeps those that are called."""
        return tuple(sorted(path for path in self.c_files if path.endswith(".c")))

    @property
    def headers(self) -> tuple[str, ...]:
        """Names of the headers that a caller needs."""
        return tuple(p for p in sorted(self.c_files) if p.endswith(".h") and not p.endswith("_weights.h"))

    @property
    def interface(self) -> str:
        """Hexadecimal digits of what a caller relies on: names, shapes, scales, hops, classes, the pipeline's rate."""
        made = self.compiled
        pipeline = self.recording.pipeline if self.recording else None
        parts = (
            made.name, made.mode, made.inputs, made.outputs, made.hop_samples, made.hop_output_rows,
            made.lookahead_samples, made.stride_samples, self.classes,
            (pipeline.input_rate_hz, pipeline.channels, pipeline.adc_bits, pipeline.gain) if pipeline else None,
        )  # fmt: skip
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    @property
    def content(self) -> str:
        """Hexadecimal digits of the C itself."""
        return SourceTree(self.compiled.sources.files).digest[:16]


def make_library(compiled: Compiled, version: Version, card: ModelCard | None, recording: Recording | None) -> Library:
    """Return the library around ``compiled``, called as its card says."""
    title = shortened(card.name if card and card.name else compiled.name, LONGEST_TITLE)
    return Library(compiled, version, title, card.classes if card else (), recording)


@dataclass(frozen=True, eq=False)
class VersionPage(CPage):
    """``<name>_version.h`` and ``.c``: what version this is, and that all files are of one export."""

    facts: tuple[CComment, ...]
    digest: CText
    version: CString
    major: int
    minor: int
    patch: int


class _HeaderPage(VersionPage):
    template = "packages/pages/common/version.h.jinja"


class _SourcePage(VersionPage):
    template = "packages/pages/common/version.c.jinja"


def _version_text(library: Library, ending: str) -> str:
    made, version = library.compiled, library.version
    name, facts, digest = file_facts(made.name, made.facts, made.run_digest)
    kind = _HeaderPage if ending == "h" else _SourcePage
    page: Page = kind(name, facts, digest, c_string(str(version)), version.major, version.minor, version.patch)
    return render(page)


@dataclass(frozen=True, eq=False)
class ExamplePage(CPage):
    """A program that feeds samples and prints events; each ecosystem has a template with its own way to print.

    Attributes
    ----------
    has_pipeline, streams : which of the calls there are.
    width : the end of the names of calls that take samples.
    input, output : how macros about the first of each begin; ``several`` where there are more outputs.
    """

    has_pipeline: bool
    streams: bool
    width: CText
    input: CIdentifier
    output: CIdentifier
    several: bool
    input_type: CText
    output_type: CText


def example_fields(
    library: Library,
) -> tuple[CIdentifier, bool, bool, CText, CIdentifier, CIdentifier, bool, CText, CText]:
    """The fields of an `ExamplePage`."""
    made, recording = library.compiled, library.recording
    types = port_types(made.inputs, made.outputs)
    width = call_width(recording.pipeline) if recording else CText("")
    given, ready = (
        CIdentifier(f"{made.name.upper()}_{role}{'0' if len(side) > 1 else ''}")
        for role, side in (("INPUT", made.inputs), ("OUTPUT", made.outputs))
    )
    return (
        CIdentifier(made.name), recording is not None, library.streams, width, given, ready, len(made.outputs) > 1,
        types.input_type, types.output_type,
    )  # fmt: skip


def example_files(library: Library, folder: str) -> dict[str, str]:
    """What the example includes beside the library: the recording, where it has a pipeline."""
    return {f"{folder}/recording.h": library.recording.header()} if library.recording else {}
