"""What may be asked of planning, and what is refused because it contradicts itself or does not exist."""

from __future__ import annotations

from typing import Any

import pytest

from edgeunet.errors import CompileError
from edgeunet.graph import Graph, read_tflite
from edgeunet.schedule.choice import Choice, choose, ram_of
from edgeunet.schedule.plan import schedule_graph
from tests.networks.pass_networks import NETWORKS, streaming_unet


@pytest.fixture(scope="module")
def unet() -> Graph:
    return read_tflite(streaming_unet())


def test_words_for_plans() -> None:
    assert Choice("window").sentence() == "the whole window at once"
    assert Choice("window", 8).sentence() == "the window by hops of 8 samples"
    assert Choice("stream", 8).sentence() == Choice("stream", 8, 0).sentence() == "a stream with a hop of 8 samples"
    assert Choice("stream", 8, 1).sentence() == "a stream with a hop of 8 samples and 1 skip computed again"
    assert Choice("stream", 8, 2).sentence() == "a stream with a hop of 8 samples and 2 skips computed again"


def test_auto_takes_the_window_of_what_cannot_stream() -> None:
    graph = read_tflite(NETWORKS["low_rate"]())
    needed = ram_of(schedule_graph(graph))
    assert choose(graph, "portable", Choice("auto")) == Choice("window")
    assert choose(graph, "portable", Choice("auto"), needed) == Choice("window")
    with pytest.raises(CompileError, match=rf"needs {needed} bytes .* and {needed - 1} are allowed, and layer"):
        choose(graph, "portable", Choice("auto"), needed - 1)
    for asked in (Choice("auto", 4), Choice("auto", None, 0)):
        with pytest.raises(CompileError, match="cannot run as a stream"):
            choose(graph, "portable", asked)


@pytest.mark.parametrize(
    ("asked", "ram", "sentence"),
    [
        (Choice("stream", None, -1), None, "--recompute -1 is no number of skips"),
        (Choice("window", 65), None, "hop of 65 samples is longer than the window of 64"),
        (Choice("stream", 8), 100, "needs at least .* and 100 are allowed; leave --hop out, raise --ram"),
        (Choice("window", None, 0), None, "--recompute is about skips of a stream"),
    ],
)
def test_what_contradicts_itself(unet: Graph, asked: Choice, ram: int | None, sentence: str) -> None:
    with pytest.raises(CompileError, match=sentence):
        choose(unet, "portable", asked, ram)


@pytest.mark.parametrize(
    "asked", [Choice("window", 64), Choice("window", 8, 0), Choice("stream", 128), Choice("stream", 4, 0)]
)
def test_what_is_asked_for_is_taken(unet: Graph, asked: Choice) -> None:
    assert choose(unet, "portable", asked) == asked


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"mode": "magic"}, "mode 'magic' is unknown; use one of window, stream"),
        ({"kernels": "magic"}, "'magic'"),
        ({"without": ["magic"]}, "there is no pass or kernel 'magic'"),
        ({"mode": "stream", "recompute": 3}, "--recompute 3 asks for more skips than the network has, 2"),
    ],
)
def test_plans_that_there_are_not(unet: Graph, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CompileError, match=sentence):
        schedule_graph(unet, **options)
