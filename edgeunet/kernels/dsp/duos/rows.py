"""Rows of the kernels for int16 values (``eu_duos_*.c``): convolutions, depthwise ones over pairs of channels, sums."""

from __future__ import annotations

from collections.abc import Callable

from edgeunet.kernels.conditions import aligned, output_over_input, parameters, plain, source
from edgeunet.kernels.dsp.duos.packing import both_halves, channel_stream, paired_stream, scales
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields, in_order
from edgeunet.program.convolutions import INT32_LIMIT, Conv, Depthwise
from edgeunet.program.parameters import Add, Pool, Rescale
from edgeunet.program.steps import ARENA, Step, View

STEPS = ("eu_duos",)
TOGETHER = 2
"""Rows that a convolution does together."""
BLOCK = 8
"""Rows of all channels that a depthwise convolution does before the next, where its output lies over its input."""
WORD = 4
MASK = (1 << 32) - 1
HALF = 1 << 30
"""The multiplier of the factor 0.5, whose shift is 0."""


def _fits(step: Step) -> bool:
    """Whether sums stay in int32 and can be scaled by one multiply that cuts 16 bits."""
    p = parameters(step, Conv, Depthwise)
    return plain(step) and scales(p.requantization) and bool((p.accumulator_bound < INT32_LIMIT).all())


def runs_of(step: Step) -> tuple[int, int]:
    """Runs of a window and the inputs of each: one run where its rows follow each other without gaps."""
    conv, view = parameters(step, Conv), source(step)
    _, taps, inputs = conv.weights.shape
    whole = taps == 1 or (conv.dilation == 1 and view.pitch_bytes == view.row_bytes)
    return (1, taps * inputs) if whole else (taps, inputs)


def _conv(step: Step) -> Arguments:
    conv, view = parameters(step, Conv), source(step)
    outputs = conv.weights.shape[0]
    runs, length = runs_of(step)
    stream = paired_stream(conv.weights.reshape(outputs, runs, length), conv.bias, conv.requantization)
    fields: StructFields = {
        "stream": stream,
        "rows": step.groups,
        "in_step": conv.stride * view.pitch_bytes,
        "gap": conv.dilation * view.pitch_bytes - 2 * length,
        "runs": runs,
        "length": length,
        "pair": stream.shape[1],
        "out_step": step.output.pitch_bytes,
        "outputs": outputs,
    }
    return Arguments("eu_duos_conv_t", fields | _clamp(conv))


def _clamp(p: Conv | Depthwise) -> StructFields:
    return {"low": both_halves(p.requantization.low), "high": both_halves(p.requantization.high)}


def _windows_align(step: Step) -> bool:
    """Whether every row, every run of a window and the outputs begin at words."""
    p, view = parameters(step, Conv, Depthwise), source(step)
    steps = (view.offset_bytes, p.dilation * view.pitch_bytes, p.stride * view.pitch_bytes)
    return view.space == ARENA and not any(size % WORD for size in steps) and aligned(step.output)


def _accepts_depthwise(taps: int) -> Callable[[Step], bool]:
    def accepts(step: Step) -> bool:
        p = parameters(step, Depthwise)
        kernel, channels = p.weights.shape
        return _fits(step) and p.repeat == 1 and channels % 2 == 0 and taps == kernel

    return accepts


def _depthwise(name: str) -> Callable[[Step], Arguments]:
    def arguments(step: Step) -> Arguments:
        p, view = parameters(step, Depthwise), source(step)
        fields: StructFields = {
            "stream": channel_stream(p.weights, p.bias, p.requantization),
            "rows": step.groups,
            "in_step": p.stride * view.pitch_bytes,
            "tap_step": p.dilation * view.pitch_bytes,
            "out_step": step.output.pitch_bytes,
            "channels": p.weights.shape[1],
            "block": BLOCK if output_over_input(step) else step.groups,
        }
        return Arguments(f"{name}_t", fields | _clamp(p))

    return arguments


def _accepts_add(position: int) -> Callable[[Step], bool]:
    """A sum of signals of one shape, an even number of channels, operand ``position`` of the larger scale."""

    def accepts(step: Step) -> bool:
        p = parameters(step, Add)
        views = [view for view in step.inputs if isinstance(view, View)]
        alike = {(view.rows, view.channels) for view in (*views, step.output)}
        one_shape = len(views) == 2 and len(alike) == 1 and step.output.channels % 2 == 0
        exact = (p.multipliers[position], p.shifts[position]) == (HALF, 0)
        return plain(step) and p.sign == 1 and one_shape and exact and p.out_shift < 0

    return accepts


