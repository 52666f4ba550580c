"""Random networks, most of which some window fits."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from edgeunet.spec import BlockSpec


@st.composite
def blocks(draw: st.DrawFn, pooled: bool = True) -> BlockSpec:
    depth = draw(st.integers(1, 3))
    strides = draw(st.sampled_from([1, 2, 3, 4])) if pooled else 1
    return BlockSpec(
        filters=draw(st.integers(1, 4)),
        depth=depth,
        ddepth=draw(st.none() | st.integers(0, 2)),
        kernel=draw(st.integers(1, 7)),
        pool=max(strides, draw(st.integers(1, 4))),
        strides=strides,
        skip=draw(st.booleans()),
        separable=draw(st.booleans()),
        norm=draw(st.sampled_from(["batch", "layer", None])),
        activation=draw(st.sampled_from(["relu", "relu6", "linear"])),
        upsample=draw(st.sampled_from(["nearest", "transpose", None])),
        residual=draw(st.sampled_from(["projection", "identity", "none", None])),
    )


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    layout = draw(st.sampled_from(["heartkit", "classic"]))
    levels = draw(st.lists(blocks(), min_size=1, max_size=3))
    if layout == "classic":
        levels.append(draw(blocks(pooled=False)))
    return {
        "blocks": tuple(levels),
        "layout": layout,
        "padding": draw(st.sampled_from(["same", "valid"])),
        "head_convs": draw(st.integers(0, 1)),
        "output_kernel_size": draw(st.integers(1, 5)),
        "output_kernel_stride": draw(st.integers(1, 2)),
        "use_logits": draw(st.booleans()),
        "classes": 2,
    }
