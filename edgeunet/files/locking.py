"""Locks that end with the process that holds them, however it ends.

A lock is a file that its holder has locked in the kernel (``flock``). Whoever finds the file can tell whether its
holder lives, across containers and where numbers of processes are used again. The holder removes the file; of one that
was killed the file stays, unlocked, until somebody takes it over.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from edgeunet.errors import EdgeUNetError

if sys.platform != "win32":
    import fcntl

_POLL_S = 0.005
WAIT_S = 60.0
"""How long one process waits for another to replace its files, which takes milliseconds."""


@dataclass(frozen=True)
class Lock:
    """A lock that this process holds."""

    path: Path
    descriptor: int

    def release(self) -> None:
        """Remove the file, then unlock it: in this order nobody can take a file that is about to go."""
        if sys.platform == "win32":  # where an open file cannot be removed, nor locked by this module
            os.close(self.descriptor)
        with suppress(OSError):
            self.path.unlink()
        if sys.platform != "win32":
            os.close(self.descriptor)


def claim(path: Path) -> Lock | None:
    """Make the lock file ``path``, or take it over from a process that ended; ``None`` when a living one has it.

    Where files cannot be locked (some network drives), every claim succeeds.

    Raises
    ------
    OSError
        When the file cannot be made; ``FileNotFoundError`` when its directory is gone.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if _try_to_lock(descriptor) is False:
            os.close(descriptor)
            return None
        if _lies_at(descriptor, path):
            return Lock(path, descriptor)
        os.close(descriptor)  # its holder removed it meanwhile: what is locked is no longer there to be found


def take_over(path: Path) -> Lock | None:
    """Lock the file ``path`` of a process that has ended; ``None`` when it lives, or nobody can tell.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except PermissionError:
        return None
    if _try_to_lock(descriptor) and _lies_at(descriptor, path):
        return Lock(path, descriptor)
    os.close(descriptor)
    return None


@contextmanager
def held(path: Path, what: str) -> Iterator[None]:
    """Hold the lock ``path`` for the length of a block, after waiting for whoever has it.

    Parameters
    ----------
    what : is written to meanwhile, for the message.

    Raises
    ------
    EdgeUNetError
        When another process does not let go of it.
    OSError
        When the file cannot be made.
    """
    deadline = time.monotonic() + WAIT_S
    lock = claim(path)
    while lock is None:
        if time.monotonic() > deadline:
            raise EdgeUNetError(
                f"another edgeunet has been writing to '{what}' for {WAIT_S:g} s; wait for it, end it, or choose "
                "another directory"
            )
        time.sleep(_POLL_S)
        lock = claim(path)
    try:
        yield
    finally:
        lock.release()


def _try_to_lock(descriptor: int) -> bool | None:
    """Return whether the file is locked now, ``None`` where files cannot be locked."""
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _lies_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
