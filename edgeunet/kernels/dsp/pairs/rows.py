"""Rows of the kernels that widen both operands (``eu_pairs.c``): convolutions for Cortex-M4/M7/M33."""

from __future__ import annotations

from collections.abc import Callable

from edgeunet.kernels.conditions import aligned, convolution, parameters, plain, source
from edgeunet.kernels.dsp.alignment import other_aligns, tail_aligns
from edgeunet.kernels.dsp.fields import addition_fields, adds, clamp_fields
from edgeunet.kernels.dsp.packing import ADDING, CLAMPED, LINEAR, SATURATED
from edgeunet.kernels.dsp.scaling import Tail
from edgeunet.kernels.dsp.windows import GROUP, split_run
from edgeunet.kernels.kernel import Arguments, Chosen, Kernel, StructFields, nested
from edgeunet.program.convolutions import ConvSum, Int8Array
from edgeunet.program.steps import Clearance, Step

ORDER = (SATURATED, CLAMPED, LINEAR)
"""The cheapest first."""

LARGEST_SCRATCH = 1664
"""Bytes that a call may have: what does not fit runs in blocks of rows, each of which widens the weights again."""

MOST_ROWS = 32
"""Longer calls stay with the quad kernels: they would need many blocks, or much scratch memory."""

LONGEST_PASS = 80
"""Inputs that the chain takes at once."""


def windows(step: Step) -> list[Int8Array]:
    conv = convolution(step)
    return list(conv.weights) if isinstance(conv, ConvSum) else [conv.weights]


def step_bytes(step: Step, position: int) -> int:
    """From the window of one group to that of the next."""
    conv = convolution(step)
    rows = conv.repeat if isinstance(conv, ConvSum) and position == 1 else conv.stride
    return int(rows) * source(step, position).pitch_bytes


def _is_dense(step: Step, position: int, weights: Int8Array) -> bool:
    """Whether a window is one run of whole words."""
    view, conv = source(step, position), convolution(step)
    taps, channels = weights.shape[1], weights.shape[2]
    one_run = taps == 1 or (conv.dilation == 1 and view.pitch_bytes == channels)
    return one_run and taps * channels % GROUP == 0 and aligned(view)


def _fits(step: Step) -> bool:
    """Whole quads of channels, dense windows; an addition's signals on the same step."""
    conv = convolution(step)
    if step.output.channels % GROUP or step.output.rows > MOST_ROWS:
        return False
    if step.epilogue and source(step, 1).pitch_bytes != step.output.pitch_bytes:
        return False
    if isinstance(conv, ConvSum) and conv.repeat > 1 and conv.stride > 1:
        return False
    return all(_is_dense(step, i, w) for i, w in enumerate(windows(step))) and block_rows(step) > 0


def widened_inputs(step: Step, position: int, rows: int) -> int:
    """Inputs that are widened for ``rows`` groups: those of overlapping windows once."""
    inputs, stride = int(windows(step)[position][0].size), step_bytes(step, position)
    phases = step.parameters.repeat if isinstance(step.parameters, ConvSum) and position == 1 else 1
    return phases * ((rows - 1) * stride + inputs if stride <= inputs else rows * inputs)


def _scratch_for(step: Step, rows: int) -> int:
    """Four first sums, a quad's weights for one signal and constants, sums of a first signal, inputs."""
    listed = windows(step)
    words = 16 + 2 * max(int(w[0].size) for w in listed) + (GROUP * rows if len(listed) > 1 else 0)
    return 4 * words + 2 * sum(widened_inputs(step, i, rows) for i in range(len(listed)))


