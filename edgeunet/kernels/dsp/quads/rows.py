"""Rows of the quad kernels (``eu_quads.c``): convolutions for Cortex-M4/M7/M33."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np

from edgeunet.kernels.conditions import aligned, output_over_input, parameters, plain, source
from edgeunet.kernels.dsp.alignment import never, tail_aligns
from edgeunet.kernels.dsp.fields import addition_fields, clamp_fields
from edgeunet.kernels.dsp.packing import (
    ADDING,
    CLAMPED,
    LINEAR,
    SATURATED,
    SCALINGS,
)
from edgeunet.kernels.dsp.scaling import Tail, fits_linear, fits_relu, flat_weights
from edgeunet.kernels.dsp.windows import GROUP, LONGEST_RUN, Runs, window_runs
from edgeunet.kernels.exact import straight_add
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields, in_order
from edgeunet.program.convolutions import Conv, ConvSum
from edgeunet.program.program import FusedAdd, Node
from edgeunet.program.steps import Clearance, Step

BLOCKS = 4
UNPACKED_WORDS = 16
"""Words per quad once unpacked besides the weights."""
ROWS = ("eu_quads_rows", "eu_quads_windows")
"""What the row loops over one signal share."""

LONGEST_NARROW = 68
"""Bytes of a window that the kernels for any address take."""

SHORTEST_SPLIT = 32
"""Groups in a call from which on it may run in blocks."""


def widened_bytes(inputs: int) -> int:
    """Arena bytes for one quad as its kernel unpacks it."""
    return 4 * (UNPACKED_WORDS + 2 * inputs)


def block_groups(step: Step) -> int:
    """Groups done at a time so that later ones may read where earlier ones wrote: a quarter of a long call."""
    return -(-step.groups // BLOCKS) if step.groups >= SHORTEST_SPLIT else step.groups


def in_blocks(step: Step, position: int) -> Clearance | None:
    """How far above the output an input must lie; the other operand of an addition only as a whole (``Layout``)."""
    return in_order(block_groups(step))(step, position) if not step.epilogue or position == 0 else None


def used_block(step: Step) -> int:
    """``block_groups`` where output and inputs do share bytes, else all groups: a block widens the weights again."""
    return block_groups(step) if output_over_input(step) else step.groups


def stores_quads(step: Step) -> bool:
    """Whether a last quad of fewer channels may write past them: into the next row, written later."""
    outputs = step.output.channels
    return outputs % GROUP == 0 or step.output.pitch_bytes == outputs


def convolution_fields(step: Step, tail: Tail, conv: Conv, runs: Runs, run_gap: int) -> StructFields:
    """The fields of ``eu_quads_conv_t``; ``runs`` are those before the last four inputs where these are apart."""
    words, scale = tail.pack(conv)
    clamp = clamp_fields(conv.requantization) if tail.name == "clamped" else {"above": 0, "below": 0}
    return {
        "weights": words,
        "rows": step.groups,
        "in_step": conv.stride * source(step).pitch_bytes,
        "out_step": step.output.pitch_bytes,
        "outputs": step.output.channels,
        "block": used_block(step),
        "groups": runs.groups,
        "runs": runs.count,
        "run_gap": run_gap,
        "packed_groups": flat_weights(conv).shape[1] // GROUP,
        "scale": scale,
    } | clamp


def _runs(step: Step, tail: Tail) -> Runs | None:
    conv, view = parameters(step, Conv), source(step)
    if not plain(step) or not aligned(view) or not stores_quads(step):
        return None
    return window_runs(conv.weights, conv.dilation, view.pitch_bytes, tail.longest_run)


def _row(
    name: str,
    tail: Tail,
    accepts: Callable[[Step], bool],
    arguments: Callable[[Step], Arguments],
    required: tuple[str, ...],
    scratch: Callable[[Step], int],
) -> Kernel:
    return Kernel(
        name,
        "dsp",
        accepts,
        arguments,
        required,
        scratch_bytes=scratch,
        overlap=in_blocks,
        words_align=tail_aligns(tail),
    )


def convolutions(several: bool) -> tuple[Kernel, ...]:
    """Windows of one run, or of several."""

    def kernel(tail: Tail) -> Kernel:
        def accepts(step: Step) -> bool:
            runs = _runs(step, tail)
            return runs is not None and (runs.count > 1) == several and tail.accepts(parameters(step, Conv))

        def arguments(step: Step) -> Arguments:
            runs = _runs(step, tail)
            assert runs is not None
            conv = parameters(step, Conv)
            return Arguments("eu_quads_conv_t", convolution_fields(step, tail, conv, runs, runs.gap))

        def scratch(step: Step) -> int:
            return widened_bytes(flat_weights(parameters(step, Conv)).shape[1])

        name = f"eu_quads_conv_{tail.name}" + ("_runs" if several else "")
        required = (*tail.required, *ROWS, "eu_quads_conv", f"{name}_loop")
        return _row(name, tail, accepts, arguments, required, scratch)

    return tuple(kernel(tail) for tail in SCALINGS)


def _is_narrow(step: Step) -> bool:
    """A window of 4 to 68 neighbouring bytes, wherever it starts."""
    conv, view = parameters(step, Conv), source(step)
    taps, channels = conv.weights.shape[1], conv.weights.shape[2]
    one_run = taps == 1 or (conv.dilation == 1 and view.pitch_bytes == channels)
    return plain(step) and stores_quads(step) and one_run and GROUP <= taps * channels <= LONGEST_NARROW


@cache
def _overlapped(conv: Conv) -> Conv:
    """``conv`` as one tap of whole groups: its last four inputs come last, with zeros for those counted already."""
    flat = flat_weights(conv)
    inputs = flat.shape[1]
    groups = -(-inputs // GROUP) - 1
    last = flat[:, inputs - GROUP :].copy()
    last[:, : GROUP * (groups + 1) - inputs] = 0
    return replace(conv, weights=np.concatenate([flat[:, : GROUP * groups], last], axis=1)[:, None, :])


def narrow_convolutions() -> tuple[Kernel, ...]:
    """Windows at any address."""

    def kernel(tail: Tail) -> Kernel:
        def arguments(step: Step) -> Arguments:
            inputs = flat_weights(parameters(step, Conv)).shape[1]
            conv = _overlapped(parameters(step, Conv))
            before = flat_weights(conv).shape[1] - GROUP
            last = inputs - GROUP - before
            return Arguments("eu_quads_conv_t", convolution_fields(step, tail, conv, Runs(before, 1, 0), last))

        def scratch(step: Step) -> int:
            return widened_bytes(flat_weights(_overlapped(parameters(step, Conv))).shape[1])

        name = f"eu_quads_conv_{tail.name}_any"
        return Kernel(
            name,
            "dsp",
            lambda step: _is_narrow(step) and tail.accepts(_overlapped(parameters(step, Conv))),
            arguments,
            (*tail.required, *ROWS, "eu_quads_conv", f"{name}_loop"),
            scratch_bytes=scratch,
            overlap=in_blocks,
            words_align=never,
        )

    return tuple(kernel(tail) for tail in SCALINGS)


def _adds(conv: Conv, epilogue: tuple[FusedAdd, ...]) -> bool:
    """Whether the quad kernels have ``conv`` followed by ``epilogue``: one run, RELU or nothing, an exact line."""
    if len(epilogue) != 1 or conv.weights.shape[0] % GROUP:
        return False
    taps, channels = conv.weights.shape[1:]
    one_run = taps == 1 and channels % GROUP == 0 and channels <= LONGEST_RUN
    return one_run and straight_add.fit(epilogue[0].add) is not None and (fits_relu(conv) or fits_linear(conv))


def fuses(node: Node) -> bool:
    """Whether a node with an epilogue has a kernel, as far as can be told before it is placed."""
    return isinstance(node.parameters, Conv) and _adds(node.parameters, node.epilogue)


def additions_after() -> tuple[Kernel, ...]:
    """Convolutions that add a signal to their int8 results."""

    def kernel(tail: Tail) -> Kernel:
        def accepts(step: Step) -> bool:
            conv = parameters(step, Conv)
            views = (source(step), source(step, 1)) if len(step.inputs) == 2 else ()
            return _adds(conv, step.epilogue) and tail.accepts(conv) and all(aligned(view) for view in views)

        def arguments(step: Step) -> Arguments:
            conv = parameters(step, Conv)
            fields = convolution_fields(step, tail, conv, Runs(conv.weights.shape[2], 1, 0), 0)
            for unused in ("runs", "run_gap", "packed_groups", "above", "below"):
                del fields[unused]
            return Arguments("eu_quads_add_t", fields | addition_fields(step))

        def scratch(step: Step) -> int:
            return widened_bytes(flat_weights(parameters(step, Conv)).shape[1])

        name = f"eu_quads_add_{tail.name}"
        required = (*tail.required, *ROWS, "eu_quads_add", f"{name}_loop")
        return Kernel(name, "dsp", accepts, arguments, required, scratch_bytes=scratch, overlap=in_blocks)

    return tuple(kernel(tail) for tail in ADDING)


def _sum_runs(step: Step) -> tuple[Runs, Runs] | None:
    """How the windows over both signals fall into runs, where the quad kernels can read them."""
    conv = parameters(step, ConvSum)
    if not plain(step) or step.output.channels % GROUP or not all(aligned(source(step, i)) for i in (0, 1)):
        return None
    a, b = (window_runs(conv.weights[i], conv.dilation, source(step, i).pitch_bytes) for i in (0, 1))
    return (a, b) if a is not None and b is not None else None


def sums() -> tuple[Kernel, ...]:
    """Convolutions over two signals; several runs where either window has them."""

    def kernel(tail: Tail, several: bool) -> Kernel:
        name = f"eu_quads_sum_{tail.name}" + ("_runs" if several else "")

        def accepts(step: Step) -> bool:
            parts = _sum_runs(step)
            several_found = parts is not None and max(part.count for part in parts) > 1
            return parts is not None and several_found == several and tail.accepts(parameters(step, ConvSum))

        def arguments(step: Step) -> Arguments:
            words, scale = tail.pack(parameters(step, ConvSum))
            nested = "{" + ", ".join(f".{key} = {value}" for key, value in _sum_geometry(step).items()) + "}"
            clamp = clamp_fields(parameters(step, ConvSum).requantization) if tail.name == "clamped" else {}
            struct = "eu_quads_sum_clamped_t" if clamp else "eu_quads_sum_t"
            fields: StructFields = {"weights": words, "scale": scale}
            return Arguments(struct, fields | clamp | {"sum": nested})

        def scratch(step: Step) -> int:
            return widened_bytes(flat_weights(parameters(step, ConvSum)).shape[1])

        required = (*tail.required, "eu_quads_sum", "eu_quads_sum_chains", f"{name}_loop")
        return _row(name, tail, accepts, arguments, required, scratch)

    return tuple(kernel(tail, several) for several in (False, True) for tail in (SATURATED, CLAMPED, LINEAR))


def _sum_geometry(step: Step) -> dict[str, int]:
    conv, parts = parameters(step, ConvSum), _sum_runs(step)
    assert parts is not None
    a, b = parts
    return {
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
