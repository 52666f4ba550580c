"""The portable kernels around the edges, against slow readable references in numpy."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from edgeunet.graph.evaluation.arithmetic import multiply_by_quantized_multiplier, rounded_average
from edgeunet.kernels.portable.flavour import PORTABLE
from edgeunet.kernels.selection import select_kernel
from edgeunet.program.convolutions import Conv, ConvSum, Depthwise, Requantization
from edgeunet.program.parameters import Add, AveragePool, Multiply, Pool, Repeat, Table
from edgeunet.program.steps import Step
from tests.rigs.bench_rig import lay_out, rows_of, run_steps, step, view
from tests.rigs.host_batch import Int8

CHANNELS = (1, 3, 4, 5, 16, 17)
RNG = np.random.default_rng(0)


def int8(*shape: int) -> Int8:
    return RNG.integers(-128, 128, shape, np.int8)


def requantization(outputs: int, short: bool) -> Requantization:
    """Factors from tiny to over one, or such as the short form takes; clamps that bite."""
    multipliers = RNG.integers(1 << 30, (1 << 31) - 1, outputs, np.int32)
    multipliers[RNG.integers(0, outputs)] = RNG.choice([0, 1 << 30, (1 << 31) - 1])
    shifts = (RNG.integers(-14, -1, outputs) if short else RNG.integers(-1, 3, outputs)).astype(np.int8)
    low, high = [(-128, 127), (-20, 90), (0, 127)][RNG.integers(0, 3)]
    return Requantization(multipliers, shifts, int(RNG.integers(-20, 21)), low, high)


def bias(outputs: int) -> np.ndarray:
    return RNG.integers(-50_000, 50_000, outputs).astype(np.int32)


def requantized(acc: np.ndarray, r: Requantization) -> np.ndarray:
    acc = acc.astype(np.int64).astype(np.int32).astype(np.int64)
    return np.clip(multiply_by_quantized_multiplier(acc, r.multipliers, r.shifts) + r.zero_point, r.low, r.high)


def windows(rows: Int8, groups: int, taps: int, stride: int, dilation: int) -> np.ndarray:
    """``(groups, taps, channels)``."""
    picked = np.arange(groups)[:, None] * stride + np.arange(taps) * dilation
    return rows[picked].astype(np.int64)


def check(directory: Path, cases: list[tuple[Step, tuple[Int8, ...], np.ndarray]]) -> set[str]:
    """Run all steps and compare; the kernels that ran."""
    answers = run_steps(directory, [c[0] for c in cases], [c[1] for c in cases])
    for (made, _, wanted), answer in zip(cases, answers, strict=True):
        assert np.array_equal(rows_of(answer, made.output), wanted), made
    return {select_kernel(made, PORTABLE.tables).function for made, _, _ in cases}


def test_convolutions(tmp_path: Path) -> None:
    cases = []
    shapes = [*product(CHANNELS, (1, 2, 5, 17), (1, 3), (1,), (1,), (0, 2)), (4, 6, 5, 2, 3, 0), (3, 4, 4, 3, 1, 1)]
    for number, (inputs, outputs, taps, stride, dilation, gap) in enumerate(shapes):
        groups, zero_point = int(RNG.integers(1, 6)), int(RNG.integers(-128, 128))
        rows = int8((groups - 1) * stride + (taps - 1) * dilation + 1, inputs)
        r, b, w = requantization(outputs, number % 3 > 0), bias(outputs), int8(outputs, taps, inputs)
        conv = Conv(w, b, zero_point, r, stride, dilation)
        made = step(
            "conv",
            [view("input", inputs + gap, len(rows), inputs)],
            view("output", outputs + gap, groups, outputs),
            groups,
            conv,
        )
        taken = windows(rows, groups, taps, stride, dilation) - zero_point
        acc = np.einsum("gtc,otc->go", taken, w.astype(np.int64)) + b
        cases.append((made, (lay_out(rows, inputs + gap),), requantized(acc, r)))
    assert check(tmp_path, cases) == {"eu_conv_block", "eu_dot_rows", "eu_conv_1d"}


def test_accumulators_that_leave_int32_wrap_as_the_reference_does(tmp_path: Path) -> None:
    w, b = int8(2, 1, 300), np.array([(1 << 31) - 1, -(1 << 31)], np.int32)
    r, rows = requantization(2, True), int8(3, 300)
    conv = Conv(w, b, -128, r)
    assert (conv.accumulator_bound >= 1 << 31).all()
    acc = rows.astype(np.int64) @ w[:, 0].astype(np.int64).T + 128 * w.astype(np.int64).sum((1, 2)) + b
    made = step("conv", [view("input", 300, 3, 300)], view("output", 2, 3, 2), 3, conv)
    check(tmp_path, [(made, (rows.reshape(-1),), requantized(acc, r))])


def test_depthwise_convolutions(tmp_path: Path) -> None:
    cases = []
    shapes = [*product(CHANNELS, (1, 2), (1, 3, 5), (1, 2), (1,), (0, 3)), (5, 3, 4, 3, 2, 1), (4, 1, 5, 1, 2, 1)]
    for number, (inputs, repeat, taps, stride, dilation, gap) in enumerate(shapes):
        groups, zero_point, outputs = int(RNG.integers(1, 6)), int(RNG.integers(-128, 128)), inputs * repeat
        rows = int8((groups - 1) * stride + (taps - 1) * dilation + 1, inputs)
        r, b, w = requantization(outputs, number % 5 > 0), bias(outputs), int8(taps, outputs)
        depthwise = Depthwise(w, b, zero_point, r, repeat, stride, dilation)
        made = step(
            "depthwise",
            [view("input", inputs + gap, len(rows), inputs)],
            view("output", outputs + gap, groups, outputs),
            groups,
            depthwise,
        )
        taken = np.repeat(windows(rows, groups, taps, stride, dilation) - zero_point, repeat, axis=2)
        acc = np.einsum("gto,to->go", taken, w.astype(np.int64)) + b
        cases.append((made, (lay_out(rows, inputs + gap),), requantized(acc, r)))
    assert check(tmp_path, cases) == {"eu_depthwise_slide", "eu_depthwise_columns", "eu_depthwise_1d"}


def test_convolutions_over_two_signals(tmp_path: Path) -> None:
    cases = []
    shapes = [(1, 1, 1, 1), (3, 5, 2, 1), (16, 17, 3, 1), (4, 5, 1, 3), (5, 4, 1, 2)]
    for (first, second, repeat, taps), outputs, short in product(shapes, (1, 6), (False, True)):
        groups, zero_point = 3, int(RNG.integers(-128, 128))
        a, c = int8(groups + taps - 1, first), int8(groups * repeat + taps - 1, second)
        r, b, wa, wc = (
            requantization(outputs, short),
            bias(outputs),
            int8(outputs, taps, first),
            int8(outputs, taps, second),
        )
        parameters = ConvSum((wa, wc), b, zero_point, r, repeat)
        inputs = [view("input", first, len(a), first), view("second", second + 1, len(c), second)]
        made = step(
            "conv_sum", inputs, view("output", outputs, groups * repeat, outputs), groups, parameters, (1, repeat)
        )
        slow = np.repeat(windows(a, groups, taps, 1, 1), repeat, axis=0) - zero_point
        fast = windows(c, groups * repeat, taps, 1, 1) - zero_point
        acc = (
            np.einsum("gtc,otc->go", slow, wa.astype(np.int64))
            + np.einsum("gtc,otc->go", fast, wc.astype(np.int64))
            + b
        )
        cases.append((made, (a.reshape(-1), lay_out(c, second + 1)), requantized(acc, r)))
    assert check(tmp_path, cases) == {"eu_conv_sum_block", "eu_conv_sum"}


def test_pools(tmp_path: Path) -> None:
    cases = []
    for channels, kernel, stride in product(CHANNELS, (1, 2, 3), (1, 2, 3)):
        groups = int(RNG.integers(1, 5))
        rows = int8((groups - 1) * stride + kernel, channels)
        views = [view("input", channels + 1, len(rows), channels)], view("output", channels, groups, channels)
        taken = windows(rows, groups, kernel, stride, 1)
        cases.append(
            (
                step("max_pool", *views, groups, Pool(kernel, stride, -100, 100)),
                (lay_out(rows, channels + 1),),
                np.clip(taken.max(1), -100, 100),
            )
        )
        cases.append((step("max_pool", *views, groups, Pool(kernel, stride, -128, 127)), cases[-1][1], taken.max(1)))
        average = AveragePool(kernel, stride, 0, len(rows), -128, 127)
        cases.append(
            (
                step("average_pool", *views, groups, average),
                (lay_out(rows, channels + 1),),
                rounded_average(taken.sum(1), kernel),
            )
        )
    assert check(tmp_path, cases) == {"eu_max_pool_near", "eu_max_pool_1d", "eu_average_pool_1d"}


@pytest.mark.parametrize("sign", [1, -1])
def test_sums_and_products(tmp_path: Path, sign: int) -> None:
    cases = []
    for channels, rows in product(CHANNELS, (1, 2, 5)):
        a, b = int8(rows, channels), int8(rows, channels)
        factors = [int(m) for m in RNG.integers(1 << 30, (1 << 31) - 1, 3)]
        add = Add(20, (3, -7), (factors[0], factors[1]), (-1, 0), factors[2], -18, 5, -100, 127, sign)
        views = (
            [view("input", channels, rows, channels), view("second", channels + 2, rows, channels)],
            view("output", channels + 1, rows, channels),
        )
        x = multiply_by_quantized_multiplier((a.astype(np.int64) - 3) << 20, factors[0], -1)
        y = multiply_by_quantized_multiplier((b.astype(np.int64) + 7) << 20, factors[1], 0)
        wanted = multiply_by_quantized_multiplier(x + sign * y, factors[2], -18) + 5
        arrays = (a.reshape(-1), lay_out(b, channels + 2))
        cases.append((step("add", *views, rows, add), arrays, np.clip(wanted, -100, 127)))
        cases.append((step("add", *views, rows, replace(add, low=-128)), arrays, np.clip(wanted, -128, 127)))
        product_of = (a.astype(np.int64) - 3) * (b.astype(np.int64) + 7)
        wanted = np.clip(multiply_by_quantized_multiplier(product_of, factors[0], -8) - 2, -128, 90)
        cases.append((step("mul", *views, rows, Multiply((3, -7), factors[0], -8, -2, -128, 90)), arrays, wanted))
    assert check(tmp_path, cases) == {"eu_add_line", "eu_add", "eu_mul"}


def test_tables_and_repeats(tmp_path: Path) -> None:
    cases = []
    values = int8(256)
    for channels, rows in product(CHANNELS, (1, 3)):
        x = int8(rows, channels)
        views = [view("input", channels + 1, rows, channels)], view("output", channels, rows, channels)
        cases.append(
            (step("table", *views, rows, Table(values)), (lay_out(x, channels + 1),), values[x.astype(np.int64) + 128])
        )
        for factor in (2, 3):
            out = view("output", channels + 2, rows * factor, channels)
            cases.append(
                (
                    step("repeat", [view("input", channels, rows, channels)], out, rows, Repeat(factor)),
                    (x.reshape(-1),),
                    np.repeat(x, factor, 0),
                )
            )
    check(tmp_path, cases)
