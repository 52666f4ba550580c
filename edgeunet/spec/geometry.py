"""The size of every level along each axis, and the check that a window fits the network."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING

from edgeunet.errors import SpecError

if TYPE_CHECKING:
    from edgeunet.spec.block import BlockSpec
    from edgeunet.spec.unet import UNetSpec

_CANDIDATES = 4096
_LONGEST = 1 << 20


class _DoesNotFitError(Exception):
    """A size that cannot pass through the network; the text names the level and the reason."""


@dataclass(frozen=True)
class _AxisStep:
    """What one block does along one axis."""

    where: str
    kernel: int
    pool: int
    stride: int
    dilation: int
    depth: int
    decoder_depth: int


def check_geometry(spec: UNetSpec) -> None:
    """Walk the window through the network along each axis.

    Raises
    ------
    SpecError
        When a size is not divisible by a stride, is used up by unpadded convolutions, or lies inside a dilation's
        reach; the message gives the nearest sizes that fit.
    """
    if spec.layout == "classic":
        _check_bottleneck(spec)
    _check_upsampling(spec)
    for axis in (0, 1) if spec.dimensions == 2 else (1,):
        try:
            _walk(spec, axis, spec.spatial_shape[axis])
        except _DoesNotFitError as reason:
            size = spec.spatial_shape[axis]
            index = axis if spec.dimensions == 2 else 0
            raise SpecError(f"input_shape[{index}] = {size}: {reason}; {_cure(spec, axis, size)}") from None


def window_sizes(spec: UNetSpec, axis: int, near: int) -> tuple[int, ...]:
    """Return the nearest sizes below and above ``near`` along ``axis`` that fit the network (0, 1 or 2 of them)."""
    head_stride = spec.pair(spec.output_kernel_stride)[axis] if spec.include_top else 1
    step = lcm(spec.total_stride[axis], head_stride) if spec.padding == "same" else 1
    nearest = near // step * step
    below = (nearest - i * step for i in range(min(_CANDIDATES, nearest // step)))
    above = (nearest + i * step for i in range(1, min(_CANDIDATES, (_LONGEST - nearest) // step) + 1))
    found = (next((size for size in sizes if _fits(spec, axis, size)), 0) for sizes in (below, above))
    return tuple(size for size in found if size)


def _walk(spec: UNetSpec, axis: int, size: int) -> int:
    """Return the size of the output along ``axis``, or raise ``_DoesNotFitError``."""
    steps = [_step(spec, axis, index, block) for index, block in enumerate(spec.blocks)]
    classic = spec.layout == "classic"
    total = spec.total_stride[axis]
    if spec.padding == "same" and size % total:
        raise _DoesNotFitError(f"not divisible by the total stride {total}")
    pooled = steps[:-1] if classic else steps
    skips: list[int] = []
    for step in pooled:
        size = _convolved(spec, step, size, step.depth)
        skips.append(size)
        size = _pooled(spec, step, size)
    if classic:
        size = _convolved(spec, steps[-1], size, steps[-1].depth)
    for step, skip in zip(reversed(pooled), reversed(skips), strict=True):
        if not classic:
            size = _convolved(spec, step, size, step.decoder_depth)
        size *= step.stride
        if size > skip:
            raise _DoesNotFitError(f"{step.where} upsamples to {size}, more than the {skip} its skip holds")
        size = _convolved(spec, step, size, step.decoder_depth if classic else 1, dilated=classic)
    return _headed(spec, axis, steps[0], size)


def _headed(spec: UNetSpec, axis: int, first: _AxisStep, size: int) -> int:
    size = _convolved(spec, first, size, spec.head_convs, dilated=False)
    if not spec.include_top:
        return size
    kernel = spec.pair(spec.output_kernel_size)[axis]
    stride = spec.pair(spec.output_kernel_stride)[axis]
    if spec.padding == "valid":
        size -= kernel - 1
        if size < 1:
            raise _DoesNotFitError(f"nothing is left for the head's kernel of {kernel}")
    if size % stride:
        raise _DoesNotFitError(f"the output's {size} samples are not divisible by output_kernel_stride {stride}")
    return size // stride


def _step(spec: UNetSpec, axis: int, index: int, block: BlockSpec) -> _AxisStep:
    return _AxisStep(
        where=f"blocks[{index}]",
        kernel=spec.pair(block.kernel)[axis],
        pool=spec.pair(block.pool)[axis],
        stride=spec.pair(block.strides)[axis],
        dilation=spec.pair(block.dilation)[axis],
        depth=block.depth,
        decoder_depth=block.decoder_depth,
    )


def _convolved(spec: UNetSpec, step: _AxisStep, size: int, depth: int, *, dilated: bool = True) -> int:
    for d in range(depth):
        dilation = step.dilation**d if dilated else 1
        reach = (step.kernel - 1) * dilation
        if spec.padding == "valid":
            size -= reach
            if size < 1:
                raise _DoesNotFitError(f"the unpadded convolutions of {step.where} use up the whole window")
        elif dilation > 1 and (step.kernel // 2) * dilation >= size:
            raise _DoesNotFitError(
                f"{step.where} has dilation {dilation}, which needs a halo of {(step.kernel // 2) * dilation} samples "
                f"each way where the window has {size}, so that dilation does nothing"
            )
    return size


def _pooled(spec: UNetSpec, step: _AxisStep, size: int) -> int:
    if spec.padding == "same":
        return size // step.stride
    if size < step.pool or (size - step.pool) % step.stride:
        raise _DoesNotFitError(
            f"{step.where} has {size} samples, which pools of {step.pool} every {step.stride} leave a rest of"
        )
    return (size - step.pool) // step.stride + 1


def _check_bottleneck(spec: UNetSpec) -> None:
    last = len(spec.blocks) - 1
    if last and max(spec.pair(spec.blocks[-1].strides)) > 1:
        raise SpecError(
            f"blocks[{last}]: strides = {max(spec.pair(spec.blocks[-1].strides))} on the bottleneck, which layout "
            "'classic' never pools; remove strides and pool from the last block, or use layout 'heartkit'"
        )


def _check_upsampling(spec: UNetSpec) -> None:
    levels = spec.blocks[:-1] if spec.layout == "classic" else spec.blocks
    for index, block in enumerate(levels):
        kernel, strides = spec.pair(block.upsample_kernel), spec.pair(block.strides)
        transpose = spec.inherited(block, "upsample") == "transpose"
        if transpose and block.upsample_kernel is not None and any(k < s for k, s in zip(kernel, strides, strict=True)):
            raise SpecError(
                f"blocks[{index}]: upsample_kernel = {max(kernel)} is smaller than the stride {max(strides)}, which "
                "would leave gaps in the transposed convolution; make it at least as large as strides"
            )
        if spec.layout == "heartkit" or spec.inherited(block, "skip_mode") != "add" or not block.skip:
            continue
        below = spec.blocks[index + 1].filters
        if not transpose and block.upsample_kernel is None and below != block.filters:
            raise SpecError(
                f"blocks[{index}]: skip_mode 'add' meets {below} upsampled channels with {block.filters}; set "
                "upsample_kernel (a convolution after upsampling), upsample = 'transpose' or skip_mode = 'concat'"
            )


def _fits(spec: UNetSpec, axis: int, size: int) -> bool:
    try:
        _walk(spec, axis, size)
    except _DoesNotFitError:
        return False
    return True


def _cure(spec: UNetSpec, axis: int, size: int) -> str:
    sizes = window_sizes(spec, axis, size)
    if not sizes:
        return "use a longer window, smaller strides or a smaller dilation"
    return f"use {' or '.join(str(s) for s in sizes)}, or other strides"
