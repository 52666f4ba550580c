"""Whether a stream gains by windows over upsampled signals that read at the low rate.

All phases of such a window wait for the last of them, and what they read waits with them.
"""

from __future__ import annotations

from edgeunet.program.program import Program
from edgeunet.schedule.effort import Ledger
from edgeunet.schedule.recompute import timed_stream
from edgeunet.schedule.retiming import history_bytes
from edgeunet.schedule.timing import stream_timing, total_stride


def gains_in_stream(low_rate: Program, high_rate: Program, hop: int | None, ledger: Ledger | None = None) -> bool:
    """Whether ``low_rate`` neither delays the output more than ``high_rate`` nor, at the smallest hop, keeps more."""
    if not any(node.kind.endswith("_upsampled") for node in low_rate.nodes):
        return True
    return _waiting(low_rate, hop, ledger) <= _waiting(high_rate, hop, ledger)


def _waiting(program: Program, hop: int | None, ledger: Ledger | None) -> tuple[int, int]:
    """Rows by which the output lags, and at the smallest hop bytes of history."""
    stride = total_stride(program)
    timing = stream_timing(program, stride)
    lag = max(timing.lags[signal] for signal in program.outputs)
    if hop not in (None, stride):
        return lag, 0
    return lag, history_bytes(*timed_stream(program, stride, ledger=ledger))
