"""Programs that talk on standard output: the host build, and QEMU."""

from __future__ import annotations

import os
import selectors
import subprocess
import tempfile
import time
from collections.abc import Sequence

from edgeunet.errors import RunError, ToolError
from edgeunet.run.machines.protocol import Listener


def listen_to_process(command: Sequence[str], listener: Listener, timeout_s: float, *, ends_itself: bool) -> None:
    """Start ``command`` and feed its output to ``listener`` until the firmware has finished; then stop the process.

    ``ends_itself`` says that the process is expected to exit with status 0 after the last line (the host build), so
    that what a sanitizer finds late is not lost.

    Raises
    ------
    ToolError
        When the program cannot be started.
    RunError
        When it exits early, or has not finished after ``timeout_s``.
    """
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        except OSError as error:
            raise ToolError(f"cannot start '{command[0]}': {error.strerror}; see edgeunet doctor") from error
        try:
            _pump(process, listener, time.monotonic() + timeout_s)
            status = process.wait(timeout=max(timeout_s, 5.0)) if ends_itself or not listener.finished else 0
        except (TimeoutError, subprocess.TimeoutExpired):
            raise RunError(
                f"the program had not finished after {timeout_s:g} s ({listener.heard_bytes} bytes heard) and was "
                "stopped; allow more with --timeout"
            ) from None
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        if status != 0 or not listener.finished:
            errors.seek(0)
            raise RunError(_early_end(command[0], status, errors.read().decode("utf-8", "replace")))


def _pump(process: subprocess.Popen[bytes], listener: Listener, deadline: float) -> None:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise TimeoutError
            data = os.read(process.stdout.fileno(), 65536)
            if not data or listener.feed(data):
                return


def _early_end(program: str, status: int, errors: str) -> str:
    name = os.path.basename(program)
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    telling = [line for line in lines if "ERROR" in line or "runtime error" in line or "fatal" in line.lower()]
    detail = (telling or lines or [""])[0]
    how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    return f"'{name}' {how} before the firmware had finished{': ' + detail if detail else ''}"
