"""The large presets an eighth as wide: the same layers, converted in a second."""

from __future__ import annotations

from dataclasses import replace

from edgeunet.spec import UNetSpec


def narrowed(spec: UNetSpec) -> UNetSpec:
    """Return ``spec`` with an eighth of its filters where the widest level has more than 128."""
    if max(block.filters for block in spec.blocks) <= 128:
        return spec
    return replace(spec, blocks=tuple(replace(block, filters=block.filters // 8) for block in spec.blocks))
