"""Laws of the window sizes: what the cure proposes fits, and fitting sizes agree with the drawn network."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from edgeunet.errors import SpecError
from edgeunet.model import describe_network
from edgeunet.spec import BlockSpec, UNetSpec, spec_from_dict, spec_to_dict, window_sizes


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


@settings(max_examples=150, deadline=None)
@given(keys=networks(), size=st.integers(1, 2000))
def test_a_refused_window_is_answered_with_ones_that_fit(keys: dict[str, Any], size: int) -> None:
    try:
        spec = UNetSpec(**keys, input_shape=(size, 1))
    except SpecError as error:
        message = str(error)
    else:
        assert size in window_sizes(spec, 1, size)
        return
    proposed = re.search(r"; use (\d+)(?: or (\d+))?,", message)
    assert proposed or "use a longer window" in message
    for text in proposed.groups() if proposed else ():
        if text:
            assert UNetSpec(**keys, input_shape=(int(text), 1)).input_shape == (int(text), 1)


@settings(max_examples=150, deadline=None)
@given(keys=networks(), size=st.integers(1, 40))
def test_every_accepted_spec_draws_and_round_trips(keys: dict[str, Any], size: int) -> None:
    try:
        spec = UNetSpec(**keys, input_shape=(24 * size, 2))
    except SpecError:
        return
    network = describe_network(spec)
    names = [node.name for node in network.nodes]
    assert len(set(names)) == len(names)
    assert all(min(node.shape) > 0 for node in network.nodes)
    for node in network.nodes:
        if node.kind in ("add", "concat"):
            assert len({network[name].shape[:2] for name in node.inputs}) == 1
        if node.kind == "add":
            assert len({network[name].shape for name in node.inputs}) == 1
    if spec.padding == "same":
        assert network.output.shape[1] * spec.pair(spec.output_kernel_stride)[1] == 24 * size
    assert spec_from_dict(spec_to_dict(spec)) == spec
