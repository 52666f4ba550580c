"""Cycles of every layer of one network on one core, beside the work that its parts do."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.emit import Compiled, compile_model
from edgeunet.emit.work import network_work
from edgeunet.files import scratch_directory
from edgeunet.graph import Graph
from edgeunet.kernels.flavour import Flavour
from edgeunet.kernels.work import Parts
from edgeunet.run.bench import recording_rows
from edgeunet.run.estimate import Estimator, Traced, layer_cycles
from edgeunet.run.image import Build, build_image
from edgeunet.run.machines.boards import Board, load_boards
from edgeunet.run.machines.elf import ElfImage
from edgeunet.run.machines.machine import find_machine
from edgeunet.run.machines.toolchains import find_toolchain
from edgeunet.run.machines.tracing import Tracer
from edgeunet.run.measure import run_session
from edgeunet.run.project import write_project
from edgeunet.schedule.plan import schedule_graph
from edgeunet.schedule.schedule import Schedule

TIMEOUT_S = 300.0


@dataclass(frozen=True)
class Sample:
    """One layer: its name, the work of its parts, and the cycles that the model of time gives it."""

    name: str
    parts: Parts
    cycles: int


@dataclass(frozen=True)
class Ran:
    """One layer as it ran: the same, ``parts`` ``None`` where the work of its kernel is not known."""

    name: str
    parts: Parts | None
    cycles: int


def measured_layers(graph: Graph, core: str, flavour: Flavour, toolchain: str, hop: int | None = None) -> list[Sample]:
    """The layers of ``ran_layers`` whose work is known."""
    ran = ran_layers(graph, core, flavour, toolchain, hop)
    return [Sample(layer.name, layer.parts, layer.cycles) for layer in ran if layer.parts is not None]


def ran_layers(graph: Graph, core: str, flavour: Flavour, toolchain: str, hop: int | None = None) -> list[Ran]:
    """Run ``graph`` (a window, or a stream where there is a ``hop``) on ``core`` in emulation, layer by layer.

    Raises
    ------
    RunError
        When the trace does not show the layers that the counter counted.
    """
    board = load_boards().board(core)
    mode = "window" if hop is None else "stream"
    kernels = flavour.on(core)
    compiled = compile_model(graph, "net", kernels=kernels, mode=mode, hop=hop)
    rows = recording_rows(compiled) if hop is not None else None
    cycles = _traced(compiled, board, toolchain, rows)
    works = network_work(_planned(graph, kernels, hop))
    return [Ran(layer.name, work, count) for layer, work, count in zip(compiled.layers, works, cycles, strict=True)]


def works_of(graph: Graph, flavour: Flavour, hop: int | None) -> list[Parts]:
    """The work of the layers that ``measured_layers`` measures."""
    return [work for work in network_work(_planned(graph, flavour, hop)) if work is not None]


def kernels_of(graph: Graph, flavour: Flavour, hop: int | None) -> set[str]:
    """The functions that run ``graph``."""
    return {kernel.function for kernel in _planned(graph, flavour, hop).kernels}


def _planned(graph: Graph, flavour: Flavour, hop: int | None) -> Schedule:
    return schedule_graph(graph, kernels=flavour, mode="window" if hop is None else "stream", hop=hop)


def _traced(compiled: Compiled, board: Board, toolchain: str, rows: int | None) -> tuple[int, ...]:
    machine, tracer = find_machine(board), Tracer()
    build = Build(board, find_toolchain(board.core, toolchain), traced=True, recording_rows=rows)
    with scratch_directory() as work:
        project = write_project(compiled, board, work)
        image = build_image(build, project)
        sizes = (_output_bytes(compiled, rows),)
        session = run_session(machine, image, compiled, project.firmware_id, sizes, TIMEOUT_S, tracer)
        read = ElfImage.read(image.path)
        traced = Traced(read, tracer, session.call_counts, session.layer_counts, session.rounds)
        return layer_cycles(Estimator(board, read), traced)


def _output_bytes(compiled: Compiled, rows: int | None) -> int:
    size = sum(interface.size_bytes for interface in compiled.outputs)
    if rows is None:
        return size
    window = compiled.inputs[0].shape[-2]
    assert rows * size % window == 0
    return rows * size // window
