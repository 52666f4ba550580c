"""What a board says on its serial port."""

from __future__ import annotations

import zlib
from pathlib import Path
from random import Random

from edgeunet.errors import RunError
from edgeunet.run.machines.faults import describe_fault
from edgeunet.run.machines.protocol import Line, Listener
from edgeunet.run.pipeline_bench import event_of
from tests.fuzz.contract import Target
from tests.fuzz.mutation.text import Plain, mutate_text

CLASSES = ("background", "P", "QRS", "T")
NUMBERS = ("count", "index", "lines", "run", "offset", "stack_bytes", "stack_left_bytes", "protocol", "clock_hz")


def read(data: bytes, folder: Path) -> None:
    """Listen to the input as a whole and in pieces, then take out of the lines what measuring does."""
    said: list[str] = []
    listener = Listener(said.append)
    listener.feed(data)
    pieces = Listener()
    for at in range(0, len(data), 7):
        pieces.feed(data[at : at + 7])
    assert pieces.finished == listener.finished
    lines = listener.transcript()
    assert pieces.transcript() == lines
    for line in lines:
        if line.kind == "fault":
            raise RunError(describe_fault(line, lambda address: None))
        _take(line)


def _take(line: Line) -> None:
    for key in NUMBERS:
        if key in line.fields:
            assert line.number(key) >= 0
    if line.kind == "output":
        line.data("bytes")
    if line.kind == "event":
        event_of(line, CLASSES)
    if line.kind == "hello":
        line.text("unit")


def mutate(data: bytes, rng: Random, plain: Plain) -> bytes:
    """Words changed under a checksum that holds; or the bytes of the wire."""
    if rng.random() < 0.3:
        return plain(data)
    lines = data.split(b"\n")
    changed = mutate_text(b"\n".join(line.rpartition(b" *")[0] or line for line in lines), rng, plain).split(b"\n")
    sealed = [line if not line.startswith(b"#") else b"%s *%08x" % (line, zlib.crc32(line[1:])) for line in changed]
    if rng.random() < 0.7 and sealed:  # the number of lines as it now is
        count = sum(line.startswith(b"#") for line in sealed) - 1
        end = b"end lines=%d" % count
        sealed = [line if not line.startswith(b"#end") else b"#%s *%08x" % (end, zlib.crc32(end)) for line in sealed]
    return b"\n".join(sealed)


TARGET = Target(
    name="protocol", about="the lines of a board", read=read, mutate=mutate, refuses=(RunError,), most_bytes=1 << 15
)
