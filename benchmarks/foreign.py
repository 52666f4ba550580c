"""``python -m benchmarks.foreign IMAGE``: instructions and cycles of a network that another tool made.

``IMAGE`` is an ELF file for an emulated board: edgeunet's firmware template (its ``measure.c``, drivers and start-up)
around the other tool's network. Its ``main`` says hello, calibrates, and per run fills the input by ``measure_input``,
runs the network in one ``measure_call`` of the kind ``run`` and sends the output by ``measure_output``. So its counter
and its trace are held against each other as those of our own images are, and its outputs against the exact reference.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.table import dumps
from edgeunet.errors import EdgeUNetError, ReportError, RunError
from edgeunet.files import read_json, write_text
from edgeunet.graph import Graph, evaluate, read_tflite
from edgeunet.run.estimate import Traced, estimate_call
from edgeunet.run.golden import golden_input
from edgeunet.run.machines.boards import load_boards
from edgeunet.run.machines.elf import ElfImage
from edgeunet.run.machines.machine import find_machine, hear
from edgeunet.run.machines.protocol import Line
from edgeunet.run.machines.tracing import Tracer

_TIMEOUT_S = 900.0


def measure_foreign(image: Path, model: Path, target: str, build: str, emulator: str | None = None) -> dict[str, Any]:
    """Return what the first run of ``image`` takes on the core ``target``.

    Parameters
    ----------
    model : the int8 ``.tflite`` file that the other tool was given; inputs and outputs lie one after the other.
    build : what tells this image from others of the same model and core, as its compiler flags.

    Raises
    ------
    EdgeUNetError
        A subclass saying why the image cannot be run, or that it answers otherwise than the model does.
    """
    board = load_boards().board(target)
    machine, tracer, elf = find_machine(board, emulator), Tracer(), ElfImage.read(image)
    lines = hear(machine, image, _TIMEOUT_S, None, tracer)
    runs = [line for line in lines if line.kind == "run"]
    if not runs:
        raise RunError(f"'{image}' ran no network; see the head of benchmarks/foreign.py for what it has to do")
    graph = read_tflite(model)
    _require_exact(graph, lines, len(runs), image)
    traced = Traced(elf, tracer, tuple(line.number("count") for line in runs))
    cycles = estimate_call(board, traced, 0)
    return {
        "model": model.name.split(".")[0],
        "target": target,
        "build": build,
        "instructions": traced.calls[0],
        "cycles": cycles.zero_wait_count,
        "exact": True,
        "stack_bytes": max(line.number("stack_bytes") for line in runs),
        "model_digest": graph.digest,
        "image_digest": hashlib.sha256(image.read_bytes()).hexdigest(),
        "cycles_model": cycles.model,
        "emulator_version": machine.version,
    }


def _require_exact(graph: Graph, lines: Sequence[Line], runs: int, image: Path) -> None:
    """Hold every output against the exact evaluator's."""
    shapes = [graph.tensors[index].shape for index in graph.inputs]
    ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes])
    for run in range(runs):
        parts_in = np.split(golden_input(int(ends[-1]), run), ends[:-1])
        arrays = [part.reshape(shape) for part, shape in zip(parts_in, shapes, strict=True)]
        wanted = b"".join(np.ascontiguousarray(out).tobytes() for out in evaluate(graph, arrays))
        parts = [line.data("bytes") for line in lines if line.kind == "output" and line.number("run") == run]
        if b"".join(parts) != wanted:
            raise RunError(f"'{image}' answers run {run} otherwise than the model does; build it from that model")


def put(row: dict[str, Any], page: Path) -> None:
    """Write ``row`` into the list ``images`` of ``page``, in the place of the one with its model, target and build."""
    document = read_json(page, ReportError) if page.exists() else {"provenance": {}, "images": []}
    key = ("model", "target", "build")
    others = [each for each in document["images"] if any(each[name] != row[name] for name in key)]
    document["images"] = sorted([*others, row], key=lambda each: tuple(each[name] for name in key))
    write_text(page, dumps(document))


def main(arguments: Sequence[str]) -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.foreign", description="Measure another tool's image.")
    parser.add_argument("image", type=Path, help="ELF file around edgeunet's firmware template")
    parser.add_argument("--model", type=Path, required=True, help="the .tflite file that it runs")
    parser.add_argument("--target", required=True, help="core, as for edgeunet bench")
    parser.add_argument("--build", required=True, help="name of the build, as its compiler flags")
    parser.add_argument("--emulator", choices=("qemu", "unicorn"), help="by default qemu where it is installed")
    parser.add_argument("--into", type=Path, help="page that takes the figures, benchmarks/baselines/...json")
    asked = parser.parse_args(arguments)
    try:
        row = measure_foreign(asked.image, asked.model, asked.target, asked.build, asked.emulator)
        if asked.into is not None:
            put(row, asked.into)
    except EdgeUNetError as error:
        print(f"benchmarks.foreign: {error}", file=sys.stderr)
        return error.exit_code
    print(dumps(row), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
