"""The validated description of a whole network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from edgeunet.errors import SpecError, shown
from edgeunet.short_repr import LONGEST, cut
from edgeunet.spec.block import SKIP_MODES, UPSAMPLES, BlockSpec, Residual, SkipMode, Upsample, residual_of
from edgeunet.spec.checks import (
    Size,
    as_pair,
    check_bool,
    check_choice,
    check_fraction,
    check_int,
    check_label,
    check_name,
    check_size,
)

INITIALIZERS = ("he_normal", "he_uniform", "glorot_uniform", "glorot_normal", "lecun_uniform", "lecun_normal")
LAYOUTS = ("heartkit", "classic")
PADDINGS = ("same", "valid")
CONCAT_ORDERS = ("upsampled_first", "skip_first")
NORM_POSITIONS = ("before_activation", "after_activation")
NORM_AXES = ("time", "channels")


@dataclass(frozen=True)
class UNetSpec:
    """A U-Net, from its input's shape to its head; ``docs/SPEC.md`` says everything about every key.

    Attributes
    ----------
    blocks : the levels, from the input down.
    input_shape : ``(time, channels)`` of a 1-D network, ``(height, width, channels)`` of a 2-D one.
    classes : names of the output channels; a number *n* stands for ``class0`` … .
    sample_rate_hz : rate of the input signal, or ``None``.
    name : name of the model (``model_name`` in heartkit).
    layout : ``"heartkit"``: every block pools, and its decoder refines at the low rate, upsamples, merges by a 1×1
        convolution and refines once more; ``"classic"``: the last block is the bottleneck, and a decoder upsamples,
        merges, then convolves ``ddepth`` times.
    include_top : whether there is a classifying head.
    use_logits : whether the head ends without a softmax.
    output_kernel_size, output_kernel_stride : kernel and stride of the head's convolution.
    head_convs : convolutions of the first block's kind between the last decoder and the head.
    upsample : ``"nearest"`` or ``"transpose"``.
    skip_mode : how a decoder takes the encoder's output: ``"concat"``, ``"add"`` or ``"none"``.
    concat_order : which half comes first, ``"upsampled_first"`` or ``"skip_first"``.
    residual : ``"projection"`` (``True``): a 1×1 convolution past every stack, as heartkit has it; ``"identity"``:
        projected only where the channels differ; ``"none"`` (``False``). ``None`` (default): ``"projection"`` in the
        heartkit layout, ``"none"`` in the classic one.
    padding : ``"same"``, or ``"valid"`` with copy-and-crop.
    initializer : of convolutions that an activation follows.
    linear_initializer : of those without (transposed, projections, head); ``None`` means ``initializer``.
    conv_bias : whether convolutions have a bias; ``None``: only where no normalization follows.
    norm_position : ``"before_activation"`` or ``"after_activation"``.
    norm_axis : what layer norm averages over: ``"time"`` (per channel over all positions, as heartkit; whole windows
        only) or ``"channels"`` (per position; can stream).
    l2 : weight decay put on every kernel (heartkit trains with 0.001).

    Raises
    ------
    SpecError
        When a value has the wrong type or cannot be built.
    """

    blocks: tuple[BlockSpec, ...]
    input_shape: tuple[int, ...] = (800, 1)
    classes: tuple[str, ...] = ("class0", "class1", "class2", "class3", "class4")
    sample_rate_hz: float | None = None
    name: str = "UNet"
    layout: Literal["heartkit", "classic"] = "heartkit"
    include_top: bool = True
    use_logits: bool = True
    output_kernel_size: Size = 3
    output_kernel_stride: Size = 1
    head_convs: int = 0
    upsample: Upsample = "nearest"
    skip_mode: SkipMode = "concat"
    concat_order: Literal["upsampled_first", "skip_first"] = "upsampled_first"
    residual: Residual | bool | None = None
    padding: Literal["same", "valid"] = "same"
    initializer: str = "he_normal"
    linear_initializer: str | None = None
    conv_bias: bool | None = None
    norm_position: Literal["before_activation", "after_activation"] = "before_activation"
    norm_axis: Literal["time", "channels"] = "time"
    l2: float = 0.0

    def __repr__(self) -> str:
        rate = "" if self.sample_rate_hz is None else f" at {self.sample_rate_hz:g} Hz"
        filters = ", ".join(str(block.filters) for block in self.blocks)
        return cut(
            f"<UNetSpec {self.name}: window {self.input_shape}{rate}, filters {filters}, "
            f"classes {', '.join(self.classes)}>",
            LONGEST,
        )

    def __post_init__(self) -> None:
        from edgeunet.spec.geometry import check_geometry

        settle = object.__setattr__
        settle(self, "blocks", _blocks(self.blocks))
        settle(self, "input_shape", _input_shape(self.input_shape))
        settle(self, "classes", class_names(self.classes))
        settle(self, "sample_rate_hz", _rate(self.sample_rate_hz))
        settle(self, "output_kernel_size", check_size("output_kernel_size", self.output_kernel_size))
        settle(self, "output_kernel_stride", check_size("output_kernel_stride", self.output_kernel_stride, most=1024))
        residual = self.residual
        if residual is None:
            residual = self.layout == "heartkit"
        settle(self, "residual", residual_of(residual))
        settle(self, "l2", check_fraction("l2", self.l2))
        self._check_choices()
        self._check_dimensions()
        check_geometry(self)

    @property
    def dimensions(self) -> int:
        """1 for ``(time, channels)``, 2 for ``(height, width, channels)``."""
        return len(self.input_shape) - 1

    @property
    def spatial_shape(self) -> tuple[int, int]:
        """``(height, width)`` that the network works on; the height of a 1-D network is 1."""
        return (1, self.input_shape[0]) if self.dimensions == 1 else (self.input_shape[0], self.input_shape[1])

    @property
    def total_stride(self) -> tuple[int, int]:
        """Product of all strides, ``(height, width)``."""
        height = width = 1
        for block in self.blocks:
            stride = self.pair(block.strides)
            height, width = height * stride[0], width * stride[1]
        return height, width

    def pair(self, size: Size | None) -> tuple[int, int]:
        """Return ``size`` as ``(height, width)``: in a 1-D network a number is along time; ``None`` is 1."""
        if size is None:
            return 1, 1
        if self.dimensions == 1:
            return 1, size if isinstance(size, int) else size[1]
        return as_pair(size)

    def inherited(self, block: BlockSpec, key: str) -> Any:
        """Return ``block``'s own value of ``key``, or the network's where it has none."""
        own = getattr(block, key)
        return getattr(self, key) if own is None else own

    def _check_choices(self) -> None:
        check_name("name", self.name)
        for key in ("include_top", "use_logits"):
            check_bool(key, getattr(self, key))
        check_int("head_convs", self.head_convs, 0, 16)
        if self.conv_bias is not None:
            check_bool("conv_bias", self.conv_bias)
        check_choice("layout", self.layout, LAYOUTS)
        check_choice("upsample", self.upsample, UPSAMPLES)
        check_choice("skip_mode", self.skip_mode, SKIP_MODES)
        check_choice("concat_order", self.concat_order, CONCAT_ORDERS)
        check_choice("padding", self.padding, PADDINGS)
        check_choice("norm_position", self.norm_position, NORM_POSITIONS)
        check_choice("norm_axis", self.norm_axis, NORM_AXES)
        check_choice("initializer", self.initializer, INITIALIZERS)
        if self.linear_initializer is not None:
            check_choice("linear_initializer", self.linear_initializer, INITIALIZERS)

    def _check_dimensions(self) -> None:
        if self.dimensions != 1:
            return
        sized: list[tuple[str, Size | None]] = [
            ("output_kernel_size", self.output_kernel_size),
            ("output_kernel_stride", self.output_kernel_stride),
        ]
        for index, block in enumerate(self.blocks):
            for key in ("kernel", "pool", "strides", "dilation", "upsample_kernel"):
                sized.append((f"blocks[{index}]: {key}", getattr(block, key)))
        for key, size in sized:
            if isinstance(size, tuple) and size[0] != 1:
                raise SpecError(
                    f"{key} = {list(size)} has height {size[0]} in a 1-D network, where only padding lies above and "
                    f"below; write {size[1]} or [1, {size[1]}]"
                )


_MOST_CLASSES = 4096


def class_names(classes: object) -> tuple[str, ...]:
    """Return the class names that ``classes`` (names, or how many) stands for."""
    if isinstance(classes, int) and not isinstance(classes, bool):
        return tuple(f"class{i}" for i in range(check_int("classes", classes, 1, _MOST_CLASSES)))
    if not isinstance(classes, Sequence) or isinstance(classes, str | bytes) or not classes:
        raise SpecError(f"classes = {shown(classes)} are no class names; give a list of names, or how many there are")
    check_int("classes", len(classes), 1, _MOST_CLASSES)
    names = tuple(check_label("classes", name) for name in classes)
    for name in names:
        if names.count(name) > 1:
            raise SpecError(f"classes names '{name}' twice; give every output channel its own name")
    return names


def _blocks(blocks: object) -> tuple[BlockSpec, ...]:
    if not isinstance(blocks, Sequence) or isinstance(blocks, str | bytes):
        raise SpecError(f"blocks = {shown(blocks)} is not a list of blocks; give at least one, e.g. [{{filters = 8}}]")
    if not 1 <= len(blocks) <= 16:
        raise SpecError(f"blocks has {len(blocks)} entries; a U-Net has 1 to 16 levels")
    for index, block in enumerate(blocks):
        if not isinstance(block, BlockSpec):
            raise SpecError(f"blocks[{index}] is a {type(block).__name__}; give a BlockSpec, or use load_spec")
    return tuple(blocks)


def _input_shape(shape: object) -> tuple[int, ...]:
    if not isinstance(shape, Sequence) or isinstance(shape, str | bytes) or len(shape) not in (2, 3):
        raise SpecError(
            f"input_shape = {shown(shape)} is not a shape; give [time, channels] or [height, width, channels]"
        )
    return tuple(check_int("input_shape", size, 1) for size in shape)


def _rate(rate: object) -> float | None:
    if rate is None:
        return None
    if isinstance(rate, bool) or not isinstance(rate, int | float):
        raise SpecError(f"sample_rate_hz = {shown(rate)} is not a number; give samples per second, e.g. 250")
    if not 0 < rate <= 1e9:
        raise SpecError(f"sample_rate_hz = {shown(rate)} is outside 0 to 1e9; give samples per second, e.g. 250")
    return float(rate)
