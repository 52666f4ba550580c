"""Bytes, steps and buffers of a stream, with a pass and without it: whatever changes them shows here."""

from __future__ import annotations

import pytest

from edgeunet.graph import read_tflite
from edgeunet.schedule.choice import least_ram_of, ram_of
from edgeunet.schedule.plan import schedule_graph
from tests.networks.pass_networks import streaming_unet

STREAMS = [
    (None, (), (1028, 932, 17, 14, 14704, 50, 15, 832)),
    (None, ("retiming",), (1568, 1456, 16, 13, 14656, 50, 15, 1328)),
    (None, ("recompute",), (1484, 1418, 16, 13, 14656, 50, 15, 1290)),
    (None, ("waiting_room",), (1044, 932, 17, 14, 14704, 50, 15, 832)),
    (None, ("order",), (1028, 932, 17, 14, 14704, 50, 15, 832)),
    (None, ("overlap",), (1028, 932, 17, 14, 14704, 50, 15, 832)),
    (None, ("in_place",), (1060, 976, 17, 16, 14704, 50, 15, 832)),
    (8, (), (1676, 1546, 16, 13, 29312, 50, 8, 1290)),
    (8, ("retiming",), (1712, 1616, 16, 13, 29312, 50, 8, 1328)),
]


@pytest.mark.parametrize(("hop", "without", "expected"), STREAMS)
def test_a_stream(hop: int | None, without: tuple[str, ...], expected: tuple[int, ...]) -> None:
    """Arena, its lower bound, steps, buffers, multiply-accumulates, look-ahead, settling hops, bytes that live on."""
    schedule = schedule_graph(read_tflite(streaming_unet()), mode="stream", hop=hop, without=without)
    kept = sum(b.before * b.pitch_bytes for b in schedule.buffers if b.persistent)
    assert (
        schedule.arena_bytes,
        schedule.lower_bound_bytes,
        len(schedule.steps),
        len(schedule.buffers),
        schedule.macs,
        schedule.lookahead_rows,
        schedule.settling_hops,
        kept,
    ) == expected
    edges = schedule.timing.rows[schedule.inputs[0]] + 3 * schedule.timing.rows[schedule.outputs[0]]
    assert ram_of(schedule) == schedule.arena_bytes + 8 + edges
    assert least_ram_of(schedule) == schedule.lower_bound_bytes + 8 + edges
