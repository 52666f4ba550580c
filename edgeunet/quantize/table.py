"""The per-layer report as a terminal table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from edgeunet.quantize.layers import LayerError, lossiest_layer, worst_layer

_COLUMNS = (
    ("layer", "<"),
    ("op", "<"),
    ("scale", ">"),
    ("zero point", ">"),
    ("range used", ">"),
    ("clipping", ">"),
    ("SQNR dB", ">"),
    ("lost dB", ">"),
    ("max error", ">"),
    ("in steps", ">"),
)


def layer_table(layers: Sequence[LayerError]) -> str:
    """Return one line per layer, with the worst and the lossiest named below."""
    rows = [[title for title, _ in _COLUMNS], *(_row(layer) for layer in layers)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = [
        "  ".join(
            f"{cell:{side}{width}}" for cell, (_, side), width in zip(row, _COLUMNS, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    worst, lossiest = worst_layer(layers), lossiest_layer(layers)
    if worst is not None:
        lines.append(f"\nworst layer: {worst.name} ({worst.op}), {worst.sqnr_db:.1f} dB against float")
    if lossiest is not None and lossiest is not worst:
        lines.append(f"loses most itself: {lossiest.name} ({lossiest.op}), {lossiest.lost_db:.1f} dB")
    return "\n".join(lines)


def validation_table(validation: Mapping[str, Any], number_format: str) -> str:
    """Return float against quantized F1 in percent, one line per figure."""
    before, after = validation["float"], validation["quantized"]
    figures = list(validation["drop_points"])
    if not figures:
        return "validation: no F1 to compare"
    width = max(len(_label(figure)) for figure in figures)
    lines = [f"{'F1 on validation patients':{max(width, 25)}}  {'float':>7}  {number_format:>7}  {'drop':>6}"]
    for figure in figures:
        old, new = (100 * _value(document, figure) for document in (before, after))
        lines.append(f"{_label(figure):{max(width, 25)}}  {old:7.2f}  {new:7.2f}  {old - new:6.2f}")
    return "\n".join(lines)


def _label(figure: str) -> str:
    return figure.removeprefix("boundaries.").removesuffix(".f1").replace(".", " ")


def _value(document: Mapping[str, Any], figure: str) -> float:
    value: Any = document
    for key in figure.split("."):
        value = value[key]
    return float(value)


def _row(layer: LayerError) -> list[str]:
    return [
        layer.name,
        layer.op,
        f"{layer.scale:.5g}",
        str(layer.zero_point),
        f"{100 * layer.range_used:.0f} %",
        f"{100 * layer.clipping:.3f} %",
        "exact" if layer.sqnr_db is None else f"{layer.sqnr_db:.1f}",
        "" if layer.lost_db is None else f"{layer.lost_db:+.1f}",
        f"{layer.max_error:.4g}",
        f"{layer.max_error_steps:.1f}",
    ]
