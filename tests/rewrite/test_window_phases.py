"""Windows over upsampled signals by phase, tap by tap, and where that does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from edgeunet.program.convolutions import Depthwise
from edgeunet.program.parameters import Repeat
from edgeunet.program.program import EACH, WHOLE, Access, FusedAdd, Program
from edgeunet.rewrite.upsampled import INT16_LIMIT, UPSAMPLED, window_phases
from tests.rigs.hand_made import ADD, conv, edited, node, outputs_too, parameters_edited, read_again, scaling, signal
from tests.rigs.programs import taken


def window(taps: int = 5, factor: int = 2, kind: str = "conv") -> Program:
    signals = (signal("x", 8), signal("u", 8 * factor), signal("y", 8 * factor))
    read = conv(1, 2, 2, 2, taps, 8 * factor)
    if kind == "depthwise":
        weights = np.arange(2 * taps).reshape(taps, 2).astype(np.int8)
        parameters = Depthwise(weights, np.zeros(2, np.int32), 0, scaling(2))
        read = node("depthwise", (1,), 2, parameters, *read.accesses, macs=8 * factor * weights.size)
    return Program(signals, (node("repeat", (0,), 1, Repeat(factor), repeat=factor), read), (0,), (2,))


def test_five_taps_over_twofold_upsampling_are_three_per_phase() -> None:
    program = window()
    (made,) = taken(program, UPSAMPLED).nodes
    assert (made.kind, made.operands, made.accesses) == ("conv_upsampled", (0,), (Access(1, -1, 1, 0),))
    assert (made.repeat, made.covers, made.macs) == (2, ("REPEAT", "CONV"), 8 * 2 * (2 * 3 * 2))
    given = program.nodes[1].parameters.weights.astype(int)
    first = np.stack([given[:, 0] + given[:, 1], given[:, 2] + given[:, 3], given[:, 4]], axis=1)
    second = np.stack([given[:, 0], given[:, 1] + given[:, 2], given[:, 3] + given[:, 4]], axis=1)
    assert made.parameters.weights.tolist() == [first.tolist(), second.tolist()]
    assert (made.parameters.starts, made.parameters.dilation, made.parameters.other) == ((0, 0), 1, None)
    assert made.parameters.weights.dtype == np.int16


def test_a_pointwise_convolution_runs_at_the_low_rate_and_is_repeated() -> None:
    program = window(taps=1)
    made = taken(program, UPSAMPLED)
    low, repeated = made.nodes
    assert (low.kind, low.operands, low.output, low.macs) == ("conv", (0,), 3, 8 * 4)
    assert (repeated.kind, repeated.operands, repeated.output, repeated.accesses) == ("repeat", (3,), 2, (EACH,))
    assert (repeated.parameters, repeated.repeat, repeated.name) == (Repeat(2), 2, "conv2")
    assert (made.signals[3].name, made.signals[3].width, made.signals[3].channels) == ("y/low", 8, 2)


@pytest.mark.parametrize(
    "broken",
    [
        lambda p: outputs_too(p, 1),
        lambda p: read_again(p, 1),
        lambda p: replace(p, nodes=p.nodes[:1], outputs=(0,)),
        lambda p: replace(p, nodes=(p.nodes[0], *p.nodes)),
        lambda p: edited(p, 0, kind="copy"),
        lambda p: edited(p, 0, repeat=1),
        lambda p: edited(p, 1, parameters=ADD),
        lambda p: edited(p, 1, operands=(1, 1), accesses=p.nodes[1].accesses * 2),
        lambda p: edited(p, 1, epilogue=(FusedAdd(ADD, False),)),
        lambda p: edited(p, 1, accesses=(replace(WHOLE, first=-2, last=2),)),
        lambda p: edited(p, 1, repeat=2),
        lambda p: parameters_edited(p, 1, stride=3),
        lambda p: replace(p, signals=(*p.signals[:2], signal("y", 15))),
    ],
)
@pytest.mark.parametrize("kind", ["conv", "depthwise"])
def test_a_window_that_stays_at_the_high_rate(kind: str, broken: Callable[[Program], Program]) -> None:
    program = broken(window(kind=kind))
    made = taken(program, UPSAMPLED)
    assert made is program


def test_sums_of_taps_stay_within_int16() -> None:
    """255 taps of at most 128 are below the limit, 256 are at it."""
    assert INT16_LIMIT == 32768
    for taps, stays in ((255, False), (256, True)):
        program = window(taps=taps)
        assert (taken(program, UPSAMPLED) is program) == stays


@pytest.mark.parametrize("first", range(-6, 3))
@pytest.mark.parametrize(("taps", "dilation", "stride", "factor"),
                         [(5, 1, 1, 2), (3, 2, 1, 2), (4, 1, 2, 4), (3, 3, 1, 3), (7, 1, 1, 3), (2, 1, 1, 4),
                          (3, 2, 3, 6), (3, 3, 1, 2), (2, 5, 1, 2)])  # fmt: skip
def test_phases_are_where_each_tap_meets_its_row(
    first: int, taps: int, dilation: int, stride: int, factor: int
) -> None:
    phases = window_phases(first, taps, dilation, stride, factor)
    rows = [[(p * stride + first + t * dilation) // factor for t in range(taps)] for p in range(factor // stride)]
    if phases is None:
        assert max(len(set(range(own[0], own[-1] + 1))) for own in rows) > taps
        return
    assert phases.count == factor // stride
    assert phases.taps <= taps
    assert phases.first == min(own[0] for own in rows)
    assert phases.last == max(own[-1] for own in rows)
    for own, start, coinciding in zip(rows, phases.starts, phases.coinciding, strict=True):
        assert start >= 0
        for m, met in enumerate(coinciding):
            row = phases.first + start + m * phases.dilation
            assert phases.first <= row <= phases.last
            assert list(met) == [t for t in range(taps) if own[t] == row]
        assert sum(map(len, coinciding)) == taps


def test_a_window_as_long_as_its_stride_has_one_phase() -> None:
    phases = window_phases(0, 3, 1, 2, 2)
    assert phases is not None
    assert (phases.count, phases.taps, phases.first, phases.last, phases.starts) == (1, 2, 0, 1, (0,))
    assert phases.coinciding == (((0, 1), (2,)),)


def test_taps_far_apart_keep_their_distance_at_the_low_rate() -> None:
    """Six rows of the upsampled signal are three of its source, wherever the window begins."""
    for first in range(-6, 6):
        phases = window_phases(first, 3, 6, 1, 2)
        assert phases is not None
        assert (phases.taps, phases.dilation) == (3, 3)
        assert (phases.first, phases.last) == (first // 2, (first + 1) // 2 + 6)
        assert phases.coinciding == (((0,), (1,), (2,)),) * 2


def test_one_tap_reads_one_row_in_every_phase() -> None:
    phases = window_phases(1, 1, 1, 1, 3)
    assert phases is not None
    assert (phases.first, phases.last, phases.dilation, phases.starts) == (0, 1, 1, (0, 0, 1))


def test_a_convolution_of_one_output_channel_is_done_by_phase_too() -> None:
    program = window()
    read = conv(1, 2, 2, 1, 5, 16)
    program = replace(program, signals=(*program.signals[:2], signal("y", 16, 1)), nodes=(program.nodes[0], read))
    (made,) = taken(program, UPSAMPLED).nodes
    assert (made.kind, made.parameters.weights.shape, made.macs) == ("conv_upsampled", (2, 1, 3, 2), 16 * 6)


def test_a_dense_depthwise_window_is_remembered_tap_by_tap() -> None:
    """For kernels that would rather read the taps than their sums; of others none is."""
    program = window(kind="depthwise")
    (made,) = taken(program, UPSAMPLED).nodes
    given = program.nodes[1].parameters
    assert made.parameters.window is given.weights
    assert (made.parameters.base, made.parameters.starts, made.accesses) == (0, (0, 0), (Access(1, -1, 1, 0),))
    far = parameters_edited(program, 1, dilation=2)
    far = edited(far, 1, accesses=(Access(1, -4, 4, 0),))
    (made,) = taken(far, UPSAMPLED).nodes
    assert made.parameters.window is None
    strided = edited(parameters_edited(program, 1, stride=2), 1, accesses=(Access(2, -2, 2, 0),))
    (made,) = taken(replace(strided, signals=(*program.signals[:2], signal("y", 8))), UPSAMPLED).nodes
    assert (made.repeat, made.parameters.window) == (1, None)
