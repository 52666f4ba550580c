"""Rows of the kernels for Cortex-M4, M7 and M33 (DSP extension); see ``edgeunet/kernels/README.md``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any



import numpy as np

from edgeunet.emit import one_input, straight_add
from edgeunet.emit.kernels import Arguments, Kernel, KernelTable, in_order
from edgeunet.emit.portable import plain, source
from edgeunet.emit.quads import (
    GROUP,
    LONGEST_RUN,
    Runs,
    double_rounding,
    flat_weights,
    folded_bias,
    four,
    offsets_fit,
    pack_double_rounding,
    pack_one_multiply,
    quads,
    rounding_fits,
    window_runs,
)
from edgeunet.schedule.fuse_add import FusedAdd
from edgeunet.schedule.program import Constant, Node
from edgeunet.schedule.schedule import ARENA, Step, View
from edgeunet.schedule.steps import Conv, Int32Array, Requantization

QUAD = ("eu_quad",)
DOUBLED = ("eu_quad", "eu_quad_doubled")
BLOCKS = 4
DEPTHWISE_BLOCKS = 8
SHORTEST_SPLIT = 32
"""Groups in a call from which on it may run in blocks."""

LARGEST_STEP = 255
"""Largest offset of a byte load or store that moves its pointer."""


def _aligned(view: View) -> bool:
    """Whether rows of four-byte words can be loaded from ``view``."""
    return view.space == ARENA and view.offset_bytes % 4 == 0 and view.pitch_bytes % 4 == 0


def _stores_quads(step: Step) -> bool:
    """Whether a last quad of fewer channels may write past them: into the next row, written later."""
    outputs = step.output.channels
    return outputs % GROUP == 0 or step.output.pitch_bytes == outputs


def _reads_runs(step: Step, several: bool) -> bool:
    conv, view = step.parameters, source(step)
    if not plain(step) or not _aligned(view):
        return False
    runs = window_runs(conv.weights, conv.dilation, view.pitch_bytes)
    return runs is not None and (runs.count > 1) == several


def _is_clamped(r: Requantization) -> bool:
    """Nothing below the zero point comes out."""
    return r.relative_low >= 0


def _is_saturated(r: Requantization) -> bool:
    """The clamp is the int8 range."""
    return r.low == -128 and r.high == 127


def _accepts_clamped(step: Step) -> bool:
    conv = step.parameters
    return _is_clamped(conv.requantization) and step.output.channels % GROUP == 0 and offsets_fit(conv)


def _accepts_saturated(step: Step) -> bool:
    conv = step.parameters
    return _is_saturated(conv.requantization) and _stores_quads(step) and offsets_fit(conv)


def _accepts_linear(step: Step) -> bool:
    conv = step.parameters
    return _is_saturated(conv.requantization) and _stores_quads(step) and rounding_fits(conv)


def _splat(value: int) -> str:
    """``value`` modulo 256 in each byte of a word."""
    return f"{(value & 255) * 0x01010101}U"


def _clamp_fields(r: Requantization) -> dict[str, Any]:
    return {"above": _splat(255 - (r.high - r.low)), "below": _splat(r.high + 1)}


def block_groups(step: Step) -> int:
    """Groups done at a time so that later ones may read where earlier ones wrote: a quarter of a long call."""
    return -(-step.groups // BLOCKS) if step.groups >= SHORTEST_SPLIT else step.groups


def _in_blocks(step: Step, position: int) -> int | None:
    return in_order(block_groups(step))(step, position)


def used_block(step: Step) -> int:
    """``block_groups`` where output and inputs do share bytes, else all groups: every block widens the weights again."""
    return block_groups(step) if shares_bytes(step) else step.groups


def shares_bytes(step: Step) -> bool:
    """Whether the output lies over a part of an input."""
    return any(_share(view, step.output) for view in step.inputs)


def _share(a: View | Constant, b: View) -> bool:
    if isinstance(a, Constant) or a.space != b.space:
        return False
    return a.offset_bytes < b.offset_bytes + b.rows * b.pitch_bytes and b.offset_bytes < a.offset_bytes + a.rows * a.pitch_bytes


def _rows(step: Step, runs: Runs) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "rows": step.groups,
        "in_step": step.parameters.stride * source(step).pitch_bytes,
        "out_step": step.output.pitch_bytes,
        "outputs": step.output.channels,
        "block": used_block(step),
        "groups": runs.groups,
    }
    return fields | ({"runs": runs.count, "run_gap": runs.gap} if runs.count > 1 else {})


def _widened_bytes(function: str, inputs: int) -> int:
    """Arena bytes for one quad as the kernel named ``function`` unpacks it: biases, widened weights, constants."""
    return 4 * (4 + 2 * inputs + (16 if "linear" in function else 12))


def _convolution(function: str, pack: Callable[[Conv], dict[str, Any]]) -> Callable[[Step], Arguments]:
    def arguments(step: Step) -> Arguments:
        conv = step.parameters
        runs = window_runs(conv.weights, conv.dilation, source(step).pitch_bytes)
        assert runs is not None
        return Arguments(f"{function}_t", pack(conv) | _rows(step, runs))

    return arguments


def _convolution_scratch(function: str) -> Callable[[Step], int]:
    return lambda step: _widened_bytes(function, flat_weights(step.parameters).shape[1])


def _pack_clamped(conv: Conv) -> dict[str, Any]:
    words, base = pack_one_multiply(conv, 0)
    return {"weights": words, "base": base} | _clamp_fields(conv.requantization)


def _pack_saturated(conv: Conv) -> dict[str, Any]:
    words, base = pack_one_multiply(conv, -128)
    return {"weights": words, "base": base}


def _pack_linear(conv: Conv) -> dict[str, Any]:
    return {"weights": pack_double_rounding(conv)}


REQUANTIZATIONS = (
    ("saturated", _accepts_saturated, _pack_saturated),
    ("clamped", _accepts_clamped, _pack_clamped),
    ("linear", _accepts_linear, _pack_linear),
)
"""How accumulators become int8, cheapest first."""


def _required(name: str) -> tuple[str, ...]:
    return DOUBLED if "linear" in name else QUAD


def _convolutions(several: bool) -> tuple[Kernel, ...]:
    """The three requantizations, cheapest first, for windows of one run or of several."""
    suffix = "_runs" if several else ""

    def kernel(name: str, accepts: Callable[[Step], bool], pack: Callable[[Any], dict[str, Any]]) -> Kernel:
        return Kernel(
            name + suffix,
            "dsp",
            lambda step: _reads_runs(step, several) and accepts(step),
            _convolution(name + suffix, pack),
            _required(name),
            scratch_bytes=_convolution_scratch(name),
            overlap=_in_blocks,
        )

    return tuple(kernel(f"eu_conv_{name}", accepts, pack) for name, accepts, pack in REQUANTIZATIONS)


def _is_narrow(step: Step) -> bool:
    """A window of 4 to 68 neighbouring bytes, wherever it starts."""
    conv, view = step.parameters, source(step)
    taps, channels = conv.weights.shape[1], conv.weights.shape[2]
    one_run = taps == 1 or (conv.dilation == 1 and view.pitch_bytes == channels)
    return plain(step) and one_run and GROUP <= taps * channels <= LONGEST_RUN + GROUP


@cache
def _overlapped(conv: Conv) -> Conv:
    """``conv`` as one tap of whole groups: its last four inputs after the groups before them, zero where counted already."""
    flat = flat_weights(conv)
    inputs = flat.shape[1]
    groups = -(-inputs // GROUP) - 1
    last = flat[:, inputs - GROUP :].copy()
    last[:, : GROUP * (groups + 1) - inputs] = 0
    return replace(conv, weights=np.concatenate([flat[:, : GROUP * groups], last], axis=1)[:, None, :])


def _narrow(function: str, pack: Callable[[Any], dict[str, Any]]) -> Callable[[Step], Arguments]:
    def arguments(step: Step) -> Arguments:
        inputs = flat_weights(step.parameters).shape[1]
        conv = _overlapped(step.parameters)
        groups = flat_weights(conv).shape[1] // GROUP - 1
        fields = {
            "rows": step.groups,
            "in_step": conv.stride * source(step).pitch_bytes,
            "out_step": step.output.pitch_bytes,
            "outputs": step.output.channels,
            "block": used_block(step),
            "groups": groups,
            "last": inputs - GROUP * (groups + 1),
        }
        return Arguments(f"{function}_t", pack(conv) | fields)

    return arguments


def _narrow_convolutions() -> tuple[Kernel, ...]:
    def kernel(function: str, accepts: Callable[[Step], bool], pack: Callable[[Any], dict[str, Any]]) -> Kernel:
        return Kernel(
            function,
            "dsp",
            lambda step: _is_narrow(step) and accepts(step),
            _narrow(function, pack),
            _required(function),
            scratch_bytes=lambda step: _widened_bytes(function, flat_weights(_overlapped(step.parameters)).shape[1]),
            overlap=_in_blocks,
        )

    return tuple(kernel(f"eu_conv_any_{name}", accepts, pack) for name, accepts, pack in REQUANTIZATIONS)


@cache
def _lines(conv: Conv) -> tuple[one_input.Line | None, ...]:
    """Per output channel of a 1x1 convolution of one channel: its straight line, if there is one."""
    r, bias = conv.requantization, folded_bias(conv)
    return tuple(
        one_input.fit(weight, int(bias[n]), int(r.multipliers[n]), int(r.shifts[n]), r.relative_low, r.relative_high)
        for n, weight in enumerate(conv.weights.reshape(-1).tolist())
    )


def _is_one(step: Step) -> bool:
    """A 1x1 convolution of one channel whose inputs lie without gaps."""
    conv, view = step.parameters, source(step)
    single = conv.weights.shape[1:] == (1, 1) and conv.stride * view.pitch_bytes == 1
    return plain(step) and single and step.output.channels % GROUP == 0


def _accepts_one(saturated: bool) -> Callable[[Step], bool]:
    def accepts(step: Step) -> bool:
        conv = step.parameters
        return _is_one(step) and _is_saturated(conv.requantization) == saturated and None not in _lines(conv)

    return accepts


def _accepts_one_linear(step: Step) -> bool:
    conv = step.parameters
    return _is_one(step) and _is_saturated(conv.requantization) and rounding_fits(conv)


def _pack_lines(conv: Conv, quad: slice, lift: int) -> list[Int32Array]:
    lines = [line for line in _lines(conv)[quad] if line is not None]
    return [four(line.slope for line in lines), four(line.offset + (lift << one_input.SHIFT) for line in lines)]


def _one(saturated: bool) -> Callable[[Step], Arguments]:
    def arguments(step: Step) -> Arguments:
        conv = step.parameters
        words = [word for quad in quads(conv) for word in _pack_lines(conv, quad, -128 if saturated else 0)]
        fields = {"lines": np.concatenate(words)} | _one_rows(step)
        if saturated:
            return Arguments("eu_conv_one_saturated_t", fields)
        return Arguments("eu_conv_one_clamped_t", fields | _clamp_fields(conv.requantization))

    return arguments


def _one_rows(step: Step) -> dict[str, Any]:
    return {"rows": step.groups, "out_step": step.output.pitch_bytes, "outputs": step.output.channels}


def _one_linear(step: Step) -> Arguments:
    conv = step.parameters
    straight = [None not in _lines(conv)[quad] for quad in quads(conv)]
    lines = [word for quad, is_line in zip(quads(conv), straight, strict=True) if is_line for word in _pack_lines(conv, quad, -128)]
    rounded = [
        np.stack([2 * flat_weights(conv)[quad, 0].astype(np.int32), 2 * folded_bias(conv)[quad], *double_rounding(conv, quad)], 1)
        for quad, is_line in zip(quads(conv), straight, strict=True)
        if not is_line
    ]
    empty = [np.zeros(1, np.int32)]
    fields = {
        "lines": np.concatenate(lines or empty),
        "rounded": np.concatenate(rounded or empty).reshape(-1),
        "straight": np.array(straight, np.int8),
    }
    return Arguments("eu_conv_one_linear_t", fields | _one_rows(step))


def _ones() -> tuple[Kernel, ...]:
    return (
        Kernel("eu_conv_one_saturated", "dsp", _accepts_one(True), _one(True), QUAD),
        Kernel("eu_conv_one_clamped", "dsp", _accepts_one(False), _one(False), QUAD),
        Kernel("eu_conv_one_linear", "dsp", _accepts_one_linear, _one_linear, (*QUAD, "eu_conv_one_saturated")),
    )


def _is_relu(r: Requantization) -> bool:
    """Exactly what RELU leaves of the int8 range."""
    return r.relative_low == 0 and r.high == 127


def _adds(conv: Conv, epilogue: tuple[Any, ...]) -> bool:
    """Whether the quad kernels have ``conv`` followed by ``epilogue``: one run, RELU or nothing, an exact straight line."""
    if len(epilogue) != 1 or not isinstance(epilogue[0], FusedAdd) or conv.weights.shape[0] % GROUP:
        return False
    inputs = conv.weights.shape[1:]
    one_run = inputs[0] == 1 and inputs[1] % GROUP == 0 and inputs[1] <= LONGEST_RUN
    return one_run and straight_add.fit(epilogue[0].add) is not None and (_adds_relu(conv) or _adds_linear(conv))


def _adds_relu(conv: Conv) -> bool:
    return _is_relu(conv.requantization) and offsets_fit(conv)


def _adds_linear(conv: Conv) -> bool:
    return _is_saturated(conv.requantization) and rounding_fits(conv)


def fuses(node: Node) -> bool:
    """Whether a node with an epilogue has a kernel, as far as can be told before it is placed."""
    return isinstance(node.parameters, Conv) and _adds(node.parameters, node.epilogue)


def _accepts_add_after(requantizes: Callable[[Conv], bool]) -> Callable[[Step], bool]:
    def accepts(step: Step) -> bool:
        conv = step.parameters
        return _adds(conv, step.epilogue) and requantizes(conv) and _aligned(source(step)) and _aligned(source(step, 1))

    return accepts


def _add_after(function: str, pack: Callable[[Any], dict[str, Any]]) -> Callable[[Step], Arguments]:
    def arguments(step: Step) -> Arguments:
        conv, fused = step.parameters, step.epilogue[0]
        line = straight_add.fit(fused.add)
        assert line is not None
        slopes = (line.b_slope, line.a_slope) if fused.swapped else (line.a_slope, line.b_slope)
        fields = pack(conv) | {
            "rows": step.groups,
            "in_step": conv.stride * source(step).pitch_bytes,
            "out_step": step.output.pitch_bytes,
            "other_step": source(step, 1).pitch_bytes,
            "outputs": step.output.channels,
            "block": used_block(step),
            "groups": conv.weights.shape[2] // GROUP,
            "slope": slopes[0],
            "other_slope": slopes[1],
            "add_offset": line.offset,
        }
        return Arguments(f"{function}_t", fields)

    return arguments


def _pack_relu(conv: Conv) -> dict[str, Any]:
    words, base = pack_one_multiply(conv, conv.requantization.zero_point)
    return {"weights": words, "base": base}


def _additions_after() -> tuple[Kernel, ...]:
    rows = (("eu_conv_relu_add", _adds_relu, _pack_relu), ("eu_conv_linear_add", _adds_linear, _pack_linear))
    return tuple(
        Kernel(
            name,
            "dsp",
            _accepts_add_after(accepts),
            _add_after(name, pack),
            _required(name),
            scratch_bytes=_convolution_scratch(name),
            overlap=_over_own_input,
        )
        for name, accepts, pack in rows
    )


def _over_own_input(step: Step, position: int) -> int | None:
    """The convolution's input may share bytes with the output in blocks; the other operand only as a whole (see ``Layout``)."""
    return _in_blocks(step, position) if position == 0 else None


