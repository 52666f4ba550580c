"""Lags and histories against the worked example of docs/STREAMING.md, and rules of the timing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edgeunet.errors import CompileError
from edgeunet.program.parameters import Copy, Repeat
from edgeunet.program.program import EACH, Access, Node, Program, Signal
from edgeunet.schedule.retiming import retime
from edgeunet.schedule.timing import stream_timing, total_stride, window_timing


def signal(name: str, rows: int, channels: int = 1) -> Signal:
    return Signal(name, 1, rows, channels, 1.0, 0)


def node(kind: str, operands: tuple[int, ...], accesses: tuple[Access, ...], output: int, repeat: int = 1) -> Node:
    parameters = Repeat(repeat) if kind == "repeat" else Copy(1, 1, 1)
    return Node(kind, f"{kind}{output}", operands, accesses, output, parameters, (kind,), repeat=repeat)


CONV5 = Access(1, -2, 2, 0)
X, A, B, C, U, Y = range(6)


def worked_example() -> Program:
    signals = (
        signal("x", 32), signal("a", 32, 8), signal("b", 16, 8), signal("c", 16, 8), signal("u", 32, 8), signal("y", 32,
        2)
    )  # fmt: skip
    nodes = (
        node("conv", (X,), (CONV5,), A),
        node("max_pool", (A,), (Access(2, 0, 1, -128),), B),
        node("conv", (B,), (CONV5,), C),
        node("repeat", (C,), (EACH,), U, repeat=2),
        node("conv_sum", (U, A), (CONV5, CONV5), Y),
    )
    return Program(signals, nodes, (X,), (Y,))


def test_lags_and_histories_of_the_documented_example() -> None:
    program = worked_example()
    timing = stream_timing(program, 4)
    assert total_stride(program) == 2
    assert timing.lags == (0, 2, 1, 3, 6, 8)
    assert timing.rows == (4, 4, 2, 2, 4, 4)
    histories = {(n, o): -timing.first_row(program, n, o) for n, o in ((0, 0), (1, 0), (2, 0), (4, 0), (4, 1))}
    assert histories == {(0, 0): 4, (1, 0): 0, (2, 0): 4, (4, 0): 4, (4, 1): 8}


def test_every_group_has_its_newest_row_and_ends_with_the_new_rows() -> None:
    program = worked_example()
    for hop in (2, 4, 6, 32):
        timing = stream_timing(program, hop)
        for number, found in enumerate(program.nodes):
            for position, operand in enumerate(found.signals):
                assert timing.end_row(program, number, position) <= timing.rows[operand]


def test_a_window_lags_nowhere_and_reads_its_padding() -> None:
    program = worked_example()
    timing = window_timing(program)
    assert set(timing.lags) == {0}
    assert timing.first_row(program, 0, 0) == -2
    assert timing.end_row(program, 0, 0) == 34


def test_retiming_never_delays_the_output_nor_breaks_an_order() -> None:
    program = worked_example()
    before = stream_timing(program, 4)
    after = retime(program, before)
    assert after.lags[Y] == before.lags[Y]
    for number, found in enumerate(program.nodes):
        for position, operand in enumerate(found.signals):
            assert after.end_row(program, number, position) <= after.rows[operand]


def test_a_projection_that_waits_runs_late() -> None:
    signals = (signal("x", 32), signal("branch", 32, 12), signal("projection", 32, 12), signal("y", 32, 12))
    far = Access(1, -10, 10, 0)
    nodes = (
        node("conv", (0,), (EACH,), 2),
        node("conv", (0,), (far,), 1),
        node("add", (1, 2), (EACH, EACH), 3),
    )
    program = Program(signals, nodes, (0,), (3,))
    before = stream_timing(program, 1)
    after = retime(program, before)
    assert before.lags[2] == 0
    assert after.lags == (0, 10, 10, 10)


@pytest.mark.parametrize(("hop", "cure"), [(0, "--hop 2"), (3, "--hop 4"), (-2, "--hop 2")])
def test_a_hop_off_the_stride_is_refused_with_one_that_fits(hop: int, cure: str) -> None:
    with pytest.raises(CompileError, match=cure):
        stream_timing(worked_example(), hop)


def test_rates_that_do_not_meet_are_refused() -> None:
    program = worked_example()
    broken = replace(program.nodes[4], operands=(C, A))
    with pytest.raises(CompileError, match="different rates"):
        stream_timing(replace(program, nodes=(*program.nodes[:4], broken)), 4)
