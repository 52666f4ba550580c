"""LiteRT and TFLM in a process of their own: a hostile model may end them, and only them.

``python -m tests.fuzz.judge`` answers requests on its standard input; `Judge` is the other end.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import struct
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np

PATIENCE_S = 30.0
_SIZE = struct.Struct("<Q")


class Judge:
    """A child process that runs models; another is started where one has died."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self.deaths = 0

    def ask(self, name: str, model: bytes, inputs: Sequence[np.ndarray[Any, Any]]) -> list[np.ndarray[Any, Any]] | str:
        """Outputs of ``model`` by the judge called ``name``, or a sentence why there are none."""
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "tests.fuzz.judge"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        try:
            _send(self._child.stdin, (name, model, list(inputs)))
            if not select.select([self._child.stdout], [], [], PATIENCE_S)[0]:
                raise EOFError
            answer: list[np.ndarray[Any, Any]] | str = _receive(self._child.stdout)
        except (EOFError, OSError):
            self.close()
            self.deaths += 1
            return "it died"
        return answer

    def close(self) -> None:
        """End the child."""
        if self._child is None:
            return
        self._child.kill()
        self._child.wait()
        for stream in (self._child.stdin, self._child.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):  # what was not sent has nobody to take it
                stream.close()
        self._child = None


def _send(stream: BinaryIO | Any, thing: Any) -> None:
    data = pickle.dumps(thing)
    stream.write(_SIZE.pack(len(data)) + data)
    stream.flush()


def _receive(stream: BinaryIO | Any) -> Any:
    head = stream.read(_SIZE.size)
    if len(head) < _SIZE.size:
        raise EOFError
    (size,) = _SIZE.unpack(head)
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)


def _serve() -> None:
    from tests.rigs.judges import litert_reference, tflm

    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the interpreters print is no answer
    run = {"litert": litert_reference, "tflm": tflm}
    while True:
        try:
            name, model, inputs = _receive(sys.stdin.buffer)
        except EOFError:
            return
        try:
            more = {"outputs": _outputs(model)} if name == "tflm" else {}
            made: Any = [np.asarray(array) for array in run[name](model, *inputs, **more)]
        except Exception as error:  # whatever a judge says of a model it does not take
            made = f"{type(error).__name__}: {error}"
        _send(answers, made)


def _outputs(model: bytes) -> int:
    from edgeunet.graph import read_tflite

    return len(read_tflite(model).outputs)


if __name__ == "__main__":
    _serve()
