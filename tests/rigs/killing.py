"""Processes killed with SIGKILL: at their n-th file operation, or after a share of the time that they take."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeunet.files import PREFIX

_OPERATIONS = frozenset({"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"})
"""What Python's audit hooks call opening, making, moving and removing files."""


def killed_at_every_operation(write: Callable[[], object], step: int = 1) -> Iterator[int]:
    """Run ``write`` again and again, killed before its first, second, third … file operation, until it gets through.

    With a ``step`` only every so many operations.

    Yields
    ------
    int
        How many operations were done, each time a process has been killed.
    """
    operations = 0
    while _is_killed(write, operations):
        yield operations
        operations += step
    assert operations > 0, "nothing was killed: the function did nothing with files"


def _is_killed(write: Callable[[], object], operations: int) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of numpy; the child has nothing to do with them
        child = os.fork()
    if child == 0:
        code = 1
        try:
            _die_after(operations)
            write()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "it failed instead of being killed"
    return False


def _die_after(operations: int) -> None:
    left = operations

    def count(event: str, _: tuple[object, ...]) -> None:
        nonlocal left
        if event in _OPERATIONS:
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

    sys.addaudithook(count)


def tree(directory: Path) -> dict[str, bytes]:
    """Return path → content of every file below ``directory``."""
    return {p.relative_to(directory).as_posix(): p.read_bytes() for p in directory.rglob("*") if p.is_file()}


def leftovers(directory: Path) -> list[str]:
    """Return what lies below ``directory`` that should be gone when nobody writes."""
    return sorted(p.relative_to(directory).as_posix() for p in directory.rglob(f"{PREFIX}*"))


@dataclass(frozen=True)
class Run:
    """How a command ended."""

    code: int
    stderr: str
    seconds: float


def edgeunet(
    arguments: Sequence[object], directory: Path, *, temporary: Path | None = None, kill_after_s: float | None = None
) -> Run:
    """Run the command in ``directory``, with ``temporary`` as its place for temporary files; kill it after a while."""
    started = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2])])}
    if temporary is not None:
        environment["TMPDIR"] = str(temporary)
    command = [sys.executable, "-m", "edgeunet", *(str(argument) for argument in arguments)]
    process = subprocess.Popen(
        command, cwd=directory, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        _, said = process.communicate(timeout=kill_after_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        _, said = process.communicate()
    return Run(process.returncode, said, time.monotonic() - started)


def wait_for_children(temporary: Path, at_most_s: float = 60.0) -> None:
    """Wait until no process is left of a killed run: those that have ``temporary`` in their environment."""
    mark = f"TMPDIR={temporary}".encode()
    deadline = time.monotonic() + at_most_s
    while time.monotonic() < deadline:
        if not any(mark in _environment(process) for process in Path("/proc").glob("[0-9]*")):
            return
        time.sleep(0.05)
    raise AssertionError("something that the killed run started goes on without it")


def _environment(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""
