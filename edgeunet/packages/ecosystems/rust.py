"""A crate: the C compiled by ``build.rs`` with ``cc``, behind safe calls, without ``std``."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.emit.document import FilePage, file_facts
from edgeunet.emit.source import Interface
from edgeunet.emit.tables import wrap_numbers
from edgeunet.emit.template import RustPage, TomlPage, render
from edgeunet.escaping.c import CText
from edgeunet.escaping.manifests import Rust, RustName, RustString, TomlString, rust_string, toml_string
from edgeunet.packages.library import LICENCE, Library
from edgeunet.packages.parts import c_below, papers
from edgeunet.run.recording import Recording


@dataclass(frozen=True, eq=False)
class ManifestPage(TomlPage):
    """``Cargo.toml``."""

    template = "packages/pages/rust/Cargo.toml.jinja"

    package: TomlString
    version: TomlString
    description: TomlString
    licence: TomlString
    links: TomlString
    library: TomlString


@dataclass(frozen=True, eq=False)
class BuildPage(RustPage):
    """``build.rs``."""

    template = "packages/pages/rust/build.rs.jinja"

    name: RustName
    sources: tuple[RustString, ...]
    digest: RustString
    digest_macro: RustString
    archive: RustString
    probe_archive: RustString
    sizes: tuple[RustString, ...]


@dataclass(frozen=True)
class Size:
    """A number that ``build.rs`` reads from the probe's object: the characters before it, and C for its value."""

    mark: CText
    value: CText


@dataclass(frozen=True, eq=False)
class ProbePage(FilePage):
    """``c/<name>_probe.c``."""

    template = "packages/pages/rust/probe.c.jinja"

    has_pipeline: bool
    sizes: tuple[Size, ...]


@dataclass(frozen=True, eq=False)
class CratePage(RustPage):
    """``src/lib.rs``; of its numbers those of the network are per call."""

    template = "packages/pages/rust/lib.rs.jinja"

    name: RustName
    digest: Rust
    classes: tuple[RustString, ...]
    streams: bool
    input_channels: int
    output_channels: int
    input_values: int
    output_values: int
    input_type: Rust
    output_type: Rust
    has_pipeline: bool
    sample_type: Rust
    pipeline_channels: int
    pipeline_classes: tuple[RustString, ...]
    width: Rust
    call: Rust


@dataclass(frozen=True, eq=False)
class EventsPage(RustPage):
    """``examples/events/main.rs``."""

    template = "packages/pages/rust/events.rs.jinja"

    library: RustName
    title: RustString
    has_pipeline: bool
    streams: bool
    call: Rust


@dataclass(frozen=True, eq=False)
class RecordingPage(RustPage):
    """``examples/events/recording.rs``."""

    template = "packages/pages/rust/recording.rs.jinja"

    push: int
    sample_type: Rust
    count: int
    values: Rust


def rust_files(library: Library) -> dict[str, str]:
    """Path → text of the package."""
    name, example = library.name, "examples/events"
    crate = f"edgeunet_{name.lower()}"
    texts = (crate, str(library.version), library.description, LICENCE, f"edgeunet_{name}", crate)
    call = Rust("push" if library.streams else "run")
    events = EventsPage(RustName(crate), rust_string(name), library.recording is not None, library.streams, call)
    recording = {f"{example}/recording.rs": _recording(library.recording)} if library.recording else {}
    usage = (
        f'In `Cargo.toml`: `{crate} = {{ path = "path/to/this/folder" }}`.\n\n'
        "```sh\ncargo run --example events\n```\n\n"
        "For a target without a C compiler that `cc` finds by itself, set `CC_<target>`, as `cc` says."
    )
    return {
        "Cargo.toml": render(ManifestPage(*map(toml_string, texts))),
        "build.rs": _build(library),
        "src/lib.rs": _crate(library, call),
        f"{example}/main.rs": render(events),
        **recording,
        **c_below(library, "c"),
        f"c/{name}_probe.c": _probe(library),
        **papers(library, usage, "c", example),
    }


def _sizes(library: Library) -> dict[str, str]:
    """Names of the constants that ``build.rs`` finds → C for their values."""
    name, macro = library.name, f"{library.name.upper()}_PIPELINE"
    sizes = {"STATE_BYTES": f"sizeof({name}_state_t)"}
    if library.recording is None:
        return sizes
    sizes |= {"PIPELINE_BYTES": f"sizeof({name}_pipeline_t)", "EVENT_BYTES": f"sizeof({name}_event_t)"}
    if not library.streams:
        return sizes | {"ROOM_FIRST": f"(unsigned long)({macro}_RUN_EVENTS(0))", "ROOM_SLOPE": "0UL"}
    first, million = f"{macro}_EVENTS(0)", f"{macro}_EVENTS(1048576L)"
    return sizes | {
        "ROOM_FIRST": f"(unsigned long)({first} + {macro}_FLUSH_EVENTS)",
        "ROOM_SLOPE": f"(unsigned long)({million} - {first} + {macro}_UP + 1)",  # per 2^20 rows, rounded up
    }


def _probe(library: Library) -> str:
    sizes = tuple(
        Size(CText(", ".join(f"'{character}'" for character in f"edgeunet:{key}=")), CText(value))
        for key, value in _sizes(library).items()
    )
    facts = file_facts(library.name, library.compiled.facts, library.compiled.run_digest)
    return render(ProbePage(*facts, library.recording is not None, sizes))


def _build(library: Library) -> str:
    name = library.name
    return render(
        BuildPage(
            RustName(name),
            tuple(map(rust_string, library.sources)),
            rust_string(f"0x{library.compiled.run_digest}UL"),
            rust_string(f"{name.upper()}_PACKAGE_DIGEST"),
            rust_string(f"edgeunet_{name}"),
            rust_string(f"edgeunet_{name}_probe"),
            tuple(map(rust_string, _sizes(library))),
        )
    )


def _crate(library: Library, call: Rust) -> str:
    made = library.compiled
    inputs, outputs = made.inputs[0], made.outputs[0]
    given = made.hop_samples * inputs.shape[-1] if library.streams else _values(made.inputs)
    ready = made.hop_output_rows * outputs.shape[-1] if library.streams else _values(made.outputs)
    stages = library.recording.pipeline if library.recording else None
    return render(
        CratePage(
            RustName(library.name),
            Rust(f"0x{made.run_digest}"),
            tuple(map(rust_string, library.classes)),
            library.streams,
            inputs.shape[-1],
            outputs.shape[-1],
            given,
            ready,
            Rust(f"i{inputs.dtype.removeprefix('int')}"),
            Rust(f"i{outputs.dtype.removeprefix('int')}"),
            stages is not None,
            Rust("i32" if stages and stages.is_wide else "i16"),
            stages.channels if stages else 0,
            tuple(map(rust_string, stages.classes)) if stages else (),
            Rust("32" if stages and stages.is_wide else ""),
            call,
        )
    )


def _values(side: tuple[Interface, ...]) -> int:
    return sum(each.size_bytes // (2 if each.dtype == "int16" else 1) for each in side)


def _recording(recording: Recording) -> str:
    values = Rust("\n".join(wrap_numbers(recording.samples)))
    kind = Rust("i32" if recording.pipeline.is_wide else "i16")
    return render(RecordingPage(recording.push, kind, recording.samples.size, values))
