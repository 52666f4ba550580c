"""What a training says: one line per epoch in a log, a moving bar on a terminal."""

from __future__ import annotations

import io

from edgeunet.train.fit import Progress
from edgeunet.train.progress import EpochBar, record_counter

CLASSES = ("background", "P", "QRS")
ROW = {"epoch": 1, "loss": 0.5, "val_loss": 0.4, "val_f1_P": 0.9, "val_f1_QRS": None, "seconds": 61.0}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def spoken(stream: io.StringIO) -> str:
    bar = EpochBar(stream, 4, CLASSES)
    bar.note("reading")
    for step in range(1, 5):
        bar.step(Progress(done=0, planned=3), step, 0.7)
    bar.epoch(Progress(done=1, planned=3, best_epoch=1, history=[ROW]))
    return stream.getvalue()


def test_a_log_gets_one_plain_line_per_epoch() -> None:
    lines = spoken(io.StringIO()).splitlines()
    assert lines == ["reading", "epoch 1/3 loss 0.5000  val 0.4000  F1 % P 90.00  61.0 s, 2 min 02 s to go *"]


def test_a_terminal_sees_the_bar_move_and_the_line_take_its_place() -> None:
    text = spoken(Terminal())
    assert "\repoch 1/3 " in text
    assert "█" in text
    assert text.endswith(("to go *\n", "to go *\x1b[0m\n"))


def test_records_are_counted_on_a_terminal_only() -> None:
    for stream in (io.StringIO(), Terminal()):
        count = record_counter(stream)
        count(1, 2)
        count(2, 2)
        assert stream.getvalue() == ("\rrecord 1/2\x1b[K\r\x1b[K" if stream.isatty() else "")
