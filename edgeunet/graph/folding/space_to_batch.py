"""SPACE_TO_BATCH_ND, a convolution and BATCH_TO_SPACE_ND folded back into one dilated convolution.

Older converters, and Conv1D with a dilation, spread a signal over a batch of ``b`` interleaved phases, convolve each
and interleave again. With padding ``p`` in front, a kernel of dilation ``d`` with ``q`` zeros in front inside the batch
and ``c`` outputs cropped, output ``n`` is

    sum over k of w[k] * x[n + c - p + (k * d - q) * b]

which is a convolution of ``x`` with dilation ``d * b`` and padding ``p + q * b - c`` in front. What is padded is the
zero point, as in the convolution itself, so both give the same integers.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from edgeunet.graph.ir import Graph, Op, Tensor

BLOCKS = ("SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND")
_CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")


def fold_dilation(graph: Graph) -> Graph:
    """``graph``, in the file's ranks, with every foldable pair around a convolution replaced by a dilation.

    Pairs that do something else stay as they are; the table of operators refuses them.
    """
    if not any(op.kind == "SPACE_TO_BATCH_ND" for op in graph.ops):
        return graph
    uses = Counter(index for op in graph.ops for index in op.inputs) + Counter(graph.outputs)
    producers = {index: op for op in graph.ops for index in op.outputs}
    tensors = list(graph.tensors)
    ops: dict[int, list[Op]] = {}
    for last in [op for op in graph.ops if op.kind == "BATCH_TO_SPACE_ND"]:
        chain = _chain(last, uses, producers)
        folded = _folded(tensors, chain) if chain else None
        if chain and folded is not None:
            ops |= {id(op): [] for op in chain} | {id(last): folded}
    if not ops:
        return graph
    kept = tuple(made for op in graph.ops for made in ops.get(id(op), [op]))
    return replace(graph, tensors=tuple(tensors), ops=kept)


def _chain(last: Op, uses: Mapping[int, int], producers: Mapping[int, Op]) -> tuple[Op, ...] | None:
    """From SPACE_TO_BATCH_ND to BATCH_TO_SPACE_ND, through one convolution and reshapes that nothing else reads."""
    chain = [last]
    while chain[0].kind != "SPACE_TO_BATCH_ND":
        source = producers.get(chain[0].inputs[0])
        if source is None or uses[source.outputs[0]] != 1 or len(chain) > 6:
            return None
        if source.kind not in (*_CONVOLUTIONS, "RESHAPE", "SPACE_TO_BATCH_ND"):
            return None
        chain.insert(0, source)
    return tuple(chain) if sum(op.kind in _CONVOLUTIONS for op in chain) == 1 else None


def _folded(tensors: list[Tensor], chain: tuple[Op, ...]) -> list[Op] | None:
    """What replaces ``chain``, or None where it is not a dilated convolution; ``tensors`` grows."""
    first, last = chain[0], chain[-1]
    convolution = next(op for op in chain if op.kind in _CONVOLUTIONS)
    x, y = tensors[first.inputs[0]], tensors[last.outputs[0]]
    seen, made = tensors[convolution.inputs[0]].shape, tensors[convolution.outputs[0]].shape
    block, crops = first.attributes["block"], last.attributes["margins"]
    if last.attributes["block"] != block or convolution.attributes["stride"] != (1, 1):
        return None
    axes = _spatial_axes(x, block, seen)
    if axes is None or x.quantization != tensors[convolution.inputs[0]].quantization:
        return None
    if y.quantization != tensors[convolution.outputs[0]].quantization:
        return None  # bytes would be moved to a scale that is not theirs; interpreters refuse it too
    image_in, image_out = [1, *seen[1:]], [1, *made[1:]]
    dilation, padding = list(convolution.attributes["dilation"]), list(convolution.attributes["padding"])
    window = tensors[convolution.inputs[1]].shape[1:3]
    for axis, factor, (before, _), (crop, _) in zip(axes, block, first.attributes["margins"], crops, strict=True):
        own = axes.index(axis) + 1
        image_in[axis], image_out[axis] = x.shape[own], y.shape[own]
        dilation[axis - 1] *= factor
        padding[2 * axis - 2] = before + padding[2 * axis - 2] * factor - crop
        reach = (window[axis - 1] - 1) * dilation[axis - 1] + image_out[axis]
        padding[2 * axis - 1] = max(reach - image_in[axis] - padding[2 * axis - 2], 0)
    if min(padding) < 0 or not _same_sizes(x, y, image_in, image_out):
        return None
    attributes = {**convolution.attributes, "dilation": tuple(dilation), "padding": tuple(padding)}
    return _as_images(convolution, attributes, tensors, (first.inputs[0], last.outputs[0]), (image_in, image_out))


def _spatial_axes(x: Tensor, block: tuple[int, ...], seen: tuple[int, ...]) -> tuple[int, ...] | None:
    """Which axes (1, 2) of the convolution's image the blocks lie along; None where the batch is not the blocks'."""
    if x.shape[0] != 1 or seen[0] != math.prod(block):
        return None
    if len(x.shape) == 4:
        return (1, 2)[: len(block)]
    if len(x.shape) == 3 and len(block) == 1 and 1 in seen[1:3]:
        return (2,) if seen[1] == 1 else (1,)
    return None


def _same_sizes(x: Tensor, y: Tensor, image_in: list[int], image_out: list[int]) -> bool:
    return math.prod(x.shape) == math.prod(image_in) and math.prod(y.shape) == math.prod(image_out)


def _as_images(
    convolution: Op,
    attributes: dict[str, object],
    tensors: list[Tensor],
    ends: tuple[int, int],
    images: tuple[list[int], list[int]],
) -> list[Op]:
    """The dilated convolution, between reshapes where its ends are not images in the file; ``tensors`` grows."""
    given, made = ends
    before, after = [], []
    if list(tensors[given].shape) != images[0]:
        tensors.append(replace(tensors[given], shape=tuple(images[0])))
        before.append(Op("RESHAPE", f"{convolution.name}/image", (given,), (len(tensors) - 1,)))
        given = len(tensors) - 1
    if list(tensors[made].shape) != images[1]:
        tensors.append(replace(tensors[made], shape=tuple(images[1])))
        after.append(Op("RESHAPE", f"{convolution.name}/signal", (len(tensors) - 1,), (made,)))
        made = len(tensors) - 1
    folded = replace(convolution, inputs=(given, *convolution.inputs[1:]), outputs=(made,), attributes=attributes)
    return [*before, folded, *after]