def _sum_runs(step: Step) -> tuple[Runs, Runs] | None:
    """How the windows over both signals fall into runs, where the quad kernels can read them."""
    conv = step.parameters
    if not plain(step) or step.output.channels % GROUP or not all(_aligned(source(step, i)) for i in (0, 1)):
        return None
    a, b = (window_runs(conv.weights[i], conv.dilation, source(step, i).pitch_bytes) for i in (0, 1))
    return (a, b) if a is not None and b is not None else None


def _sum_arguments(function: str, pack: Callable[[Any], dict[str, Any]]) -> Callable[[Step], Arguments]:
    def arguments(step: Step) -> Arguments:
        conv, parts = step.parameters, _sum_runs(step)
        assert parts is not None
        a, b = parts
        geometry = {
            "groups": step.groups,
            "repeat": conv.repeat,
            "a_step": conv.stride * source(step, 0).pitch_bytes,
            "a_groups": a.groups,
            "a_runs": a.count,
            "a_run_gap": a.gap,
            "b_step": conv.stride * source(step, 1).pitch_bytes,
            "b_groups": b.groups,
            "b_runs": b.count,
            "b_run_gap": b.gap,
            "out_step": step.output.pitch_bytes,
            "outputs": step.output.channels,
            "block": used_block(step),
        }
        nested = "{" + ", ".join(f".{key} = {value}" for key, value in geometry.items()) + "}"
        return Arguments(f"{function}_t", pack(conv) | {"sum": nested})

    return arguments


