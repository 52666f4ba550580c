"""A real board on a serial port: the same lines as from an emulator's UART."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from edgeunet.errors import RunError, ToolError
from edgeunet.run.machines.protocol import Listener

BAUD = 115200


@contextmanager
def open_port(port: str, baud: int = BAUD) -> Iterator[Any]:
    """Open ``port`` (``/dev/ttyACM0``, ``COM3``).

    Raises
    ------
    ToolError
        When pyserial is missing.
    RunError
        When the port cannot be opened.
    """
    try:
        import serial
    except ImportError as error:
        raise ToolError(
            "a serial port needs the Python package 'pyserial'; install it with: pip install 'edgeunet[board]'"
        ) from error
    try:
        connection = serial.Serial(port, baud, timeout=0.1, exclusive=True)
    except (serial.SerialException, ValueError) as error:
        number = getattr(error, "errno", None)
        said = os.strerror(number) if number else str(error)
        raise RunError(
            f"cannot open the serial port '{port}': {said}; check the cable, the name and your rights, and that "
            "no other program has it open"
        ) from error
    try:
        yield connection
    finally:
        connection.close()


def listen_to_port(connection: Any, listener: Listener, timeout_s: float, start: Callable[[], None]) -> None:
    """Call ``start`` (which flashes and resets the board), then listen until the firmware has finished.

    Raises
    ------
    RunError
        When it has not finished ``timeout_s`` after ``start`` returned, or the port went away.
    """
    connection.reset_input_buffer()
    start()
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            data = connection.read(max(1, connection.in_waiting))
        except OSError as error:
            raise RunError(
                f"the serial port went away after {listener.heard_bytes} bytes ({error}); check the cable, and that "
                "no other program reads the port"
            ) from error
        if data and listener.feed(data):
            return
    raise RunError(f"the board had not finished after {timeout_s:g} s ({_heard(listener)})")


def _heard(listener: Listener) -> str:
    """Say what came of a port on which the firmware did not finish, and what that points to."""
    if not listener.heard_bytes:
        return "nothing heard; check the port and that the board is powered, or reset it"
    if not listener.lines:
        return (
            f"{listener.heard_bytes} bytes heard and no line of the firmware among them; check that the baud rate is "
            f"{BAUD} and that this is the board's port"
        )
    return f"{listener.heard_bytes} bytes heard; allow more with --timeout or reset it"
