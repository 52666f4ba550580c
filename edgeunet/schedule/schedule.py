"""The result of scheduling: what runs in which order, on which bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from edgeunet.kernels.flavour import Flavour
from edgeunet.kernels.kernel import Kernel
from edgeunet.program.program import Signal
from edgeunet.program.steps import Buffer, Step
from edgeunet.schedule.effort import Untried
from edgeunet.schedule.timing import Timing
from edgeunet.short_repr import LONGEST, cut


@dataclass(frozen=True)
class Span:
    """Where a signal begins and ends in a stream, in rows counted from those that the hop's input stands for.

    Before hop ``h`` it begins at ``-h * hop_rows``; when ``left`` input samples remain from the hop's first on, it ends
    at ``left * rate + excess``.
    """

    hop_rows: int
    rate: Fraction
    excess: int


@dataclass(frozen=True, eq=False)
class Schedule:
    """Steps and buffers of one network, whole window or stream; see ``Timing`` for lags."""

    name: str
    signals: tuple[Signal, ...]
    timing: Timing
    buffers: tuple[Buffer, ...]
    steps: tuple[Step, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    arena_bytes: int
    lower_bound_bytes: int
    macs: int
    """Multiply-accumulates per call."""
    flavour: Flavour | None = None
    kernels: tuple[Kernel, ...] = ()
    """What runs each step, once the kernels are chosen."""
    untried: Untried = field(default_factory=Untried)
    """What planning left out."""

    def __repr__(self) -> str:
        call = f"{self.timing.hop} samples per call" if self.timing.streams else "a window per call"
        return cut(
            f"<Schedule {self.name}: {len(self.steps)} steps, {call}, {len(self.buffers)} buffers, "
            f"arena {self.arena_bytes} bytes, {self.macs} MACs>",
            LONGEST,
        )

    @cached_property
    def begun(self) -> dict[int, list[Buffer]]:
        """Index of a step → the buffers that it is the first to touch."""
        return _grouped(self.buffers, lambda buffer: buffer.first_step)

    @cached_property
    def done(self) -> dict[int, list[Buffer]]:
        """Index of a step → the buffers that it is the last to touch."""
        return _grouped(self.buffers, lambda buffer: buffer.last_step)

    def span(self, signal: int) -> Span:
        """Where ``signal`` begins and ends in a stream."""
        rate = self.timing.rates[signal]
        excess = self.signals[signal].rows - self.signals[self.inputs[0]].rows * rate
        assert excess.denominator == 1
        return Span(self.timing.rows[signal], rate, int(excess))

    @property
    def lookahead_rows(self) -> int:
        """Rows by which the outputs lag, in output rows."""
        return max(self.timing.lags[signal] for signal in self.outputs)

    @property
    def settling_hops(self) -> int:
        """Hops after which no buffer holds a row from before the signal began."""
        reach = [0]
        for buffer in self.buffers:
            reach.append(-(-(buffer.before + buffer.lag_rows) // max(buffer.rows, 1)))
        return max(reach) + 1


def _grouped(buffers: Iterable[Buffer], step: Callable[[Buffer], int]) -> dict[int, list[Buffer]]:
    """``buffers`` in their order, by their ``step``."""
    found: dict[int, list[Buffer]] = {}
    for buffer in buffers:
        found.setdefault(step(buffer), []).append(buffer)
    return found
