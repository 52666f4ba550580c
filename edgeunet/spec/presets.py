"""The networks that come along: the published ones, each exactly as published, and our own compact ones for ECG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from edgeunet.errors import SpecError, did_you_mean
from edgeunet.spec.block import BlockSpec
from edgeunet.spec.unet import UNetSpec

ECG_CLASSES = ("background", "P", "QRS", "T")
ECG_RATE_HZ = 250.0


@dataclass(frozen=True)
class Preset:
    """A named network.

    Attributes
    ----------
    name : what ``--preset`` takes.
    summary : one line for the list.
    specs : the network by number of dimensions (1 or 2); the first is what the bare name means.
    """

    name: str
    summary: str
    specs: Mapping[int, UNetSpec]


def preset(name: str, dimensions: int | None = None) -> UNetSpec:
    """Return the spec of a preset.

    Parameters
    ----------
    name : a key of :data:`PRESETS`; ``-1d`` or ``-2d`` at its end chooses the form as ``dimensions`` does.
    dimensions : 1 or 2; ``None`` for the form the bare name means.

    Raises
    ------
    SpecError
        When there is no such preset, or it has no such form.
    """
    form = {"-1d": 1, "-2d": 2}.get(name[-3:])
    base = name[:-3] if form else name
    dimensions = dimensions or form
    if base not in PRESETS:
        cure = did_you_mean(base, PRESETS) or f"the presets are {', '.join(PRESETS)}"
        raise SpecError(f"there is no preset '{base}'; {cure}")
    specs = PRESETS[base].specs
    if dimensions is None:
        return next(iter(specs.values()))
    if dimensions not in specs:
        forms = " and ".join(f"{d}-D" for d in sorted(specs))
        raise SpecError(f"preset '{base}' has no {dimensions}-D form; it comes in {forms}")
    return specs[dimensions]


def list_of_presets() -> list[str]:
    """Return the presets as lines: name, forms, summary."""
    width = max(map(len, PRESETS))
    return [f"{item.name:<{width}}  {'/'.join(f'{d}-D' for d in item.specs):<7}  {item.summary}" for item in _ALL]


def _heartkit() -> UNetSpec:
    blocks = tuple(
        BlockSpec(filters, depth=2, ddepth=1, kernel=(1, 5), pool=(1, 3), strides=(1, 2), separable=True)
        for filters in (12, 24, 32, 48)
    )
    return UNetSpec(blocks, (800, 1), output_kernel_size=(1, 5), name="heartkit")


def _doubling(first: int, levels: int) -> tuple[int, ...]:
    return tuple(first << level for level in range(levels))


def _classic(dimensions: int) -> UNetSpec:
    """The first U-Net written for PyTorch: ReLU and a bias everywhere, no normalization."""
    return UNetSpec(
        _classic_blocks(None),
        (512, 512, 1)[2 - dimensions :],
        ("background", "foreground"),
        name=_named("classic", dimensions),
        layout="classic",
        upsample="transpose",
        concat_order="skip_first",
        output_kernel_size=1,
    )


def _classic_batchnorm(dimensions: int) -> UNetSpec:
    """The classic one in Keras: batch norm after each ReLU, biases kept, a softmax at the end."""
    return UNetSpec(
        _classic_blocks("batch"),
        (512, 512, 1)[2 - dimensions :],
        ("background", "foreground"),
        name=_named("classic-batchnorm", dimensions),
        layout="classic",
        upsample="transpose",
        output_kernel_size=1,
        use_logits=False,
        conv_bias=True,
        norm_position="after_activation",
        initializer="glorot_uniform",
    )


def _classic_valid(dimensions: int) -> UNetSpec:
    """The paper's: unpadded convolutions, so the output is smaller than the input and skips are cropped."""
    return UNetSpec(
        _classic_blocks(None),
        (572, 572, 1)[2 - dimensions :],
        ("background", "foreground"),
        name=_named("classic-valid", dimensions),
        layout="classic",
        upsample="transpose",
        padding="valid",
        concat_order="skip_first",
        output_kernel_size=1,
    )


