"""What each layer will take, before anything is compiled: the first table of ``--explain``."""

from __future__ import annotations

import pytest

from edgeunet.graph import Graph, read_tflite
from edgeunet.schedule.choice import Choice
from edgeunet.schedule.explain import explain_model
from edgeunet.schedule.layer_table import Predicted, layer_lines
from edgeunet.schedule.plan import schedule_graph
from edgeunet.schedule.schedule import Schedule
from tests.networks.helium_table import SideBySide


@pytest.fixture(scope="module")
def graph() -> Graph:
    network = SideBySide(1)
    network.results = [network.depthwise(network.input(32, 4), 3, ("NONE", 1))]
    return read_tflite(network.build())


def predicted(schedule: Schedule, clock_hz: int | None = None, unknown: int | None = None) -> Predicted:
    cycles = tuple(None if step == unknown else 1000.0 * (step + 1) for step in range(len(schedule.steps)))
    return Predicted(cycles, "cortex-m4", "within 5 % of the estimate", clock_hz)


def test_layers_have_cycles_and_on_a_board_milliseconds(graph: Graph) -> None:
    schedule = schedule_graph(graph)
    title, head, *layers, total = layer_lines(schedule, predicted(schedule, clock_hz=4_000_000))
    assert title == "cycles of a cortex-m4, predicted (within 5 % of the estimate):"
    assert head.split() == ["cycles", "ms", "share", "layer", "kernel", "op"]
    assert len(layers) == len(schedule.steps)
    amount = sum(range(1, len(layers) + 1)) * 1000
    assert total.split()[:4] == [f"{amount:,}", f"{amount / 4000:.3f}", "100.0", "%"]
    assert layers[0].split()[:4] == ["1,000", "0.250", f"{100_000 / amount:.1f}", "%"]
    for line, step, kernel in zip(layers, schedule.steps, schedule.kernels, strict=True):
        assert line.split()[-2:] == [kernel.function, "+".join(step.covers)]


def test_a_layer_that_nothing_predicts_is_counted_apart(graph: Graph) -> None:
    schedule = schedule_graph(graph)
    title, head, first, *_ = layer_lines(schedule, predicted(schedule, unknown=0))
    assert title.endswith(f"; not predicted: 1 of {len(schedule.steps)}:")
    assert "ms" not in head.split()
    assert first.split()[:2] == ["–", "–"]


def test_explain_begins_with_the_layers_only_where_they_are_predicted(graph: Graph) -> None:
    without = explain_model(graph, "portable", Choice("window", None, None, 1, False))
    assert without[0].startswith("arena ")
    schedule = schedule_graph(graph)
    table = layer_lines(schedule, predicted(schedule))
    assert explain_model(graph, "portable", Choice("window", None, None, 1, False), predicted) == [*table, "", *without]


def test_numbers_are_aligned_at_their_ends_and_words_at_their_beginnings() -> None:
    network = SideBySide(1)
    network.results = [network.depthwise(network.depthwise(network.input(32, 4), 3, ("NONE", 1)), 3, ("NONE", 1))]
    schedule = schedule_graph(read_tflite(network.build()), mode="stream")
    found = layer_lines(schedule, Predicted((1_234_567.0, None, 12_345.67, 1_234.5), "cortex-m4", "5 %", 8_000_000))
    assert found == [
        "cycles of a cortex-m4, predicted (5 %); not predicted: 1 of 4:",
        "   cycles       ms    share  layer                kernel              op",
        "1,234,567  154.321   98.9 %  input                eu_copy             INPUT",
        "        –        –        –  tensor_1             eu_depthwise_slide  DEPTHWISE_CONV_2D",
        "   12,346    1.543    1.0 %  tensor_4             eu_depthwise_slide  DEPTHWISE_CONV_2D",
        "    1,234    0.154    0.1 %  output               eu_copy             OUTPUT",
        "1,248,147  156.018  100.0 %  all layers, per hop",
    ]


def test_of_layers_that_nothing_predicts_there_is_no_share(graph: Graph) -> None:
    schedule = schedule_graph(graph)
    found = layer_lines(schedule, Predicted((None,) * len(schedule.steps), "cortex-m4", "5 %"))
    assert found[1:] == [
        "cycles  share  layer                   kernel              op",
        "     –      –  input                   eu_copy             INPUT",
        "     –      –  tensor                  eu_depthwise_slide  DEPTHWISE_CONV_2D",
        "     0         all layers, per window",
    ]
