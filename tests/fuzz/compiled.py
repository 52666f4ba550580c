"""Models that are accepted, as C: built under AddressSanitizer and UndefinedBehaviorSanitizer, and judged.

``python -m tests.fuzz.compiled FOLDER runs|minutes N SEED``: mutants of the seeds of ``tflite`` and of each other. Each
that is accepted must build with strict warnings, run clean, and give LiteRT's outputs; where an operator is one in
which the device differs from LiteRT (docs/SUPPORTED_OPS.md), TFLM's.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from edgeunet.emit import Compiled, code, compile_model
from edgeunet.errors import CompileError, GraphError
from edgeunet.graph import Graph, read_tflite
from tests.fuzz import findings
from tests.fuzz.contract import BrokenPromiseError
from tests.fuzz.corpus import seeds_of
from tests.fuzz.judge import Judge
from tests.fuzz.mutation.flatbuffer import mutate_model
from tests.fuzz.targets.model import is_small
from tests.networks.random_networks import random_inputs
from tests.rigs.host_batch import SANITIZED, build_batch, flat
from tests.rigs.twins import twin_source

BATCH = 12
INPUTS = 3
DSP_EVERY = 4
"""Every so many mutants the C is that of the DSP kernels, their twins standing in for what the host has not."""
DEVICE_ONLY = frozenset({"FULLY_CONNECTED"})
CURVES = frozenset({"LOGISTIC", "TANH"})
DEVICE_ONLY_INT16 = frozenset({"SOFTMAX", "ADD", "SUB"})
"""Where LiteRT and TFLM may differ if activations are int16; sums where scales are powers of two."""
STEEP = 4.0
"""Scale of a curve's input above which TFLM saturates one step before LiteRT."""


@dataclass(frozen=True)
class Mutant:
    """A model that was accepted, compiled, and what to run it on: rows of int8 or int16."""

    data: bytes
    graph: Graph
    compiled: Compiled
    inputs: tuple[tuple[np.ndarray[Any, Any], ...], ...]


class Trial:
    """Mutants, batch by batch."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.judge = Judge()
        self.accepted = self.judged = self.by_device = self.unjudged = 0
        self._waiting: list[Mutant] = []

    def add(self, data: bytes) -> bool:
        """Take ``data`` if it is a model that edgeunet accepts and that a host runs in a moment."""
        try:
            mutant = self._mutant(data)
        except (GraphError, CompileError):
            return False
        if mutant is None:
            return False
        self.accepted += 1
        self._waiting.append(mutant)
        if len(self._waiting) == BATCH:
            self.flush()
        return True

    def flush(self) -> None:
        """Build, run and judge what waits."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        try:
            answers = run(waiting)
        except BrokenPromiseError as error:
            if len(waiting) == 1:
                self._found(waiting[0], error)
                return
            for mutant in waiting:  # which of them is it?
                self._waiting = [mutant]
                self.flush()
            return
        for mutant, outputs in zip(waiting, answers, strict=True):
            try:
                self.compare(mutant, outputs)
            except BrokenPromiseError as error:
                self._found(mutant, error)

    def _mutant(self, data: bytes) -> Mutant | None:
        graph = read_tflite(data)
        if not is_small(graph):
            return None
        kernels = "dsp" if (len(data) + data[-1]) % DSP_EVERY == 0 else "portable"
        compiled = _compiled(graph, f"n{self.accepted}", kernels)
        rng = np.random.default_rng(len(data))
        inputs = [(graph.tensors[index].shape, _run_type(graph, index)) for index in graph.inputs]
        made = tuple(tuple(random_inputs(shape, rng, dtype) for shape, dtype in inputs) for _ in range(INPUTS))
        return Mutant(data, graph, compiled, made)

    def compare(self, mutant: Mutant, outputs: Sequence[np.ndarray[Any, Any]]) -> None:
        """Hold ``outputs`` to LiteRT's, or to TFLM's where the device is followed.

        Raises
        ------
        BrokenPromiseError
            When they are neither.
        """
        said: dict[str, str] = {}
        for given, output in zip(mutant.inputs, outputs, strict=True):
            for name in ("litert", "tflm") if _follows_device(mutant.graph) else ("litert",):
                answer = self.judge.ask(name, mutant.data, given)
                if isinstance(answer, str):
                    said[name] = answer
                elif np.array_equal(output, flat([a.astype(output.dtype) for a in answer])):
                    said.pop(name, None)
                    break
                else:
                    said[name] = "differs"
            else:
                if "differs" in said.values():
                    raise BrokenPromiseError(f"its C differs from the judges: {said}")
                self.unjudged += 1
                print(f"no judge runs a mutant: {said}")
                return
        self.judged += 1

    def _found(self, mutant: Mutant, error: BrokenPromiseError) -> None:
        if self.folder is None:
            raise error
        findings.keep(self.folder, mutant.data, error)

    def sentence(self) -> str:
        """What was done."""
        return (
            f"{self.accepted} accepted, {self.judged} equal to a judge, {self.unjudged} that no judge runs, "
            f"{self.judge.deaths} judges died"
        )


