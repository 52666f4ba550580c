"""The generated header: what a firmware engineer reads first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edgeunet.emit.source import Compiled, Interface, Layer
from edgeunet.emit.tables import c_float


def banner(title: str, facts: Mapping[str, str]) -> list[str]:
    """The comment at the top of each generated file."""
    width = max(len(key) for key in facts)
    return ["/* " + title, " *", *(f" * {key:<{width}}  {value}" for key, value in facts.items()), " */", ""]


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


def digest_guard(prefix: str, digest: str) -> list[str]:
    """Lines that stop the compiler when a file meets a header of another model or another run."""
    return [
        f"#if {prefix}_DIGEST != 0x{digest}UL",
        f'#error "this file and {prefix.lower()}.h come from different runs of edgeunet export-c; use files of one run"',
        "#endif",
        "",
    ]


def classes_lines(prefix: str, classes: Sequence[str]) -> list[str]:
    """Class names in channel order, as an initialiser."""
    if not classes:
        return []
    names = ", ".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in classes)
    return [f"#define {prefix}_CLASSES {len(classes)}", f"#define {prefix}_CLASS_NAMES {{{names}}}"]


__all__ = ["Compiled", "banner", "classes_lines", "digest_guard", "interface_lines", "layer_table"]
