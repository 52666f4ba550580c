"""Tables in a row become one, unless somebody else reads what is in between."""

from __future__ import annotations

import numpy as np

from edgeunet.graph import read_tflite
from edgeunet.lower.lower import lower
from edgeunet.program.parameters import Table
from edgeunet.rewrite.merge_tables import composed, merge_tables
from tests.networks.pass_networks import tables


def test_composing_is_looking_up_twice() -> None:
    rng = np.random.default_rng(5)
    first, second = (Table(rng.integers(-128, 128, 256).astype(np.int8)) for _ in range(2))
    both = composed(first, second)
    for x in range(-128, 128):
        assert both.values[x + 128] == second.values[int(first.values[x + 128]) + 128]


def test_three_in_a_row_are_one_and_one_that_is_an_output_stays() -> None:
    program = lower(read_tflite(tables()))
    merged = merge_tables(program)
    assert [node.kind for node in program.nodes] == ["conv", "table", "table", "table", "max_pool", "table", "table"]
    assert [node.kind for node in merged.nodes] == ["conv", "table", "max_pool", "table", "table"]
    assert len(merged.nodes[1].covers) == 3
    assert {node.output for node in merged.nodes} >= set(merged.outputs) == set(program.outputs)
