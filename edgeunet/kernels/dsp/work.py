"""How often the parts of the kernels for Cortex-M4, M7 and M33 run."""

from __future__ import annotations

from collections.abc import Mapping

from edgeunet.kernels.conditions import convolution, output_over_input, parameters, source
from edgeunet.kernels.dsp.depthwise import any_window, twofold
from edgeunet.kernels.dsp.depthwise.phases import phases_of
from edgeunet.kernels.dsp.depthwise.rows import LONG_TAPS, depthwise_block, loop_name, same_columns
from edgeunet.kernels.dsp.duos.work import DUOS
from edgeunet.kernels.dsp.elementwise.clamped_add import words_of
from edgeunet.kernels.dsp.pairs import rows as pairs
from edgeunet.kernels.dsp.panels.packing import PASS_GROUPS, TOGETHER
from edgeunet.kernels.dsp.planes.work import PLANES
from edgeunet.kernels.dsp.quads.rows import used_block
from edgeunet.kernels.dsp.quads.unaligned import first_rows, long_runs, short_block
from edgeunet.kernels.dsp.scaling import flat_weights
from edgeunet.kernels.dsp.tall.packing import passes
from edgeunet.kernels.dsp.trios import rows as trios
from edgeunet.kernels.dsp.windows import GROUP, TALL_ROWS, Runs, split_run, tall_parts, window_runs
from edgeunet.kernels.exact import one_input
from edgeunet.kernels.work import Work, WorkOf, together
from edgeunet.program.convolutions import Conv, ConvSum, Depthwise, DepthwiseUpsampled
from edgeunet.program.steps import Step


