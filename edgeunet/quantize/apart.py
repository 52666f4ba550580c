"""TensorFlow's converter in a process of its own: a model on which it crashes, hangs or runs out of memory costs a
sentence, not the process that asked.

``python -m edgeunet.quantize.apart`` is that process: it reads one request per line, ``{"model", "windows", "format",
"output"}``, and answers each with a line, ``{}`` or ``{"error": sentence}``.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.child import run_module
from edgeunet.errors import EdgeUNetError, QuantizeError
from edgeunet.files import scratch_directory
from edgeunet.orphans import end_with_parent
from edgeunet.quantize.convert import convert

if TYPE_CHECKING:
    import keras

TIMEOUT_S = 900.0
_OWN = ("keras.", "edgeunet.")


class ConverterProcess:
    """Converts models, see `edgeunet.quantize.convert.convert`; to be entered, and started with the first of them."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> ConverterProcess:
        self._scratch = ExitStack()
        self._directory = self._scratch.enter_context(scratch_directory())
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._scratch.close()

    def convert(self, model: keras.Model, number_format: str, windows: NDArray[np.float32] | None = None) -> bytes:
        """Convert a static-shape model.

        Raises
        ------
        QuantizeError
            When TensorFlow cannot convert the model, crashes on it, takes too long or too much memory.
        """
        if not all(_is_known(layer) for layer in model._flatten_layers()):
            return convert(model, number_format, windows)  # layers of the caller's, which no other process knows
        directory = self._directory
        request = {"model": str(directory / "m.keras"), "format": number_format, "output": str(directory / "m.tflite")}
        model.save(request["model"])
        if windows is not None:
            request["windows"] = str(directory / "windows.npy")
            np.save(request["windows"], windows)
        answer = self._ask(request, f"'{model.name}' to {number_format}")
        if "error" in answer:
            raise QuantizeError(str(answer["error"]))
        return Path(request["output"]).read_bytes()

    def _ask(self, request: dict[str, str], what: str) -> dict[str, Any]:
        if self._process is None:
            # a session of its own, so that Ctrl-C comes here, where it is a sentence
            self._process = subprocess.Popen(
                run_module("edgeunet.quantize.apart"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "TMPDIR": str(self._directory)},  # what TensorFlow leaves there goes with it
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(self._timeout_s):
                self._end()
                raise QuantizeError(
                    f"TensorFlow had not converted {what} after {self._timeout_s:g} s; build a smaller network, or "
                    "choose another --format"
                )
        line = self._process.stdout.readline()
        if not line:
            raise QuantizeError(
                f"TensorFlow's converter {_ended(self._process.wait())} on {what}; leave out the layer that it has no "
                "integer kernel for (see docs/SUPPORTED_OPS.md), or choose another --format"
            )
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()


def _is_known(layer: Any) -> bool:
    return f"{type(layer).__module__}.".startswith(_OWN)


def _ended(code: int) -> str:
    if code == -signal.SIGKILL:
        return "was killed, most likely for want of memory,"
    if code < 0:
        return f"crashed ({signal.Signals(-code).name})"
    return f"ended with exit code {code}"


def main() -> None:
    """Answer requests until there are no more."""
    end_with_parent()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what TensorFlow prints is no answer
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # where memory runs out, this process shall go first
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line))), file=answers, flush=True)


def _answer(request: dict[str, str]) -> dict[str, str]:
    from edgeunet.model import load_model

    try:
        windows = np.load(request["windows"], allow_pickle=False) if "windows" in request else None
        converted = convert(load_model(Path(request["model"])), request["format"], windows)
    except EdgeUNetError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "TensorFlow ran out of memory; build a smaller network"}
    Path(request["output"]).write_bytes(converted)
    return {}


if __name__ == "__main__":
    main()