def block_rows(step: Step) -> int:
    """Groups whose inputs are widened together: as few blocks as the scratch memory allows, 0 where it does not."""
    for blocks in range(1, step.groups + 1):
        rows = -(-step.groups // blocks)
        if _scratch_for(step, rows) <= LARGEST_SCRATCH:
            return rows
    return 0


def _scratch(step: Step) -> int:
    return _scratch_for(step, block_rows(step))


def _overlap(step: Step, position: int) -> Clearance | None:
    """A block's inputs are widened before the first of its outputs is written; of an addition, see ``Layout``."""
    if step.output.rows % step.groups or (step.epilogue and position > 0):
        return None
    out_bytes = step.output.rows // step.groups * step.output.pitch_bytes
    in_bytes = step.input_strides[position] * source(step, position).pitch_bytes
    starts = range(block_rows(step), step.groups, block_rows(step))
    return Clearance(max([0, *(start * (out_bytes - in_bytes) for start in starts)]))


def tail_of(step: Step) -> Tail | None:
    """The cheapest tail that is exact, if any is."""
    tails = ADDING if step.epilogue else ORDER
    return next((tail for tail in tails if tail.accepts(convolution(step))), None)


def _window_fields(step: Step, position: int) -> str:
    inputs = int(windows(step)[position][0].size)
    return nested(
        {
            "step": step_bytes(step, position),
            "groups": inputs // GROUP,
            "pass_groups": split_run(inputs, LONGEST_PASS).groups,
        }
    )


def _fields(step: Step, tail: Tail) -> StructFields:
    """The fields that all have."""
    words, scale = tail.pack(convolution(step))
    fields: StructFields = {
        "weights": words,
        "out_step": step.output.pitch_bytes,
        "outputs": step.output.channels,
        "block": block_rows(step),
        "scale": scale,
    }
    return fields | (clamp_fields(convolution(step).requantization) if tail is CLAMPED else {})


def _conv_fields(step: Step, tail: Tail) -> StructFields:
    return _fields(step, tail) | {"rows": step.groups, "in": _window_fields(step, 0)}


def _sum_fields(step: Step, tail: Tail) -> StructFields:
    repeat = parameters(step, ConvSum).repeat
    windows = {"a": _window_fields(step, 0), "b": _window_fields(step, 1)}
    fields = _fields(step, tail) | {"groups": step.groups, "repeat": repeat} | windows
    return fields | {"b_phase": source(step, 1).pitch_bytes}


def _kernel(
    name: str,
    tail: Tail,
    required: tuple[str, ...],
    fits: Callable[[Step], bool],
    arguments: Callable[[Step], Arguments],
    chosen: Chosen,
) -> Kernel:
    def accepts(step: Step) -> bool:
        return fits(step) and _fits(step) and tail_of(step) is tail and chosen(step)

    files = (*tail.required, "eu_pairs", "eu_pairs_rows", *required)
    return Kernel(
        name,
        "dsp",
        accepts,
        arguments,
        files,
        scratch_bytes=_scratch,
        overlap=_overlap,
        streams_only=True,
        words_align=lambda step: tail_aligns(tail)(step) and (not step.epilogue or other_aligns(step)),
    )


def convolutions(chosen: Chosen) -> tuple[Kernel, ...]:
    """Convolutions, where they are ``chosen``."""

    def kernel(tail: Tail) -> Kernel:
        def arguments(step: Step) -> Arguments:
            return Arguments("eu_pairs_t", _conv_fields(step, tail))

        required = ("eu_pairs_conv", f"eu_pairs_{tail.name}_tail")
        return _kernel(f"eu_pairs_conv_{tail.name}", tail, required, plain, arguments, chosen)

    return tuple(kernel(tail) for tail in ORDER)


def additions_after(chosen: Chosen) -> tuple[Kernel, ...]:
    """Convolutions that add a signal to their int8 results, where they are ``chosen``."""

    def kernel(tail: Tail) -> Kernel:
        def arguments(step: Step) -> Arguments:
            added = addition_fields(step)
            del added["other_step"]
            return Arguments("eu_pairs_add_t", _conv_fields(step, tail) | added)

        required = ("eu_pairs_add", f"eu_pairs_add_{tail.name}_tail")
        return _kernel(f"eu_pairs_add_{tail.name}", tail, required, adds, arguments, chosen)

    return tuple(kernel(tail) for tail in ADDING)


def sums(chosen: Chosen) -> tuple[Kernel, ...]:
    """Convolutions over two signals, where they are ``chosen``."""

    def kernel(tail: Tail) -> Kernel:
        def arguments(step: Step) -> Arguments:
            return Arguments("eu_pairs_sum_t", _sum_fields(step, tail))

        required = ("eu_pairs_sum", f"eu_pairs_{tail.name}_tail")
        return _kernel(f"eu_pairs_sum_{tail.name}", tail, required, plain, arguments, chosen)

    return tuple(kernel(tail) for tail in ORDER)
