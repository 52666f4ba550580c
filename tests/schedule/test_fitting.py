"""What ``--ram`` falls back to: less scratch memory, a window by hops, skips computed again, and at last a refusal."""

from __future__ import annotations

import pytest

from edgeunet.errors import CompileError
from edgeunet.graph import Graph, read_tflite
from edgeunet.graph.length import with_length
from edgeunet.schedule.choice import Choice, choose, ram_of
from tests.networks.random_unets import random_unet


@pytest.fixture(scope="module")
def unet() -> Graph:
    graph = read_tflite(random_unet(1))
    return with_length(graph, 6 * graph.tensors[graph.inputs[0]].shape[2])


def ram(graph: Graph, plan: Choice) -> int:
    return ram_of(plan.scheduled(graph, "dsp"))


def scratch(graph: Graph, plan: Choice) -> int:
    """Most bytes that a kernel of the plan has beside its operands."""
    steps = plan.scheduled(graph, "dsp").steps
    return max((step.scratch.rows for step in steps if step.scratch is not None), default=0)


def test_kernels_have_no_more_scratch_memory_than_is_said(unet: Graph) -> None:
    free, little, none = (Choice("window", scratch=limit) for limit in (None, 512, 0))
    assert scratch(unet, free) > 512 >= scratch(unet, little) > 0
    assert scratch(unet, none) == 0
    assert ram(unet, free) >= ram(unet, little) >= ram(unet, none)
    assert "at most 512 bytes of scratch memory" in little.sentence()


def test_a_window_that_does_not_fit_has_less_scratch_memory_and_then_runs_by_hops(unet: Graph) -> None:
    asked = Choice("window")
    free, none = ram(unet, asked), ram(unet, Choice("window", scratch=0))
    assert choose(unet, "dsp", asked, free) == asked
    assert none < free
    sparing = choose(unet, "dsp", asked, free - 1)
    assert (sparing.mode, sparing.hop) == ("window", None)
    assert sparing.scratch is not None
    by_hops = choose(unet, "dsp", asked, none - 1)
    assert by_hops.mode == "window"
    assert by_hops.hop is not None
    assert ram(unet, by_hops) < none
    longer = Choice("window", 2 * by_hops.hop)
    if 2 * by_hops.hop <= unet.tensors[unet.inputs[0]].shape[2]:
        assert ram(unet, longer) >= none, "the longest hop that fits needs the fewest cycles"


@pytest.mark.parametrize("mode", ["window", "stream", "auto"])
def test_the_least_that_is_named_is_had(unet: Graph, mode: str) -> None:
    with pytest.raises(CompileError, match="needs at least") as refused:
        choose(unet, "dsp", Choice(mode), 64)
    least = int(str(refused.value).split("needs at least ")[1].split(" ")[0])
    plan = choose(unet, "dsp", Choice(mode), least)
    assert ram(unet, plan) == least
    with pytest.raises(CompileError, match=f"needs at least {least} bytes"):
        choose(unet, "dsp", Choice(mode), least - 1)


def test_scratch_that_was_asked_for_stays(unet: Graph) -> None:
    with pytest.raises(CompileError, match="leave --scratch out, raise --ram"):
        choose(unet, "dsp", Choice("stream", scratch=256), 64)
    assert choose(unet, "dsp", Choice("stream", scratch=256), 1 << 20).scratch == 256


def test_portable_kernels_have_none_to_give_up(unet: Graph) -> None:
    with pytest.raises(CompileError, match="needs at least") as refused:
        choose(unet, "portable", Choice("stream"), 64)
    assert "scratch" not in str(refused.value)
