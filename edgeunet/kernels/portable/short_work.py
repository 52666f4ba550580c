"""How often the loops run of the portable kernels that requantize in the short form, and of straight lines.

Cores differ in what runs: two rows share a block except where there are eight registers (Cortex-M0+), and only there is
a repeated row summed anew for each of its rows. So both are counted: a page has cycles for what its core runs.
"""

from __future__ import annotations

from collections.abc import Mapping

from edgeunet.kernels.conditions import convolution, parameters
from edgeunet.kernels.portable.blocks import OUTPUTS, repeat_of, windows_of
from edgeunet.kernels.portable.columns import ROWS, block_of
from edgeunet.kernels.portable.lines import lines_of
from edgeunet.kernels.work import Work, WorkOf
from edgeunet.program.convolutions import Depthwise, Requantization
from edgeunet.program.steps import Step

TURN = 4
"""Inputs in a turn of the loops of a block."""


def _cut(r: Requantization, values: int) -> Work:
    """What is clamped: by an instruction of its own, and, at a guess half of the values, below a zero point."""
    return {
        "clamp": values if r.high - r.low < 255 else 0,
        "rectified": values if r.relative_low == 0 else 0,
    }


def _blocks(step: Step) -> Work:
    repeat, windows = repeat_of(step), windows_of(step)
    rows, outputs = step.groups * repeat, step.output.channels
    calls = step.groups * -(-repeat // 2) if repeat > 1 else -(-rows // 2)
    quads, left = divmod(outputs, OUTPUTS)
    own = windows[1:] if repeat > 1 else windows
    in_pairs = {
        "block": calls,
        "quad": calls * quads,
        "signal": calls * quads * (len(own) - 1),
        **{name: calls * quads * count for name, count in _runs(own).items()},
        "shared_run": calls * quads * windows[0]["runs"] * (repeat > 1),
        "shared_product": calls * quads * windows[0]["runs"] * windows[0]["length"] * (repeat > 1),
    }
    alone = {
        "row": rows,
        "row_quad": rows * quads,
        "row_signal": rows * quads * (len(windows) - 1),
        **{f"row_{name}": rows * quads * count for name, count in _runs(windows).items()},
    }
    ends = {
        "left_row": rows * (left > 0),
        "left": rows * left,
        "left_signal": rows * left * (len(windows) - 1),
        "left_run": rows * left * sum(w["runs"] for w in windows),
        "left_product": rows * left * sum(w["runs"] * w["length"] for w in windows),
    }
    return {"call": 1, **in_pairs, **alone, **ends, **_cut(convolution(step).requantization, rows * quads * OUTPUTS)}


def _runs(windows: list[dict[str, int]]) -> dict[str, int]:
    """Runs of one block, those that begin in the middle of a turn, turns and products."""
    return {
        "run": sum(w["runs"] for w in windows),
        "partial": sum(w["runs"] for w in windows if w["length"] % TURN),
        "turn": sum(w["runs"] * -(-w["length"] // TURN) for w in windows),
        "product": sum(w["runs"] * w["length"] for w in windows),
    }


def _depthwise(step: Step) -> Work:
    depthwise = parameters(step, Depthwise)
    (taps, outputs), block = depthwise.weights.shape, block_of(step)
    heights = [min(block, step.groups - done) for done in range(0, step.groups, block)]
    fours, ones = sum(h // ROWS for h in heights) * outputs, sum(h % ROWS for h in heights) * outputs
    return {
        "call": 1,
        "block": len(heights),
        "channel": len(heights) * outputs,
        "channel_fours": sum(h >= ROWS for h in heights) * outputs,
        "channel_ones": sum(h % ROWS > 0 for h in heights) * outputs,
        "four": fours,
        "four_tap": fours * taps,
        "four_turn": fours * ((taps - 1) // ROWS),
        "one": ones,
        "one_tap": ones * taps,
        **_cut(depthwise.requantization, fours * ROWS),
    }


def _line(step: Step) -> Work:
    rows, channels = lines_of(step)
    return {"call": 1, "row": rows, "output": rows * channels}


def _maxima(step: Step) -> Work:
    return {"call": 1, "row": step.groups, "output": step.groups * step.output.channels}


SHORT: Mapping[str, WorkOf] = {
    "eu_conv_block": _blocks,
    "eu_conv_sum_block": _blocks,
    "eu_depthwise_slide": _depthwise,
    "eu_depthwise_columns": _depthwise,
    "eu_add_line": _line,
    "eu_max_pool_near": _maxima,
}
"""By function."""
