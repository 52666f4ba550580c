"""What a network will take on a target before it is trained: its C from untrained weights, built and run in emulation.

Shapes alone decide the plan, so arena and state are exact; weights decide little of the code (which tail a kernel has),
so flash, stack and cycles are near what the trained network will take. Without a compiler or an emulator the plan alone
remains: cycles are then the sum of what the kernels' parts take (``edgeunet.kernels.prediction``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgeunet.emit import Compiled, compile_model
from edgeunet.emit.identifier import suggest_identifier
from edgeunet.emit.work import network_work
from edgeunet.errors import RunError, ToolError
from edgeunet.graph import Graph, read_tflite
from edgeunet.kernels.prediction import cycles_for
from edgeunet.power.estimate import Energy
from edgeunet.run.bench import STACK_BYTES, stand_in
from edgeunet.run.consumption import EnergyRequest, consumption
from edgeunet.run.golden import Golden, golden_input
from edgeunet.run.image import Build
from edgeunet.run.machines.boards import Board, load_boards
from edgeunet.run.machines.machine import find_machine
from edgeunet.run.machines.toolchains import find_toolchain
from edgeunet.run.measure import Note, measure
from edgeunet.run.measurement import Measurement
from edgeunet.run.target import target_kernels
from edgeunet.schedule.plan import schedule_graph
from edgeunet.short_repr import short_repr
from edgeunet.spec import UNetSpec

UNTRAINED = "from untrained weights: a first estimate"


@dataclass(frozen=True)
class Forecast:
    """The first estimate of a network on a target.

    Attributes
    ----------
    state_bytes, arena_bytes : exact: what the plan of the trained network needs.
    planned_cycles : of a window with memory that never waits, by the parts of its kernels; ``None`` where one was not
        measured on the core.
    measurement : of the program with untrained weights; ``None`` where it could not be built or run.
    reason : why there is no measurement.
    energy : of a window, ``energy_reason`` why none.
    """

    target: str
    board: Board
    kernels: str
    arena_bytes: int
    state_bytes: int
    weights_bytes: int
    planned_cycles: int | None
    measurement: Measurement | None
    reason: str | None
    energy: Energy | None
    energy_reason: str | None

    __repr__ = short_repr

    @property
    def cycles(self) -> int | None:
        """Cycles of a window, with the board's memory where the program ran."""
        known = self.measurement.known_cycles if self.measurement else None
        return self.planned_cycles if known is None else known.count

    @property
    def milliseconds(self) -> float | None:
        """Time of a window, ``None`` without cycles or a clock."""
        clock_hz = self.board.timing.clock_hz if self.board.timing else None
        return None if self.cycles is None or not clock_hz else 1000 * self.cycles / clock_hz

    def document(self) -> dict[str, Any]:
        """Return the object ``first_estimate`` of ``build --json`` and ``train --json``."""
        m, milliseconds = self.measurement, self.milliseconds
        size = m.footprint if m else None
        return {
            "target": self.target,
            "board": self.board.name,
            "core": self.board.core.name,
            "kernels": self.kernels,
            "basis": "built and run" if m else "planned",
            "reason": self.reason,
            "cycles": self.cycles,
            "planned_cycles": self.planned_cycles,
            "clock_hz": self.board.timing.clock_hz if self.board.timing else None,
            "milliseconds": None if milliseconds is None else round(milliseconds, 6),
            "microjoules": None if self.energy is None else round(self.energy.microjoules, 4),
            "energy_reason": self.energy_reason,
            "ram_bytes": m.ram_bytes if m else None,
            "arena_bytes": self.arena_bytes,
            "state_bytes": self.state_bytes,
            "stack_bytes": m.stack_bytes if m else None,
            "flash_bytes": size.flash_bytes if size else None,
            "weights_bytes": self.weights_bytes,
        }

    def lines(self) -> list[str]:
        """Return it for a terminal."""
        m = self.measurement
        size = m.footprint if m else None
        parts = [f"state {self.state_bytes:,} (arena {self.arena_bytes:,})"]
        if m is not None:
            parts += [f"input and output {m.io_bytes:,}", f"stack {m.stack_bytes:,}"]
        ram = f"{m.ram_bytes:,} bytes: " if m and m.ram_bytes is not None else ""
        flash = f"{size.flash_bytes:,} bytes, {self.weights_bytes:,} of them weights and tables" if size else "unknown"
        energy = "unknown" if self.energy is None else f"{self.energy.microjoules:,.2f} µJ per window, estimated"
        rows = [
            ("time", self._time()),
            ("energy", energy if self.energy_reason is None else f"{energy} ({self.energy_reason})"),
            ("RAM", ram + " + ".join(parts)),
            ("flash", flash),
        ]
        head = f"on {self.target}, {UNTRAINED} ({self.kernels} kernels, whole windows)"
        why = [] if self.reason is None else [f"planned only: {self.reason}"]
        return ["", head, *(f"  {label:<8}{text}" for label, text in rows), *why]

    def _time(self) -> str:
        if self.cycles is None:
            return "unknown"
        known = self.measurement.known_cycles if self.measurement else None
        caveat = known.caveat() if known else "by the parts of the kernels, memory that never waits"
        spent = f"{self.cycles:,} cycles per window ({caveat})"
        if self.milliseconds is None or self.board.timing is None:
            return spent
        return f"{self.milliseconds:,.3f} ms at {self.board.timing.clock_hz / 1e6:g} MHz, {spent}"


