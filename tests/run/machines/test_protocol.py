"""The line protocol: what is heard is what was sent, and nothing else passes for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeunet.errors import RunError
from edgeunet.run.machines.protocol import Listener, format_line, parse_line

SESSION = [
    format_line("hello", protocol=1, board="mps2-an386"),
    format_line("run", index=0, count=28063640),
    format_line("output", run=0, offset=0, bytes="00ff7f80"),
]
END = format_line("end", lines=3)


def listen(data: bytes) -> Listener:
    listener = Listener()
    listener.feed(data)
    return listener


def test_a_session_is_heard_as_sent() -> None:
    lines = listen(b"".join([*SESSION, END])).transcript()
    assert [line.kind for line in lines] == ["hello", "run", "output"]
    assert lines[1].number("count") == 28063640
    assert lines[2].data("bytes") == b"\x00\xff\x7f\x80"


@given(st.lists(st.integers(1, 40), max_size=12))
def test_pieces_of_any_size_make_the_same_session(sizes: list[int]) -> None:
    data = b"".join([*SESSION, END])
    listener = Listener()
    for size in sizes:
        listener.feed(data[:size])
        data = data[size:]
    listener.feed(data)
    assert len(listener.transcript()) == 3


@given(st.binary(max_size=300))
def test_noise_is_never_taken_for_a_line(noise: bytes) -> None:
    listener = listen(noise + b"\n")
    assert not listener.lines
    assert not listener.finished


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_damaged_byte_is_noticed(position: int, flip: int) -> None:
    sent = bytearray(b"".join([*SESSION, END]))
    position %= len(sent)
    sent[position] ^= flip
    listener = listen(bytes(sent))
    try:
        lines = listener.transcript()
    except RunError:
        return
    # Only what stands outside the checksummed lines may change unheard: a line end, or blanks before it.
    assert [(line.kind, dict(line.fields)) for line in lines] == [
        (line.kind, dict(line.fields)) for line in listen(b"".join([*SESSION, END])).transcript()
    ]


def test_prints_between_the_lines_do_no_harm() -> None:
    data = b"boot v1.2\r\n" + SESSION[0] + b"temperature # 21 *C\nhello, world\n" + b"".join(SESSION[1:]) + END
    assert len(listen(data).transcript()) == 3


def test_windows_line_ends_do_no_harm() -> None:
    assert len(listen(b"".join([*SESSION, END]).replace(b"\n", b"\r\n")).transcript()) == 3


@pytest.mark.parametrize("lost", [1, 2])
def test_a_lost_line_is_noticed(lost: int) -> None:
    kept = [line for index, line in enumerate(SESSION) if index != lost]
    with pytest.raises(RunError, match="1 of 3 lines"):
        listen(b"".join([*kept, END])).transcript()


def test_a_missed_beginning_says_to_reset() -> None:
    with pytest.raises(RunError, match="reset the board"):
        listen(b"".join([*SESSION[1:], format_line("end", lines=2)])).transcript()


def test_an_early_end_says_how_far_it_came() -> None:
    with pytest.raises(RunError, match="2 lines and"):
        listen(b"".join(SESSION[:2])).transcript()


def test_a_reset_in_the_middle_starts_over() -> None:
    cut_short = SESSION[0] + SESSION[1][:10]
    assert len(listen(cut_short + b"".join([*SESSION, END])).transcript()) == 3


def test_what_follows_the_end_is_ignored() -> None:
    assert len(listen(b"".join([*SESSION, END, *SESSION])).transcript()) == 3


def test_an_endless_line_takes_no_memory() -> None:
    listener = Listener()
    for _ in range(100):
        listener.feed(b"x" * 10_000)
    assert len(listener._pending) <= 4096


def test_a_line_over_the_limit_is_no_line_however_it_comes() -> None:
    long = format_line("output", run=0, offset=0, bytes="00" * 3000)
    whole = listen(SESSION[0] + long)
    pieces = Listener()
    for at in range(0, len(SESSION[0] + long), 100):
        pieces.feed((SESSION[0] + long)[at : at + 100])
    assert [line.kind for line in whole.lines] == [line.kind for line in pieces.lines] == ["hello"]


@pytest.mark.parametrize(
    ("field", "read"),
    [
        ("count=12x", "number"),
        ("count=-1", "number"),
        ("count=zz", "word"),
        ("count=abc", "data"),
        ("count=" + "1" * 21, "number"),
        ("count=" + "1" * 5000, "number"),
        ("count=٣", "number"),
        ("count=0x10", "word"),
        ("count=-5", "word"),
        ("count=1_0", "word"),
        ("count=", "word"),
        ("count=" + "f" * 17, "word"),
    ],
)
def test_malformed_fields_are_sentences(field: str, read: str) -> None:
    key, _, value = field.partition("=")
    line = parse_line(format_line("run", **{key: value}).rstrip())
    assert line is not None
    with pytest.raises(RunError, match="'run' line"):
        getattr(line, read)(key)


def test_a_missing_field_is_a_sentence() -> None:
    line = parse_line(format_line("run", index=0).rstrip())
    assert line is not None
    with pytest.raises(RunError, match="without 'count'"):
        line.number("count")
