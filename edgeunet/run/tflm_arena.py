"""Measure the arena that TFLM's interpreter needs, with the interpreter itself (``tflite-micro`` from PyPI).

The measurement runs in a process of its own: the interpreter prints its figures on the standard error of the process,
and a model that it cannot run may end the process.
"""

from __future__ import annotations

import re
import struct
import subprocess
from importlib.util import find_spec

from edgeunet.child import run_program
from edgeunet.emit.array import ArenaFigures
from edgeunet.errors import RunError

_TIMEOUT_S = 120

# Invoked once with zeros: some kernels allocate on the first run. Then again in an arena of exactly the size found, or,
# where temporary allocations at start need more than the activations of a small model, of the next that will do.
_PROGRAM = """
import sys
import numpy as np
from tflite_micro.python.tflite_micro import runtime

model = sys.stdin.buffer.read()

def run(arena_bytes):
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=arena_bytes)
    for index in range(int(sys.argv[1])):
        detail = interpreter.get_input_details(index)
        interpreter.set_input(np.zeros(detail["shape"], detail["dtype"]), index)
    interpreter.invoke()
    return interpreter

start = 16 * len(model) + (1 << 20)
for size in (start, 8 * start, 64 * start):
    try:
        interpreter = run(size)
        break
    except RuntimeError:
        if size == 64 * start:
            raise
interpreter.print_allocations()
"""
_CONFIRM = (
    _PROGRAM.split("start = ")[0]
    + """
first = int(sys.argv[2])
for size in range(first, first + 4096, 16):
    try:
        run(size)
        break
    except RuntimeError:
        if size + 16 >= first + 4096:
            raise
print(f"Arena confirmed {size} bytes", file=sys.stderr)
"""
)


def tflm_is_installed() -> bool:
    """Return whether the TFLM interpreter is here to measure with."""
    return find_spec("tflite_micro") is not None


def measure_arena(model: bytes, *, inputs: int = 1) -> ArenaFigures | None:
    """Return what TFLM takes of its arena for ``model``; ``None`` when the interpreter is not installed.

    The figure is confirmed: the model also runs in an arena of exactly that size. What is not tensors counts as
    bookkeeping.

    Raises
    ------
    RunError
        When TFLM cannot run the model.
    """
    if not tflm_is_installed():
        return None
    text = _measure(_PROGRAM, model, str(inputs))
    found = {name: re.search(rf"Arena allocation {name} (\d+) bytes", text) for name in ("total", "head", "tail")}
    if not all(found.values()):
        raise RunError("the TFLM interpreter printed no arena figures; update it with: pip install -U tflite-micro")
    total, head, _ = (int(match.group(1)) for match in found.values() if match)
    confirmed = re.search(r"Arena confirmed (\d+) bytes", _measure(_CONFIRM, model, str(inputs), str(total)))
    assert confirmed is not None
    total = int(confirmed.group(1))
    return ArenaFigures(total, head, total - head, 8 * struct.calcsize("P"))


def _measure(program: str, model: bytes, *arguments: str) -> str:
    command = run_program(program, *arguments)
    try:
        result = subprocess.run(command, input=model, capture_output=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise RunError(f"the TFLM interpreter took longer than {_TIMEOUT_S} s; export with --no-arena") from error
    text = result.stderr.decode("utf-8", "replace")
    if result.returncode != 0:
        raise RunError(f"the TFLM interpreter cannot run this model ({_reason(text)}); export with --no-arena")
    return text


def _reason(text: str) -> str:
    """Return the line in which TFLM says what is wrong, rather than the traceback around it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("Traceback", "File ", "RuntimeError", "^", "~"))]
    named = [line for line in told if "op" in line.lower() or "node" in line.lower()]
    return (named or told or lines or ["it ended without a word"])[0].rstrip(".")
