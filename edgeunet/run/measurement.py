"""What a measurement says, and how it is written down."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from edgeunet.run.image import Footprint
from edgeunet.schedule.memory_map import Extent
from edgeunet.short_repr import LONGEST, cut, short_repr
from edgeunet.timing.call_time import CallTime
from edgeunet.timing.cycles import Cycles

SCHEMA = "edgeunet.bench/1"
NOT_COUNTED = "vectors, startup, UART, counter, main, test inputs and the report are not counted in any figure"


@dataclass(frozen=True)
class LayerCost:
    """One layer's part, in the unit of the measurement."""

    name: str
    op: str
    macs: int
    count: int

    __repr__ = short_repr


@dataclass(frozen=True)
class Mismatch:
    """Where an output differed first, and how many bytes did."""

    run: int
    offset: int
    expected: int
    answered: int
    differing_bytes: int
    compared_bytes: int

    def sentence(self) -> str:
        return (
            f"output differs in {self.differing_bytes} of {self.compared_bytes} bytes, first in run {self.run} at byte "
            f"{self.offset}: expected {self.expected}, the program answered {self.answered}"
        )


@dataclass(frozen=True)
class Measurement:
    """One model on one target.

    Attributes
    ----------
    unit : what ``counts`` and ``layers`` count: ``instructions`` (emulated), ``cycles`` (a board's own counter) or
        ``nanoseconds`` (wall time on the host).
    counts : one figure per window, each on another input, or one per hop of the recordings.
    rows_per_call : input samples in time of one call: a window, or a hop.
    cycles : of the call that ``count`` is of, measured or estimated; why there are none; ``None`` on the host.
    board_clock_hz : clock that estimates in time are for, ``None`` where the board is emulated as such.
    host_instructions : the host's own instructions per run as callgrind counts them, where it is installed.
    memory : what lies where in the arena, from layer to layer.
    state_bytes : ``sizeof`` the state that the caller owns, arena included.
    stack_bytes, footprint : ``None`` on the host, where they cannot be told apart from the C library's.
    """

    model: str
    target: str
    board: str
    core: str
    kernels: str
    mode: str
    mismatch: Mismatch | None
    unit: str
    clock_hz: int
    counts: tuple[int, ...]
    host_instructions: int | None
    cycles: Cycles | str | None
    board_clock_hz: int | None
    layers: tuple[LayerCost, ...]
    memory: tuple[Extent, ...]
    compared_bytes: int
    arena_bytes: int
    state_bytes: int
    input_bytes: int
    output_bytes: int
    stack_bytes: int | None
    footprint: Footprint | None
    weights_bytes: int
    toolchain: str
    toolchain_version: str
    flags: str
    emulator: str | None
    emulator_version: str | None
    model_digest: str
    rows_per_call: int
    lookahead_samples: int
    sample_rate_hz: float | None

    def __repr__(self) -> str:
        ram = "" if self.ram_bytes is None else f", RAM {self.ram_bytes} bytes"
        return cut(
            f"<Measurement {self.model} on {self.board}: {self.kernels}, {self.mode}, "
            f"{'exact' if self.exact else 'NOT exact'}, {self.count} {self.unit} per call{ram}, {self.toolchain}>",
            LONGEST,
        )

    @property
    def exact(self) -> bool:
        return self.mismatch is None

    @property
    def count(self) -> int:
        """One call's figure: the first window, or the last hop, when a stream has long settled.

        On the host it is the fastest, as every disturbance adds time.
        """
        if self.unit == "nanoseconds":
            return min(self.counts)
        return self.counts[-1] if self.mode == "stream" else self.counts[0]

    @property
    def time(self) -> CallTime:
        """Time of the call that ``count`` is of."""
        clock_hz = self.clock_hz if self.unit == "cycles" else self.board_clock_hz
        rate = self.sample_rate_hz
        return CallTime(self.cycles, clock_hz or None, rate / self.rows_per_call if rate else None)

    @property
    def known_cycles(self) -> Cycles | None:
        """Cycles of a call, measured or estimated, where there are any."""
        return self.time.known_cycles

    @property
    def macs(self) -> int:
        return sum(layer.macs for layer in self.layers)

    @property
    def io_bytes(self) -> int:
        """The caller's input and output buffers, counted as RAM since an interpreter's arena holds them too."""
        return self.input_bytes + self.output_bytes

    @property
    def ram_bytes(self) -> int | None:
        if self.footprint is None or self.stack_bytes is None:
            return None
        return self.state_bytes + self.io_bytes + self.footprint.ram_bytes + self.stack_bytes

    def document(self) -> dict[str, Any]:
        """Return the JSON object that ``bench --json`` prints; ``docs/BENCHMARKING.md`` explains each key."""
        by_instructions = self.unit == "instructions"
        size = self.footprint
        instructions = self.count if by_instructions else None
        return {
            "schema": SCHEMA,
            "model": self.model,
            "target": self.target,
            "board": self.board,
            "core": self.core,
            "kernels": self.kernels,
            "mode": self.mode,
            "exact": self.exact,
            "mismatch": None if self.mismatch is None else asdict(self.mismatch),
            "toolchain": self.toolchain,
            "toolchain_version": self.toolchain_version,
            "flags": self.flags,
            "emulator": self.emulator,
            "emulator_version": self.emulator_version,
            "calls": len(self.counts),
            "instructions": instructions,
            "instructions_lowest": min(self.counts) if by_instructions else None,
            "instructions_highest": max(self.counts) if by_instructions else None,
            **self.time.document(),
            "wall_ns": self.count if self.unit == "nanoseconds" else None,
            "host_instructions": self.host_instructions,
            "macs": self.macs,
            "instructions_per_mac": round(instructions / self.macs, 4) if instructions and self.macs else None,
            "layers": self._layer_documents(),
            "ram_bytes": self.ram_bytes,
            "arena_bytes": self.arena_bytes,
            "state_bytes": self.state_bytes,
            "io_bytes": self.io_bytes,
            "memory": [extent.to_dict() for extent in self.memory],
            "stack_bytes": self.stack_bytes,
            "flash_bytes": None if size is None else size.flash_bytes,
            "weights_bytes": self.weights_bytes,
            "weights_in": None if size is None else "ram" if size.constants_in_ram else "flash",
            "text_bytes": None if size is None else size.text_bytes,
            "rodata_bytes": None if size is None else size.rodata_bytes,
            "data_bytes": None if size is None else size.data_bytes,
            "bss_bytes": None if size is None else size.bss_bytes,
            "harness": NOT_COUNTED,
            "model_digest": self.model_digest,
            **self._rates(instructions),
        }

    def _layer_documents(self) -> list[dict[str, Any]]:
        """Return an object per layer; its share is one of the cycles where there are any, else of what was counted."""
        unit = {"instructions": "instructions", "cycles": "cycles", "nanoseconds": "wall_ns"}[self.unit]
        cycles = None if self.known_cycles is None else self.known_cycles.layers
        spent = cycles if cycles is not None else tuple(layer.count for layer in self.layers)
        total = sum(spent)
        return [
            {
                "name": layer.name,
                "op": layer.op,
                "instructions": None,
                "cycles": None if cycles is None else cycles[number],
                unit: layer.count,
                "macs": layer.macs,
                "share": round(spent[number] / total, 6) if total else 0.0,
                "instructions_per_mac": round(layer.count / layer.macs, 4)
                if self.unit == "instructions" and layer.macs
                else None,
            }
            for number, layer in enumerate(self.layers)
        ]

    def _rates(self, instructions: int | None) -> dict[str, Any]:
        """What follows from the length of a call: figures per second of signal, and a stream's own."""
        rate, cycles = self.sample_rate_hz, self.known_cycles
        per_second = instructions * rate / self.rows_per_call if instructions and rate else None
        figures: dict[str, Any] = {
            "sample_rate_hz": rate,
            "instructions_per_second": None if per_second is None else round(per_second),
            "realtime_mhz_estimate": None if per_second is None else self.time.realtime_mhz(per_second),
            "instructions_per_sample": round(instructions / self.rows_per_call, 2) if instructions else None,
            "cycles_per_sample": None if cycles is None else round(cycles.count / self.rows_per_call, 2),
        }
        if self.mode == "stream":
            figures |= {
                "hop_samples": self.rows_per_call,
                "lookahead_samples": self.lookahead_samples,
                "lookahead_ms": round(1000 * self.lookahead_samples / rate, 3) if rate else None,
                "instructions_per_hop": instructions,
            }
        return figures
