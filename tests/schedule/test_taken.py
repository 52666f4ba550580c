"""Offered rewrites: at each place the first offer whose nodes are all accepted, until the effort is spent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from edgeunet.program.program import Node, Program
from edgeunet.rewrite.offers import Offer, OfferedRewrite
from edgeunet.schedule import effort as efforts
from edgeunet.schedule.effort import Ledger
from edgeunet.schedule.plan import _taken
from tests.rigs.hand_made import edited, node, signal


def program() -> Program:
    nodes = tuple(node("conv", (i,), i + 1, None) for i in range(6))
    return Program(tuple(signal(str(i)) for i in range(7)), nodes, (0,), (6,))


class Renaming:
    """Offers to call a node ``best``, then ``good``; asks for the node of that name, and for its neighbour."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, str]] = []

    def places(self, given: Program) -> Sequence[int]:
        return [4, 1, 3, 0]

    def offers(self, given: Program, place: int) -> Iterator[Offer]:
        for name in ("best", "good"):
            self.asked.append((place, name))
            made = edited(given, place, kind=name)
            yield Offer(made, (made.nodes[place], made.nodes[place + 1]))


def taken(*accepted: str, ledger: Ledger | None = None, without: Sequence[str] = ()) -> tuple[list[str], Renaming]:
    """Kinds of the nodes after an accepting flavour took what is ``accepted``."""
    renaming = Renaming()
    rewrites = {"renaming": OfferedRewrite(renaming.places, renaming.offers)}
    made = _taken(program(), rewrites, lambda found: found.kind in accepted, without, ledger or Ledger())
    return [found.kind for found in made.nodes], renaming


def test_the_first_offer_that_is_accepted_is_taken() -> None:
    kinds, renaming = taken("conv", "good", "best")
    assert kinds == ["best", "best", "conv", "best", "best", "conv"]
    assert renaming.asked == [(4, "best"), (1, "best"), (3, "best"), (0, "best")]
    kinds, renaming = taken("conv", "good")
    assert kinds == ["good", "good", "conv", "good", "good", "conv"]
    assert renaming.asked == [(place, name) for place in (4, 1, 3, 0) for name in ("best", "good")]


def test_all_nodes_of_an_offer_must_be_accepted() -> None:
    assert taken("good")[0] == ["conv"] * 6, "the neighbour is none"
    assert taken("conv")[0] == ["conv"] * 6


def test_what_is_left_out_or_has_no_word_is_not_offered() -> None:
    assert taken("conv", "best", without=["renaming"])[1].asked == []
    renaming = Renaming()
    given = program()
    assert _taken(given, {"renaming": OfferedRewrite(renaming.places, renaming.offers)}, None, (), Ledger()) is given
    assert renaming.asked == []


def test_others_are_offered_after_one_that_is_left_out() -> None:
    first, second = Renaming(), Renaming()
    rewrites = {"a": OfferedRewrite(first.places, first.offers), "b": OfferedRewrite(second.places, second.offers)}
    ledger = Ledger()
    _taken(program(), rewrites, lambda found: True, ["a"], ledger)
    assert (len(first.asked), len(second.asked)) == (0, 4)
    assert ledger.spent == {"rewrites": [4 * 6]}


@pytest.mark.parametrize(("limit", "places", "words"), [(24, 4, ""), (18, 4, ""), (17, 3, "1 of 4"), (5, 1, "3 of 4")])
def test_places_are_looked_at_until_the_effort_is_spent(
    monkeypatch: pytest.MonkeyPatch, limit: int, places: int, words: str
) -> None:
    monkeypatch.setitem(efforts.LIMITS, "rewrites", limit)
    ledger = Ledger()
    kinds, renaming = taken("conv", "best", ledger=ledger)
    assert len(renaming.asked) == kinds.count("best") == places
    assert ledger.spent == {"rewrites": [6 * places]}
    if words:
        said = f"the rewrite 'renaming' did not look at {words} nodes"
        assert ledger.cuts == {"rewrites: renaming": (said, -(-2 * 4 * 6 // limit))}
    else:
        assert not ledger.cuts


def test_programs_are_counted_by_their_nodes() -> None:
    def offers(given: Program, place: int) -> Iterator[Offer]:
        yield Offer(replace(given, nodes=given.nodes[:2]), ())

    ledger = Ledger()
    made = _taken(program(), {"short": OfferedRewrite(lambda given: [0, 1], offers)}, _never, (), ledger)
    assert (len(made.nodes), ledger.spent) == (2, {"rewrites": [2 + 2]})


def _never(found: Node) -> bool:
    raise AssertionError("no node is asked about")
