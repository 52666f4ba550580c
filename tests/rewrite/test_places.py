"""Where the offered rewrites look, and in which order."""

from __future__ import annotations

from dataclasses import replace

from edgeunet.program.parameters import Fill
from edgeunet.program.program import Program
from edgeunet.rewrite.fuse_add import ADDITIONS
from edgeunet.rewrite.split_depthwise import DEPTHWISE_PARTS
from edgeunet.rewrite.upsampled import UPSAMPLED
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
