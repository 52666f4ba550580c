"""The memory plan: buffers that live together never overlap, and it comes close to its lower bound."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from edgeunet.program.steps import Clearance
from edgeunet.schedule.memory import ALIGNMENT_BYTES, Item, Overlap, Part, live_bytes, lower_bound, plan_memory


@st.composite
def items(draw: st.DrawFn) -> list[Item]:
    made = []
    for number in range(draw(st.integers(0, 12))):
        first = draw(st.integers(0, 12))
        parts = [Part(0, draw(st.integers(0, 90)), first, first + draw(st.integers(0, 5)))]
        if draw(st.booleans()):
            parts.insert(0, Part(0, draw(st.integers(1, 40)), 0, 20))
            parts[1] = Part(parts[0].size_bytes, parts[1].size_bytes, parts[1].first, parts[1].last)
        made.append(Item(f"i{number}", tuple(parts)))
    return made


def spans(item: Item, offset: int) -> list[tuple[int, int, int, int]]:
    return [
        (offset + p.start_bytes, offset + p.start_bytes + p.size_bytes, p.first, p.last)
        for p in item.parts
        if p.size_bytes
    ]


@given(items())
@settings(max_examples=25, deadline=None)
def test_parts_that_live_together_never_overlap(given_items: list[Item]) -> None:
    plan = plan_memory(given_items)
    assert lower_bound(given_items) == plan.lower_bound_bytes == max(live_bytes(given_items), default=0)
    for i, a in enumerate(given_items):
        assert plan.offsets[i] % ALIGNMENT_BYTES == 0
        assert plan.offsets[i] + a.size_bytes <= plan.arena_bytes
        for j in range(i):
            for start, end, first, last in spans(a, plan.offsets[i]):
                for start2, end2, first2, last2 in spans(given_items[j], plan.offsets[j]):
                    assert last < first2 or last2 < first or end <= start2 or end2 <= start


def test_an_allowed_overlap_is_used_and_its_distance_kept() -> None:
    chain = [Item("a", (Part(0, 1000, 0, 1),)), Item("b", (Part(0, 1000, 1, 2),)), Item("c", (Part(0, 1000, 2, 3),))]
    overlaps = [Overlap(1, 1, 0, Clearance(24)), Overlap(2, 2, 1, Clearance(24))]
    plan = plan_memory(chain, overlaps)
    assert plan.arena_bytes <= 1048
    assert plan.offsets[0] - plan.offsets[1] >= 24
    assert plan.offsets[1] - plan.offsets[2] >= 24
    assert plan.lower_bound_bytes == 1024


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 2)), min_size=2, max_size=8), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_outputs_in_place_of_inputs_keep_their_columns(rows: list[tuple[int, int]], pitch: int) -> None:
    """A chain in which an output may share bytes with its input only whole rows below it."""
    chain = [Item(f"{i}", (Part(0, pitch * count, i, i + 1 + late),)) for i, (count, late) in enumerate(rows)]
    ends = [item.parts[0].last for item in chain]
    done = [i for i in range(len(chain) - 1) if ends[i] == i + 1]
    overlaps = [Overlap(i + 1, i + 1, i, Clearance(pitch * 2, pitch)) for i in done]
    plan = plan_memory(chain, overlaps)
    allowed = {(overlap.source, overlap.output) for overlap in overlaps}
    for i, a in enumerate(chain):
        for j in range(i + 1, min(ends[i] + 1, len(chain))):
            above = plan.offsets[i] - plan.offsets[j]
            apart = above >= chain[j].size_bytes or -above >= a.size_bytes
            assert apart or ((i, j) in allowed and above >= 2 * pitch and above % pitch == 0)


def test_an_output_in_place_of_its_input_needs_no_room() -> None:
    chain = [Item("a", (Part(0, 1040, 0, 1),)), Item("b", (Part(0, 1000, 1, 2),)), Item("c", (Part(0, 500, 2, 3),))]
    overlaps = [Overlap(1, 1, 0, Clearance(0, 24)), Overlap(2, 2, 1, Clearance(48))]
    plan = plan_memory(chain, overlaps)
    assert plan.arena_bytes == 48 + 1040
    assert (plan.offsets[0] - plan.offsets[1]) % 24 == 0


def test_history_stays_while_its_new_rows_are_shared() -> None:
    stream = [
        Item("x", (Part(0, 100, 0, 3), Part(100, 40, 0, 1))),
        Item("scratch", (Part(0, 40, 2, 3),)),
    ]
    assert plan_memory(stream).arena_bytes == 140


def test_the_same_items_give_the_same_plan() -> None:
    many = [Item(f"{i}", (Part(0, 37 * i % 101 + 1, i, i + i % 4),)) for i in range(25)]
    assert plan_memory(many) == plan_memory(many)