def _run_type(graph: Graph, index: int) -> str:
    """The type of an input in the C, which leaves float32 and uint8 to its caller."""
    return "int16" if graph.tensors[index].dtype == "int16" else "int8"


def _follows_device(graph: Graph) -> bool:
    for op in graph.ops:
        steep = op.kind in CURVES and graph.tensors[op.inputs[0]].quantization.scales[0] > STEEP  # type: ignore[union-attr]
        wide = graph.tensors[op.inputs[0]].dtype == "int16"
        if op.kind in DEVICE_ONLY or steep or (wide and op.kind in DEVICE_ONLY_INT16):
            return True
    return False


def run(mutants: Sequence[Mutant]) -> list[list[np.ndarray[Any, Any]]]:
    """Outputs of each mutant's C for each of its inputs.

    Raises
    ------
    BrokenPromiseError
        When it does not build, or a sanitizer stops it.
    """
    with tempfile.TemporaryDirectory(prefix="fuzzing-") as folder:
        models = [mutant.compiled for mutant in mutants]
        try:
            batch = build_batch(Path(folder), models, (*SANITIZED, "-O0", "-Wno-unused-function"), ("clang",))
            return batch.run([[flat(list(arrays)) for arrays in mutant.inputs] for mutant in mutants])
        except subprocess.CalledProcessError as error:
            raise BrokenPromiseError("its C does not build") from error
        except AssertionError as error:
            raise BrokenPromiseError(f"its C does not run clean: {error}") from error


def _compiled(graph: Graph, name: str, kernels: str) -> Compiled:
    """The model as C that a host can build: twins stand in for kernels of a core."""
    fast, code.kernel_source = code.kernel_source, twin_source
    try:
        return compile_model(graph, name, kernels=kernels)
    finally:
        code.kernel_source = fast


def mutants(seed: int) -> Iterator[bytes]:
    """For ever: mutants of the seeds, and of mutants that were accepted (sent back into the generator)."""
    rng = Random(seed)
    pool = [path.read_bytes() for path in seeds_of("tflite")]
    fixed = len(pool)

    def plain(data: bytes) -> bytes:
        changed = bytearray(data or b"\0")
        changed[rng.randrange(len(changed))] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
        return bytes(changed)

    while True:
        taken = yield mutate_model(rng.choice(pool), rng, plain)
        if taken is not None:
            pool.append(taken)
            del pool[fixed + 200 :]


def judge_alone(data: bytes) -> bool:
    """Whether ``data`` is accepted; all that is promised of its C holds.

    Raises
    ------
    BrokenPromiseError
        When it does not.
    """
    trial = Trial(None)
    try:
        accepted = trial.add(data)
        trial.flush()
    finally:
        trial.judge.close()
    return accepted


def main(arguments: Sequence[str]) -> None:
    """Run, and print what was done."""
    folder, kind, extent, seed = arguments
    trial = Trial(Path(folder))
    source = mutants(int(seed))
    end, runs = time.monotonic() + 60 * float(extent), 0
    while runs < int(extent) if kind == "runs" else time.monotonic() < end:
        runs += 1
        trial.add(next(source))
    trial.flush()
    trial.judge.close()
    print(f"done {runs} runs: {trial.sentence()}")


if __name__ == "__main__":
    main(sys.argv[1:])
