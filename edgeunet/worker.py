"""A process that answers requests: what crashes, hangs or eats the memory there costs an answer, not this process.

Requests and answers are JSON objects, one to a line. The process is a module of ours (``python -m``) that calls
`answer_requests`.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from edgeunet.child import run_module
from edgeunet.orphans import end_with_parent

Answer = Callable[[Any], Mapping[str, Any]]


class LateError(Exception):
    """No answer within the time given; the process has been ended."""


class EndedError(Exception):
    """The process ended before it answered; says how, as in ``crashed (SIGSEGV)``."""


class Worker:
    """A process that runs ``module``, started with the first request, until `end`."""

    def __init__(self, module: str, timeout_s: float, directory: Path) -> None:
        self._module, self._timeout_s, self._directory = module, timeout_s, directory
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to ``request``.

        Raises
        ------
        LateError, EndedError
            When there is none.
        """
        process = self._process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(self._timeout_s):
                self.end()
                raise LateError(f"after {self._timeout_s:g} s")
        line = process.stdout.readline()
        if not line:
            raise EndedError(_ended(process.wait()))
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        """Kill the process, if it runs."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()

    def _start(self) -> subprocess.Popen[bytes]:
        # a session of its own, so that Ctrl-C comes here, where it is a sentence
        return subprocess.Popen(
            run_module(self._module),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "TMPDIR": str(self._directory)},  # what a library leaves there goes with it
        )


def answer_requests(answer: Answer) -> None:
    """Answer requests from standard input until there are no more: what `Worker` starts."""
    end_with_parent()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # where memory runs out, this process shall go first
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=answers, flush=True)


def _ended(code: int) -> str:
    if code == -signal.SIGKILL:
        return "was killed, most likely for want of memory,"
    if code < 0:
        return f"crashed ({signal.Signals(-code).name})"
    return f"ended with exit code {code}"
