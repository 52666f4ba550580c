"""What ``--mode auto`` takes, with plans whose sizes are given: what it asks for in which order, and where it ends."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from edgeunet.errors import CompileError
from edgeunet.graph.ir import Graph, Quantization, Tensor
from edgeunet.schedule import choice
from edgeunet.schedule.choice import Choice, choose
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.timing import Timing
from tests.rigs.hand_made import signal

GRAPH = Graph("net", (Tensor("x", (1, 1, 64, 2), "int8", Quantization((0.5,), (3,))),), (), (0,), (0,), "")
EDGES = 2 * (4 * 2)
"""Bytes of input and output of a hop; of a window 16 times as many."""


def planned(arena: int, bound: int, hop: int | None) -> Schedule:
    rows = 64 if hop is None else 4
    timing = Timing(hop, (rows, rows), (0, 0), (), (Fraction(1), Fraction(1)), 4)
    return Schedule("net", (signal("x"), signal("y")), timing, (), (), (0,), (1,), arena, bound, 0)


Sizes = Callable[[int], int]


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int, Sizes, int], list[dict[str, Any]]]:
    """Make every plan's arena as long as is said, and list what is asked for."""
    asked: list[dict[str, Any]] = []

    def given(window: int, bound: int, stream: Sizes, skips: int) -> list[dict[str, Any]]:
        def plan(graph: Graph, **options: Any) -> Schedule:
            assert graph is GRAPH
            kept = {k: v for k, v in options.items() if k not in ("kernels", "effort")}
            asked.append(kept)
            if options.get("mode") != "stream":
                return planned(window, bound, None)
            if (options.get("recompute") or 0) > skips:
                raise CompileError("no more skips")
            return planned(stream(options.get("recompute") or 0), 0, 4)

        monkeypatch.setattr(choice, "schedule_graph", plan)
        return asked

    return given


def test_at_most_eight_skips_are_computed_again(plans: Any) -> None:
    plans(10_000, 10_000, lambda skips: 1000 - 10 * skips, 99)
    state = 8 + EDGES
    assert choose(GRAPH, "portable", Choice("auto"), 920 + state) == Choice("stream", 4, 8)
    assert choose(GRAPH, "portable", Choice("auto"), 995 + state) == Choice("stream", 4, 1)
    with pytest.raises(CompileError, match=rf"at least {920 + state} bytes .*and 8 skips .* {919 + state} are allowed"):
        choose(GRAPH, "portable", Choice("auto"), 919 + state)


def test_the_smallest_of_all_that_was_tried_is_named(plans: Any) -> None:
    """Of equal ones the first; more skips may need more bytes; and there may be fewer than eight."""
    sizes = [1000, 990, 970, 980, 970]
    plans(10_000, 10_000, sizes.__getitem__, 4)
    with pytest.raises(CompileError, match=rf"at least {970 + 8 + EDGES} bytes .*and 2 skips computed again"):
        choose(GRAPH, "portable", Choice("auto"), 100)
    plans(700, 600, sizes.__getitem__, 4)
    with pytest.raises(CompileError, match=rf"at least {700 + 16 * EDGES} bytes .*\(the whole window at once\)"):
        choose(GRAPH, "portable", Choice("auto"), 100)


def test_the_window_is_searched_for_only_where_its_bound_is_smaller(plans: Any) -> None:
    stream = 1000 + 8 + EDGES
    asked = plans(stream - 16 * EDGES - 1, stream - 16 * EDGES - 1, lambda skips: 1000, 0)
    assert choose(GRAPH, "portable", Choice("auto")) == Choice("window")
    assert [{key: a[key] for key in ("mode", "search") if key in a} for a in asked] == [
        {"mode": "stream", "search": True},
        {"mode": "window", "search": False},
        {"mode": "window", "search": True},
    ]
    asked.clear()
    plans(stream - 16 * EDGES, stream - 16 * EDGES - 1, lambda skips: 1000, 0)
    assert choose(GRAPH, "portable", Choice("auto")) == Choice("stream", 4), "of plans of one size the stream"
    asked.clear()
    plans(0, stream - 16 * EDGES, lambda skips: 1000, 0)
    assert choose(GRAPH, "portable", Choice("auto", 4)) == Choice("stream", 4)
    assert len(asked) == 2, "a bound that is as large promises nothing"


def test_what_is_asked_for_is_handed_on(plans: Any) -> None:
    asked = plans(10_000, 10_000, lambda skips: 1000 - 10 * skips, 3)
    with pytest.raises(CompileError, match="leave --recompute out, raise --ram"):
        choose(GRAPH, "portable", Choice("auto", None, 2), 100)
    assert [a["recompute"] for a in asked if a["mode"] == "stream"] == [2]
    with pytest.raises(CompileError, match=r"leave --hop out, raise --ram"):
        choose(GRAPH, "portable", Choice("auto", 8), 100)
