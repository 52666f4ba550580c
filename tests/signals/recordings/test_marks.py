"""Delineation marks as annotators really write them."""

from __future__ import annotations

import pytest

from edgeunet.signals.record import Wave
from edgeunet.signals.recordings.marks import Marks, marks_to_waves


def read(text: str, *, peak_is_onset: bool = True, step: int = 10) -> Marks:
    """Marks every ``step`` samples, one per letter."""
    return marks_to_waves([step * i for i in range(len(text))], list(text), peak_is_onset=peak_is_onset)


@pytest.mark.parametrize(
    ("text", "waves"),
    [
        ("", []),
        ("(p)(N)(t)", [("P", 0, 10, 20), ("QRS", 30, 40, 50), ("T", 60, 70, 80)]),
        ("(V)(A)(/)", [("QRS", 0, 10, 20), ("QRS", 30, 40, 50), ("QRS", 60, 70, 80)]),
        ("N)(t)", [("QRS", 0, 0, 10), ("T", 20, 30, 40)]),
        ("N()(t)", [("QRS", 10, 0, 20), ("T", 30, 40, 50)]),
        ("(t)()N", [("T", 0, 10, 20), ("QRS", 30, 50, 40)]),
        ("(t)()(t)", [("T", 0, 10, 20), ("QRS", 30, None, 40), ("T", 50, 60, 70)]),
        ("((ttt)))(p)", [("T", 0, 30, 60), ("P", 80, 90, 100)]),
        ("(tt)", [("T", 0, 10, 30)]),
        ("(u)(N)", [("QRS", 30, 40, 50)]),
        ("(N+)", [("QRS", 0, 10, 30)]),
        ("()(N)()", [("QRS", 20, 30, 40)]),
        (")(N)(", [("QRS", 10, 20, 30)]),
    ],
)
def test_marks_become_waves(text: str, waves: list[tuple[str, int, int | None, int]]) -> None:
    found = read(text)
    assert [(w.kind, w.onset, w.peak, w.offset) for w in found.waves] == waves
    assert all(w.onset_marked and w.offset_marked for w in found.waves)


def test_a_wave_without_symbol_that_could_be_anything_leaves_its_samples_unknown() -> None:
    assert read("(N)()(N)").unknown == ((30, 41),)
    assert read("(t)()(t)").unknown == ()


def test_a_missing_onset_is_the_peak_in_ludb_and_unmarked_in_qtdb() -> None:
    assert read("t)").waves == (Wave("T", 0, 0, 10),)
    assert read("t)", peak_is_onset=False).waves == (Wave("T", 0, 0, 10, onset_marked=False),)


def test_a_wave_never_closed_makes_the_bracket_after_it_doubtful() -> None:
    t_wave, p_wave = read("(t(p)").waves
    assert t_wave == Wave("T", 0, 10, 10, offset_marked=False)
    assert p_wave == Wave("P", 30, 30, 40, onset_marked=False)
    assert read("(N)(t").waves[-1] == Wave("T", 30, 40, 40, offset_marked=False)


def test_a_lone_peak_has_no_marked_boundary() -> None:
    assert read("(p)N(t)").waves[1] == Wave("QRS", 30, 30, 30, onset_marked=False, offset_marked=False)


def test_annotated_range_reaches_from_first_to_last_mark_of_a_wave() -> None:
    assert read("(p)(N)(t)").annotated == (0, 81)
    assert read("").annotated is None


def test_any_string_of_marks_is_read_without_fault() -> None:
    from itertools import product

    for text in map("".join, product("()pNtu", repeat=5)):
        found = read(text)
        assert all(w.onset <= w.offset and w.kind in ("P", "QRS", "T") for w in found.waves), text
        onsets = [w.onset for w in found.waves]
        assert onsets == sorted(onsets), text