def _quads(channels: int) -> int:
    return -(-channels // GROUP)


def _blocks(rows: int, block: int, together: int) -> list[int]:
    """Rows of each block of a kernel by channels: the last has those left over, fewer than ``together``, as well."""
    found = []
    while rows > block + together - 1:
        found.append(block)
        rows -= block
    return [*found, rows]


def _quads_conv(step: Step) -> Work:
    """One signal by quads: weights of each quad widened per block, then a chain per row."""
    conv, view = parameters(step, Conv), source(step)
    runs = window_runs(conv.weights, conv.dilation, view.pitch_bytes, 64)
    assert runs is not None
    return _quad_rows(step, runs, runs.groups * runs.count)


def _quads_any(step: Step) -> Work:
    """Windows at any address: the last four inputs are read apart."""
    packed = -(-flat_weights(parameters(step, Conv)).shape[1] // GROUP)
    runs, first = Runs(GROUP * (packed - 1), 1, 0), first_rows(step)
    if first is None:
        return _quad_rows(step, runs, packed)
    made = _quad_rows(step, runs, packed, short_block(step))
    partial = step.output.channels % GROUP > 0
    again = {"call": 1, "block": 1, "quad": _quads(step.output.channels), "partial": partial, "aside": partial}
    return together(made, *first * [{**again, "widened": again["quad"]}])


def _quads_any_runs(step: Step) -> Work:
    """The same with more bytes, as runs that may overlap."""
    runs = long_runs(step)
    assert runs is not None
    return _quad_rows(step, runs, runs.groups * runs.count)


def _quads_narrow(longest: int) -> WorkOf:
    def work(step: Step) -> Work:
        conv, view = parameters(step, Conv), source(step)
        runs = window_runs(conv.weights, conv.dilation, view.pitch_bytes, longest)
        assert runs is not None
        return _quad_rows(step, runs, runs.groups * runs.count)

    return work


def _quad_rows(step: Step, runs: Runs, packed_groups: int, block: int = 0) -> Work:
    quads, rows = _quads(step.output.channels), step.groups
    blocks = -(-rows // (block or used_block(step)))
    live, out_step = step.output.channels % GROUP, step.output.pitch_bytes
    aside = min(-(-rows // blocks), (GROUP - 1 - live) // out_step + 1) if live else 0
    return {
        "call": 1,
        "block": blocks,
        "quad": blocks * quads,
        "widened": blocks * quads * packed_groups,
        "row": quads * rows,
        "run": quads * rows * (runs.count - 1),
        "group": quads * rows * runs.count * runs.groups,
        "odd": quads * rows * runs.count * (runs.groups % 2),
        "partial": blocks * (live > 0),
        "aside": blocks * aside,
    }


def _quads_sum(step: Step) -> Work:
    """Two signals by quads: sums of the first once for the rows it is repeated in."""
    conv = parameters(step, ConvSum)
    a, b = (window_runs(conv.weights[i], conv.dilation, source(step, i).pitch_bytes) for i in (0, 1))
    assert a is not None
    assert b is not None
    quads, low = _quads(step.output.channels), step.groups
    blocks, high = -(-low // used_block(step)), low * conv.repeat
    return {
        "call": 1,
        "block": blocks,
        "quad": blocks * quads,
        "widened": blocks * quads * (a.groups * a.count + b.groups * b.count),
        "shared": quads * low,
        "row": quads * high,
        "run": quads * (low * (a.count - 1) + high * (b.count - 1)),
        "group": quads * (low * a.count * a.groups + high * b.count * b.groups),
        "odd": quads * (low * a.count * (a.groups % 2) + high * b.count * (b.groups % 2)),
    }


def _pairs(step: Step) -> Work:
    """Inputs of a block of rows widened once, then quads."""
    conv, rows, quads = convolution(step), step.groups, _quads(step.output.channels)
    blocks = -(-rows // pairs.block_rows(step))
    sums = isinstance(conv, ConvSum)
    repeats = (1, conv.repeat) if isinstance(conv, ConvSum) else (1,)
    sizes = [int(w[0].size) for w in pairs.windows(step)]
    taken = [split_run(size, pairs.LONGEST_PASS) for size in sizes]
    runs = [rows * repeat * p.count for repeat, p in zip(repeats, taken, strict=True)]
    widened = sum(pairs.widened_inputs(step, i, rows) for i in range(len(sizes)))
    apart = [pairs.step_bytes(step, i) > size for i, size in enumerate(sizes)]
    gathers = [repeat * (rows if far else blocks) for far, repeat in zip(apart, repeats, strict=True)]
    return {
        "call": 1,
        "block": blocks,
        "gather": sum(gathers),
        "gathered": widened / GROUP,
        "quad": blocks * quads,
        "loop": blocks * quads * sum(repeats),
        "widened": blocks * quads * sum(sizes) / GROUP,
        "shared": quads * rows * sums,
        "row": quads * rows * repeats[-1],
        "pass": quads * sum(r - rows * repeat for r, repeat in zip(runs, repeats, strict=True)),
        "group": quads * sum(r * p.groups for r, p in zip(runs, taken, strict=True)),
        "odd": quads * sum(r * (p.groups % 2) for r, p in zip(runs, taken, strict=True)),
    }


def _panels(step: Step) -> Work:
    """Four rows of two channels at a time; of two signals the first's sums once for all phases."""
    conv, parts = convolution(step), tall_parts(step)
    assert parts is not None
    repeats = (1, conv.repeat) if isinstance(conv, ConvSum) else (1,)
    gathers = [(runs, repeat) for runs, repeat in zip(parts, repeats, strict=True)]
    panels, pairs = -(-step.groups // TALL_ROWS), -(-step.output.channels // TOGETHER)
    chained = [(runs.groups * runs.count - (i == 0), repeat) for i, (runs, repeat) in enumerate(gathers)]
    return {
        "call": 1,
        "left": int(step.groups % TALL_ROWS > 0 and step.groups > TALL_ROWS),
        "panel": panels,
        "run": panels * sum(repeat * runs.count for runs, repeat in gathers),
        "gathered": panels * sum(repeat * runs.count * runs.groups for runs, repeat in gathers),
        "shared": panels * pairs * (len(parts) - 1),
        "tile": panels * pairs * repeats[-1],
        "pass": panels * pairs * sum(repeat * max(0, -(-n // PASS_GROUPS) - 1) for n, repeat in chained),
        "group": panels * pairs * sum(repeat * n for n, repeat in chained),
    }


def _trios(step: Step) -> Work:
    """Three rows of two channels at a time, in blocks of rows."""
    taps, groups, pairs = trios.taps_of(step), trios.groups_of(step), -(-step.output.channels // TOGETHER)
    blocks = trios.blocks(step.groups, taps)
    threes = sum(-(-block // trios.ROWS) for block in blocks)
    widened = [block + taps - 1 for block in blocks]
    return {
        "call": 1,
        "block": len(blocks),
        "left": sum(block % trios.ROWS > 0 for block in blocks),
        "column": len(blocks) * sum(groups),
        "gathered": sum(groups) * sum(rows // TALL_ROWS for rows in widened),
        "gathered_row": sum(groups) * sum(rows % TALL_ROWS for rows in widened),
        "three": threes,
        "tile": threes * pairs,
        "group": threes * pairs * sum(groups),
        "more": threes * pairs * sum(groups) * (taps - trios.ROWS) // 2,
    }


def _tall(step: Step) -> Work:
    """Four rows of a channel at a time."""
    conv, parts, outputs = convolution(step), tall_parts(step), step.output.channels
    assert parts is not None
    repeats = (1, conv.repeat) if isinstance(conv, ConvSum) else (1,)
    fours = -(-step.groups // TALL_ROWS)
    taken = [passes(runs.inputs) for runs in parts]
    chains = [fours * outputs * repeat for repeat in repeats]
    return {
        "call": 1,
        "four": fours,
        "gather": fours * sum(repeat * runs.count for runs, repeat in zip(parts, repeats, strict=True)),
        "gathered": fours * sum(repeat * runs.inputs for runs, repeat in zip(parts, repeats, strict=True)) / GROUP,
        "channel": fours * outputs,
        "chain": chains[-1],
        "pass": sum(n * (p.count - 1) for n, p in zip(chains, taken, strict=True)),
        "group": sum(n * p.count * p.groups for n, p in zip(chains, taken, strict=True)),
        "odd": sum(n * p.count * (p.groups % 2) for n, p in zip(chains, taken, strict=True)),
    }


def _bare(step: Step) -> Work:
    """Four channels of a row at a time, nothing widened before."""
    conv, parts = convolution(step), tall_parts(step)
    assert parts is not None
    rows = step.groups * (conv.repeat if isinstance(conv, ConvSum) else 1)
    quads = rows * _quads(step.output.channels)
    return {
        "call": 1,
        "group_row": step.groups,
        "row": rows,
        "quad": quads,
        "run": quads * sum(runs.count for runs in parts),
        "turn": quads * sum(runs.count * -(-runs.groups // 4) for runs in parts),
        "group": quads * sum(runs.count * runs.groups for runs in parts),
    }


def _single(step: Step) -> Work:
    quads = _quads(step.output.channels)
    return {"call": 1, "quad": quads, "row": quads * step.groups}


def _single_linear(step: Step) -> Work:
    """Quads on straight lines, channel by channel where they are not."""
    conv = parameters(step, Conv)
    fits = one_input.fit_channels(conv)
    quads = _quads(step.output.channels)
    straight = sum(None not in fits[GROUP * n : GROUP * n + GROUP] for n in range(quads))
    channels = GROUP * (quads - straight)
    counts = {"quad": straight, "row": straight * step.groups, "channel": channels}
    return {"call": 1, **counts, "rounded": channels * step.groups}


def _depthwise(step: Step) -> Work:
    """Channel by channel, two rows at a time: in a loop for the channel's shift, or in one for all others."""
    if phases := phases_of(step):
        return _by_phase(phases.step, phases.groups(), 2)
    return _by_channel(step, _blocks(step.groups, _block(step), 2), *_loops(step), 2)


def _loops(step: Step) -> tuple[int, int]:
    """Channels with a loop for their shift, and the others."""
    p = parameters(step, Depthwise)
    steps = source(step).pitch_bytes, step.output.pitch_bytes
    shifts = [-int(shift) for shift in p.requantization.shifts]
    names = {shift: loop_name("", steps, shift, shifts.count(shift), step) for shift in set(shifts)}
    other = sum(names[shift] == "_any" for shift in shifts)
    return len(shifts) - other, other


def _by_phase(dense: Step, groups: tuple[int, ...], at_once: int) -> Work:
    """A call per phase of a dilated window."""
    own, other = _loops(dense) if at_once == 2 else (dense.output.channels, 0)
    return together(*(_by_channel(dense, [rows], own, other, at_once) for rows in groups))


def _depthwise_long(step: Step) -> Work:
    if phases := phases_of(step):
        return _by_phase(phases.step, phases.groups(), 4)
    return _by_channel(step, _blocks(step.groups, _block(step), 4), step.output.channels, 0, 4)


def _depthwise_any(step: Step) -> Work:
    """Channel by channel, row by row."""
    blocks, channels = -(-step.groups // any_window.any_block(step)), step.output.channels
    outputs, taps = step.groups * channels, parameters(step, Depthwise).weights.shape[0]
    channel = blocks * channels
    return {"call": 1, "block": blocks, "channel": channel, "row": outputs, "tap": outputs * taps}


def _depthwise_twice(step: Step) -> Work:
    block = twofold.block_rows(step) if output_over_input(step) else step.groups
    made = _by_channel(step, _blocks(step.groups, block, 2), step.output.channels, 0, 2)
    p = parameters(step, DepthwiseUpsampled)
    assert p.window is not None
    return {**made, "tap": made["channel"] * len(p.window)}


def _block(step: Step) -> int:
    return depthwise_block(step) if output_over_input(step) and not same_columns(step) else step.groups


def _by_channel(step: Step, blocks: list[int], own: int, other: int, together: int) -> dict[str, float]:
    whole = sum(rows // together for rows in blocks)
    again = sum(rows % together > 0 for rows in blocks)
    return {
        "call": 1,
        "block": len(blocks),
        "channel": len(blocks) * (own + other),
        "rows": whole * own,
        "rows_any": whole * other,
        "again": again * own,
        "again_any": again * other,
    }


def _word(step: Step) -> Work:
    """Four channels of a row at a time, the last four once more where channels are left over."""
    p = parameters(step, Depthwise, DepthwiseUpsampled)
    rows = step.groups * (len(p.starts) if isinstance(p, DepthwiseUpsampled) else 1)
    channels, taps = step.output.channels, p.weights.shape[-2]
    left = channels % GROUP > 0
    quads = rows * (channels // GROUP + left)
    counts = {"group": step.groups, "row": rows, "left": rows * left, "quad": quads}
    return {"call": 1, **counts, "taps": quads * (taps // 2), "tap": quads * (taps % 2)}


def _words(step: Step) -> Work:
    return {"call": 1, "row": step.rows, "word": step.rows * (step.output.channels // GROUP)}


def _clamped_words(step: Step) -> Work:
    found = words_of(step)
    assert found is not None
    rows, words = found
    return {"call": 1, "row": rows, "word": rows * words}


def _tailed(name: str, tails: str, work: WorkOf, suffix: str = "") -> dict[str, WorkOf]:
    return {f"{name}_{tail}{suffix}": work for tail in tails.split()}


DSP: Mapping[str, WorkOf] = {
    **_tailed("eu_quads_conv", "saturated clamped", _quads_narrow(48)),
    **_tailed("eu_quads_conv", "saturated clamped", _quads_narrow(48), "_runs"),
    **_tailed("eu_quads_conv", "linear", _quads_conv),
    **_tailed("eu_quads_conv", "linear", _quads_conv, "_runs"),
    **_tailed("eu_quads_conv", "saturated clamped linear", _quads_any, "_any"),
    **_tailed("eu_quads_conv", "saturated clamped linear", _quads_any_runs, "_any_runs"),
    **_tailed("eu_quads_add", "relu linear", _quads_narrow(48)),
    **_tailed("eu_quads_sum", "saturated clamped linear", _quads_sum),
    **_tailed("eu_quads_sum", "saturated clamped linear", _quads_sum, "_runs"),
    **_tailed("eu_pairs_conv", "saturated clamped linear", _pairs),
    **_tailed("eu_pairs_add", "relu linear", _pairs),
    **_tailed("eu_pairs_sum", "saturated clamped linear", _pairs),
    **_tailed("eu_panels_conv", "relu linear", _panels),
    **_tailed("eu_panels_add", "relu linear", _panels),
    **_tailed("eu_panels_sum", "saturated relu linear", _panels),
    **_tailed("eu_trios_conv", "3 5 7", _trios),
    **_tailed("eu_trios_sum", "3 5 7", _trios),
    **_tailed("eu_nibbles_conv", "relu linear", _panels),
    **_tailed("eu_nibbles_add", "relu linear", _panels),
    **_tailed("eu_nibbles_sum", "saturated relu linear", _panels),
    **_tailed("eu_tall_conv", "saturated relu linear", _tall),
    **_tailed("eu_tall_add", "relu linear", _tall),
    **_tailed("eu_tall_sum", "saturated relu linear", _tall),
    **_tailed("eu_bare_conv", "saturated clamped linear", _bare),
    **_tailed("eu_bare_add", "relu linear", _bare),
    **_tailed("eu_bare_sum", "saturated clamped linear", _bare),
    **_tailed("eu_single_conv", "saturated clamped", _single),
    **_tailed("eu_single_conv", "linear", _single_linear),
    **_tailed("eu_depthwise", "3 5 four_5", _depthwise),
    **_tailed("eu_depthwise", " ".join(map(str, LONG_TAPS)), _depthwise_long),
    **_tailed("eu_depthwise_twice", "3 5", _depthwise_twice),
    **_tailed("eu_depthwise", "any", _depthwise_any),
    **_tailed("eu_depthwise", "word", _word),
    **_tailed("eu_elementwise_max", "2 3 4", _words),
    **_tailed("eu_elementwise_add", "linear", _words),
    **_tailed("eu_elementwise_add", "clamped", _clamped_words),
    **DUOS,
    **PLANES,
}
"""By function."""