def _sums() -> tuple[Kernel, ...]:
    """Convolutions over two signals; several runs where either window has them."""

    def kernel(name: str, accepts: Callable[[Step], bool], pack: Callable[[Any], dict[str, Any]], several: bool) -> Kernel:
        def takes(step: Step) -> bool:
            parts = _sum_runs(step)
            return parts is not None and (max(p.count for p in parts) > 1) == several and accepts(step)

        function = f"eu_sum_{name}" + ("_runs" if several else "")
        return Kernel(
            function,
            "dsp",
            takes,
            _sum_arguments(function, pack),
            (*_required(name), "eu_sum"),
            scratch_bytes=_convolution_scratch(name),
            overlap=_in_blocks,
        )

    return tuple(kernel(*row, several) for several in (False, True) for row in REQUANTIZATIONS)


def _accepts_depthwise(taps: int) -> Callable[[Step], bool]:
    """Dense windows of ``taps`` rows, the whole int8 range, steps that fit an immediate offset."""

    def accepts(step: Step) -> bool:
        p, view = step.parameters, source(step)
        return (
            plain(step)
            and p.weights.shape[0] == taps
            and (p.stride, p.dilation, p.repeat) == (1, 1, 1)
            and step.groups >= 2
            and max(view.pitch_bytes, step.output.pitch_bytes) <= LARGEST_STEP
            and _is_saturated(p.requantization)
            and rounding_fits(p)
        )

    return accepts


