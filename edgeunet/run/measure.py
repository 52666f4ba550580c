"""Build, run, compare and measure one compiled network on one target."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from edgeunet.emit.source import Compiled
from edgeunet.errors import RunError
from edgeunet.files import make_directory, scratch_directory
from edgeunet.run.estimate import NO_TRACE, Traced, estimate
from edgeunet.run.golden import Golden
from edgeunet.run.image import Build, Image, build_image
from edgeunet.run.machines.boards import Board
from edgeunet.run.machines.callgrind import count_with_callgrind
from edgeunet.run.machines.elf import ElfImage
from edgeunet.run.machines.machine import Machine, hear
from edgeunet.run.machines.protocol import PROTOCOL, Line
from edgeunet.run.machines.tracing import Tracer
from edgeunet.run.measurement import LayerCost, Measurement, Mismatch
from edgeunet.run.project import write_project
from edgeunet.short_repr import short_repr
from edgeunet.timing.cycles import Cycles, measured_cycles

Note = Callable[[str], None]


@dataclass(frozen=True)
class Session:
    """What one image reported.

    Attributes
    ----------
    counts : of the runs, or of the hops; ``call_counts`` has those of flushes between them too.
    reported_call : index into ``call_counts`` of the call that stands for all: the first window, or the last hop.
    """

    unit: str
    clock_hz: int
    state_bytes: int
    input_bytes: int
    output_bytes: int
    counts: tuple[int, ...]
    call_counts: tuple[int, ...]
    reported_call: int
    stack_bytes: int
    outputs: tuple[bytes, ...]
    layer_counts: tuple[int, ...]
    rounds: int

    __repr__ = short_repr


def measure(
    compiled: Compiled,
    build: Build,
    machine: Machine,
    golden: Golden,
    *,
    target: str,
    board: Board | None = None,
    model: str | None = None,
    sample_rate_hz: float | None = None,
    timeout_s: float = 120.0,
    directory: Path | None = None,
    note: Note = lambda _: None,
) -> Measurement:
    """Run the model as it ships for totals, sizes and stack, then with its trace hook for the layers' shares.

    Parameters
    ----------
    build : board, compiler and flags; the model is run once on every input of ``golden``.
    board : whose clock and memory cycles are estimated for; by default the one that is built for.
    sample_rate_hz : rate of the signal, for figures per second of it.
    model : the name to report; by default the prefix of the generated C.
    directory : where to leave the firmware project and its images; by default a temporary directory.

    Raises
    ------
    ToolError
        When a tool is missing or fails.
    RunError
        When the program faults, hangs, loses lines, or its counter does not count what it says.
    """
    build = replace(build, runs=len(golden.inputs))
    board = board or build.board
    memory = board.timing if board else None
    tracers = (Tracer(memory), Tracer(memory)) if board and machine.emulator else (None, None)
    host_instructions = cycles = None
    with _working_directory(directory) as work:
        note(f"building {compiled.name} for {target} with {build.toolchain.version}")
        project = write_project(compiled, build.board, work, weights=build.weights).require_unchanged()
        image = build_image(build, project)
        note(f"running on {machine.emulator or machine.name}")
        sizes = tuple(len(output) for output in golden.outputs)
        plain = run_session(machine, image, compiled, project.firmware_id, sizes, timeout_s, tracers[0])
        traced_image = build_image(replace(build, runs=1, traced=True), project)
        traced = run_session(machine, traced_image, compiled, project.firmware_id, sizes[:1], timeout_s, tracers[1])
        if board is not None:
            cycles = _cycles(board, (image, traced_image), (plain, traced), tracers)
        footprint = image.footprint()
        if build.board is None and not build.is_sanitized:
            host_instructions = count_with_callgrind(image.path, *_called(compiled, plain), timeout_s)
    made = compiled.outputs[0].dtype
    return Measurement(
        model=model or compiled.name,
        target=target,
        board=board.name if board else "host",
        core=board.core.name if board else "host",
        kernels=compiled.kernels,
        mode=compiled.mode,
        mismatch=compare(golden.outputs, plain.outputs, made) or compare(golden.outputs[:1], traced.outputs, made),
        unit=plain.unit,
        clock_hz=plain.clock_hz,
        counts=plain.counts,
        host_instructions=host_instructions,
        cycles=cycles,
        board_clock_hz=memory.clock_hz if memory else None,
        layers=_layer_costs(compiled, traced),
        memory=compiled.memory,
        arena_bytes=compiled.arena_bytes,
        state_bytes=plain.state_bytes,
        compared_bytes=sum(len(output) for output in plain.outputs),
        input_bytes=plain.input_bytes,
        output_bytes=plain.output_bytes,
        stack_bytes=plain.stack_bytes if build.board else None,
        footprint=footprint,
        weights_bytes=compiled.weights_bytes,
        toolchain=build.toolchain.name,
        toolchain_version=build.toolchain.version,
        flags=" ".join(build.model_flags),
        emulator=machine.emulator,
        emulator_version=machine.version or None,
        model_digest=compiled.model_digest,
        rows_per_call=compiled.hop_samples if compiled.mode == "stream" else _rows(compiled),
        lookahead_samples=compiled.lookahead_samples,
        sample_rate_hz=sample_rate_hz,
    )


def _cycles(
    board: Board,
    images: tuple[Image, Image],
    sessions: tuple[Session, Session],
    tracers: tuple[Tracer | None, Tracer | None],
) -> Cycles | str:
    """Cycles of the call that is reported: measured by a board, estimated from an emulator's traces, or why neither."""
    plain, traced = sessions
    if plain.unit == "cycles":
        count = plain.call_counts[plain.reported_call]
        return measured_cycles(count, board.core.name, traced.layer_counts)
    runs = [
        Traced(ElfImage.read(image.path), tracer, session.call_counts, session.layer_counts, session.rounds)
        for image, session, tracer in zip(images, sessions, tracers, strict=True)
        if tracer is not None
    ]
    if len(runs) != len(images):
        return NO_TRACE
    return estimate(board, runs[0], runs[1], plain.reported_call)


