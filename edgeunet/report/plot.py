"""The report as a picture: accuracy against size and, where it is known, against time; F1 by wave boundary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edgeunet.escaping.picture import picture_text
from edgeunet.files import replacing
from edgeunet.report.results import Results
from edgeunet.report.speed import Timed, axis_label, short_number, speed_of_accuracy
from edgeunet.report.table import Row, boundary_columns, rows

_COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#777777")
"""Paul Tol's "bright" scheme, told apart with any colour vision."""

_MARKERS = {"keras": "s", "float32": "s", "int16x8": "^", "int8": "o"}


def write_plot(results: Results, path: Path) -> bool:
    """Write a PNG; return False (and write nothing) where no result has an accuracy to draw."""
    table = [row for row in rows(results) if row.mean_f1 is not None]
    if not table:
        return False
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    speed, timed = speed_of_accuracy(results, table)
    has_time = len(timed) > 1
    figure = Figure(figsize=(16 if has_time else 11, 5), dpi=130, layout="constrained")
    FigureCanvasAgg(figure)
    left, *middle, right = figure.subplots(1, 3 if has_time else 2, width_ratios=(1, *[1] * has_time, 1.25))
    colours = {row.label: _COLOURS[index % len(_COLOURS)] for index, row in enumerate(table)}
    _against_size(left, table, colours)
    for axes in middle:
        _against_time(axes, speed.title, axis_label(speed, results, (one.subject for one in timed)), timed, colours)
    _by_boundary(right, table, colours)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(4, len(table)), fontsize=8, frameon=False)
    with replacing(path) as temporary:
        figure.savefig(temporary, metadata={"Software": None})
    return True


def _against_size(axes: Any, table: Sequence[Row], colours: dict[str, str]) -> None:
    for row in table:
        assert row.mean_f1 is not None
        size = f"{_bytes(row.size_bytes)}, {row.size_note}" if row.size_bytes else "size unknown"
        axes.scatter(
            row.size_bytes or float("nan"),
            100 * row.mean_f1,
            s=70,
            color=colours[row.label],
            marker=_MARKERS.get(row.subject.format, "D"),
            label=f"{picture_text(row.label)}\n{picture_text(size)}",
            zorder=3,
        )
    sizes = [row.size_bytes for row in table if row.size_bytes]
    if sizes:
        axes.set_xscale("log", base=2)
        axes.set_xlim(min(sizes) / 2, max(sizes) * 2)
        axes.set_ylim(*_bounds([100 * (row.mean_f1 or 0) for row in table]))
        axes.xaxis.set_major_formatter(lambda value, _: _bytes(value))
    axes.set_xlabel("size in flash")
    axes.set_ylabel("mean F1, %")
    axes.set_title("Accuracy against size", fontsize=11)
    axes.grid(True, which="major", alpha=0.3)


def _against_time(axes: Any, title: str, label: str, timed: Sequence[Timed], colours: dict[str, str]) -> None:
    for one in timed:
        score = 100 * (one.row.mean_f1 or 0.0)
        marker = _MARKERS.get(one.subject.format, "D")
        axes.scatter(one.value, score, s=70, color=colours[one.row.label], marker=marker, zorder=3)
        name = picture_text(one.subject.target)
        axes.annotate(name, (one.value, score), (2, 8), textcoords="offset points", rotation=60, fontsize=7)
    values = [float(one.value) for one in timed]
    axes.set_xscale("log")
    axes.set_xlim(min(values) / 2, max(values) * 2)
    axes.set_ylim(*_bounds([100 * (one.row.mean_f1 or 0.0) for one in timed]))
    axes.xaxis.set_major_formatter(lambda value, _: short_number(value))
    axes.xaxis.set_minor_formatter(lambda *_: "")
    axes.set_xlabel(label)
    axes.set_ylabel("mean F1, %")
    axes.set_title(title, fontsize=11)
    axes.grid(True, which="major", alpha=0.3)


def _by_boundary(axes: Any, table: Sequence[Row], colours: dict[str, str]) -> None:
    columns = boundary_columns(table)
    if not columns:
        axes.axis("off")
        axes.text(0.5, 0.5, "no wave boundaries were scored", ha="center", va="center")
        return
    width = 0.8 / len(table)
    values: list[float] = []
    for index, row in enumerate(table):
        heights = [100 * float(row.figures.get(names[0], float("nan"))) for _, names in columns]
        values += [height for height in heights if height == height]
        places = [place + (index - (len(table) - 1) / 2) * width for place in range(len(columns))]
        marker = _MARKERS.get(row.subject.format, "D")
        axes.scatter(places, heights, s=45, color=colours[row.label], marker=marker, zorder=3)
        for x, y in zip(places, heights, strict=True):
            if y == y and len(table) * len(columns) <= 24:
                axes.annotate(f"{y:.1f}", (x, y), (0, 5), textcoords="offset points", ha="center", fontsize=7)
    axes.set_xticks(range(len(columns)), [_on_two_lines(heading.removesuffix(" F1")) for heading, _ in columns])
    axes.set_ylim(*_bounds(values))
    axes.set_yticks([tick for tick in axes.get_yticks() if tick <= 100])
    axes.set_ylabel("F1, %")
    axes.set_title("F1 by wave boundary", fontsize=11)
    axes.grid(True, axis="y", alpha=0.3)


def _on_two_lines(boundary: str) -> str:
    wave, _, end = boundary.rpartition(" ")
    return f"{picture_text(wave)}\n{end}"


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    """Return limits of an axis that leave room for labels; F1 axes seldom start at 0, so the ticks must tell."""
    low, high = min(values), max(values)
    room = max(high - low, 1.0)
    return max(0.0, low - 0.6 * room), min(100.0, high) + 0.3 * room


def _bytes(value: float) -> str:
    return f"{value / 1024:.3g} KiB" if value >= 1024 else f"{value:.0f} B"
