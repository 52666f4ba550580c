"""The per-layer report as a terminal table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from edgeunet.escaping.terminal import cell
from edgeunet.quantize.accuracy import drops
from edgeunet.quantize.layers import LayerError, lossiest_layer, worst_layer
from edgeunet.quantize.quantization import Quantized

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


def describe(quantized: Quantized) -> list[str]:
    """Return what the terminal shows: sizes, layers, and accuracy before and after."""
    report = quantized.report
    number_format, size, floating = report["format"], report["model_bytes"], report["float32_model_bytes"]
    parts = [f"{report['model']} in {number_format}: {size:,} bytes ({100 * size / floating:.0f} % of float32)"]
    narrow = report.get("weights")
    if narrow:
        kept = narrow["kept_int8"]
        parts.append(
            f"weights of {narrow['layers']} layers in int4, {narrow['int8_model_bytes']:,} bytes with int8"
            + (f"; kept in int8: {', '.join(map(cell, kept))}" if kept else "")
        )
    calibration = report.get("calibration")
    if calibration:
        parts.append(f"calibrated on {calibration['windows']} windows of {calibration['patients']} training patients")
    if quantized.layers:
        compared = report.get("compared_on", {})
        parts += ["", f"layers on {compared.get('windows')} windows of part '{compared.get('part')}':", ""]
        parts += layer_table(quantized.layers)
    if report.get("validation"):
        parts += ["", *validation_table(report["validation"], number_format)]
    return parts


def layer_table(layers: Sequence[LayerError]) -> list[str]:
    """Return one line per layer, with the worst and the lossiest named below."""
    rows = [[title for title, _ in _COLUMNS], *(_row(layer) for layer in layers)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = [
        "  ".join(
            f"{text:{side}{width}}" for text, (_, side), width in zip(row, _COLUMNS, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    worst, lossiest = worst_layer(layers), lossiest_layer(layers)
    if worst is not None:
        lines += ["", f"worst layer: {worst.name} ({worst.op}), {worst.sqnr_db:.1f} dB against float"]
    if lossiest is not None and lossiest is not worst:
        lines.append(f"loses most itself: {lossiest.name} ({lossiest.op}), {lossiest.lost_db:.1f} dB")
    return lines


def validation_table(validation: Mapping[str, Any], number_format: str) -> list[str]:
    """Return float against quantized F1 in percent, one line per figure."""
    changes = drops(validation["float"], validation["quantized"])
    if not changes:
        return ["validation: no F1 to compare"]
    title = "F1 on validation patients"
    width = max(len(title), *(len(change.label) for change in changes))
    lines = [f"{title:{width}}  {'float':>7}  {number_format:>7}  {'drop':>6}"]
    lines += [f"{c.label:{width}}  {100 * c.before:7.2f}  {100 * c.after:7.2f}  {c.points:6.2f}" for c in changes]
    return lines


def _row(layer: LayerError) -> list[str]:
    return [
        cell(layer.name),
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
