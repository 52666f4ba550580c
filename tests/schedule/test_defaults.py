"""What planning does where nothing is said: as much as usual, for any processor, in a window, with all allowed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from edgeunet.program.program import Access, Program
from edgeunet.schedule.build import _Assembly, build_schedule
from edgeunet.schedule.choice import Choice, choose, fitting_choice
from edgeunet.schedule.effort import Effort, Ledger, Untried
from edgeunet.schedule.explain import explain, hop_curve
from edgeunet.schedule.memory import plan_memory
from edgeunet.schedule.order import order_nodes
from edgeunet.schedule.plan import schedule_graph
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.timing import Timing, stream_timing
from tests.rigs.hand_made import node, signal

DEFAULTS: dict[Callable[..., Any], dict[str, Any]] = {
    schedule_graph: {
        "kernels": "portable", "mode": "window", "hop": None, "without": (), "recompute": None, "search": True,
        "effort": 1, "aligned": False,
    },
    build_schedule: {"search": True, "overlapping": None, "without": (), "ledger": None},
    plan_memory: {"overlaps": (), "search": True, "ledger": None},
    order_nodes: {"late": False, "ledger": None},
    explain: {"effort": 1, "aligned": False, "predicted": None},
    hop_curve: {"effort": 1, "aligned": False},
    choose: {"ram_bytes": None},
    fitting_choice: {"ram_bytes": None},
}  # fmt: skip


@pytest.mark.parametrize("function", DEFAULTS, ids=lambda function: function.__name__)
def test_what_a_function_takes_where_nothing_is_said(function: Callable[..., Any]) -> None:
    found = {
        name: parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is not parameter.empty
    }
    assert found == DEFAULTS[function]


def test_what_results_say_where_nothing_is_known() -> None:
    assert Choice("auto") == Choice("auto", None, None, 1, False)
    assert Timing(None, (), (), ()) == Timing(None, (), (), (), (), 1, 0)
    assert (Untried().parts, Untried().effort, Effort().factor) == ((), 1, 1)
    assert (Ledger().effort, Ledger().spent, Ledger().cuts) == (Effort(1), {}, {})
    made = Schedule("net", (), Timing(None, (), (), ()), (), (), (), (), 0, 0, 0)
    assert (made.flavour, made.kernels, made.untried) == (None, (), Untried())


def test_no_history_waits_elsewhere_where_nothing_is_said() -> None:
    """Not even one of a single byte."""
    signals = tuple(signal(name, 8, 1) for name in "xay")
    nodes = (node("conv", (0,), 1, None), node("conv", (1,), 2, None, Access(1, -1, 0, 0)))
    program = Program(signals, nodes, (0,), (2,))

    class Kernels:
        def scratch_bytes(self, step: Any) -> int:
            return 0

        def overlap(self, step: Any, position: int) -> None:
            return None

    kernels: Any = Kernels()
    made = _Assembly(program, stream_timing(program, 2), set(), kernels, None, Ledger())
    assert made.histories() == [1]
    assert [item.name for item in made.items if "/" in item.name] == []
