"""The array flavour: a ``.tflite`` file as a C array with everything that a TFLM application must know about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeunet import __version__
from edgeunet.emit.identifier import check_identifier, class_constants
from edgeunet.emit.source import SourceTree
from edgeunet.emit.template import CPage, render
from edgeunet.emit.tflm_operators import resolver_method
from edgeunet.escaping.c import (
    CComment,
    CIdentifier,
    CString,
    CText,
    c_ascii_comment,
    c_ascii_string,
    c_comment,
)
from edgeunet.graph.reading.outline import Outline, Port, read_outline
from edgeunet.modelcard import ModelCard
from edgeunet.signals.normalization import RECORDING_NORMALIZATIONS

_BYTES_PER_LINE = 16
_C_TYPES = {"int8": "int8_t", "uint8": "uint8_t", "int16": "int16_t", "int32": "int32_t", "float32": "float"}


@dataclass(frozen=True)
class ArenaFigures:
    """What TFLM's interpreter took of its arena, measured; see ``edgeunet.run.tflm_arena``.

    Attributes
    ----------
    total_bytes : smallest arena with which the model runs.
    tensor_bytes : the part that holds activations.
    bookkeeping_bytes : the interpreter's own structures and what it needs to start; depends on the size of a pointer.
    pointer_bits : of the machine it was measured on.
    """

    total_bytes: int
    tensor_bytes: int
    bookkeeping_bytes: int
    pointer_bits: int


def array_sources(
    model: bytes, name: str, *, card: ModelCard | None = None, arena: ArenaFigures | None = None
) -> SourceTree:
    """Return ``<name>_model.h`` and ``<name>_model.c`` for a ``.tflite`` file of any type.

    Parameters
    ----------
    model : the bytes of the file; the array holds exactly these.
    name : prefix of all symbols, a C identifier.
    card : says the model's name, classes and sample rate, where there is one.
    arena : measured arena; without it the header says that it was not measured.

    Raises
    ------
    CompileError
        When ``name`` is no usable identifier.
    GraphError
        When ``model`` is no TFLite model.
    """
    check_identifier(name)
    outline = read_outline(model)
    stem = f"{name}_model"
    return SourceTree(
        {
            f"{stem}.h": _header(stem, outline, card or ModelCard(name), arena),
            f"{stem}.c": _source(stem, outline, model, card or ModelCard(name)),
        }
    )


def array_summary(
    name: str, outline: Outline, sources: SourceTree, directory: Path, arena: ArenaFigures | None
) -> dict[str, Any]:
    """Return what was written, as one JSON document."""
    return {
        "schema": "edgeunet.export-c/1",
        "model": name,
        "format": "array",
        "model_digest": outline.digest,
        "model_bytes": outline.size_bytes,
        "arena_bytes": arena.total_bytes if arena else None,
        "operators": dict(sorted(Counter(custom or kind for kind, custom in outline.operators).items())),
        "files": [str(directory / path) for path in sources.files],
    }


@dataclass(frozen=True, eq=False)
class ArrayPage(CPage):
    """What both files say; ``name`` is the array's, and that of the files."""

    version: CComment
    size_bytes: int
    digest: CComment


@dataclass(frozen=True)
class Window:
    """How long the model's input is."""

    samples: int
    seconds: CComment


@dataclass(frozen=True)
class Rate:
    """Sample rate, and the window where the input has one."""

    hz: CText
    window: Window | None


@dataclass(frozen=True)
class Normalization:
    """What is done to a signal before it is quantized."""

    kind: CComment
    of_recording: bool


@dataclass(frozen=True)
class Range:
    """The real values that an input can hold."""

    low: CComment
    high: CComment


@dataclass(frozen=True)
class PortQuantization:
    """``real = scale * (q - zero_point)``; the range of an input."""

    scale: CText
    zero_point: int
    range: Range | None


@dataclass(frozen=True)
class ArrayPort:
    """An input or output; its macros begin with ``macro``."""

    role: CComment
    macro: CIdentifier
    title: CComment
    c_type: CComment
    shape: tuple[int, ...]
    elements: int
    size_bytes: int
    quantization: PortQuantization | None


@dataclass(frozen=True)
class OperatorKind:
    """A kind of operator, how often there is one, and the resolver's method where TFLM has a kernel."""

    count: CComment
    title: CComment
    method: CIdentifier | None


