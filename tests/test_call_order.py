"""``compile_model`` goes down the house once: every call goes to the same package or one above it in the order of
imports, the conductor walks its stages in order, and nothing that it calls calls it back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import read_tflite
from tests.rigs.house import LEAVES, ORDER, PACKAGE
from tests.rigs.tiny import level_network

CONDUCTOR = "schedule/plan.py"
CALLERS_OF_THE_CONDUCTOR = {CONDUCTOR, "emit/compile.py"}
STAGES = {
    "simplify": "simplify",
    "lower": "lower",
    "rewrite_program": "rewrite",
    "upsampled_offers": "rewrite",
    "split_offers": "rewrite",
    "addition_offers": "rewrite",
    "gains_in_stream": "rewrite",
    "order_nodes": "order",
    "window_timing": "time",
    "timed_stream": "time",
    "select_kernels": "select",
    "__call__": "build",
    "build_sparing": "build",
    "settled": "choose",
}
"""What the conductor calls, and the stage that it belongs to."""

Call = tuple[str, str, str]
"""Caller's file, callee's file, callee's name."""


@contextmanager
def recorded() -> Iterator[list[Call]]:
    """Every call between functions of the package, as it is made."""
    calls: list[Call] = []

    def file_of(frame: FrameType | None) -> str | None:
        while frame is not None:
            path = Path(frame.f_code.co_filename)
            if path.is_relative_to(PACKAGE):
                return path.relative_to(PACKAGE).as_posix()
            frame = frame.f_back
        return None

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_name != "<module>":
            callee = Path(frame.f_code.co_filename)
            caller = file_of(frame.f_back)
            if callee.is_relative_to(PACKAGE) and caller is not None:
                calls.append((caller, callee.relative_to(PACKAGE).as_posix(), frame.f_code.co_name))

    sys.setprofile(profile)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def rank(file: str) -> int:
    """The place of a file's package in the order of imports; leaves are before all."""
    package = file.split("/")[0].removesuffix(".py")
    return -1 if package in LEAVES else ORDER.index(package)


@pytest.fixture(
    scope="module", params=[(kernels, mode) for kernels in ("portable", "dsp", "mve") for mode in ("window", "stream")]
)
def calls(request: pytest.FixtureRequest) -> list[Call]:
    kernels, mode = request.param
    graph = read_tflite(level_network(skip_is_input=False))
    with recorded() as made:
        compile_model(graph, "net", kernels=kernels, mode=mode)
    return made


def test_every_call_goes_down(calls: list[Call]) -> None:
    up = {call for call in calls if rank(call[1]) > rank(call[0])}
    assert not up


def test_the_conductor_walks_its_stages_in_order_and_each_once(calls: list[Call]) -> None:
    below = [name for caller, callee, name in calls if caller == CONDUCTOR and callee != CONDUCTOR]
    walked = [stage for stage, _ in groupby(STAGES[name] for name in below if name in STAGES)]
    assert walked == list(dict.fromkeys(STAGES.values()))


def test_nothing_calls_the_conductor_back(calls: list[Call]) -> None:
    assert {caller for caller, callee, _ in calls if callee == CONDUCTOR} == CALLERS_OF_THE_CONDUCTOR


@pytest.mark.parametrize(
    ("fault", "test"),
    [
        (("kernels/selection.py", CONDUCTOR, "_placed"), test_every_call_goes_down),
        (("schedule/build.py", CONDUCTOR, "_placed"), test_nothing_calls_the_conductor_back),
        ((CONDUCTOR, "lower/lower.py", "lower"), test_the_conductor_walks_its_stages_in_order_and_each_once),
    ],
)
def test_a_call_back_would_be_seen(fault: Call, test: Callable[[list[Call]], None], calls: list[Call]) -> None:
    with pytest.raises(AssertionError):
        test([*calls, fault])
