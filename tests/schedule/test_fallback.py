"""A fused sum that finds no kernel once it is placed is planned as two steps."""

from __future__ import annotations

from edgeunet.graph import read_tflite
from edgeunet.kernels.flavours import find_flavour
from edgeunet.schedule.plan import schedule_graph
from tests.networks.pass_networks import NETWORKS


def test_without_the_kernels_of_fused_sums_these_are_two_steps() -> None:
    """The flavour still says that it fuses: that is asked of nodes, before there are steps to find kernels for."""
    graph = read_tflite(NETWORKS["add"]())
    fusing = [name for name in find_flavour("dsp").own_kernels if "_add_" in name]
    fused, apart = (schedule_graph(graph, kernels="dsp", search=False, without=names) for names in ([], fusing))
    assert len(fusing) > 2
    assert [step.kind for step in fused.steps if step.epilogue] == ["conv"]
    assert not [step for step in apart.steps if step.epilogue]
    assert [step.kind for step in apart.steps].count("add") == 1
    assert len(apart.kernels) == len(apart.steps) == len(fused.steps) + 1
