"""A board at the other end of a serial port: QEMU's UART behind a pseudo-terminal, and whatever can go wrong between.

What flashes the board is a program called ``openocd`` on ``PATH``, as for a real one: it hands the image over, and
the board starts with it. Everything of edgeunet runs as it does with a board on the desk.
"""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

Disturbance = Callable[[bytes], bytes | None]
"""What becomes of a piece of the firmware's output on its way; ``None`` pulls the cable."""

_OPENOCD = """#!{python}
import sys
command = sys.argv[sys.argv.index("-c") + 1].split()
assert command[0] == "program" and command[2:] == ["verify", "reset", "exit"], command
with open({mailbox!r}, "w") as out:
    out.write(command[1])
"""


@dataclass
class SerialBoard:
    """One board; ``port`` is what ``--port`` takes.

    Attributes
    ----------
    machine : QEMU's arguments after the program, the image excepted; its UART is on standard output.
    disturbance : applied to each piece of output.
    flashes : how many images are awaited, one after the other.
    starts : how often the image is started: a board that resets in the middle is cut off and started again.
    cut_after_bytes : where all starts but the last are cut off.
    """

    machine: Sequence[str]
    directory: Path
    disturbance: Disturbance = lambda data: data
    starts: int = 1
    flashes: int = 1
    cut_after_bytes: int = 0
    port: str = ""
    _ends: tuple[int, int] = (-1, -1)
    _stop: threading.Event = field(default_factory=threading.Event)

    def install(self) -> None:
        """Put the flash tool into the directory, which belongs on ``PATH``."""
        mailbox = self.directory / "flashed"
        os.mkfifo(mailbox)
        (self.directory / "openocd").write_text(_OPENOCD.format(python=sys.executable, mailbox=str(mailbox)))
        (self.directory / "openocd").chmod(0o755)

    def serve(self) -> None:
        """Wait for an image, then send what it says."""
        for _ in range(self.flashes):
            image = (self.directory / "flashed").read_text()
            if not image:
                return
            for start in range(self.starts):
                if not self._send(image, self.cut_after_bytes if start < self.starts - 1 else None):
                    return

    def _send(self, image: str, limit: int | None) -> bool:
        """Return whether the cable is still in."""
        sent, said = 0, b""
        command = ["qemu-system-arm", *self.machine, "-kernel", image]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            try:
                while data := os.read(process.stdout.fileno(), 64):
                    passed = self.disturbance(data if limit is None else data[: limit - sent])
                    if passed is None or self._stop.is_set():
                        os.close(self._ends[0])
                        self._ends = (-1, self._ends[1])
                        return False
                    os.write(self._ends[0], passed)
                    sent += len(data)
                    if limit is not None and sent >= limit:
                        return True
                    said = (said + data)[-256:]
                    if b"#end " in said and said.endswith(b"\n"):
                        return True
            finally:
                process.kill()
        return True


@contextmanager
def serial_board(directory: Path, machine: Sequence[str], **options: object) -> Iterator[SerialBoard]:
    """Yield a board that is ready to be flashed."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    board = SerialBoard(machine, directory, **options, port=os.ttyname(slave), _ends=(master, slave))  # type: ignore[arg-type]
    board.install()
    thread = threading.Thread(target=board.serve, daemon=True)
    thread.start()
    try:
        yield board
    finally:
        board._stop.set()
        if thread.is_alive():
            # A board that was never flashed still waits for its image.
            descriptor = os.open(directory / "flashed", os.O_RDWR | os.O_NONBLOCK)
            thread.join(0.2)
            os.close(descriptor)
        thread.join(10.0)
        for end in board._ends:
            if end >= 0:
                os.close(end)
