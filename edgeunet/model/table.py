"""The cost of a network as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from edgeunet.escaping.terminal import cell
from edgeunet.model.cost import Cost
from edgeunet.model.lint import Finding


def format_cost(figures: Cost, findings: Sequence[Finding] | None) -> list[str]:
    """Return the layer table, the totals and the lint's verdict (``None``: it did not run) as lines."""
    rows = [("layer", "kind", "output", "parameters", "MACs")]
    rows += [
        (cell(row.name), row.kind, _shape(row.output_shape), f"{row.parameters:,}", f"{row.macs:,}")
        for row in figures.layers
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [
        "  ".join(
            text.rjust(width) if column >= 3 else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "─" * (sum(widths) + 8))
    lines += ["", *(f"{label:<22}{text}" for label, text in _totals(figures))]
    return [*lines, "", *_verdict(findings)]


def _totals(figures: Cost) -> list[tuple[str, str]]:
    per_second = ""
    if figures.macs_per_second is not None:
        per_second = f", {_millions(figures.macs_per_second)} per second of signal"
    totals = [
        ("model", figures.model),
        ("input → output", f"{_shape(figures.input_shape)} → {_shape(figures.output_shape)}"),
        ("parameters", f"{figures.parameters:,}"),
        ("MACs", f"{_millions(figures.macs)} per window{per_second}"),
        ("receptive field", _time(figures.receptive_field_samples, figures.receptive_field_ms)),
        ("look-ahead", _time(figures.lookahead_samples, figures.lookahead_ms)),
        ("peak activations", f"{figures.peak_activation_bytes:,} bytes in int8, whole windows, layer by layer"),
        ("flash", f"{figures.estimated_flash_bytes:,} bytes, an estimate for compiled int8"),
    ]
    if figures.whole_window_layers:
        names = ", ".join(figures.whole_window_layers)
        totals.append(("cannot stream", f"every output depends on the whole window because of {names}"))
    return totals


def _verdict(findings: Sequence[Finding] | None) -> list[str]:
    if findings is None:
        return ["lint: not run, because TensorFlow is not installed (pip install 'edgeunet[train]')"]
    if not findings:
        return ["lint: clean; every operator has an int8 kernel on a microcontroller and every shape is fixed"]
    return [f"lint: {len(findings)} findings", *(f"  {finding}" for finding in findings)]


def _time(samples: int, ms: float | None) -> str:
    return f"{samples:,} samples" + ("" if ms is None else f" = {ms:,.0f} ms")


def _millions(macs: float) -> str:
    return f"{macs / 1e6:,.2f} M"


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(str(size) for size in shape)