def _classic_blocks(norm: str | None) -> tuple[BlockSpec, ...]:
    *levels, bottom = _doubling(64, 5)
    return (
        *(BlockSpec(f, depth=2, pool=2, strides=2, norm=norm, activation="relu") for f in levels),  # type: ignore[arg-type]
        BlockSpec(bottom, depth=2, pool=None, norm=norm, activation="relu"),  # type: ignore[arg-type]
    )


def _he_dropout(dimensions: int) -> UNetSpec:
    """Half as wide: He-normal, dropout on the two deepest levels, 3×3 transposed convolutions, one more convolution."""
    *levels, bottom = _doubling(32, 5)
    blocks = [
        BlockSpec(
            filters,
            depth=2,
            pool=2,
            strides=2,
            norm=None,
            activation="relu",
            upsample_kernel=3,
            dropout=0.3 if filters == 256 else None,
        )
        for filters in levels
    ]
    blocks.append(BlockSpec(bottom, depth=2, pool=None, norm=None, activation="relu", dropout=0.3))
    return UNetSpec(
        tuple(blocks),
        (96, 128, 3) if dimensions == 2 else (128, 3),
        tuple(f"class{i}" for i in range(23)),
        name=_named("he-dropout", dimensions),
        layout="classic",
        upsample="transpose",
        output_kernel_size=1,
        head_convs=1,
        linear_initializer="glorot_uniform",
    )


def _named(name: str, dimensions: int) -> str:
    return name if dimensions == 2 else f"{name}-1d"


def _ecg(
    name: str, window_samples: int, filters: tuple[int, ...], *, kernel: int, depth: int = 1, head: int = 1
) -> UNetSpec:
    """Separable convolutions, ReLU6, batch norm, nearest upsampling: what streams in few bytes and quantizes well."""
    *levels, bottom = filters
    blocks = [BlockSpec(f, depth=depth, ddepth=1, kernel=kernel, pool=2, strides=2, separable=True) for f in levels]
    blocks.append(BlockSpec(bottom, depth=depth, kernel=kernel, pool=None, separable=True))
    return UNetSpec(
        tuple(blocks),
        (window_samples, 1),
        ECG_CLASSES,
        ECG_RATE_HZ,
        name=name,
        layout="classic",
        output_kernel_size=head,
    )


_ALL = (
    Preset("ecg-tiny", "ECG delineation in 5 k parameters", {1: _ecg("ecg-tiny", 512, (8, 12, 16, 20, 24), kernel=7)}),
    Preset(
        "ecg-small", "ECG delineation in 10 k parameters", {1: _ecg("ecg-small", 512, (8, 16, 24, 32, 40), kernel=9)}
    ),
    Preset(
        "ecg-base",
        "ECG delineation in 32 k parameters",
        {1: _ecg("ecg-base", 1024, (16, 24, 32, 48, 64), kernel=9, depth=2, head=5)},
    ),
    Preset("heartkit", "the example of heartkit's U-Net document: 35,466 parameters", {1: _heartkit()}),
    Preset(
        "classic",
        "64…1024 filters, transposed convolutions, no normalization: 31,030,658 parameters",
        {2: _classic(2), 1: _classic(1)},
    ),
    Preset(
        "classic-batchnorm",
        "classic with batch norm after each ReLU and a softmax head: 31,054,210 parameters",
        {2: _classic_batchnorm(2), 1: _classic_batchnorm(1)},
    ),
    Preset(
        "classic-valid",
        "classic without padding, with copy-and-crop, 572×572 → 388×388: 31,030,658 parameters",
        {2: _classic_valid(2), 1: _classic_valid(1)},
    ),
    Preset(
        "he-dropout",
        "32…512 filters, dropout, 3×3 transposed convolutions, 23 classes: 8,640,471 parameters",
        {2: _he_dropout(2), 1: _he_dropout(1)},
    ),
)

PRESETS: Mapping[str, Preset] = MappingProxyType({item.name: item for item in _ALL})