def _depthwise(taps: int) -> Callable[[Step], Arguments]:
    kernel = f"eu_depthwise_{taps}"

    def arguments(step: Step) -> Arguments:
        p, r = step.parameters, step.parameters.requantization
        steps = (source(step).pitch_bytes, step.output.pitch_bytes)
        shifts = sorted({-int(shift) for shift in r.shifts})
        loops = {shift: f"{kernel}_{steps[0]}_{steps[1]}_{shift}" for shift in shifts}
        definitions = [
            f'{kernel.upper()}_LOOP({name}, "{steps[0]}", "{steps[1]}", "{shift}")\n' for shift, name in loops.items()
        ]
        name = "_".join([kernel, *map(str, steps), "shifts", *map(str, shifts)])
        listed = ", ".join(loops.get(shift, "0") for shift in range(shifts[0], shifts[-1] + 1))
        definitions.append(
            f"static void {name}(const int8_t *in, int8_t *out, const {kernel}_t *p)\n{{\n"
            f"    static {kernel}_loop_t *const loops[] = {{{listed}}};\n    {kernel}(in, out, p, loops, {shifts[0]});\n}}\n"
        )
        fields = {
            "weights": np.ascontiguousarray(p.weights.T),
            "bias": p.folded_bias,
            "multiplier": r.multipliers,
            "shift": -r.shifts,
            "rows": step.groups,
            "in_step": steps[0],
            "out_step": steps[1],
            "outputs": step.output.channels,
            "block": _depthwise_block(step) if shares_bytes(step) else step.groups,
            "zero_point": r.zero_point,
        }
        return Arguments(f"{kernel}_t", fields, name, tuple(definitions))

    return arguments


