"""What the conductor chooses between: two orders of a window, few overlaps or all, kernels with scratch or without."""

from __future__ import annotations

import pytest

from edgeunet.graph import Graph, read_tflite
from edgeunet.kernels.flavours import find_flavour
from edgeunet.kernels.selection import SPARING_SCRATCH_BYTES, select_kernels
from edgeunet.program.steps import ARENA, View
from edgeunet.schedule.build import build_schedule
from edgeunet.schedule.order import order_nodes
from edgeunet.schedule.plan import schedule_graph
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.timing import window_timing
from tests.networks.pass_networks import NETWORKS
from tests.networks.random_networks import random_network
from tests.rigs.programs import rewritten


def bounds(graph: Graph) -> list[int]:
    """Bytes at least in the order in which nodes stay where they cost the same, and in that in which they go late."""
    program = rewritten(graph)
    selection = select_kernels(find_flavour("portable"), streams=False)
    orders = [order_nodes(program, late=late) for late in (False, True)]
    return [
        build_schedule("net", made, window_timing(made), selection, search=False).lower_bound_bytes for made in orders
    ]


def test_of_two_orders_the_one_that_needs_least_is_taken() -> None:
    found = {}
    for seed in (134, 195, 227):
        graph = read_tflite(random_network(seed, layout="1xT"))
        found[seed] = bounds(graph)
        assert schedule_graph(graph, search=False).lower_bound_bytes == min(found[seed]), seed
    assert any(late < early for early, late in found.values()), "look for other seeds: these do not tell the two apart"


def shared(made: Schedule) -> int:
    """Operands of the arena that share bytes with the output of their step, in buffers of their own."""
    count = 0
    for step in made.steps:
        for view in step.inputs:
            if (
                isinstance(view, View)
                and view.space == step.output.space == ARENA
                and view.buffer != step.output.buffer
            ):
                a, b = made.buffers[view.buffer], made.buffers[step.output.buffer]
                count += max(a.offset_bytes, b.offset_bytes) < min(a.offset_bytes + a.size_bytes,
                                                                   b.offset_bytes + b.size_bytes)  # fmt: skip
    return count


@pytest.mark.parametrize(
    ("name", "kernels", "search", "count"),
    [("dead_channels", "dsp", True, 0), ("dead_channels", "dsp", False, 2), ("order", "portable", True, 3)],
)
def test_only_where_kernels_run_in_blocks_and_a_plan_is_searched_are_overlaps_spared(
    name: str, kernels: str, search: bool, count: int
) -> None:
    assert shared(schedule_graph(read_tflite(NETWORKS[name]()), kernels=kernels, search=search)) == count


def test_only_the_smallest_hop_of_a_stream_is_short_of_scratch_memory() -> None:
    graph = read_tflite(NETWORKS["retiming"]())
    made = {
        hop: schedule_graph(graph, kernels="dsp", mode="stream", hop=hop, search=False, without=("waiting_room",))
        for hop in (4, 16)
    }
    most = {hop: max(s.scratch.rows for s in m.steps if s.scratch is not None) for hop, m in made.items()}
    assert made[4].timing.stride == 4
    assert most[4] <= SPARING_SCRATCH_BYTES < most[16]
