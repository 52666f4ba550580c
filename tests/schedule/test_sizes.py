"""Bytes, steps and buffers of small windows, with a pass and without it: whatever changes them shows here.

A smaller number is an improvement: write it down. So is an equal one by fewer steps.
"""

from __future__ import annotations

import pytest

from edgeunet.graph import read_tflite
from edgeunet.schedule.plan import schedule_graph
from edgeunet.schedule.schedule import Schedule
from tests.networks.pass_networks import NETWORKS

WINDOWS = [
    ("activation", "portable", (204, 204, 5, 4, 1440), (204, 204, 8, 4, 1440)),
    ("add", "portable", (416, 416, 6, 6, 5504), (416, 416, 6, 6, 5504)),
    ("add", "dsp", (440, 440, 5, 9, 5504), (504, 504, 6, 10, 5504)),
    ("caller_memory", "portable", (0, 0, 1, 2, 256), (72, 72, 3, 2, 256)),
    ("concat", "portable", (128, 126, 3, 3, 1680), (128, 126, 3, 4, 1680)),
    ("depthwise_parts", "portable", (212, 209, 7, 7, 967), (156, 154, 6, 8, 1159)),
    ("depthwise_parts", "dsp", (156, 154, 6, 8, 1159), (156, 154, 6, 8, 1159)),
    ("in_place", "portable", (176, 176, 5, 4, 1600), (240, 240, 5, 5, 1600)),
    ("low_rate", "portable", (0, 0, 1, 3, 520), (0, 0, 1, 3, 840)),
    ("order", "portable", (2056, 2056, 8, 8, 19200), (2060, 2060, 8, 8, 19200)),
    ("overlap", "portable", (248, 216, 5, 5, 9216), (396, 396, 5, 5, 9216)),
    ("overlap", "dsp", (524, 476, 5, 9, 9216), (620, 620, 5, 9, 9216)),
    ("padding", "portable", (80, 80, 2, 2, 1360), (160, 160, 3, 3, 1360)),
    ("reshapes", "portable", (96, 96, 2, 3, 768), (192, 192, 3, 4, 768)),
    ("side_by_side", "portable", (208, 208, 4, 3, 0), (272, 272, 6, 5, 0)),
    ("transposed", "portable", (44, 44, 6, 4, 1368), (0, 0, 3, 4, 1368)),
]


def figures(schedule: Schedule) -> tuple[int, ...]:
    """Arena, its lower bound, steps, buffers, multiply-accumulates."""
    steps, buffers = len(schedule.steps), len(schedule.buffers)
    return schedule.arena_bytes, schedule.lower_bound_bytes, steps, buffers, schedule.macs


@pytest.mark.parametrize(("name", "kernels", "with_it", "without_it"), WINDOWS)
def test_a_window(name: str, kernels: str, with_it: tuple[int, ...], without_it: tuple[int, ...]) -> None:
    graph = read_tflite(NETWORKS[name]())
    assert figures(schedule_graph(graph, kernels=kernels)) == with_it
    assert figures(schedule_graph(graph, kernels=kernels, without=(name,))) == without_it
