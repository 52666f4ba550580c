"""Channels found to be constant are those that every input gives the same, and writing them anew changes no value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeunet.kernels.exact.one_multiply import fit
from edgeunet.program.convolutions import Conv, Image
from edgeunet.program.parameters import Copy
from edgeunet.program.program import EACH, RESHAPED, Access, FusedAdd, Node, Program
from edgeunet.rewrite.constant_channels import VARIES, constant_channels, fix_constant_channels, is_whole
from tests.rigs.hand_made import ADD, node
from tests.rigs.interpreter import run_program
from tests.rigs.small_sums import HALF, ZERO, conv, image_conv, program

ALL = np.arange(-128, 128)
TWO = [[0], [0]], [0, 16]
"""Weights and biases of two channels that always are 5, the zero point, and 9."""
SIX = np.array([-128, 127, 5, 0, 17, -40])


def check(made: Program, inputs: Any = SIX, signal: int | None = None) -> np.ndarray:
    """Hold what is said of ``signal`` (the last) against the rows that ``inputs`` give; which channels are constant."""
    signal = made.nodes[-1].output if signal is None else signal
    (found,) = run_program(replace(made, outputs=(signal,)), [inputs])
    constant = (found == found[0]).all(axis=0)
    said = constant_channels(made)[signal]
    np.testing.assert_array_equal(said != VARIES, constant)
    np.testing.assert_array_equal(said[constant], found[0][constant])
    return constant


@pytest.mark.parametrize("weight", [0, 1, -1, 3])
def test_a_channel_is_constant_where_all_inputs_give_the_same(weight: int) -> None:
    """A factor of 1/256 makes the same of 256 accumulators in a row (of 254 around zero): one bias in 256 meets all."""
    bias = np.r_[np.arange(-700, 700), -40000, 40000]
    constant = check(program(conv(0, 1, [[weight]] * len(bias), bias, shift=-7, zero_point=1), rows=256), ALL)
    assert constant[-2:].all()
    assert int(constant.sum()) == {0: 2 + 1400, 1: 2 + 4, -1: 2 + 4, 3: 2}[weight]


def test_accumulators_may_be_all_of_int32_but_no_more() -> None:
    """Inputs add -133 to 122."""
    bias = [-(1 << 31) + 132, -(1 << 31) + 133, (1 << 31) - 123, (1 << 31) - 122]
    found = constant_channels(program(conv(0, 1, [[1]] * 4, bias)))[1]
    assert found.tolist() == [VARIES, -128, 127, VARIES]


INPUTS = 66400
"""So many with weights of 127 that accumulators of one channel lie more than 2^31 apart."""


@pytest.mark.parametrize(
    ("shift", "bias", "values"),
    [(1, -(1 << 30) - 3_000_000 + 133 * 127 * INPUTS, [127, -128]), (-1, (1 << 31) - 122 * 127 * INPUTS, [-128, 127])],
    ids=["twice the least and the greatest", "the greatest"],
)
def test_where_accumulators_leave_int32_the_extremes_say_nothing(shift: int, bias: int, values: list[int]) -> None:
    """What wraps meets the other extreme at one end of the values; -10 gives the other end."""
    made = program(conv(0, 1, [[127] * INPUTS], [bias], shift=shift), rows=2, channels=INPUTS)
    (found,) = run_program(made, [np.repeat([-128, -10], INPUTS)])
    assert found.ravel().tolist() == values
    assert constant_channels(made)[1].tolist() == [VARIES]


@pytest.mark.parametrize(("taps", "constant"), [(1, [True, True]), (3, [True, False])])
def test_outside_the_signal_a_constant_channel_is_the_zero_point(taps: int, constant: list[bool]) -> None:
    second = conv(1, 2, [[20, 0], [0, 20]], [0, 0], taps=taps, first=-(taps // 2))
    assert check(program(conv(0, 1, *TWO), second, rows=6)).tolist() == constant


@pytest.mark.parametrize(
    ("kernel", "top", "left"), [((1, 1), 0, 0), ((2, 1), 0, 0), ((1, 2), 0, 0), ((1, 1), 1, 0), ((1, 1), 0, 1)]
)
def test_outside_an_image_too(kernel: tuple[int, int], top: int, left: int) -> None:
    """Windows of two begin on the last row or column, those of one above or left of the first."""
    image = Image(2, 3, 2 + top, 3 + left, *kernel, top=top, left=left)
    shapes = {0: (2, 3, 1), 1: (2, 3, 2), 2: (2 + top, 3 + left, 2)}
    second = image_conv(1, 2, image, [[20, 0], [0, 20]])
    constant = check(program(conv(0, 1, *TWO), second, shapes=shapes))
    assert constant.tolist() == [True, (kernel, top, left) == ((1, 1), 0, 0)]


def test_a_reshape_hands_channels_on_where_rows_stay_rows() -> None:
    def copied(kind: str, copy: Copy, access: Access, rows: int = 6, channels: int = 2) -> Program:
        second = node(kind, (1,), 2, copy, access)
        return program(conv(0, 1, *TWO), second, rows=6, shapes={2: (1, rows, channels)})

    assert check(copied("reshape", Copy(1, 6, 2), EACH)).all()
    other_rows = copied("reshape", Copy(1, 1, 12), RESHAPED, 3, 4)
    moved = copied("copy", Copy(1, 6, 2), Access(1, -1, -1, 3))
    assert run_program(moved, [SIX])[0].tolist() == [[3, 3]] + [[5, 9]] * 5
    for made in (other_rows, moved):
        assert 2 not in constant_channels(made)


def test_nothing_is_said_of_what_two_rows_are_written_as_one() -> None:
    """A transposed convolution of two phases makes twice as many values as its output has channels."""
    wide = conv(0, 1, [[0]] * 4, [0, 16, 0, 16], repeat=2, wide=True, contiguous_output=True)
    assert constant_channels(program(wide, shapes={0: (1, 3, 1), 1: (1, 6, 2)})) == {}


@pytest.mark.parametrize(
    "more", [{"repeat": 2}, {"phase": 0}, {"wide": True}, {"epilogue": (FusedAdd(ADD, False),)}, {}], ids=str
)
def test_a_node_is_whole_if_nothing_is_special_about_how_it_writes(more: dict[str, Any]) -> None:
    assert is_whole(conv(0, 1, *TWO, **more)) == (not more)


def fixed(given: Node) -> Conv:
    """The parameters that ``given`` gets, which make the same values of all inputs."""
    before = program(given, rows=256)
    after = fix_constant_channels(before)
    np.testing.assert_array_equal(run_program(after, [ALL])[0], run_program(before, [ALL])[0])
    parameters = after.nodes[0].parameters
    assert isinstance(parameters, Conv)
    return parameters


def test_every_value_can_be_written_anew() -> None:
    """Accumulators of 2^22 times 0 to 255, of which an input changes less than half a step."""
    made = fixed(conv(0, 1, [[1]] * 256, np.arange(256) << 22, shift=-21, zero_point=-128))
    assert not made.weights.any()
    assert made.requantization.shifts.tolist() == [-7] * 256


def test_a_factor_of_zero_is_written_anew() -> None:
    given = conv(0, 1, [[1], [1]], [700, 700])
    assert isinstance(given.parameters, Conv)
    nothing = replace(given.parameters.requantization, multipliers=np.array([0, HALF], np.int32))
    made = fixed(replace(given, parameters=replace(given.parameters, requantization=nothing)))
    assert made.requantization.multipliers.tolist() == [HALF, HALF]
    assert made.weights.ravel().tolist() == [0, 1]
    assert made.bias.tolist() == [0, 700]


def test_what_one_multiply_can_do_is_left_as_it_is() -> None:
    shifts = np.arange(-23, -15)
    made = fixed(conv(0, 1, [[1]] * len(shifts), [0] * len(shifts), shift=shifts, zero_point=-128))
    possible = [fit(HALF, -int(shift), 0, 255, -133, 122) is not None for shift in shifts]
    assert (made.requantization.shifts == shifts).tolist() == possible
    assert made.weights.ravel().astype(bool).tolist() == possible
    assert any(possible)
    assert not all(possible)
    assert made.requantization.zero_point == -128 != ZERO
