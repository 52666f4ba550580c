"""What lies where in the arena over the layers."""

from __future__ import annotations

import pytest

from edgeunet.emit import compile_model, schedule_graph
from edgeunet.graph import read_tflite
from edgeunet.program.steps import ARENA, View
from edgeunet.schedule.memory_map import HISTORY, SCRATCH, Extent, memory_map
from edgeunet.schedule.schedule import Schedule
from tests.networks.random_networks import random_network
from tests.networks.random_unets import random_unet


def covers(extents: tuple[Extent, ...], step: int, start: int, end: int) -> bool:
    """Whether every byte from ``start`` to ``end`` is in some extent during ``step``."""
    for extent in sorted(extents, key=lambda e: e.offset_bytes):
        if extent.first_step <= step <= extent.last_step and extent.offset_bytes <= start:
            start = max(start, extent.offset_bytes + extent.size_bytes)
    return start >= end


def check(schedule: Schedule) -> tuple[Extent, ...]:
    """The arena ends where the map does, and whatever a step reads or writes in it is on the map during the step."""
    extents = memory_map(schedule)
    end = max((extent.offset_bytes + extent.size_bytes for extent in extents), default=0)
    assert schedule.arena_bytes - 4 < end <= schedule.arena_bytes, "whole words"
    for number, step in enumerate(schedule.steps):
        for view in (*step.inputs, step.output, *([step.scratch] if step.scratch else [])):
            if isinstance(view, View) and view.space == ARENA and view.rows:
                channels = 1 if step.kind == "copy" else view.channels  # a copy may write only some of a row's
                end = view.offset_bytes + (view.rows - 1) * view.pitch_bytes + channels * view.element_bytes
                assert covers(extents, number, max(view.offset_bytes, 0), end), (number, step.name)
    return extents


@pytest.mark.parametrize("kernels", ["portable", "dsp", "mve"])
def test_every_byte_that_a_window_uses_is_on_the_map(kernels: str) -> None:
    kinds = set()
    for seed in range(8):
        schedule = schedule_graph(read_tflite(random_network(seed)), kernels=kernels)
        kinds |= {extent.kind for extent in check(schedule)}
    assert HISTORY not in kinds
    assert (SCRATCH in kinds) == (kernels != "portable")


@pytest.mark.parametrize("kernels", ["portable", "dsp", "mve"])
def test_a_stream_keeps_its_history_over_every_layer(kernels: str) -> None:
    for seed in range(4):
        schedule = schedule_graph(read_tflite(random_unet(seed)), kernels=kernels, mode="stream")
        kept = [extent for extent in check(schedule) if extent.kind == HISTORY]
        assert kept
        assert {(extent.first_step, extent.last_step) for extent in kept} == {(0, len(schedule.steps) - 1)}


def test_a_compiled_network_has_its_map() -> None:
    graph = read_tflite(random_network(3))
    compiled = compile_model(graph, "net")
    assert compiled.memory == memory_map(schedule_graph(graph))
    assert max(extent.last_step for extent in compiled.memory) < len(compiled.layers)
