"""The line protocol between firmware and host, ``#kind key=value ... *crc32``: one for emulator UART and serial port.

``firmware_templates/bare-metal/src/report.h`` describes it for the other side. Bytes that are no protocol line (boot
messages, prints of the user's own) pass through unharmed; a damaged or missing line is noticed, never guessed at.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edgeunet.errors import RunError
from edgeunet.short_repr import short_repr

PROTOCOL = 1
_MAX_LINE_BYTES = 4096
_DECIMAL = re.compile("[0-9]{1,20}")
_HEXADECIMAL = re.compile("[0-9a-fA-F]{1,16}")


@dataclass(frozen=True)
class Line:
    """One checked line."""

    kind: str
    fields: Mapping[str, str]

    __repr__ = short_repr

    def number(self, key: str) -> int:
        """Return the decimal field ``key``."""
        text = self.text(key)
        if not _DECIMAL.fullmatch(text):
            raise RunError(
                f"the firmware sent '{key}={text}' in a '{self.kind}' line where a number belongs; rebuild it"
            )
        return int(text)

    def word(self, key: str) -> int:
        """Return the hexadecimal field ``key``."""
        text = self.text(key)
        if not _HEXADECIMAL.fullmatch(text):
            raise RunError(f"the firmware sent a malformed '{key}' in a '{self.kind}' line; rebuild it")
        return int(text, 16)

    def data(self, key: str) -> bytes:
        """Return the bytes of the field ``key``."""
        try:
            return bytes.fromhex(self.text(key))
        except ValueError as error:
            raise RunError(f"the firmware sent malformed bytes in a '{self.kind}' line; rebuild it") from error

    def text(self, key: str) -> str:
        """Return the field ``key`` as it stands."""
        if key not in self.fields:
            raise RunError(f"the firmware sent a '{self.kind}' line without '{key}'; rebuild it with this edgeunet")
        return self.fields[key]


def format_line(kind: str, **fields: int | str) -> bytes:
    """Return the line a device would send (numbers in decimal)."""
    payload = " ".join([kind, *(f"{key}={value}" for key, value in fields.items())])
    return f"#{payload} *{zlib.crc32(payload.encode()):08x}\n".encode()


def parse_line(text: bytes) -> Line | None:
    """Return the line in ``text``, or ``None`` when the checksum or the form is wrong."""
    if not text.startswith(b"#"):
        return None
    payload, mark, checksum = text[1:].strip().rpartition(b" *")
    if not mark or len(checksum) != 8 or f"{zlib.crc32(payload):08x}".encode() != checksum:
        return None
    kind, *pairs = payload.decode("ascii", "replace").split(" ")
    fields = dict(pair.partition("=")[::2] for pair in pairs)
    return Line(kind, fields)


class Listener:
    """Collects lines from bytes as they come, until the firmware says that it has finished.

    A ``hello`` starts over: a board that resets in the middle is heard from its latest start.
    """

    def __init__(self, on_text: Callable[[str], None] | None = None) -> None:
        self._pending = b""
        self._on_text = on_text
        self.lines: list[Line] = []
        self.heard_bytes = 0
        self.finished = False

    def feed(self, data: bytes) -> bool:
        """Take ``data`` and return whether the firmware has finished."""
        self.heard_bytes += len(data)
        self._pending += data
        *complete, self._pending = self._pending.split(b"\n")
        self._pending = self._pending[-_MAX_LINE_BYTES:]
        for text in complete:
            if not self.finished:
                self._take(text[-_MAX_LINE_BYTES:].rstrip(b"\r"))
        return self.finished

    def _take(self, text: bytes) -> None:
        if self._on_text is not None:
            self._on_text(text.decode("utf-8", "replace"))
        # A line may follow a partial one that a reset cut short.
        start = text.rfind(b"#")
        if start < 0:
            return
        line = parse_line(text[start:])
        if line is None:
            return  # damaged, which the count in the last line shows, or a print of the user's own
        if line.kind == "hello":
            self.lines.clear()
        self.lines.append(line)
        self.finished = line.kind == "end"

    def transcript(self) -> tuple[Line, ...]:
        """Return the lines of one complete session, without the closing one.

        Raises
        ------
        RunError
            When the session did not begin or end, or a line was lost or damaged on the way.
        """
        if not self.finished:
            raise RunError(
                f"the firmware stopped talking before it had finished ({len(self.lines)} lines and "
                f"{self.heard_bytes} bytes heard); allow more time or look at what it printed"
            )
        *lines, end = self.lines
        if not lines or lines[0].kind != "hello":
            if any(line.kind == "fault" for line in lines):
                return tuple(lines)
            raise RunError("the firmware's first line was missed; reset the board once the port is open")
        if end.number("lines") != len(lines):
            lost = end.number("lines") - len(lines)
            raise RunError(
                f"{lost} of {end.number('lines')} lines from the firmware were lost or damaged on the way; "
                "check the cable and the baud rate"
            )
        return tuple(lines)
