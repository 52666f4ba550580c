"""Windows over upsampled signals read at the low rate: in streams, at every hop, without a later output."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import compile_model, schedule_graph
from edgeunet.graph import read_tflite
from edgeunet.rewrite.upsampled import window_phases
from tests.networks.pass_networks import LOW, NONE, RELU, PassNetwork
from tests.networks.random_layers import Value
from tests.rigs.streams import expected, recording, run_streams


def decoder(taps: int, kind: str) -> bytes:
    """An encoder of one level, and a window over its upsampled end: alone, beside the skip, or depthwise."""
    n = PassNetwork(taps)
    x = n.input(16, 2)
    skip = n.convolution(x, 4, 3, RELU)
    low: Value = n.pool(skip, 2, 2)
    if kind == "sum":
        return n.only(n.joined(low, skip, 3, taps, LOW, repeat=2))
    up = n.upsampled(low, 2)
    if kind == "conv":
        return n.only(n.convolution(up, 3, taps, LOW))
    beside = n.beside(up, skip) if kind == "parts" else up
    return n.only(n.convolution(n.depthwise(beside, taps, NONE), 3, 1, LOW))


KERNELS = {
    "conv": "eu_dot_upsampled",
    "sum": "eu_conv_sum_upsampled",
    "depthwise": "eu_depthwise_upsampled",
    "parts": "eu_depthwise_upsampled",
}


@pytest.mark.parametrize("kind", KERNELS)
def test_streams_at_the_low_rate_equal_the_whole_recording(kind: str, tmp_path: Path) -> None:
    graph = read_tflite(decoder(9, kind))
    models = [compile_model(graph, f"hop{hop}", mode="stream", hop=hop) for hop in (4, 6, 16)]
    assert KERNELS[kind] in {layer.kernel for model in models for layer in model.layers}
    recordings = [recording(graph, rows, rows) for rows in (2, 18, 50)]
    for outputs in run_streams(tmp_path, models, [recordings] * len(models)):
        for samples, output in zip(recordings, outputs, strict=True):
            assert np.array_equal(output, expected(graph, samples))


@pytest.mark.parametrize("taps", [3, 5, 7, 9])
def test_no_output_of_a_stream_comes_later_for_it(taps: int) -> None:
    graph = read_tflite(decoder(taps, "conv"))
    made, without = (schedule_graph(graph, mode="stream", hop=8, without=w) for w in ((), ("upsampled",)))
    assert made.lookahead_rows == without.lookahead_rows
    at_low_rate = any(step.kind.endswith("_upsampled") for step in made.steps)
    assert at_low_rate == (taps // 2 % 2 == 0), (
        "all phases wait for the last: free where the window ends on a whole row"
    )


def test_five_taps_over_twofold_upsampling_are_three() -> None:
    phases = window_phases(first=-2, taps=5, dilation=1, stride=1, factor=2)
    assert phases is not None
    assert (phases.first, phases.last, phases.starts) == (-1, 1, (0, 0))
    assert phases.coinciding == (((0, 1), (2, 3), (4,)), ((0,), (1, 2), (3, 4)))


def test_a_window_that_would_need_more_taps_stays() -> None:
    assert window_phases(first=0, taps=3, dilation=2, stride=1, factor=2) is not None
    assert window_phases(first=0, taps=3, dilation=3, stride=1, factor=2) is None
