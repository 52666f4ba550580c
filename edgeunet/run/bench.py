"""``bench``: from a ``.tflite`` file to a measurement on one target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from edgeunet.emit import Compiled, compile_model
from edgeunet.emit.identifier import suggest_identifier
from edgeunet.emit.preference import preferred
from edgeunet.errors import RunError
from edgeunet.graph import Graph, evaluate, read_tflite
from edgeunet.graph.length import with_length
from edgeunet.kernels.flavour import FAST, Flavour
from edgeunet.modelcard import ModelCard, read_card
from edgeunet.pipeline.program import add_pipeline
from edgeunet.pipeline.settings import PipelineRequest
from edgeunet.power.estimate import Energy
from edgeunet.rewrite import strip_edges
from edgeunet.run.consumption import EnergyRequest, consumption
from edgeunet.run.flash import serial_machine
from edgeunet.run.golden import Golden, make_golden
from edgeunet.run.image import FLASH, Build
from edgeunet.run.machines.boards import HOST, Board, load_boards
from edgeunet.run.machines.machine import find_machine
from edgeunet.run.machines.toolchains import find_toolchain
from edgeunet.run.measure import Note, measure
from edgeunet.run.measurement import Measurement
from edgeunet.run.project import Project, write_project
from edgeunet.run.recording import make_recording
from edgeunet.run.target import find_board, target_kernels
from edgeunet.run.tflm import Peer, run_tflm, split_bytes
from edgeunet.schedule.choice import Choice, choose
from edgeunet.short_repr import short_repr

SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")
STACK_BYTES = 8192


@dataclass(frozen=True)
class Request:
    """What to measure and how.

    Attributes
    ----------
    target : ``host``, a core (its emulated board is taken) or a board.
    kernels : kernel flavour; by default the fastest that runs on the core.
    repeat : number of runs, each on another input.
    port : serial port of a real board.
    sanitize : build for the host under AddressSanitizer and UndefinedBehaviorSanitizer.
    keep : directory to leave the firmware project in.
    aligned : no word is loaded or stored but at a multiple of four; on a Cortex-M the core traps the others.
    scratch : most bytes of memory that a kernel may have beside its operands; ``None`` for what the fastest wants.
    prefer : one of ``PREFERENCES`` of ``edgeunet.kernels.flavour``.
    mode, hop, recompute : whole windows, a stream of hops, or ``auto``; skips of a stream to compute again.
    ram_bytes : what the plan must fit: state, input and output.
    without : exact passes of the compiler, or kernels of the flavour, to leave out.
    weights : where weights and tables lie on a core or board, ``flash`` or ``ram``.
    energy : whether to say what a call draws, and from what supply.
    stack_bytes : size of the stack on a core or board (``STACK_BYTES``); what the model uses of it is measured.
    """

    model: Path
    target: str = HOST
    toolchain: str | None = None
    emulator: str | None = None
    kernels: str | None = None
    flags: tuple[str, ...] = ("-O2",)
    repeat: int = 1
    port: str | None = None
    sanitize: bool = False
    timeout_s: float = 120.0
    keep: Path | None = None
    mode: str = "window"
    hop: int | None = None
    recompute: int | None = None
    ram_bytes: int | None = None
    effort: int = 1
    aligned: bool = False
    scratch: int | None = None
    prefer: str = FAST
    without: tuple[str, ...] = ()
    stack_bytes: int | None = None
    weights: str = FLASH
    energy: EnergyRequest | None = None

    __repr__ = short_repr

    @property
    def choice(self) -> Choice:
        """How to compile, as asked."""
        return Choice(self.mode, self.hop, self.recompute, self.effort, self.aligned, self.scratch)


def stand_in(board: Board | None, port: str | None) -> Board | None:
    """Return the board that runs the program: a real one without its ``port`` is stood in for by its emulated core."""
    if board is None or board.is_emulated or port is not None:
        return board
    return load_boards().board(board.core.name)


def check_options(request: Request, board: Board | None) -> None:
    """Refuse options that mean nothing for the target.

    Raises
    ------
    RunError
        With what the target has instead.
    """
    target = request.target
    if board is not None and request.port is not None:
        board.require_firmware()
    if request.sanitize and board is not None:
        raise RunError("--sanitize needs an operating system under the program; use --target host")
    if board is None:
        for option, given in (
            ("--emulator", request.emulator),
            ("--port", request.port),
            ("--stack", request.stack_bytes),
            ("--weights", None if request.weights == FLASH else request.weights),
        ):
            if given is not None:
                raise RunError(
                    f"{option} {given} is for cores and boards, and --target host runs on this machine; leave {option} "
                    "out, or name a --target from edgeunet firmware boards"
                )
    elif board.is_emulated and request.port is not None:
        raise RunError(
            f"--port {request.port} is for a real board, and {target} is emulated; leave --port out, or name a real "
            "board as --target (see edgeunet firmware boards)"
        )
    elif request.port is not None and request.emulator is not None:
        raise RunError(
            f"--emulator {request.emulator} is for a run without the board, --port {request.port} for one on it; "
            "leave one of them out"
        )


def settled(request: Request, note: Note = lambda _: None) -> Request:
    """Return ``request`` with a mode that is ``window`` or ``stream``, chosen to fit where it says ``auto``.

    Raises
    ------
    CompileError
        When nothing fits, or the arguments contradict each other.
    """
    kernels = target_kernels(find_board(request.target), request.kernels)
    choice = choose(read_tflite(request.model), kernels, request.choice, request.ram_bytes)
    if request.mode == "auto" or choice != request.choice:
        note(f"{'auto' if request.mode == 'auto' else '--ram'}: {choice.sentence()}")
    return replace(
        request, mode=choice.mode, hop=choice.hop, recompute=choice.recompute, scratch=choice.scratch, ram_bytes=None
    )


def reference(graph: Graph, compiled: Compiled, rows: int | None = None) -> Callable[[bytes], bytes]:
    """Return the exact evaluator of ``graph`` as a function of the bytes that the compiled network takes and gives.

    With ``rows`` it is the network over a whole recording of that length, which a stream must equal.
    """
    inner = strip_edges(graph) if rows is None else with_length(strip_edges(graph), rows)

    def answer(data: bytes) -> bytes:
        tensors = [inner.tensors[index] for index in inner.inputs]
        parts = [np.frombuffer(data, tensors[0].dtype)] if rows is not None else split_bytes(data, compiled.inputs)
        arrays = [part.reshape(tensor.shape) for part, tensor in zip(parts, tensors, strict=True)]
        return b"".join(np.ascontiguousarray(out).tobytes() for out in evaluate(inner, arrays))

    return answer


def recording_rows(compiled: Compiled) -> int:
    """Return how long a recording to stream: two windows, settled for long, an end within a hop where it can."""
    window, hop = compiled.inputs[0].shape[-2], compiled.hop_samples
    stride = compiled.stride_samples
    rows = max(2 * window, 4 * compiled.lookahead_samples + 8 * hop)
    whole = -(-rows // hop) * hop
    return whole + stride if hop > stride else whole


@dataclass(frozen=True)
class Result:
    """A measurement and, where asked for, the peer beside it and what it draws."""

    measurement: Measurement
    peer: Peer | None = None
    energy: Energy | None = None

    __repr__ = short_repr

    def document(self) -> dict[str, Any]:
        """Return the object that ``bench --json`` prints."""
        document = self.measurement.document()
        if self.peer is not None:
            document["peer"] = self.peer.document()
        if self.energy is not None:
            document |= self.energy.document()
        return document


def _flavour(request: Request, graph: Graph, note: Note) -> Flavour:
    """The kernels of a settled request, as it prefers them."""
    flavour = request.choice.on(target_kernels(find_board(request.target), request.kernels))
    return preferred(graph, flavour, request.choice, request.prefer, note)


def compile_request(request: Request, graph: Graph, note: Note = lambda _: None) -> Compiled:
    """Return the C that ``bench`` measures for a settled ``request``.

    Raises
    ------
    EdgeUNetError
        A subclass saying why the model cannot be compiled as asked.
    """
    return compile_model(
        graph,
        suggest_identifier(request.model.name.split(".")[0]),
        kernels=_flavour(request, graph, note),
        mode=request.mode,
        hop=request.hop,
        recompute=request.recompute,
        effort=request.effort,
        aligned=request.aligned,
        without=request.without,
        card=read_card(request.model, graph.digest),
    )


def bench(request: Request, *, peer: str | None = None, note: Note = lambda _: None) -> Result:
    """Compile, build, run, compare and measure.

    Raises
    ------
    EdgeUNetError
        A subclass saying what is wrong with the model, the request, the tools or the run.
    """
    board = find_board(request.target)
    check_options(request, board)
    asked = request.energy
    mode = None if asked is None else asked.mode_of(board)
    request = settled(request, note)
    graph = read_tflite(request.model)
    card = read_card(request.model, graph.digest)
    compiled = compile_request(request, graph, note)
    if compiled.untried:
        note(compiled.untried.sentence())
    rows = recording_rows(compiled) if compiled.mode == "stream" else None
    size = rows * compiled.inputs[0].row_bytes if rows else None
    golden = make_golden(compiled, reference(graph, compiled, rows), request.repeat, size)
    if compiled.mode == "stream" and not (card and card.sample_rate_hz):
        note("the model's card has no sample rate, so there are no figures per second, in MHz or in ms")
    measurement = _measure(request, board, compiled, golden, rows, card, note)
    beside = None
    if peer is not None:
        note("running TFLM's interpreter")
        windows = golden if rows is None else make_golden(compiled, reference(graph, compiled), request.repeat)
        beside = run_tflm(request.model.read_bytes(), compiled, windows)
    what = f"{measurement.model} on {measurement.target}"
    draws = None if asked is None or mode is None else consumption(measurement.time, what, mode, asked.supply)
    return Result(measurement, beside, draws)


def _measure(
    request: Request,
    board: Board | None,
    compiled: Compiled,
    golden: Golden,
    rows: int | None,
    card: ModelCard | None,
    note: Note,
) -> Measurement:
    flags = (*request.flags, *SANITIZE) if request.sanitize else request.flags
    target_board, board = board, stand_in(board, request.port)
    toolchain = find_toolchain(board.core if board else None, request.toolchain)
    stack_bytes = request.stack_bytes or STACK_BYTES
    build = Build(board, toolchain, flags, stack_bytes=stack_bytes, recording_rows=rows, weights=request.weights)
    machine = serial_machine(board, request.port) if board and request.port else find_machine(board, request.emulator)
    return measure(
        compiled,
        build,
        machine,
        golden,
        target=request.target,
        board=target_board,
        model=card.name if card else request.model.name.split(".")[0],
        sample_rate_hz=card.sample_rate_hz if card else None,
        timeout_s=request.timeout_s,
        directory=request.keep,
        note=note,
    )


def new_firmware(
    model: Path,
    board_name: str,
    directory: Path,
    *,
    kernels: str | None = None,
    mode: str = "window",
    hop: int | None = None,
    effort: int = 1,
    aligned: bool = False,
    scratch: int | None = None,
    prefer: str = FAST,
    pipeline: PipelineRequest | None = None,
    note: Note = lambda _: None,
    force: bool = False,
    weights: str = FLASH,
) -> Project:
    """Compile ``model`` and write a firmware project around it, whole windows or a stream of hops.

    With ``pipeline`` it takes ADC counts and gives events, and runs on some seconds of synthetic ECG. Files that the
    user changed are kept unless ``force``.

    Raises
    ------
    EdgeUNetError
        A subclass saying what is wrong with the model, the board or the directory.
    """
    board = load_boards().board(board_name).require_firmware()
    prefix = suggest_identifier(model.name.split(".")[0])
    graph = read_tflite(model)
    choice = Choice(mode, hop, None, effort, aligned, scratch)
    flavour = preferred(graph, choice.on(target_kernels(board, kernels)), choice, prefer, note)
    card = read_card(model, graph.digest)
    compiled = compile_model(
        graph, prefix, kernels=flavour, mode=mode, hop=hop, card=card, effort=effort, aligned=aligned
    )
    if compiled.untried:
        note(compiled.untried.sentence())
    if pipeline is None:
        return write_project(compiled, board, directory, force=force, weights=weights)
    compiled, stages = add_pipeline(compiled, graph, card, pipeline)
    recording = make_recording(compiled, stages)
    return write_project(compiled, board, directory, recording, force=force, weights=weights)
