"""Laws of the window sizes: what the cure proposes fits, and fitting sizes agree with the drawn network."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from edgeunet.errors import SpecError
from edgeunet.model import describe_network
from edgeunet.spec import UNetSpec, spec_from_dict, spec_to_dict, window_sizes
from tests.spec.strategies import networks


@settings(max_examples=75, deadline=None)
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


@settings(max_examples=75, deadline=None)
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
