"""Cycles of kernels before anything is compiled: what is counted, what the pages hold, and what is chosen by them."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from edgeunet.graph import Graph, read_tflite
from edgeunet.kernels.dsp.panels.rows import BURSTS, SPREAD
from edgeunet.kernels.flavours import FLAVOURS, find_flavour
from edgeunet.kernels.kernel import Kernel
from edgeunet.kernels.prediction import CoreCycles, cycles_for, load_cycles, measured_cores
from edgeunet.kernels.work import filled, moved, work_of
from edgeunet.program.steps import ARENA, View
from edgeunet.run.machines.boards import load_boards
from edgeunet.schedule.plan import schedule_graph
from edgeunet.schedule.schedule import Schedule
from tests.networks.dsp_networks import few_rows_network, several_rows_network, windows_network
from tests.networks.pass_networks import RELU, PassNetwork

CORES = tuple(load_boards().cores)
UNMEASURED = {
    *("eu_conv_1d_unfolded", "eu_conv_sum_unfolded", "eu_depthwise_1d_unfolded"),
    *("eu_conv_upsampled", "eu_conv_int16_long", "eu_depthwise_int16_long", "eu_fill_int16"),
}
"""What may lack cycles on a core: kernels for comparisons, and what no layer of the corpus needs: windows that are
dilated over an upsampled signal, sums of int16 values that leave int32, int16 values filled with others than zero."""


def one(x: int, channels: int, outputs: int, taps: int, kernels: str) -> tuple[Schedule, int]:
    """A convolution after another, and the number of its step."""
    n = PassNetwork(3)
    y = n.convolution(n.convolution(n.input(x, 4), channels, 1, ("NONE", 3)), outputs, taps, RELU)
    return schedule_graph(read_tflite(n.only(y)), kernels=kernels), 1


def test_loops_of_a_portable_convolution_are_counted() -> None:
    schedule, index = one(10, 8, 5, 3, "portable")
    step = schedule.steps[index]
    (row,) = (row for row in FLAVOURS["portable"].tables[0]["conv"] if row.function == "eu_dot_rows")
    assert row.accepts(step)
    expected = {"call": 1, "row": 10, "pair": 20, "single": 10, "pair_product": 20 * 24, "single_product": 10 * 24}
    assert work_of(row, step) == expected


def test_loops_of_blocks_are_counted_in_pairs_of_rows_and_row_by_row() -> None:
    schedule, index = one(11, 8, 6, 3, "portable")
    work = work_of(schedule.kernels[index], schedule.steps[index])
    assert schedule.kernels[index].function == "eu_conv_block"
    assert work is not None
    assert (work["block"], work["quad"], work["run"], work["turn"], work["product"]) == (6, 6, 6, 6 * 6, 6 * 24)
    assert (work["row"], work["row_quad"], work["row_turn"], work["row_product"]) == (11, 11, 11 * 6, 11 * 24)
    assert (work["left_row"], work["left"], work["left_product"]) == (11, 22, 22 * 24)
    assert (work["signal"], work["partial"], work["shared_product"]) == (0, 0, 0)


def test_a_repeated_row_of_two_signals_is_summed_once_for_both_rows() -> None:
    n = PassNetwork(4)
    low = n.convolution(n.input(6, 4), 8, 1, ("NONE", 3))
    high = n.same_quantization(low, 12, 5)
    schedule = schedule_graph(read_tflite(n.only(n.joined(low, high, 8, 1, RELU, repeat=2))), kernels="portable")
    index = [kernel.function for kernel in schedule.kernels].index("eu_conv_sum_block")
    work = work_of(schedule.kernels[index], schedule.steps[index])
    assert work is not None
    assert (work["block"], work["shared_product"], work["product"]) == (6, 6 * 2 * 8, 6 * 2 * 5)
    assert work["row_product"] == 12 * 2 * (8 + 5)


def test_loops_of_a_depthwise_convolution_are_counted_four_rows_at_a_time() -> None:
    n = PassNetwork(5)
    y = n.depthwise(n.convolution(n.input(11, 4), 8, 1, ("NONE", 3)), 5, ("NONE", 3))
    schedule = schedule_graph(read_tflite(n.only(n.convolution(y, 4, 1, RELU))), kernels="portable")
    index = [kernel.function for kernel in schedule.kernels].index("eu_depthwise_slide")
    work = work_of(schedule.kernels[index], schedule.steps[index])
    assert work is not None
    assert (work["block"], work["channel"], work["four"], work["one"]) == (1, 8, 8 * 2, 8 * 3)
    assert (work["four_tap"], work["one_tap"], work["four_turn"]) == (8 * 2 * 5, 8 * 3 * 5, 8 * 2)
    assert (work["channel_fours"], work["channel_ones"]) == (8, 8)


def test_loops_of_quads_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    for worth in ("PANELS_WORTH", "TRIOS_WORTH"):
        monkeypatch.setattr(f"edgeunet.kernels.dsp.choice.{worth}", 0.0)
    schedule, index = one(64, 12, 10, 3, "dsp")
    work = work_of(schedule.kernels[index], schedule.steps[index])
    assert work is not None
    assert schedule.kernels[index].function.startswith("eu_quads_conv")
    assert (work["block"], work["quad"], work["widened"]) == (1, 3, 3 * 9)
    assert (work["row"], work["group"], work["odd"], work["run"]) == (3 * 64, 3 * 64 * 9, 3 * 64, 0)
    assert work["partial"] == 1


def test_loops_of_panels_are_counted_in_fours_of_rows_and_twos_of_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.TRIOS_WORTH", 0.0)
    schedule, index = one(66, 12, 9, 3, "dsp")
    work = work_of(schedule.kernels[index], schedule.steps[index])
    assert work is not None
    assert schedule.kernels[index].function == "eu_panels_conv_relu"
    assert (work["panel"], work["left"], work["run"], work["gathered"]) == (17, 1, 17, 17 * 9)
    assert (work["tile"], work["group"], work["pass"], work["shared"]) == (17 * 5, 17 * 5 * 8, 17 * 5, 0)


def test_loops_of_trios_are_counted_in_threes_of_rows_and_twos_of_channels() -> None:
    """67 rows are five blocks of 12 and one of 7, whose last three overlap; of each 14 and 9 rows are widened."""
    schedule, index = one(67, 12, 9, 3, "dsp")
    work = work_of(schedule.kernels[index], schedule.steps[index])
    assert work is not None
    assert schedule.kernels[index].function == "eu_trios_conv_3"
    assert (work["block"], work["left"], work["column"]) == (6, 1, 6 * 3)
    assert (work["gathered"], work["gathered_row"]) == (3 * (5 * 3 + 2), 3 * (5 * 2 + 1))
    assert (work["three"], work["tile"], work["group"], work["more"]) == (23, 23 * 5, 23 * 5 * 3, 0)


def test_bytes_before_and_behind_words_are_counted_one_by_one() -> None:
    assert moved([(0, 4, 39)]) == {
        "copy": 1,
        "copy_alike": 1,
        "copy_byte": 3,
        "copy_chunk": 2,
        "copy_word": 1,
        "copy_chunks": 1,
        "copy_words": 1,
        "copy_ends": 1,
    }
    assert moved([(1, 2, 9)], 4) == {"copy": 4, "copy_byte": 36, "copy_apart": 4}
    view = View(0, ARENA, 3, 5, 2, 5)
    assert filled(view, 2, 5, 5) == {"fill": 1, "fill_row": 2, "fill_byte": 2, "fill_word": 2}


@pytest.mark.parametrize("core", CORES)
def test_every_core_has_a_page_with_the_kernels_that_it_runs(core: str) -> None:
    assert core in measured_cores()
    page = load_cycles(core)
    (fastest, *_) = load_boards().cores[core].kernels
    listed = {row.function for table in FLAVOURS[fastest].tables for rows in table.values() for row in rows}
    missing = {function for function in listed if not page.knows(function) and not page.knows(f"{function} alone")}
    assert missing <= UNMEASURED
    assert all(cycles > 0 for parts in page.parts.values() for cycles in parts.values())


def test_a_core_without_a_page_counts_like_its_flavours_own() -> None:
    assert cycles_for("cortex-m23", "cortex-m4") is load_cycles("cortex-m4")


def chosen(graph: Graph, core: str, *, hop: int | None = None) -> list[str]:
    flavour = find_flavour("dsp").on(core)
    mode = "window" if hop is None else "stream"
    return [kernel.function for kernel in schedule_graph(graph, kernels=flavour, mode=mode, hop=hop).kernels]


def test_calls_and_cores_differ_in_what_they_choose() -> None:
    network = PassNetwork(5)
    x = network.input(64, 4)
    for channels in (12, 16, 24, 32, 24, 16):
        x = network.convolution(x, channels, 3, RELU)
    graph = read_tflite(network.only(x))
    by_hop = [tuple(chosen(graph, "cortex-m4", hop=hop)) for hop in (1, 2, 4, 8)]
    assert len({*by_hop}) > 1
    loads = {
        core: {part for kernel in found.kernels for part in kernel.requires if part in (BURSTS, SPREAD)}
        for core in ("cortex-m4", "cortex-m7", "cortex-m33")
        for found in (schedule_graph(graph, kernels=find_flavour("dsp").on(core)),)
    }
    assert loads == {"cortex-m4": {BURSTS}, "cortex-m7": {SPREAD}, "cortex-m33": {BURSTS}}


def test_the_cheapest_way_is_the_one_whose_cycles_are_fewest() -> None:
    from edgeunet.kernels.dsp.choice import WAYS, Choice

    cheap = {"eu_tall": 0.5, "eu_bare": 3.0, "eu_pairs": 2.0, "eu_quads": 1.0}
    parts = {
        row.function: {"call": next(cost for name, cost in cheap.items() if row.function.startswith(name))}
        for rows in WAYS.values()
        for row in (*rows.get("conv", ()), *rows.get("conv_sum", ()))
        if row.function.startswith(tuple(cheap))
    }
    schedule, index = one(8, 16, 16, 1, "dsp")
    step = schedule.steps[index]
    by = Choice(CoreCycles("made up", parts))
    assert by.tall_beats_quads(step)
    assert not by.bare_is_cheapest(step)
    assert not by.pairs_are_cheapest(step)
    dearer = Choice(CoreCycles("made up", {**parts, **{n: {"call": 9.0} for n in parts if n.startswith("eu_tall")}}))
    assert not dearer.tall_beats_quads(step)


@pytest.mark.parametrize("network", [few_rows_network, several_rows_network, windows_network])
def test_every_dsp_kernel_of_a_network_has_work(network: object) -> None:
    assert callable(network)
    schedule = schedule_graph(read_tflite(network(12, 1)), kernels="dsp")
    for step, kernel in zip(schedule.steps, schedule.kernels, strict=True):
        work = work_of(kernel, step)
        assert work is not None, kernel
        assert all(count >= 0 for count in work.values()), kernel
        assert sum(work.values()) > 1, kernel


def test_a_kernel_without_a_line_has_no_work() -> None:
    schedule, index = one(8, 4, 4, 1, "portable")
    row: Kernel = replace(schedule.kernels[index], function="eu_unheard_of")
    assert work_of(row, schedule.steps[index]) is None


def test_predictions_grow_with_what_there_is_to_do() -> None:
    page = load_cycles("cortex-m4")
    spent = []
    for rows in (16, 32, 64):
        schedule, index = one(rows, 16, 16, 3, "dsp")
        spent.append(page.of_kernel(schedule.kernels[index], schedule.steps[index]))
    assert spent[0] < spent[1] < spent[2] < 2.2 * spent[1]


def test_a_function_called_once_has_cycles_of_its_own_or_those_of_the_function() -> None:
    page = load_cycles("cortex-m4")
    work = {"call": 1, "row": 10, "output": 50, "product": 100}
    assert 0 < page.of("eu_max_pool_1d alone", work) < 2 * page.of("eu_max_pool_1d", work)
    assert page.of("eu_bare_conv_linear alone", {"call": 1}) == page.of("eu_bare_conv_linear", {"call": 1})


def test_a_function_that_was_measured_and_spent_nothing_costs_nothing() -> None:
    page = CoreCycles("cortex-m4", {"edge": {}, "eu_add alone": {"call": 3.0}})
    assert page.of("edge", {"test": 5}) == 0
    assert page.of("eu_add", {"call": 2}) == 6, "its figures where it is put in place, for want of others"
    assert page.of("eu_mul", {"call": 1}) == inf
