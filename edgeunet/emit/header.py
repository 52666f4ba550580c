"""The generated header: what a firmware engineer reads first."""

from __future__ import annotations

from collections.abc import Sequence

from edgeunet.emit.document import Document, banner
from edgeunet.emit.source import Interface, Layer
from edgeunet.emit.tables import c_float


def interface_lines(prefix: str, role: str, interfaces: Sequence[Interface], rows_word: str) -> list[str]:
    """Sizes and quantization of the inputs or outputs; several lie one after the other in one buffer."""
    total = sum(i.size_bytes for i in interfaces)
    lines = [f"#define {prefix}_{role}_BYTES {total} /* int8, {rows_word} major */"]
    if len(interfaces) > 1:
        lines.append(f"#define {prefix}_{role}S {len(interfaces)} /* one after the other in one buffer */")
    offset = 0
    for number, interface in enumerate(interfaces):
        name = f"{prefix}_{role}" if len(interfaces) == 1 else f"{prefix}_{role}{number}"
        *rows, channels = interface.shape
        if len(interfaces) > 1:
            lines.append(f"#define {name}_OFFSET {offset} /* bytes */")
        count = 1
        for size in rows:
            count *= size
        image = [size for size in rows if size > 1]
        if len(image) > 1:
            lines += [f"#define {name}_HEIGHT {image[0]}", f"#define {name}_WIDTH {image[1]}"]
        lines += [
            f"#define {name}_ROWS {count}",
            f"#define {name}_CHANNELS {channels}",
            f"#define {name}_SCALE {c_float(interface.scale)} /* real = scale * (q - zero point) */",
            f"#define {name}_ZERO_POINT ({interface.zero_point})",
        ]
        offset += interface.size_bytes
    return lines


