"""Where the offered rewrites look, and in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edgeunet.graph import read_tflite
from edgeunet.lower.lower import lower
from edgeunet.program.parameters import Fill, Repeat
from edgeunet.program.program import Program
from edgeunet.rewrite import simplify
from edgeunet.rewrite.fuse_add import ADDITIONS
from edgeunet.rewrite.rewrites import REWRITES, rewrite_program
from edgeunet.rewrite.split_depthwise import DEPTHWISE_PARTS, split_offers
from edgeunet.rewrite.upsampled import UPSAMPLED
from tests.networks.pass_networks import NETWORKS
from tests.rigs.hand_made import ADD, conv, node, signal
from tests.rigs.programs import taken


def added() -> Program:
    """``conv(a) + b`` is the output."""
    signals = tuple(signal(name) for name in "xabts")
    nodes = (node("fill", (), 0, Fill(0)), conv(0, 1, 2, 2), conv(0, 2, 2, 2), conv(1, 3, 2, 2),
             node("add", (3, 2), 4, ADD))  # fmt: skip
    return Program(signals, nodes, (), (4,))


def test_additions_are_looked_for_at_every_node_the_last_first() -> None:
    assert list(ADDITIONS.places(added())) == [4, 3, 2, 1, 0]
    assert list(ADDITIONS.places(replace(added(), nodes=()))) == []


def test_windows_and_concatenations_are_looked_for_signal_by_signal() -> None:
    for rewrite in (UPSAMPLED, DEPTHWISE_PARTS):
        assert list(rewrite.places(added())) == [0, 1, 2, 3, 4]


def test_an_addition_that_is_the_output_has_a_producer_too() -> None:
    made = taken(added(), ADDITIONS)
    assert [n.output for n in made.nodes if n.epilogue] == [4]


@pytest.mark.parametrize(("source", "upsampled", "output"), [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1)])
def test_a_convolution_over_an_upsampled_signal_is_no_concatenation(source: int, upsampled: int, output: int) -> None:
    """Whichever numbers the signals have."""
    rows = {source: 4, upsampled: 8, output: 8}
    signals = tuple(signal(str(number), rows[number]) for number in range(3))
    nodes = (node("repeat", (source,), upsampled, Repeat(2), repeat=2), conv(upsampled, output, 2, 2, 3))
    program = Program(signals, nodes, (source,), (output,))
    assert list(split_offers(program, output)) == []
    assert len(list(UPSAMPLED.offers(program, upsampled))) == 1


def test_all_rewrites_in_their_order_but_those_left_out() -> None:
    program = lower(simplify(read_tflite(NETWORKS["low_rate"]())))
    assert [*REWRITES] == [
        "transposed",
        "activation",
        "dead_channels",
        "constant_channels",
        "tables",
        "concat",
        "low_rate",
    ]
    kinds = {node.kind for node in program.nodes}
    assert {"concat", "repeat"} <= kinds
    made = rewrite_program(program)
    assert not {"concat", "repeat"} & {node.kind for node in made.nodes}
    beside = rewrite_program(program, {"low_rate"})
    assert {node.kind for node in beside.nodes} & {"concat", "repeat", "conv_sum"} == {"repeat", "conv_sum"}
    apart = rewrite_program(program, {"concat"})
    assert {node.kind for node in apart.nodes} & {"concat", "repeat", "conv_sum"} == {"concat", "repeat"}
    assert rewrite_program(program, {*REWRITES}) is program
