"""Programs made by hand, scheduled and replayed byte by byte: the values that the slow interpreter makes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from edgeunet.program.convolutions import Conv, Requantization
from edgeunet.program.parameters import Copy, Fill, Pool, Repeat
from edgeunet.program.program import Access, Node, Program
from edgeunet.program.steps import Clearance, Step, View
from edgeunet.schedule.build import build_schedule
from edgeunet.schedule.retiming import retime
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.timing import Timing, stream_timing, window_timing
from tests.rigs.hand_made import ADD, node, signal
from tests.rigs.interpreter import run_program
from tests.rigs.simulator import run_stream, run_window


class Kernels:
    """Kernels that go group by group, so that their output may run into what they have read."""

    def __init__(self, scratch: int = 0) -> None:
        self.scratch = scratch

    def scratch_bytes(self, step: Step) -> int:
        return self.scratch if step.kind == "conv" else 0

    def overlap(self, step: Step, position: int) -> Clearance | None:
        view, stride = step.inputs[position], step.input_strides[position]
        if step.kind == "copy" or not stride or not isinstance(view, View) or step.output.rows % step.groups:
            return None
        written = step.output.rows // step.groups * step.output.pitch_bytes
        read = stride * view.pitch_bytes
        return Clearance(max(0, *((g + 1) * (written - read) + read - read for g in range(step.groups))))


def conv(source: int, output: int, inside: int, out: int, first: int = 0, last: int = 0, **more: Any) -> Node:
    """A convolution whose values hang on every row that it reads."""
    numbers = np.random.default_rng(10 * source + output)
    weights = numbers.integers(-127, 128, (out, last - first + 1, inside), np.int8)
    tail = Requantization(np.full(out, 1 << 30, np.int32), np.full(out, -8, np.int8), 3, -128, 127)
    parameters = Conv(weights, numbers.integers(-9999, 9999, out, np.int32), 0, tail)
    return node("conv", (source,), output, parameters, Access(1, first, last, 0), macs=weights.size, **more)


def pool(source: int, output: int) -> Node:
    return node("max_pool", (source,), output, Pool(2, 2, -128, 127), Access(2, 0, 1, -128))


def repeat(source: int, output: int, times: int = 2) -> Node:
    return node("repeat", (source,), output, Repeat(times), repeat=times)


def beside(source: int, output: int, channels: int, offset: int, rows: int) -> Node:
    return node("concat", (source,), output, Copy(1, rows, channels, out_offset=offset))


def chain(rows: int) -> Program:
    signals = tuple(signal(name, rows, channels) for name, channels in zip("xaby", (2, 5, 3, 4), strict=True))
    return Program(signals, (conv(0, 1, 2, 5, -1, 2), conv(1, 2, 5, 3, 0, 1), conv(2, 3, 3, 4, -3, 0)), (0,), (3,))


def level(rows: int) -> Program:
    """A skip around half the rate, joined by a concatenation."""
    half = rows // 2
    sizes = ((rows, 1), (rows, 6), (half, 6), (half, 4), (half, 4), (rows, 4), (rows, 10), (rows, 3))
    signals = tuple(signal(name, *size) for name, size in zip("xabcdujy", sizes, strict=True))
    nodes = (
        conv(0, 1, 1, 6, -1, 1), pool(1, 2), conv(2, 3, 6, 4, -2, 2), conv(3, 4, 4, 4, -1, 1), repeat(4, 5),
        beside(1, 6, 6, 0, rows), beside(5, 6, 4, 6, rows), conv(6, 7, 10, 3, -1, 1),
    )  # fmt: skip
    return Program(signals, nodes, (0,), (7,))


def sums(rows: int) -> Program:
    """A sum written over an operand, and one whose operands are both needed later."""
    signals = tuple(signal(name, rows, 3) for name in "xabscty")
    nodes = (
        conv(0, 1, 3, 3, -2, 2), conv(0, 2, 3, 3), node("add", (1, 2), 3, ADD), conv(3, 4, 3, 3, -1, 4),
        node("add", (3, 4), 5, ADD), conv(5, 6, 3, 3, -1, 1),
    )  # fmt: skip
    return Program(signals, nodes, (0,), (6,))


def phases(rows: int) -> Program:
    """Two halves of an interleaved signal."""
    sizes = ((rows, 2), (rows, 3), (2 * rows, 3), (2 * rows, 2))
    signals = tuple(signal(name, *size) for name, size in zip("xauy", sizes, strict=True))
    nodes = (
        conv(0, 1, 2, 3, -1, 1), conv(1, 2, 3, 3, -1, 0, repeat=2, phase=0), conv(1, 2, 3, 3, 0, 1, repeat=2, phase=1),
        conv(2, 3, 3, 2, -1, 1),
    )  # fmt: skip
    return Program(signals, nodes, (0,), (3,))


def waiting(rows: int) -> Program:
    """Histories of 20, 40, 60 and 80 bytes, which gain by waiting elsewhere."""
    widths = (1, 20, 20, 20, 20, 1)
    signals = tuple(signal(name, rows, channels) for name, channels in zip("xabcdy", widths, strict=True))
    nodes = tuple(conv(i, i + 1, widths[i], widths[i + 1], -i, 0) for i in range(5))
    return Program(signals, nodes, (0,), (5,))


def filled(rows: int) -> Program:
    """A signal filled before a part of it is written."""
    signals = tuple(signal(name, rows, channels) for name, channels in zip("xaty", (2, 3, 5, 2), strict=True))
    nodes = (
        conv(0, 1, 2, 3, -1, 1), node("fill", (), 2, Fill(7)),
        node("copy", (1,), 2, Copy(1, rows, 3, out_offset=1)), conv(2, 3, 5, 2, -1, 1),
    )  # fmt: skip
    return Program(signals, nodes, (0,), (3,))


NETWORKS: dict[str, Callable[[int], Program]] = {
    "chain": chain,
    "level": level,
    "sums": sums,
    "phases": phases,
    "waiting": waiting,
}
WINDOWS = {**NETWORKS, "filled": filled}
WITHOUT = [(), ("waiting_room", "in_place"), ("side_by_side", "caller_memory")]


def samples(rows: int, channels: int) -> Any:
    return np.random.default_rng(rows).integers(-128, 128, (rows, channels), np.int8)


def built(program: Program, timing: Timing, scratch: int = 0, **options: Any) -> Schedule:
    kernels: Any = Kernels(scratch)
    made = build_schedule("net", program, timing, kernels, search=False, **options)
    assert made.arena_bytes >= made.lower_bound_bytes
    return made


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("without", WITHOUT)
def test_a_window_computes_what_the_program_says(name: str, without: tuple[str, ...]) -> None:
    program = WINDOWS[name](8)
    made = built(program, window_timing(program), 5, without=without)
    given = samples(8, program.signals[0].channels)
    np.testing.assert_array_equal(run_window(made, [given]), run_program(program, [given])[0].ravel())


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("without", WITHOUT)
def test_a_stream_computes_what_the_program_of_that_length_says(name: str, without: tuple[str, ...]) -> None:
    program = NETWORKS[name](8)
    for hop in (2, 4):
        timing = stream_timing(program, hop)
        for timed in (timing, retime(program, timing)):
            made = built(program, timed, without=without)
            for rows in (2, 10):
                given = samples(rows, program.signals[0].channels)
                right = run_program(NETWORKS[name](rows), [given])[0]
                np.testing.assert_array_equal(run_stream(made, given)[: len(right)], right, f"{hop} {rows}")


def test_histories_wait_elsewhere_where_that_saves_bytes() -> None:
    """In the other networks none does, or it is no part of the replay."""
    program = waiting(8)
    timing = stream_timing(program, 4)
    made = built(program, timing)
    assert [b.store_bytes is not None for b in made.buffers if b.persistent] == [True] * 4
    assert made.arena_bytes < built(program, timing, without=("waiting_room",)).arena_bytes


def test_several_inputs_and_outputs_of_a_window() -> None:
    signals = tuple(signal(name, 6, channels) for name, channels in zip("xzaby", (2, 3, 4, 3, 7), strict=True))
    nodes = (
        conv(0, 2, 2, 4, -1, 1), conv(1, 3, 3, 3, -1, 1), beside(2, 4, 4, 0, 6), beside(3, 4, 3, 4, 6),
    )  # fmt: skip
    for outputs in ((4,), (2, 4), (4, 3, 2)):
        program = Program(signals, nodes, (0, 1), outputs)
        given = [samples(6, 2), samples(6, 3)]
        right = np.concatenate([made.ravel() for made in run_program(program, given)])
        for without in WITHOUT:
            made = built(program, window_timing(program), without=without)
            np.testing.assert_array_equal(run_window(made, given), right)