def forecast(spec: UNetSpec, target: str, *, seed: int = 0, note: Note = lambda _: None) -> Forecast:
    """Return what the network of ``spec`` will take on ``target``, a core or board.

    Raises
    ------
    EdgeUNetError
        When there is no such target, or the network cannot be converted or compiled.
    """
    from edgeunet.quantize.untrained import untrained_model

    board = load_boards().board(target)
    note(f"a first estimate on {target}: converting untrained weights")
    return forecast_graph(read_tflite(untrained_model(spec, seed)), spec, target, board, note)


def forecast_graph(graph: Graph, spec: UNetSpec, target: str, board: Board, note: Note) -> Forecast:
    """``forecast`` of an int8 network that is there already."""
    kernels = target_kernels(board, None)
    name = suggest_identifier(spec.name)
    compiled = compile_model(graph, name, kernels=kernels)
    works = network_work(schedule_graph(graph, kernels=kernels))
    cycles = cycles_for(board.core.name, kernels.core)
    known = [work for work in works if work is not None]
    spent = sum(cycles.of(function, parts) for work in known for function, parts in work.items())
    measurement, reason = _measured(compiled, spec, target, board, note)
    energy, energy_reason = _energy(measurement, board)
    return Forecast(
        target=target,
        board=board,
        kernels=kernels.name,
        arena_bytes=compiled.arena_bytes,
        state_bytes=compiled.state_bytes,
        weights_bytes=compiled.weights_bytes,
        planned_cycles=round(spent) if len(known) == len(works) and spent < float("inf") else None,
        measurement=measurement,
        reason=reason,
        energy=energy,
        energy_reason=energy_reason,
    )


def _measured(
    compiled: Compiled, spec: UNetSpec, target: str, board: Board, note: Note
) -> tuple[Measurement | None, str | None]:
    """Build and run what untrained weights compile to; its outputs mean nothing and are not compared."""
    runs_on = stand_in(board, None)
    sizes = [sum(interface.size_bytes for interface in side) for side in (compiled.inputs, compiled.outputs)]
    golden = Golden((golden_input(sizes[0], 0).tobytes(),), (bytes(sizes[1]),))
    try:
        build = Build(runs_on, find_toolchain(board.core), stack_bytes=STACK_BYTES)
        machine = find_machine(runs_on)
        found = measure(
            compiled,
            build,
            machine,
            golden,
            target=target,
            board=board,
            model=spec.name,
            sample_rate_hz=spec.sample_rate_hz,
            note=note,
        )
    except (ToolError, RunError) as error:
        return None, str(error)
    return found, None


def _energy(measurement: Measurement | None, board: Board) -> tuple[Energy | None, str | None]:
    asked = EnergyRequest()
    try:
        mode = asked.mode_of(board)
        if measurement is None:
            return None, "it follows from cycles of a run"
        what = f"{measurement.model} on {measurement.target}"
        return consumption(measurement.time, what, mode, asked.supply), None
    except RunError as error:
        return None, str(error)
