"""The generated header: what a firmware engineer reads first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edgeunet.emit.document import Document, FilePage
from edgeunet.emit.identifier import class_constants
from edgeunet.emit.source import Interface, Layer
from edgeunet.emit.tables import c_float, c_number
from edgeunet.emit.template import render
from edgeunet.escaping.c import CComment, CIdentifier, CString, CText, c_comment, c_string
from edgeunet.schedule.schedule import Schedule


@dataclass(frozen=True)
class Image:
    """Sizes of a signal with two dimensions besides its channels."""

    height: int
    width: int


@dataclass(frozen=True)
class Port:
    """An input or output; its macros begin with ``name``."""

    name: CIdentifier
    offset_bytes: int
    image: Image | None
    rows: int
    channels: int
    scale: CText
    zero_point: int


@dataclass(frozen=True)
class Side:
    """All inputs or all outputs; several lie one after the other in one buffer."""

    role: CIdentifier
    dtype: CText
    size_bytes: int
    ports: tuple[Port, ...]


@dataclass(frozen=True)
class StreamHeader:
    """What the header of a stream says besides; counts are of rows, ``input_row`` is the one that output ``i`` belongs
    to."""

    hop: int
    output_rows: int
    input_bytes: int
    output_bytes: int
    stride: int
    lookahead: int
    receptive_field: int
    input_row: CComment


@dataclass(frozen=True, eq=False)
class HeaderPage(FilePage):
    """``<name>.h``."""

    template = "emit/c/header.h.jinja"

    types: CText
    input_type: CText
    output_type: CText
    unit: CText
    sample_rate_hz: CText | None
    sides: tuple[Side, ...]
    classes: tuple[CString, ...]
    class_constants: tuple[CIdentifier, ...]
    arena_bytes: int
    arena_words: int
    lower_bound_bytes: int
    weights_bytes: int
    macs: int
    layers: int
    layer_table: tuple[CComment, ...]
    stream: StreamHeader | None
    aligned: bool
    stem: CIdentifier
    checks_stream: bool
    """Whether the self-test streams; a window is one for its caller, however it runs."""


def header_text(document: Document) -> str:
    """Text of ``<prefix>.h``."""
    schedule, layers, card = document.schedule, document.code.layers, document.card
    name = CIdentifier(document.prefix)
    return render(
        HeaderPage(
            *document.run,
            types=document.types,
            input_type=document.ports.input_type,
            output_type=document.ports.output_type,
            unit=document.ports.unit,
            sample_rate_hz=c_number(card.sample_rate_hz) if card is not None and card.sample_rate_hz else None,
            sides=(_side(name, "INPUT", document.inputs), _side(name, "OUTPUT", document.outputs)),
            classes=tuple(map(c_string, card.classes)) if card is not None else (),
            class_constants=class_constants(document.prefix, card.classes) if card is not None else (),
            arena_bytes=schedule.arena_bytes,
            arena_words=document.arena_words,
            lower_bound_bytes=schedule.lower_bound_bytes,
            weights_bytes=document.data.size_bytes,
            macs=schedule.macs,
            layers=len(layers),
            layer_table=layer_table(layers, document.spans),
            stream=_stream(document) if document.streams else None,
            aligned=document.aligned,
            stem=document.stem,
            checks_stream=document.mode == "stream",
        )
    )


def _side(name: CIdentifier, role: str, interfaces: Sequence[Interface]) -> Side:
    ports, offset = [], 0
    for number, interface in enumerate(interfaces):
        port = CIdentifier(f"{name.upper}_{role}{number if len(interfaces) > 1 else ''}")
        ports.append(_port(port, interface, offset))
        offset += interface.size_bytes
    return Side(CIdentifier(role), CText(interfaces[0].dtype), offset, tuple(ports))


def _port(name: CIdentifier, interface: Interface, offset: int) -> Port:
    *sizes, channels = interface.shape
    rows = 1
    for size in sizes:
        rows *= size
    image = [size for size in sizes if size > 1]
    return Port(
        name,
        offset,
        Image(image[0], image[1]) if len(image) > 1 else None,
        rows,
        channels,
        c_float(interface.scale),
        interface.zero_point,
    )


def layer_table(layers: Sequence[Layer], spans: Sequence[str]) -> tuple[CComment, ...]:
    """The layer table as comment lines, below their heading."""
    rows = [("#", "layer", "operator", "kernel", "output", "MACs", "arena span")]
    for index, (layer, span) in enumerate(zip(layers, spans, strict=True)):
        shape = "x".join(str(size) for size in layer.output_shape)
        name = c_comment(layer.name).text
        rows.append((str(index), name, layer.op, layer.kernel, shape, str(layer.macs), span))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    right = {0, 5}
    lines = (
        "  ".join(
            cell.rjust(w) if i in right else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    return tuple(CComment(line.rstrip()) for line in lines)


def _stream(document: Document) -> StreamHeader:
    schedule, timing = document.schedule, document.schedule.timing
    assert timing.hop is not None
    return StreamHeader(
        hop=timing.hop,
        output_rows=timing.rows[schedule.outputs[0]],
        input_bytes=_bytes_per_call(schedule, schedule.inputs),
        output_bytes=_bytes_per_call(schedule, schedule.outputs),
        stride=document.total_stride,
        lookahead=document.lookahead_samples,
        receptive_field=timing.receptive_field,
        input_row=CComment(_input_row(document)),
    )


def _bytes_per_call(schedule: Schedule, signals: Sequence[int]) -> int:
    return sum(schedule.timing.rows[signal] * schedule.signals[signal].row_bytes for signal in signals)


def _input_row(document: Document) -> str:
    """The input row that row ``i`` of a stream's output belongs to."""
    schedule = document.schedule
    rate = schedule.timing.rates[schedule.outputs[0]]
    if rate == 1:
        return "i"
    if rate.numerator == 1:
        return f"{rate.denominator} * i"
    return f"i * {rate.denominator} / {rate.numerator}"