def _called(compiled: Compiled, session: Session) -> tuple[str, int]:
    """The function whose calls are counted, and how often it was called."""
    return f"{compiled.name}_{'push' if compiled.mode == 'stream' else 'run'}", len(session.counts)


def _rows(compiled: Compiled) -> int:
    """Input samples in time of one window."""
    *rows, _ = compiled.inputs[0].shape
    return int(np.prod(rows))


@contextmanager
def _working_directory(directory: Path | None) -> Iterator[Path]:
    if directory is not None:
        yield make_directory(directory).resolve()
        return
    with scratch_directory() as temporary:
        yield temporary


def run_session(
    machine: Machine,
    image: Image,
    compiled: Compiled,
    firmware_id: str,
    sizes: Sequence[int],
    timeout_s: float,
    tracer: Tracer | None = None,
) -> Session:
    """Run ``image`` and return what it reported, its identity and its counter checked; ``sizes`` of output per run.

    ``tracer`` takes what an emulator saw it execute.
    """
    lines = hear(machine, image.path, timeout_s, tracer=tracer)
    hello = lines[0]
    _check_identity(hello, compiled, firmware_id)
    unit = hello.text("unit")
    _check_calibration(lines, unit)
    layers = [line for line in lines if line.kind == "layer"]
    calls = [line for line in lines if line.kind in ("run", "push", "flush")]
    if image.build.board is not None and not all(line.number("stack_left_bytes") for line in calls):
        raise RunError(f"the stack of {image.build.stack_bytes} bytes was used to its end; give it more with --stack")
    return Session(
        unit=unit,
        clock_hz=hello.number("clock_hz"),
        state_bytes=hello.number("state_bytes"),
        input_bytes=hello.number("input_bytes"),
        output_bytes=hello.number("output_bytes"),
        counts=tuple(line.number("count") for line in calls if line.kind != "flush"),
        call_counts=tuple(line.number("count") for line in calls),
        reported_call=_reported_call(calls),
        stack_bytes=max(line.number("stack_bytes") for line in calls),
        outputs=_outputs(lines, sizes),
        layer_counts=tuple(line.number("count") for line in layers),
        rounds=layers[0].number("rounds") if layers else 1,
    )


