"""The curve of RAM against the hop, and what an explanation is put together from, with plans whose sizes are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from edgeunet.errors import CompileError
from edgeunet.graph.ir import Graph, Quantization, Tensor
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.program.steps import ARENA, Buffer, Step, View
from edgeunet.schedule import explain as explained
from edgeunet.schedule.choice import Choice, ram_of
from edgeunet.schedule.effort import Untried
from edgeunet.schedule.explain import explain, explain_model, hop_curve
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.timing import Timing
from tests.rigs.hand_made import signal

GRAPH = Graph("net", (Tensor("x", (1, 1, 64, 2), "int8", Quantization((0.5,), (3,))),), (), (0,), (0,), "")


def planned(window: int, hop: int | None, arena: int) -> Schedule:
    rows = window if hop is None else hop
    timing = Timing(hop, (rows, rows), (0, 0), (0,), (Fraction(1), Fraction(1)), 2)
    buffer = Buffer("kept", ARENA, rows, 2, 0, 0, 0, 0, 0)
    view = View(0, ARENA, 0, 2, rows, 2)
    step = Step("conv", "first", (view,), view, rows, None, ("CONV_2D",), 0, 0)  # type: ignore[arg-type]
    return Schedule(
        "net", (signal("x", window), signal("y", window)), timing, (buffer,), (step,), (0,), (1,), arena, 0, 0
    )


Plans = Callable[[int, int | None], list[dict[str, Any]]]


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Plans:
    """Plan windows of so many rows, and streams of so many samples at least; list what is asked for."""
    asked: list[dict[str, Any]] = []

    def given(window: int, least: int | None) -> list[dict[str, Any]]:
        def plan(graph: Graph, **options: Any) -> Schedule:
            assert graph is GRAPH
            asked.append(options)
            if options.get("mode") != "stream":
                return planned(window, options.get("hop"), 5000)
            if least is None:
                raise CompileError("cannot stream")
            hop = options.get("hop") or least
            return planned(window, hop, 100 * hop)

        monkeypatch.setattr(explained, "schedule_graph", plan)
        monkeypatch.setattr("edgeunet.schedule.choice.schedule_graph", plan)
        return asked

    return given


@pytest.mark.parametrize(
    ("window", "least", "hops"),
    [(64, 2, [2, 4, 8, 16, 32]), (16, 2, [2, 4, 8, 16]), (15, 2, [2, 4, 8]), (12, 3, [3, 6, 12]), (4, 8, [8])],
)
def test_the_curve_doubles_up_to_the_window_five_times_at_most(
    plans: Plans, window: int, least: int, hops: list[int]
) -> None:
    asked = plans(window, least)
    curve = hop_curve(GRAPH, "dsp", 3, True)
    assert curve == [(hop, ram_of(planned(window, hop, 100 * hop))) for hop in hops]
    assert [a.get("hop") for a in asked] == [None, *hops[1:]]
    assert {(a["kernels"], a["mode"], a["effort"], a["aligned"]) for a in asked} == {("dsp", "stream", 3, True)}


def test_what_cannot_stream_has_no_curve(plans: Plans) -> None:
    plans(64, None)
    assert hop_curve(GRAPH, "portable") == []
    lines = explain(GRAPH, planned(64, None, 5000), "portable")
    assert lines[:2] == ["arena 5000 bytes; lower bound (largest live set) 0; the plan is 0.0 % above it", ""]
    assert lines[2].startswith("the peak is at step 0")
    assert lines[-1].startswith("knob: ")


def test_a_window_is_explained_by_its_peak_and_the_curve(plans: Plans) -> None:
    asked = plans(8, 2)
    lines = explain(GRAPH, planned(8, None, 5000), "dsp", 2, True)
    at = lines.index("", 3)
    assert lines[at + 1].startswith("RAM against the hop")
    assert [line.split()[:2] for line in lines[at + 2 :]] == [
        ["hop", "2"],
        ["hop", "4"],
        ["hop", "8"],
        ["window", "5032"],
    ]
    assert "" not in lines[at + 1 :], "rates and lags are a stream's"
    assert asked[-1] == {"kernels": "dsp", "effort": 2, "aligned": True}


def test_a_stream_is_explained_by_its_histories_its_signals_and_the_curve(plans: Plans) -> None:
    plans(8, 2)
    lines = explain(GRAPH, planned(8, 4, 400), "portable")
    assert lines[1] == ""
    assert lines[2].startswith("hop 4 of any multiple of 2")
    blank = [number for number, line in enumerate(lines) if not line]
    assert lines[blank[1] + 1].split() == ["signal", "rate", "row", "bytes", "lag", "history", "bytes"]
    assert lines[blank[2] + 1].startswith("RAM against the hop")
    assert [line for line in lines if line.endswith("<- this one")] == [lines[blank[2] + 3]]


def test_what_was_not_tried_is_said_after_the_first_line(plans: Plans) -> None:
    plans(8, None)
    cut = replace(planned(8, None, 5000), untried=Untried(("3 things were not tried",), 7))
    lines = explain(GRAPH, cut, "portable")
    assert lines[1:3] == [cut.untried.sentence(), ""]


def test_the_schedule_of_a_choice_is_planned_as_chosen(plans: Plans) -> None:
    asked = plans(8, 2)
    lines = explain_model(GRAPH, "dsp", Choice("stream", 4, 1, 5, True))
    assert asked[0] == {
        "kernels": FLAVOURS["dsp"], "mode": "stream", "hop": 4, "recompute": 1, "search": True, "effort": 5,
        "aligned": True,
    }  # fmt: skip
    assert {(a["effort"], a["aligned"]) for a in asked} == {(5, True)}
    assert lines == explain(GRAPH, planned(8, 4, 400), "dsp", 5, True)