def layer_table(layers: Sequence[Layer], spans: Sequence[str]) -> list[str]:
    """The layer table as comment lines."""
    rows = [("#", "layer", "operator", "kernel", "output", "MACs", "arena span")]
    for index, (layer, span) in enumerate(zip(layers, spans, strict=True)):
        shape = "x".join(str(size) for size in layer.output_shape)
        rows.append((str(index), layer.name, layer.op, layer.kernel, shape, str(layer.macs), span))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    right = {0, 5}
    return [
        " * "
        + "  ".join(
            cell.rjust(w) if i in right else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def classes_lines(prefix: str, classes: Sequence[str]) -> list[str]:
    """Class names in channel order, as an initialiser."""
    if not classes:
        return []
    names = ", ".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in classes)
    return [f"#define {prefix}_CLASSES {len(classes)}", f"#define {prefix}_CLASS_NAMES {{{names}}}"]


def c_number(value: float) -> str:
    """A number as short as it goes: an integer where it is one."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def header_text(document: Document) -> str:
    """Text of ``<prefix>.h``."""
    prefix, upper, code, card = document.prefix, document.upper, document.code, document.card
    lines = banner(f"{prefix}: an int8 network as C99, {document.style}.", document.facts)
    lines += [f"#ifndef {upper}_H", f"#define {upper}_H", "", "#include <stdint.h>", ""]
    lines += ["#ifdef __cplusplus", 'extern "C" {', "#endif", ""]
    lines += [
        f"#define {upper}_DIGEST 0x{document.digest}UL /* of this run of export-c; the other files check it */",
        "",
    ]
    if card is not None and card.sample_rate_hz:
        lines.append(f"#define {upper}_SAMPLE_RATE_HZ {c_number(card.sample_rate_hz)}")
    lines += interface_lines(upper, "INPUT", document.inputs, "row")
    lines.append("")
    lines += interface_lines(upper, "OUTPUT", document.outputs, "row")
    lines += classes_lines(upper, card.classes if card is not None else ())
    lines += ["", *_size_lines(document), ""]
    lines += state_lines(document)
    lines += stream_declarations(document) if document.streams else run_declaration(document)
    lines += [
        *_selftest_declaration(document),
        "",
        "/* Layers, in the order they run:",
        " *",
        *layer_table(code.layers, document.spans),
        " */",
        "",
        *("#ifdef __cplusplus", "}", "#endif", ""),
        f"#endif /* {upper}_H */",
    ]
    return "\n".join(lines) + "\n"


def _size_lines(document: Document) -> list[str]:
    upper, schedule = document.upper, document.schedule
    lines = [
        f"#define {upper}_ARENA_BYTES {schedule.arena_bytes} /* largest live set: {schedule.lower_bound_bytes} */",
        f"#define {upper}_WEIGHTS_BYTES {document.data.size_bytes} /* constants: weights, biases, multipliers, "
        f"tables */",
        f"#define {upper}_LAYERS {len(document.code.layers)}",
        f"#define {upper}_MACS {schedule.macs} /* multiply-accumulates per call */",
    ]
    if document.streams:
        lines += [
            f"#define {upper}_HOP {schedule.timing.hop} /* input rows per push */",
            f"#define {upper}_HOP_OUTPUT_ROWS {schedule.timing.rows[schedule.outputs[0]]} /* most output rows per "
            f"call */",
            f"#define {upper}_STRIDE {document.total_stride} /* a recording is a multiple of this many input rows "
            f"long */",
            f"#define {upper}_LOOKAHEAD {document.lookahead_samples} /* input rows by which an output comes late */",
            f"#define {upper}_RECEPTIVE_FIELD {schedule.timing.receptive_field} /* most input rows that an output "
            f"depends on */",
        ]
    return lines


def _selftest_declaration(document: Document) -> list[str]:
    prefix, upper = document.prefix, document.upper
    room = f"{upper}_OUTPUT_BYTES"
    given = "Runs the golden input"
    if document.mode == "stream":
        room = f"room for {upper}_HOP_OUTPUT_ROWS rows"
        given = "Streams the golden recording"
    return [
        f"/* {given} in {prefix}_selftest.c: 0 when every output byte is right, else 1 + the index of the",
        f" * first wrong one. output has {room}; state is used up: reset it before your own first run. */",
        f"int32_t {prefix}_selftest({prefix}_state_t *state, int8_t *output);",
    ]


def state_lines(document: Document) -> list[str]:
    """The state struct and its reset."""
    prefix, streams = document.prefix, document.streams
    return [
        "/* Every byte the network needs; the caller owns it. Two of them are two independent instances. */",
        "typedef struct {",
        f"    uint32_t arena[{document.arena_words}];",
        *(["    int32_t hops;", "    int32_t left;"] if streams else []),
        f"}} {prefix}_state_t;",
        "",
        f"/* Prepares a state for {'a new recording' if streams else 'its first run'}. */",
        f"void {prefix}_reset({prefix}_state_t *state);",
        "",
    ]


def run_declaration(document: Document) -> list[str]:
    """The whole window in one call."""
    prefix, upper = document.prefix, document.upper
    return [
        f"/* Runs the network: {upper}_INPUT_BYTES in, {upper}_OUTPUT_BYTES out. The buffers must not overlap. */",
        f"void {prefix}_run({prefix}_state_t *state, const int8_t *input, int8_t *output);",
        "",
    ]


def _belongs(document: Document) -> str:
    """To which input rows the output rows of a stream belong."""
    schedule = document.schedule
    rate = schedule.timing.rates[schedule.outputs[0]]
    if rate == 1:
        return "row i since the reset belongs to input row i"
    if rate.numerator == 1:
        return f"row i since the reset belongs to input row {rate.denominator} * i"
    return f"row i since the reset belongs to input row i * {rate.denominator} / {rate.numerator}"


def stream_declarations(document: Document) -> list[str]:
    """A hop per call, and the whole window by hops."""
    prefix, upper = document.prefix, document.upper
    return [
        f"/* Takes {upper}_HOP input rows; writes the output rows that are ready now and returns how many (0 to",
        f" * {upper}_HOP_OUTPUT_ROWS; output must hold that many). Rows come in order: {_belongs(document)};",
        f" * each comes once {upper}_LOOKAHEAD later input rows are there. */",
        f"int32_t {prefix}_push({prefix}_state_t *state, const int8_t *input, int8_t *output);",
        "",
        f"/* Ends the recording with its last rows (0 to {upper}_HOP - 1, a multiple of {upper}_STRIDE; for any other "
        f"number",
        " * it returns -1 and changes nothing): writes and returns like push. Call it again with 0 rows until it",
        " * returns 0; then reset. What came out is, value for value, the network run over the whole recording. */",
        f"int32_t {prefix}_flush({prefix}_state_t *state, const int8_t *input, int32_t rows, int8_t *output);",
        "",
        f"/* A whole window by hops: reset, push, flush. {upper}_INPUT_BYTES in, {upper}_OUTPUT_BYTES out, which "
        f"must not overlap. */",
        f"void {prefix}_run({prefix}_state_t *state, const int8_t *input, int8_t *output);",
        "",
    ]