def _depthwise_block(step: Step) -> int:
    """Rows at a time where later ones read where earlier ones wrote; the last block may have one row more."""
    return max(2, -(-step.groups // DEPTHWISE_BLOCKS) // 2 * 2)


def _depthwise_overlap(step: Step, position: int) -> int | None:
    return in_order(_depthwise_block(step) + 1)(step, position)


def _depthwises() -> tuple[Kernel, ...]:
    return tuple(
        Kernel(f"eu_depthwise_{k}", "dsp", _accepts_depthwise(k), _depthwise(k), overlap=_depthwise_overlap)
        for k in (3, 5)
    )


def _whole_words(view: View) -> bool:
    return _aligned(view) and view.channels % 4 == 0


def _accepts_max_pool(taps: int) -> Callable[[Step], bool]:
    def accepts(step: Step) -> bool:
        pool = step.parameters
        whole = _whole_words(source(step)) and _whole_words(step.output)
        return plain(step) and whole and pool.kernel == taps and (pool.low, pool.high) == (-128, 127)

    return accepts


def _max_pool(taps: int) -> Callable[[Step], Arguments]:
    def arguments(step: Step) -> Arguments:
        pitch = source(step).pitch_bytes
        fields = {
            "rows": step.groups,
            "in_step": step.parameters.stride * pitch,
            "pitch": pitch,
            "out_step": step.output.pitch_bytes,
            "words": step.output.channels // 4,
        }
        return Arguments(f"eu_max_pool_{taps}_t", fields)

    return arguments


def _max_pools() -> tuple[Kernel, ...]:
    return tuple(
        Kernel(f"eu_max_pool_{k}", "dsp", _accepts_max_pool(k), _max_pool(k), overlap=in_order()) for k in (2, 3)
    )


def _accepts_add(step: Step) -> bool:
    """Two signals of the output's shape, whole words, and a straight line that is exact."""
    views = [view for view in (*step.inputs, step.output) if isinstance(view, View) and _whole_words(view)]
    shapes = {(view.rows, view.channels) for view in views}
    return plain(step) and len(views) == 3 and len(shapes) == 1 and straight_add.fit(step.parameters) is not None


def _add(step: Step) -> Arguments:
    line = straight_add.fit(step.parameters)
    assert line is not None
    fields = {
        "rows": step.rows,
        "words": step.output.channels // 4,
        "a_pitch": source(step, 0).pitch_bytes,
        "b_pitch": source(step, 1).pitch_bytes,
        "out_pitch": step.output.pitch_bytes,
        "a_slope": line.a_slope,
        "b_slope": line.b_slope,
        "offset": line.offset,
    }
    return Arguments("eu_add_linear_t", fields)


DSP: KernelTable = {
    "conv": _convolutions(False) + _convolutions(True) + _ones() + _narrow_convolutions() + _additions_after(),
    "conv_sum": _sums(),
    "depthwise": _depthwises(),
    "max_pool": _max_pools(),
    "add": (Kernel("eu_add_linear", "dsp", _accepts_add, _add),),
}