@dataclass(frozen=True, eq=False)
class ArrayHeaderPage(ArrayPage):
    """``<name>_model.h``."""

    template = "emit/c/array.h.jinja"

    title: CString
    short_digest: CString
    rate: Rate | None
    normalization: Normalization | None
    ports: tuple[ArrayPort, ...]
    classes: tuple[CIdentifier, ...]
    arena: ArenaFigures | None
    operator_count: int
    operators: tuple[OperatorKind, ...]
    known: tuple[OperatorKind, ...]
    missing: tuple[CComment, ...]


@dataclass(frozen=True, eq=False)
class ArraySourcePage(ArrayPage):
    """``<name>_model.c``."""

    template = "emit/c/array.c.jinja"

    class_names: tuple[CString, ...]
    bytes: CText


def _header(stem: str, outline: Outline, card: ModelCard, arena: ArenaFigures | None) -> str:
    operators = tuple(_operator(outline, kind) for kind in outline.kinds)
    whole = card.normalization in RECORDING_NORMALIZATIONS
    kind = Normalization(c_ascii_comment(card.normalization), whole) if card.normalization != "none" else None
    return render(
        ArrayHeaderPage(
            *_made_from(stem, outline),
            title=c_ascii_string(card.name),
            short_digest=c_ascii_string(outline.digest[:16]),
            rate=_rate(outline.inputs[0], card.sample_rate_hz) if card.sample_rate_hz is not None else None,
            normalization=kind,
            ports=(*_ports(stem, "INPUT", outline.inputs), *_ports(stem, "OUTPUT", outline.outputs)),
            classes=class_constants(stem, card.classes),
            arena=arena,
            operator_count=len(outline.operators),
            operators=operators,
            known=tuple(operator for operator in operators if operator.method),
            missing=tuple(operator.title for operator in operators if not operator.method),
        )
    )


def _made_from(stem: str, outline: Outline) -> tuple[CIdentifier, CComment, int, CComment]:
    return CIdentifier(stem), c_comment(__version__), outline.size_bytes, c_comment(outline.digest)


def _rate(port: Port, hz: float) -> Rate:
    samples = max(port.shape[1:-1], default=0) if len(port.shape) >= 3 else 0
    return Rate(_float(hz), Window(samples, CComment(f"{samples / hz:.3f}")) if samples else None)


def _ports(stem: str, side: str, ports: Sequence[Port]) -> Iterator[ArrayPort]:
    for position, port in enumerate(ports):
        yield ArrayPort(
            role=CComment(side.capitalize()),
            macro=CIdentifier(f"{stem.upper()}_{side}{position if len(ports) > 1 else ''}"),
            title=c_ascii_comment(port.name),
            c_type=c_comment(_C_TYPES.get(port.dtype, port.dtype)),
            shape=tuple(port.shape),
            elements=port.elements,
            size_bytes=port.size_bytes,
            quantization=_quantization(port, side == "INPUT"),
        )


def _quantization(port: Port, is_input: bool) -> PortQuantization | None:
    if port.scale is None:
        return None
    bits = 8 * port.size_bytes // max(port.elements, 1)
    low, high = (0, 2**bits - 1) if port.dtype.startswith("uint") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    ends = [CComment(f"{port.scale * (end - port.zero_point):.6g}") for end in (low, high)]
    return PortQuantization(_float(port.scale), port.zero_point, Range(*ends) if is_input else None)


def _operator(outline: Outline, kind: tuple[str, str]) -> OperatorKind:
    name, custom = kind
    method = resolver_method(name)
    return OperatorKind(
        count=CComment(f"{outline.operators.count(kind):4d}"),
        title=c_ascii_comment(custom or name),
        method=CIdentifier(method) if method else None,
    )


def _source(stem: str, outline: Outline, model: bytes, card: ModelCard) -> str:
    rows = "\n".join(
        "    " + " ".join(f"0x{byte:02x}," for byte in model[start : start + _BYTES_PER_LINE])
        for start in range(0, len(model), _BYTES_PER_LINE)
    )
    names = tuple(map(c_ascii_string, card.classes))
    return render(ArraySourcePage(*_made_from(stem, outline), class_names=names, bytes=CText(rows)))


def _float(value: float) -> CText:
    """Return the shortest literal that is the same float32."""
    text = f"{value:.9g}"
    return CText((text if any(c in text for c in ".e") else f"{text}.0") + "f")
