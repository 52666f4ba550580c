"""One trial: chosen tests on a changed module, in a process of its own with limits and a scratch folder.

How a process comes by the change is the business of ``fresh`` and ``server``; what ends it, and what its end says, is
here.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.memory import ENDLESS, KILLED, SURVIVED
from tests.mutants.mutations import Mutant
from tests.mutants.packages import ROOT

MEMORY_BYTES = 8 << 30
IMPORT_SECONDS = 20
"""Processor time for what a process does before its first test, at most."""
PATIENCE = 60
"""So many times longer by the clock than by the processor, for a mutant that waits for ever without computing."""
BROKEN, UNFIT = "broken", "unfit"
"""No outcomes of a mutant: the trial itself failed, or this way cannot make the change."""
_BROKEN_CODE, UNFIT_CODE = 70, 71
RUNNING = "running"
"""A file in the scratch folder: the test that runs."""


@dataclass(frozen=True)
class Trial:
    """``tests`` in their order on ``mutant``, or on the source as it is."""

    mutant: Mutant | None
    tests: tuple[str, ...]
    seconds: tuple[int, ...]
    """Processor time that each test may take."""

    @property
    def cpu_seconds(self) -> int:
        """What all of it may take, with the imports."""
        return IMPORT_SECONDS + sum(self.seconds)


@dataclass(frozen=True)
class Ended:
    """What became of a trial."""

    number: int
    """Its place in the list."""
    outcome: str
    test: str
    """The test that failed first, or never ended, if any."""
    log: str
    """The end of what it printed, if it is ``BROKEN``."""


Way = Callable[[Trial], tuple[int, str]]
"""Runs a trial in a process made for it: the exit code (0 where every test passed) and the first test that failed."""


def outcomes(trials: Sequence[Trial], way: Way, jobs: int, folder: Path) -> Generator[Ended, None, None]:
    """Run ``trials``, ``jobs`` at a time below ``folder``, and yield each as it ends; closing this ends the rest."""
    waiting = [*enumerate(trials)][::-1]
    running: dict[int, _Running] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                number, trial = waiting.pop()
                started = _start(trial, way, folder / str(number))
                running[started] = _Running(
                    number, time.monotonic() + PATIENCE * trial.cpu_seconds, folder / str(number)
                )
            for child, one in list(running.items()):
                ended = _ended(child, one)
                if ended is not None:
                    del running[child]
                    shutil.rmtree(one.scratch, ignore_errors=True)
                    yield ended
            time.sleep(0.003)
    finally:
        for child in running:
            _end(child)


@dataclass(frozen=True)
class _Running:
    number: int
    until: float
    scratch: Path


def _start(trial: Trial, way: Way, scratch: Path) -> int:
    scratch.mkdir(parents=True)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = _BROKEN_CODE
    try:
        os.setsid()
        quiet(scratch / "log")
        settle(scratch)
        # of the processor, not of the clock: a busy machine must not make a mutant look endless
        resource.setrlimit(resource.RLIMIT_CPU, (IMPORT_SECONDS, trial.cpu_seconds + 5))
        found, failed = way(trial)
        (scratch / "failed").write_text(failed, encoding="utf-8")
        code = found
    except MemoryError:
        code = 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def quiet(log: Path) -> None:
    """Let this process print into ``log``."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(descriptor, stream)


def settle(scratch: Path) -> None:
    """Limit this process's memory, and let it and what it starts write into ``scratch`` wherever it names no folder."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    os.chdir(scratch)
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(scratch)
    os.environ["PYTHONPATH"] = str(ROOT)


def _ended(child: int, one: _Running) -> Ended | None:
    """What became of ``child``, if it has ended or has to be."""
    done, status = os.waitpid(child, os.WNOHANG)
    if not done:
        if time.monotonic() < one.until:
            return None
        _end(child)  # it waits for what never comes
        return Ended(one.number, ENDLESS, _told(one.scratch / RUNNING), "")
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGXCPU:
        return Ended(one.number, ENDLESS, _told(one.scratch / RUNNING), "")
    if code == UNFIT_CODE:
        return Ended(one.number, UNFIT, "", "")
    if code == _BROKEN_CODE:
        return Ended(one.number, BROKEN, "", (one.scratch / "log").read_text("utf-8", "replace")[-3000:])
    return Ended(one.number, KILLED if code else SURVIVED, _told(one.scratch / "failed"), "")


def _told(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _end(child: int) -> None:
    """End a child and what it started."""
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(child, signal.SIGKILL)  # it has not become the head of a group yet
    os.waitpid(child, 0)
