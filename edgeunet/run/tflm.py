"""The peer: the same model and inputs in TFLM's interpreter (``tflite-micro`` from PyPI), on the host."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from edgeunet.child import run_program
from edgeunet.emit.source import Compiled, Interface
from edgeunet.errors import RunError, ToolError
from edgeunet.files import scratch_directory
from edgeunet.graph.reading.outline import read_outline
from edgeunet.run.golden import Golden
from edgeunet.run.measure import compare
from edgeunet.run.measurement import Mismatch
from edgeunet.run.tflm_arena import measure_arena, tflm_is_installed

_TIMEOUT_S = 300.0

# In a process of its own: a model that the interpreter cannot run may end the process.
_PROGRAM = """
import sys
import numpy as np
from tflite_micro.python.tflite_micro import runtime

model, given, answers = sys.argv[1:]
data = open(model, "rb").read()
stored = np.load(given)
inputs, outputs, runs = (int(stored[key]) for key in ("inputs", "outputs", "runs"))
interpreter = runtime.Interpreter.from_bytes(data, arena_size=64 * len(data) + (8 << 20))
result = {}
for run in range(runs):
    for index in range(inputs):
        detail = interpreter.get_input_details(index)
        values = stored[f"{run}.{index}"].reshape(detail["shape"])
        if detail["dtype"] == np.float32:
            scale, zero_point = stored[f"quantization.{index}"].astype(np.float32)
            values = (values.astype(np.float32) - zero_point) * scale
        elif detail["dtype"] == np.uint8:
            values = values.view(np.uint8) ^ 0x80
        interpreter.set_input(values, index)
    interpreter.invoke()
    for index in range(outputs):
        result[f"{run}.{index}"] = np.array(interpreter.get_output(index))
np.savez(answers, **result)
"""


@dataclass(frozen=True)
class Peer:
    """What TFLM's interpreter made of the same model and inputs.

    Attributes
    ----------
    mismatch : where its output differs from the exact reference, ``None`` when it never does.
    arena_bytes : ``tensors_bytes`` for activations plus ``bookkeeping_bytes``, on a host with ``pointer_bits``.
    """

    version: str
    mismatch: Mismatch | None
    arena_bytes: int
    tensors_bytes: int
    bookkeeping_bytes: int
    pointer_bits: int

    def document(self) -> dict[str, Any]:
        """Return the ``peer`` part of ``bench --json``."""
        return {
            "name": "tflm",
            "version": self.version,
            "exact": self.mismatch is None,
            "arena_bytes": self.arena_bytes,
            "arena_tensors_bytes": self.tensors_bytes,
            "arena_bookkeeping_bytes": self.bookkeeping_bytes,
            "pointer_bits": self.pointer_bits,
        }

    def text(self) -> str:
        """Return one line for reading."""
        verdict = "gives the same bytes" if self.mismatch is None else self.mismatch.sentence()
        return (
            f"TFLM {self.version} on the host {verdict}; its arena: {self.arena_bytes:,} bytes "
            f"({self.tensors_bytes:,} tensors, {self.bookkeeping_bytes:,} bookkeeping, {self.pointer_bits}-bit)"
        )


def run_tflm(model: bytes, compiled: Compiled, golden: Golden) -> Peer:
    """Run ``model`` on the inputs of ``golden`` in TFLM's interpreter.

    Raises
    ------
    ToolError
        When the interpreter is not installed.
    RunError
        When it cannot run the model.
    """
    if not tflm_is_installed():
        raise ToolError(
            "--peer tflm needs the Python package 'tflite-micro'; install it with: pip install 'edgeunet[peer]'"
        )
    answers = _answers(model, compiled, golden)
    _check_edges(model, compiled)
    arena = measure_arena(model, inputs=len(compiled.inputs), cure="leave out --peer")
    assert arena is not None
    return Peer(
        version=version("tflite-micro"),
        mismatch=compare(golden.outputs, answers, compiled.outputs[0].dtype),
        arena_bytes=arena.total_bytes,
        tensors_bytes=arena.tensor_bytes,
        bookkeeping_bytes=arena.bookkeeping_bytes,
        pointer_bits=arena.pointer_bits,
    )


def _check_edges(model: bytes, compiled: Compiled) -> None:
    """Raise where an edge is neither int8, int16, float32, nor uint8 with the same scale: its bytes stand for other
    ones."""
    outline = read_outline(model)
    for side, ports, interfaces in (
        ("input", outline.inputs, compiled.inputs),
        ("output", outline.outputs, compiled.outputs),
    ):
        for port, interface in zip(ports, interfaces, strict=True):
            same = (port.scale, port.zero_point - 128) == (interface.scale, interface.zero_point)
            if port.dtype not in ("int8", "int16", "float32") and not (port.dtype == "uint8" and same):
                raise RunError(
                    f"the model's {side} is {port.dtype} and rescaled at the edge where the compiled network has int8, "
                    "so that bytes cannot be compared; convert with int8 edges, or leave out --peer"
                )


def _answers(model: bytes, compiled: Compiled, golden: Golden) -> list[bytes]:
    with scratch_directory() as directory:
        (directory / "model.tflite").write_bytes(model)
        arrays: dict[str, Any] = {
            "inputs": len(compiled.inputs),
            "outputs": len(compiled.outputs),
            "runs": len(golden.inputs),
        }
        for index, interface in enumerate(compiled.inputs):
            arrays[f"quantization.{index}"] = np.array([interface.scale, interface.zero_point])
        for run, data in enumerate(golden.inputs):
            for index, part in enumerate(split_bytes(data, compiled.inputs)):
                arrays[f"{run}.{index}"] = part
        np.savez(directory / "inputs.npz", **arrays)
        paths = [str(directory / file) for file in ("model.tflite", "inputs.npz", "answers.npz")]
        _interpret(paths)
        with np.load(paths[2]) as stored:
            return [
                b"".join(
                    _as_compiled(stored[f"{run}.{index}"], interface)
                    for index, interface in enumerate(compiled.outputs)
                )
                for run in range(len(golden.inputs))
            ]


def _interpret(paths: Sequence[str]) -> None:
    command = run_program(_PROGRAM, *paths)
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, errors="replace")
    except subprocess.TimeoutExpired as error:
        raise RunError(f"the TFLM interpreter had not finished after {_TIMEOUT_S:.0f} s; leave out --peer") from error
    if result.returncode != 0:
        said = [line.strip() for line in result.stderr.splitlines() if line.strip()]
        raise RunError(
            f"the TFLM interpreter cannot run this model ({said[-1] if said else 'it said nothing'}); leave out --peer"
        )


def split_bytes(data: bytes, interfaces: Sequence[Interface]) -> list[np.ndarray[Any, np.dtype[Any]]]:
    """Return the arrays, each of its interface's type, that lie one after the other in ``data``."""
    parts, start = [], 0
    for interface in interfaces:
        dtype = np.dtype(interface.dtype)
        parts.append(np.frombuffer(data, dtype, interface.size_bytes // dtype.itemsize, start))
        start += interface.size_bytes
    return parts


def _as_compiled(array: np.ndarray[Any, Any], interface: Interface) -> bytes:
    """Return an answer as the compiled network gives it: int8 or int16, where a model with another edge converts it."""
    if array.dtype in (np.int8, np.int16):
        return array.tobytes()
    if array.dtype == np.uint8:
        return (array ^ 0x80).tobytes()
    quantized = np.round(array / np.float32(interface.scale)) + interface.zero_point
    limits = np.iinfo(interface.dtype)
    return np.clip(quantized, limits.min, limits.max).astype(interface.dtype).tobytes()