def _add(name: str, position: int) -> Callable[[Step], Arguments]:
    def arguments(step: Step) -> Arguments:
        p, other = parameters(step, Add), 1 - position
        shift, out_shift = -p.shifts[other], -p.out_shift
        fields: StructFields = {
            "rows": step.rows,
            "channels": step.output.channels,
            "a_pitch": source(step, position).pitch_bytes,
            "b_pitch": source(step, other).pitch_bytes,
            "out_pitch": step.output.pitch_bytes,
            "b_multiplier": p.multipliers[other],
            "b_away": -1 if shift else 0,
            "b_half": 1 << shift >> 1,
            "b_shift": shift,
            "multiplier": p.out_multiplier,
            "half": 1 << out_shift >> 1,
            "shift": out_shift,
            "low": p.low,
            "high": p.high,
        }
        return Arguments(f"{name}_t", fields)

    return arguments


def _operands_align(step: Step) -> bool:
    return all(aligned(source(step, position)) for position in (0, 1))


def _accepts_max(step: Step) -> bool:
    return plain(step) and step.output.channels % 2 == 0


def _max(step: Step) -> Arguments:
    pool, view = parameters(step, Pool), source(step)
    fields: StructFields = {
        "rows": step.groups,
        "in_step": pool.stride * view.pitch_bytes,
        "pitch": view.pitch_bytes,
        "kernel": pool.kernel,
        "out_step": step.output.pitch_bytes,
        "channels": step.output.channels,
        "low": f"{both_halves(pool.low) & MASK}U",
        "high": f"{both_halves(pool.high) & MASK}U",
    }
    return Arguments("eu_duos_max_t", fields)


def _accepts_rescale(step: Step) -> bool:
    """One slope, at most 1 (no shift to the left), and an even number of channels."""
    p = parameters(step, Rescale)
    one_slope = (p.below_multiplier, p.below_shift, p.sign) == (p.multiplier, p.shift, 1)
    return plain(step) and one_slope and p.shift <= 0 and step.output.channels % 2 == 0


def _rescale(step: Step) -> Arguments:
    p = parameters(step, Rescale)
    fields: StructFields = {
        "rows": step.rows,
        "channels": step.output.channels,
        "in_pitch": source(step).pitch_bytes,
        "out_pitch": step.output.pitch_bytes,
        "multiplier": p.multiplier,
        "away": -1 if p.shift else 0,
        "half": 1 << -p.shift >> 1,
        "shift": -p.shift,
        "low": p.low,
        "high": p.high,
    }
    return Arguments("eu_duos_rescale_t", fields)


def _input_aligns(step: Step) -> bool:
    return aligned(source(step))


def max_pools() -> tuple[Kernel, ...]:
    """The row of maxima over int16 values."""
    return (Kernel("eu_duos_max", "dsp", _accepts_max, _max, STEPS, overlap=in_order(), words_align=_input_aligns),)


def rescales() -> tuple[Kernel, ...]:
    """The row of changes of scale between int16 signals."""
    row = Kernel(
        "eu_duos_rescale", "dsp", _accepts_rescale, _rescale, STEPS, overlap=in_order(), words_align=_input_aligns
    )
    return (row,)


def convolutions() -> tuple[Kernel, ...]:
    """The row of convolutions over int16 values."""
    return (Kernel("eu_duos_conv", "dsp", _fits, _conv, overlap=in_order(TOGETHER), words_align=_windows_align),)


def depthwises() -> tuple[Kernel, ...]:
    """The rows of depthwise convolutions over int16 values."""
    return tuple(
        Kernel(
            f"eu_duos_depthwise_{taps}",
            "dsp",
            _accepts_depthwise(taps),
            _depthwise(f"eu_duos_depthwise_{taps}"),
            STEPS,
            overlap=in_order(BLOCK),
            words_align=_windows_align,
        )
        for taps in (3, 5)
    )


def additions() -> tuple[Kernel, ...]:
    """The rows of sums of int16 values, by which operand has the larger scale."""
    return tuple(
        Kernel(name, "dsp", _accepts_add(position), _add(name, position), STEPS, words_align=_operands_align)
        for position, name in enumerate(("eu_duos_add", "eu_duos_add_other"))
    )
