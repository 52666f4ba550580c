"""The figures of docs/STREAMING.md are the compiler's."""

from __future__ import annotations

from math import ceil
from pathlib import Path

import pytest

from edgeunet.emit import schedule_graph
from edgeunet.graph import Graph, read_tflite
from edgeunet.schedule.schedule import Schedule

PAGE = Path(__file__).parents[2] / "docs" / "STREAMING.md"


def rows_of(title: str) -> list[list[str]]:
    """The body of the table in the section called ``title``, cell by cell."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def number(cell: str) -> int:
    return int(cell.replace(",", "").split()[0])


def shared_graph(shared: Path, name: str) -> Graph:
    return read_tflite(shared / "models" / f"{name}.int8.tflite")


def histories(schedule: Schedule) -> dict[str, tuple[str, int, int, int]]:
    """Layer → rate, channels, lag and rows of history of what it makes; ``input`` is what comes in."""
    found = {}
    for buffer in schedule.buffers:
        name = buffer.name.split(";")[0]
        lag, rows = buffer.lag_rows, buffer.before if buffer.persistent else 0
        rate = next(r for r, n in zip(schedule.timing.rates, schedule.timing.rows, strict=True) if n == buffer.rows)
        found[name] = (str(rate), buffer.pitch_bytes, lag, rows)
    return found


def test_lags_and_histories_of_a_benchmark_network(shared: Path) -> None:
    schedule = schedule_graph(shared_graph(shared, "classic-unet-512"), mode="stream", hop=4, recompute=0)
    compiled = histories(schedule)
    outer = {"input": "reshape_4", "conv2d_36": "reshape"}  # the reshapes at either end cost nothing and take the name
    rows = rows_of("A network of the benchmarks")
    assert len(rows) == 16
    for signal, rate, channels, lag, history, size, _ in rows:
        stated = (rate, number(channels), number(lag), number(history))
        assert compiled[outer.get(signal, signal)] == stated, signal
        assert number(size) == number(channels) * number(history)
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert f"All of the history is {sum(number(row[5]) for row in rows)} bytes" in text
    assert f"the arena has {schedule.arena_bytes:,}:" in text
    assert f"look-ahead {schedule.lookahead_rows} samples" in rows[-1][-1]


def test_why_a_lag_or_history_is_what_it_is_adds_up(shared: Path) -> None:
    """Every formula in backticks, evaluated: the lag first (but for the input), then the history."""
    for signal, _, _, lag, history, _, why in rows_of("A network of the benchmarks"):
        formulas = [eval(part.split("=")[0], {"ceil": ceil}) for part in why.split("`")[1::2]]
        if signal != "input" and formulas:
            own = max(formulas[:2]) if "larger of" in why else formulas[0]
            assert own == number(lag), signal
        if number(history):
            assert max(formulas if signal == "input" else formulas[1 + ("larger of" in why) :]) == number(history), (
                signal
            )


@pytest.mark.parametrize("name", ["seed-unet-800", "small-unet-256", "classic-unet-512"])
def test_bytes_of_recomputed_skips(shared: Path, name: str) -> None:
    graph, first, checked = shared_graph(shared, name), "", 0
    for label, skips, state, macs, lookahead in rows_of("Below the count: a skip computed again"):
        first = label or first
        if not first.startswith(name):
            continue
        schedule = schedule_graph(graph, mode="stream", recompute=number(skips))
        assert first.endswith(f"hop {schedule.timing.hop}")
        assert schedule.arena_bytes + 8 == number(state)
        assert (schedule.macs, schedule.lookahead_rows) == (number(macs), number(lookahead))
        default = schedule_graph(graph, mode="stream")
        assert ("default" in skips) <= (default.macs == schedule.macs)
        checked += 1
    assert checked >= 2
