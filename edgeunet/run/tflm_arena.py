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

_LIMIT_BYTES = 256 << 20
"""Largest arena tried: more than any microcontroller has, little enough for any host."""

# Invoked once with zeros: some kernels allocate on the first run.
_RUN = """
import sys
import numpy as np
from tflite_micro.python.tflite_micro import runtime

model = sys.stdin.buffer.read()
inputs, first, limit = (int(argument) for argument in sys.argv[1:])

def run(arena_bytes):
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=arena_bytes)
    for index in range(inputs):
        detail = interpreter.get_input_details(index)
        interpreter.set_input(np.zeros(detail["shape"], detail["dtype"]), index)
    interpreter.invoke()
    return interpreter
"""
# From ``first`` bytes on, eight times as much at each try.
_FIND = (
    _RUN
    + """
size = min(first, limit)
while True:
    try:
        interpreter = run(size)
        break
    except RuntimeError:
        if size == limit:
            raise
    size = min(8 * size, limit)
interpreter.print_allocations()
print(f"Arena ran {size} bytes", file=sys.stderr)
"""
)
# The total that TFLM prints leaves out what it takes for a while to plan where activations lie (136 bytes for each of
# them on a host with 64 bits, in the place of the activations themselves): a deep model of few bytes needs more than
# that total to start. So from ``first`` on the step doubles up to ``limit``, an arena that is known to do, and the last
# step is halved down to 16 bytes.
_CONFIRM = (
    _RUN
    + """
def does(arena_bytes):
    try:
        run(arena_bytes)
    except RuntimeError:
        return False
    return True

small, step, size = first - 16, 16, first
while size < limit and not does(size):
    small, size, step = size, min(size + step, limit), 2 * step
while size - small > 16:
    middle = small + (size - small) // 32 * 16
    small, size = (small, middle) if does(middle) else (middle, size)
print(f"Arena confirmed {size} bytes", file=sys.stderr)
"""
)


def tflm_is_installed() -> bool:
    """Return whether the TFLM interpreter is here to measure with."""
    return find_spec("tflite_micro") is not None


def measure_arena(
    model: bytes, *, inputs: int = 1, cure: str = "export with --no-arena", limit_bytes: int = _LIMIT_BYTES
) -> ArenaFigures | None:
    """Return what TFLM takes of its arena for ``model``; ``None`` when the interpreter is not installed.

    The figure is confirmed: the model also runs in an arena of exactly that size, and where the total that TFLM prints
    is too little to start with, in none that is 16 bytes smaller. What is not tensors counts as bookkeeping.

    Parameters
    ----------
    cure : what the user can do where TFLM cannot run the model; the end of the sentence.
    limit_bytes : largest arena tried.

    Raises
    ------
    RunError
        When TFLM cannot run the model, or not in an arena of ``limit_bytes``.
    """
    if not tflm_is_installed():
        return None
    text = _measure(_FIND, model, (inputs, 16 * len(model) + (1 << 20), limit_bytes), cure)
    found = [re.search(rf"Arena {name} (\d+) bytes", text) for name in ("allocation total", "allocation head", "ran")]
    if not all(found):
        raise RunError("the TFLM interpreter printed no arena figures; update it with: pip install -U tflite-micro")
    printed, head, ran = (int(match.group(1)) for match in found if match)
    confirmed = re.search(r"Arena confirmed (\d+) bytes", _measure(_CONFIRM, model, (inputs, printed, ran), cure))
    assert confirmed is not None
    total = int(confirmed.group(1))
    return ArenaFigures(total, head, total - head, 8 * struct.calcsize("P"))


def _measure(program: str, model: bytes, arguments: tuple[int, int, int], cure: str) -> str:
    """Return what ``program`` printed for (inputs, first size, largest size)."""
    command = run_program(program, *map(str, arguments))
    try:
        result = subprocess.run(command, input=model, capture_output=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise RunError(f"the TFLM interpreter took longer than {_TIMEOUT_S} s; {cure}") from error
    text = result.stderr.decode("utf-8", "replace")
    if result.returncode == 0:
        return text
    if short := re.findall(r"^(?:Too many buffers|Failed to (?:allocate|resize)).*$", text, re.MULTILINE):
        raise RunError(
            f"the TFLM interpreter cannot prepare this model in an arena of {arguments[2]:,} bytes, the largest tried "
            f"({short[-1].rstrip('.')}); make its activations smaller or its layers fewer, or {cure}"
        )
    raise RunError(f"the TFLM interpreter cannot run this model ({_reason(text)}); {cure}")


def _reason(text: str) -> str:
    """Return the line in which TFLM says what is wrong, rather than the traceback around it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("Traceback", "File ", "RuntimeError", "^", "~"))]
    named = [line for line in told if "op" in line.lower() or "node" in line.lower()]
    return (named or told or lines or ["it ended without a word"])[0].rstrip(".")