def _reported_call(calls: Sequence[Line]) -> int:
    return max((place for place, line in enumerate(calls) if line.kind == "push"), default=0)


def _check_identity(hello: Line, compiled: Compiled, firmware_id: str) -> None:
    if hello.number("protocol") != PROTOCOL:
        raise RunError(
            f"the firmware speaks protocol {hello.text('protocol')} and this edgeunet {PROTOCOL}; build it again"
        )
    if hello.text("firmware") != firmware_id:
        raise RunError(
            f"the board runs firmware '{hello.text('firmware')}', not the '{firmware_id}' just built; flash it again"
        )
    if compiled.mode == "stream":
        return
    for key, interfaces in (("input_bytes", compiled.inputs), ("output_bytes", compiled.outputs)):
        expected = sum(interface.size_bytes for interface in interfaces)
        if hello.number(key) != expected:
            raise RunError(
                f"the firmware has {key}={hello.text(key)} and the model {expected}; compile the model again"
            )


def _check_calibration(lines: Sequence[Line], unit: str) -> None:
    """Hold the counter to loops of known length: to the instruction where it counts instructions."""
    loops = [line for line in lines if line.kind == "calibration"]
    if unit == "cycles" and not any(line.number("count") for line in loops):
        raise RunError(
            "the board's counter stands still; measure on a board whose counter runs (see edgeunet firmware boards)"
        )
    for line in loops:
        if unit == "instructions" and line.number("count") != line.number("expected"):
            raise RunError(
                f"the counter is off: a loop of {line.number('expected')} instructions was counted as "
                f"{line.number('count')}; check COUNTER_TICK of the board and the emulator's clock"
            )


def _outputs(lines: Sequence[Line], sizes: Sequence[int]) -> tuple[bytes, ...]:
    parts: list[bytearray] = [bytearray() for _ in sizes]
    for line in lines:
        if line.kind == "output":
            run = line.number("run")
            if run >= len(parts) or line.number("offset") != len(parts[run]):
                raise RunError("the firmware sent its output out of order; build it again with this edgeunet")
            parts[run] += line.data("bytes")
    for run, (part, size) in enumerate(zip(parts, sizes, strict=True)):
        if len(part) != size:
            raise RunError(
                f"the firmware sent {len(part)} bytes of output in run {run} where {size} belong; compile again"
            )
    return tuple(bytes(part) for part in parts)


def compare(expected: Sequence[bytes], answered: Sequence[bytes], dtype: str = "int8") -> Mismatch | None:
    """Return where ``answered`` differs from ``expected`` (values of ``dtype``, run by run), or ``None`` when it never
    does."""
    first = None
    differing = compared = 0
    for run, (want, have) in enumerate(zip(expected, answered, strict=True)):
        compared += len(want)
        offsets = [i for i, (a, b) in enumerate(zip(want, have, strict=True)) if a != b]
        differing += len(offsets)
        if offsets and first is None:
            first = run, offsets[0]
    if first is None:
        return None
    run, offset = first
    place = offset // np.dtype(dtype).itemsize
    values = [np.frombuffer(data[run], dtype)[place] for data in (expected, answered)]
    return Mismatch(run, offset, int(values[0]), int(values[1]), differing, compared)


def _layer_costs(compiled: Compiled, traced: Session) -> tuple[LayerCost, ...]:
    counts = traced.layer_counts
    if len(counts) != len(compiled.layers):
        raise RunError(
            f"the firmware traced {len(counts)} layers and the model has {len(compiled.layers)}; compile it again"
        )
    return tuple(
        LayerCost(layer.name, layer.op, layer.macs * traced.rounds, count)
        for layer, count in zip(compiled.layers, counts, strict=True)
    )
