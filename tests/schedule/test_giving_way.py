"""What ``--ram`` tries in which order, with plans whose sizes are given: scratch memory, hops, skips."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from edgeunet.errors import CompileError
from edgeunet.graph.ir import Graph, Quantization, Tensor
from edgeunet.kernels.flavour import Flavour
from edgeunet.schedule import choice
from edgeunet.schedule.choice import Choice, choose
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.timing import Timing
from tests.rigs.hand_made import signal

EDGES = {None: 2 * 64 * 2, 32: 2 * 32 * 2, 16: 2 * 16 * 2, 8: 2 * 8 * 2, 4: 2 * 4 * 2}
"""Bytes of input and output by hop."""
Tried = tuple[str, int | None, int | None, int | None]
"""Mode, hop, scratch memory and skips of a plan that was made."""


def network(first: tuple[int, ...] = (1, 1, 64, 2)) -> Graph:
    tensor = Tensor("x", first, "int8", Quantization((0.5,), (3,)))
    return Graph("net", (tensor,), (), (0,), (0,), "")


def planned(arena: int, hop: int | None) -> Schedule:
    rows = hop or 64
    timing = Timing(hop, (rows, rows), (0, 0), (), (Fraction(1), Fraction(1)), 4)
    return Schedule("net", (signal("x"), signal("y")), timing, (), (), (0,), (1,), arena, 0, 0)


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Tried]]:
    """Make an arena of 1000 bytes, less where scratch memory, hops or skips give some; list what is asked for."""

    def given(streams: bool = True, skips: int = 2, window: int = 1000) -> list[Tried]:
        found: list[Tried] = []

        def plan(graph: Graph, *, kernels: Flavour, mode: str, hop: int | None, recompute: int | None, search: bool,
                 effort: int, aligned: bool) -> Schedule:  # fmt: skip
            assert (effort, aligned) == (2, True)
            if search:
                found.append((mode, hop, kernels.scratch_bytes, recompute))
            if (mode == "stream" or hop is not None) and not streams:
                raise CompileError("layer 'mean' is over the whole window")
            if (recompute or 0) > skips:
                raise CompileError("no more skips")
            hop = hop or (4 if mode == "stream" else None)
            saved = {None: 0, 512: 10, 0: 20, 256: 15}[kernels.scratch_bytes]
            return planned((window if hop is None else 500 + hop) - saved - 100 * (recompute or 0), hop)

        monkeypatch.setattr(choice, "schedule_graph", plan)
        return found

    return given


def asked(mode: str, hop: int | None = None, recompute: int | None = None, scratch: int | None = None) -> Choice:
    return Choice(mode, hop, recompute, 2, True, scratch)


def test_a_window_gives_scratch_memory_then_hops_then_skips(tried: Any) -> None:
    found = tried()
    least = 500 + 4 - 20 - 200 + 8 + EDGES[4]
    with pytest.raises(CompileError, match=rf"least {least} bytes .*hops of 4 .* and 2 skips .* 0 bytes .*; raise"):
        choose(network(), "dsp", asked("window"), least - 1)
    scratches = (None, 512, 0)
    assert found == [
        *(("window", hop, scratch, None) for hop in (None, 32, 16, 8, 4) for scratch in scratches),
        *(("window", 4, 0, skips) for skips in (1, 2, 3)),
    ]
    assert choose(network(), "dsp", asked("window"), least) == asked("window", 4, 2, 0)


@pytest.mark.parametrize(
    ("ram", "taken"),
    [
        (1000 + EDGES[None], asked("window")),
        (999 + EDGES[None], asked("window", scratch=512)),
        (989 + EDGES[None], asked("window", scratch=0)),
        (979 + EDGES[None], asked("window", 32)),
        (500 + 16 + 8 + EDGES[16] - 10, asked("window", 16, scratch=512)),
    ],
)
def test_the_first_that_fits_is_taken(tried: Any, ram: int, taken: Choice) -> None:
    tried()
    assert choose(network(), "dsp", asked("window"), ram) == taken


def test_portable_kernels_and_scratch_memory_that_was_asked_for_stay(tried: Any) -> None:
    found = tried()
    with pytest.raises(CompileError, match=r"computed again\) and 9 are allowed; raise --ram"):
        choose(network(), "portable", asked("stream"), 9)
    assert found == [("stream", None, None, skips) for skips in (None, 1, 2, 3)]
    found = tried()
    with pytest.raises(CompileError, match=r"at most 256 bytes .*; leave --scratch out, raise --ram"):
        choose(network(), "dsp", asked("stream", scratch=256), 9)
    assert found == [("stream", None, 256, skips) for skips in (None, 1, 2, 3)]


def test_what_was_asked_for_is_named_and_stays(tried: Any) -> None:
    found = tried()
    with pytest.raises(CompileError, match="leave --hop and --recompute and --scratch out, raise --ram"):
        choose(network(), "dsp", asked("window", 8, 1, 0), 9)
    assert found == [("window", 8, 0, 1)]
    found = tried()
    with pytest.raises(CompileError, match="leave --hop out"):
        choose(network(), "dsp", asked("window", 8), 9)
    assert found[3:] == [("window", 8, 0, skips) for skips in (1, 2, 3)]


def test_what_cannot_stream_gives_scratch_memory_alone(tried: Any) -> None:
    found = tried(streams=False)
    with pytest.raises(CompileError, match=rf"needs at least {980 + EDGES[None]} bytes .*the whole window at once, k"):
        choose(network(), "dsp", asked("window"), 9)
    assert found == [("window", None, scratch, None) for scratch in (None, 512, 0)]
    found = tried(streams=False)
    with pytest.raises(CompileError, match=rf"needs {980 + EDGES[None]} bytes .* and 9 are allowed, and layer 'mean'"):
        choose(network(), "dsp", asked("auto"), 9)
    assert choose(network(), "dsp", asked("auto"), 989 + EDGES[None]) == asked("window", scratch=0)
    with pytest.raises(CompileError, match="over the whole window"):
        choose(network(), "dsp", asked("stream"), 9)


def test_auto_goes_on_from_the_stream(tried: Any) -> None:
    found = tried()
    first = 504 + 8 + EDGES[4]
    assert choose(network(), "dsp", asked("auto"), first) == asked("stream", 4)
    del found[:]
    assert choose(network(), "dsp", asked("auto"), first - 120) == asked("stream", 4, 1, 0)
    assert [plan for plan in found if plan[0] == "stream"] == [
        ("stream", None, None, None), ("stream", 4, 512, None), ("stream", 4, 0, None), ("stream", 4, 0, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(("window", "hops"), [(6, [4]), (64, [32, 16, 8, 4]), (944, [472, 236, 116, 56, 4])])
def test_hops_are_parts_of_the_window_in_whole_strides(tried: Any, window: int, hops: list[int]) -> None:
    found = tried()
    with pytest.raises(CompileError, match="at least"):
        choose(network((1, 1, window, 2)), "portable", asked("window"), 9)
    assert [hop for _, hop, _, skips in found if skips is None] == [None, *hops]
