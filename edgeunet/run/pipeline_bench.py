"""``bench --pipeline``: the whole pipeline on a target, from ADC counts to events, and what each stage takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edgeunet.emit import Compiled
from edgeunet.errors import RunError
from edgeunet.files import make_directory, scratch_directory
from edgeunet.graph import read_tflite
from edgeunet.modelcard import read_card
from edgeunet.pipeline.program import add_pipeline, latency_samples, wide_bytes
from edgeunet.pipeline.reference import Event, expected
from edgeunet.pipeline.settings import Pipeline, PipelineRequest
from edgeunet.power.estimate import Energy
from edgeunet.run.bench import STACK_BYTES, Request, check_options, compile_request, settled, stand_in
from edgeunet.run.consumption import consumption
from edgeunet.run.estimate import NO_TRACE, Traced, estimate_calls
from edgeunet.run.flash import check_selftest, serial_machine
from edgeunet.run.image import Build, Footprint, Image, build_image
from edgeunet.run.machines.boards import Board
from edgeunet.run.machines.elf import ElfImage
from edgeunet.run.machines.machine import Machine, find_machine, hear
from edgeunet.run.machines.protocol import Line
from edgeunet.run.machines.toolchains import find_toolchain
from edgeunet.run.machines.tracing import Tracer
from edgeunet.run.measure import Note
from edgeunet.run.project import write_project
from edgeunet.run.recording import Recording, make_recording
from edgeunet.run.stages import CountedStage, stage_cycles
from edgeunet.run.target import find_board
from edgeunet.short_repr import short_repr
from edgeunet.timing.call_time import CallTime
from edgeunet.timing.cycles import Cycles, measured_cycles

STAGES = {1: "resampling", 2: "normalization", 3: "quantization", 4: "network", 5: "decision"}
"""Numbers and names of the stages; the first scales too, the last turns classes into events."""


@dataclass(frozen=True)
class StageCost:
    """One stage's part of the whole recording, in the unit of the measurement, and its estimated cycles with memory
    that never waits: the readings between stages, thousands a second, leave nothing of what a cache would hold.
    """

    name: str
    counted: CountedStage
    cycles: int | None = None

    @property
    def count(self) -> int:
        return self.counted.count


@dataclass(frozen=True, eq=False)
class PipelineMeasurement:
    """A pipeline on one target.

    Attributes
    ----------
    exact : whether the events are those of the pipeline in numpy.
    selftest : 0 when the self-test passed on the target.
    counts : one figure per push, or per window.
    time : of a hop, the mean of all, or of the first window.
    energy : of the same, where it was asked for.
    stages : of a second run with hooks; together they are a little more than ``counts``.
    parts_bytes : the state by part.
    """

    target: str
    board: str
    compiled: Compiled
    pipeline: Pipeline
    recording: Recording
    events: tuple[Event, ...]
    exact: bool
    selftest: int
    unit: str
    counts: tuple[int, ...]
    time: CallTime
    energy: Energy | None
    stages: tuple[StageCost, ...]
    state_bytes: int
    io_bytes: int
    parts_bytes: dict[str, int]
    stack_bytes: int | None
    footprint: Footprint | None

    __repr__ = short_repr

    @property
    def seconds(self) -> float:
        """Length of what ``counts`` are about."""
        return len(self.recording.samples) / self.pipeline.input_rate_hz

    @property
    def per_second(self) -> float:
        return sum(self.counts) / self.seconds

    @property
    def ram_bytes(self) -> int | None:
        if self.footprint is None or self.stack_bytes is None:
            return None
        return self.state_bytes + self.io_bytes + self.footprint.ram_bytes + self.stack_bytes

    def shares(self) -> tuple[float, ...]:
        """Return the part of each stage: of the cycles where they are known, else of what was counted."""
        cycles = [stage.cycles for stage in self.stages if stage.cycles is not None]
        spent = cycles if len(cycles) == len(self.stages) else [stage.count for stage in self.stages]
        total = sum(spent) or 1
        return tuple(part / total for part in spent)

    def document(self) -> dict[str, Any]:
        """Return the object ``pipeline`` of ``bench --json``."""
        streams = self.compiled.mode == "stream"
        by_instructions = self.unit == "instructions"
        latency = latency_samples(self.compiled, self.pipeline) if streams else None
        hop_s = self.compiled.hop_samples / self.pipeline.rate_hz
        key = {"instructions": "instructions", "cycles": "cycles", "nanoseconds": "wall_ns"}[self.unit]
        return {
            "exact": self.exact,
            "selftest": self.selftest,
            "events": len(self.events),
            "input_rate_hz": self.pipeline.input_rate_hz,
            "network_rate_hz": self.pipeline.rate_hz,
            "normalization": self.pipeline.normalization,
            "adc_bits": self.pipeline.adc_bits,
            "recording_s": self.seconds,
            f"{key}_per_second": round(self.per_second),
            f"{key}_per_hop": round(self.per_second * hop_s) if streams else None,
            f"{key}_per_window": None if streams else self.counts[0],
            "realtime_mhz_estimate": self.time.realtime_mhz(self.per_second) if by_instructions else None,
            **self.time.document(),
            **({} if self.energy is None else self.energy.document()),
            "latency_ms": None if latency is None else round(1000 * latency / self.pipeline.input_rate_hz, 3),
            "stages": [
                {
                    "name": stage.name,
                    "zero_wait_cycles_per_second": None if stage.cycles is None else round(stage.cycles / self.seconds),
                    f"{key}_per_second": round(stage.count / self.seconds),
                    "share": round(share, 6),
                }
                for stage, share in zip(self.stages, self.shares(), strict=True)
            ],
            "ram_bytes": self.ram_bytes,
            "state_bytes": self.state_bytes,
            "state_parts_bytes": self.parts_bytes,
            "adc_bits_bytes": wide_bytes(self.compiled, self.pipeline),
            "io_bytes": self.io_bytes,
            "stack_bytes": self.stack_bytes,
            "flash_bytes": None if self.footprint is None else self.footprint.flash_bytes,
        }


def bench_pipeline(request: Request, asked: PipelineRequest, note: Note = lambda _: None) -> PipelineMeasurement:
    """Compile the model with its pipeline, run some seconds of synthetic ECG through it and compare the events.

    Raises
    ------
    EdgeUNetError
        A subclass saying what is wrong with the model, the request, the tools or the run.
    """
    target_board = find_board(request.target)
    check_options(request, target_board)
    mode = None if request.energy is None else request.energy.mode_of(target_board)
    request, board = settled(request), stand_in(target_board, request.port)
    graph = read_tflite(request.model)
    compiled, pipeline = add_pipeline(
        compile_request(request, graph), graph, read_card(request.model, graph.digest), asked
    )
    recording = make_recording(compiled, pipeline)
    build = Build(
        board,
        find_toolchain(board.core if board else None, request.toolchain),
        request.flags,
        stack_bytes=request.stack_bytes or STACK_BYTES,
        weights=request.weights,
    )
    machine = serial_machine(board, request.port) if board and request.port else find_machine(board, request.emulator)
    tracer = Tracer(target_board.timing) if target_board and machine.emulator else None
    note(f"building the pipeline of {compiled.name} for {request.target}")
    with _directory(request.keep) as directory:
        project = write_project(compiled, board, directory, recording, weights=build.weights)
        project.require_unchanged()
        image = build_image(replace(build, selftest=True), project)
        note("running the pipeline")
        heard = _Heard.of(machine, image, project.firmware_id, request.timeout_s, tracer)
        time = heard.time(target_board, compiled, pipeline, ElfImage.read(image.path) if tracer else None, tracer)
        bare = build_image(build, project).footprint()
        traced_image = build_image(replace(build, traced=True), project)
        stage_tracer = Tracer() if target_board and machine.emulator else None
        traced = _Heard.of(machine, traced_image, project.firmware_id, request.timeout_s, stage_tracer)
        stages = traced.stages(pipeline.resampler is not None)
        if target_board and stage_tracer:
            stages = _timed(stages, target_board, ElfImage.read(traced_image.path), stage_tracer)
    wanted = expected(graph, compiled, pipeline, recording.samples).events
    what = f"the pipeline of {compiled.name} on {request.target}"
    draws = consumption(time, what, mode, request.energy.supply) if mode and request.energy else None
    place = target_board.name if target_board else "host"
    found = heard.measurement(request.target, place, compiled, recording, wanted, stages, bare, time)
    return replace(found, energy=draws)


def _timed(stages: tuple[StageCost, ...], board: Board, image: ElfImage, tracer: Tracer) -> tuple[StageCost, ...]:
    """Return ``stages`` with their cycles, where the trace shows what was counted."""
    cycles = stage_cycles(board, image, tracer, [stage.counted for stage in stages])
    if cycles is None:
        return stages
    return tuple(replace(stage, cycles=count) for stage, count in zip(stages, cycles, strict=True))


@contextmanager
def _directory(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        make_directory(keep)
        yield keep.resolve() / "pipeline"
        return
    with scratch_directory() as temporary:
        yield temporary


def event_of(line: Line, classes: tuple[str, ...]) -> Event:
    """Return the event in a line of the firmware.

    Raises
    ------
    RunError
        When it names a class that the model does not have.
    """
    index = line.number("class")
    if not 0 < index < len(classes):
        raise RunError(f"the firmware reported an event of class {index} of {len(classes)}; make the project again")
    return Event(classes[index], *(line.number(key) for key in ("onset", "peak", "offset", "confidence")))


@dataclass(frozen=True)
class _Heard:
    """What one image reported."""

    lines: tuple[Line, ...]
    is_on_board: bool

    @classmethod
    def of(
        cls, machine: Machine, image: Image, firmware_id: str, timeout_s: float, tracer: Tracer | None = None
    ) -> _Heard:
        lines = hear(machine, image.path, timeout_s, tracer=tracer)
        runs = lines[0].text("firmware")
        if runs != firmware_id:
            raise RunError(f"the board runs firmware '{runs}', not the '{firmware_id}' just built; flash it again")
        heard = cls(check_selftest(lines), image.build.board is not None)
        if heard.is_on_board and not all(line.number("stack_left_bytes") for line in heard.calls()):
            size = image.build.stack_bytes
            raise RunError(f"the stack of {size} bytes was used to its end; give it more with --stack")
        return heard

    def calls(self) -> list[Line]:
        return self._of("push", "run", "flush")

    def _of(self, *kinds: str) -> list[Line]:
        return [line for line in self.lines if line.kind in kinds]

    def stages(self, has_resampling: bool) -> tuple[StageCost, ...]:
        names = {**STAGES, 1: "resampling" if has_resampling else "scaling"}
        return tuple(
            StageCost(names[line.number("index")], CountedStage(*map(line.number, ("index", "calls", "count"))))
            for line in self._of("stage")
        )

    def time(
        self,
        board: Board | None,
        compiled: Compiled,
        pipeline: Pipeline,
        image: ElfImage | None,
        tracer: Tracer | None,
    ) -> CallTime:
        """Return the time of a hop, the mean of all pushes, or of the first window."""
        streams = compiled.mode == "stream"
        rows = compiled.hop_samples if streams else compiled.inputs[0].shape[0]
        pushes = [place for place, line in enumerate(self.calls()) if line.kind in ("push", "run")]
        calls = pushes if streams else pushes[:1]
        cycles = self._cycles(board, calls, image, tracer)
        if streams and isinstance(cycles, Cycles):
            given = self._of("pipeline")[0].number("samples") / pipeline.input_rate_hz
            cycles = cycles.scaled(rows / pipeline.rate_hz / given)
        clock_hz = self.lines[0].number("clock_hz") if self.lines[0].text("unit") == "cycles" else None
        timing = board.timing if board else None
        return CallTime(cycles, clock_hz or (timing.clock_hz if timing else None), pipeline.rate_hz / rows)

    def _cycles(
        self, board: Board | None, calls: Sequence[int], image: ElfImage | None, tracer: Tracer | None
    ) -> Cycles | str | None:
        counts = tuple(line.number("count") for line in self.calls())
        if board is None:
            return None
        if self.lines[0].text("unit") == "cycles":
            return measured_cycles(sum(counts[call] for call in calls), board.core.name)
        if image is None or tracer is None:
            return NO_TRACE
        return estimate_calls(board, Traced(image, tracer, counts), calls)

    def measurement(
        self,
        target: str,
        board: str,
        compiled: Compiled,
        recording: Recording,
        wanted: tuple[Event, ...],
        stages: tuple[StageCost, ...],
        footprint: Footprint | None,
        time: CallTime,
    ) -> PipelineMeasurement:
        pipeline, hello = recording.pipeline, self.lines[0]
        (about,) = self._of("pipeline")
        events = tuple(event_of(line, pipeline.classes) for line in self._of("event"))
        parts = {name: about.number(f"{name}_bytes") for name in ("network", "normalizer", "segmenter")}
        state = hello.number("state_bytes")
        return PipelineMeasurement(
            target=target,
            board=board,
            compiled=compiled,
            pipeline=pipeline,
            recording=recording,
            events=events,
            exact=events == wanted,
            selftest=next(line.number("result") for line in self._of("selftest")),
            unit=hello.text("unit"),
            counts=tuple(line.number("count") for line in self._of("push", "run")),
            time=time,
            energy=None,
            stages=stages,
            state_bytes=state,
            io_bytes=hello.number("input_bytes") + hello.number("output_bytes"),
            parts_bytes={**parts, "buffers": state - sum(parts.values())},
            stack_bytes=max(line.number("stack_bytes") for line in self.calls()) if self.is_on_board else None,
            footprint=footprint,
        )
