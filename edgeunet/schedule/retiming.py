"""Lags that keep less history: a node may run later than it could, where that waits with fewer channels.

A projection of one channel to twelve that waits for its branch keeps twelve bytes per row when it runs at once, and one
when it runs late and its input waits instead. Every signal's lag may lie anywhere between what its operands allow and
what its readers need; history is

    sum over signals of channels * max over readers (group lag * stride - first - lag),

and each lag is moved in turn to where that sum is smallest, until nothing improves. The output's lag, hence the
look-ahead, never changes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from math import lcm

from edgeunet.program.program import Node, Program
from edgeunet.schedule.effort import Ledger
from edgeunet.schedule.timing import Timing, group_lag

_ROUNDS = 8


def retime(program: Program, timing: Timing, late: Collection[int] = (), ledger: Ledger | None = None) -> Timing:
    """``timing`` of a stream with lags that keep fewer bytes of history, the same at the output.

    The search starts from everything as early as can be, from everything as late as can be, and from only the signals
    ``late`` as late as can be; the best of the three is taken. ``ledger`` says how many readers may be asked for what
    they need, a third of them from each start, and hears of the signals that were not moved.
    """
    ledger = ledger or Ledger()
    starts = (set[int](), set(late), set(range(len(program.signals))))
    searches = [_Search(program, timing, ledger.limit("lags") // len(starts)) for _ in starts]
    for search, start in zip(searches, starts, strict=True):
        search.delay(start)
        for _ in range(_ROUNDS):
            moved = [search.improve(signal) for signal in reversed(range(len(program.signals)))]
            if search.not_moved or not any(moved):
                break
    best = min(searches, key=_Search.total)
    ledger.spend("lags", sum(search.asked for search in searches))
    left = max(search.not_moved for search in searches)
    if left:
        left_out = f"{left:,} of {len(program.signals):,} signals were not moved in time"
        ledger.cut("lags", left_out, len(starts) * _ROUNDS * best.most_asked())
    group_lags = [best.lags[node.output] // node.repeat for node in program.nodes]
    return replace(timing, lags=tuple(best.lags), group_lags=tuple(group_lags))


def history_bytes(program: Program, timing: Timing) -> int:
    """Bytes of history that ``timing`` keeps from hop to hop."""
    return _Search(program, timing).total()


class _Search:
    """The lags so far, and who reads and writes each signal."""

    def __init__(self, program: Program, timing: Timing, limit: int = 0) -> None:
        self.program, self.limit = program, limit
        self.asked = self.not_moved = 0
        """Readers asked so far, and signals for which that many were too many."""
        self.lags = list(timing.lags)
        nodes = program.nodes
        self.readers = [[nodes[i] for i in program.readers(s)] for s in range(len(program.signals))]
        self.writers = [[nodes[i] for i in program.writers(s)] for s in range(len(program.signals))]

    def delay(self, signals: Collection[int]) -> None:
        """Give ``signals``, readers before what they read, the largest lag that delays no reader."""
        for number in reversed(range(len(self.program.nodes))):
            signal = self.program.nodes[number].output
            if signal in signals and signal not in self.program.outputs and self.readers[signal]:
                step = lcm(*(node.repeat for node in self.writers[signal]))
                self.lags[signal] = min(self._latest(node, signal) for node in self.readers[signal]) // step * step

    def total(self) -> int:
        """Bytes of history of all signals."""
        return self._history(set(range(len(self.lags))))

    def improve(self, signal: int) -> bool:
        """Move one signal's lag to where the history around it is smallest; whether it moved."""
        if signal in self.program.outputs or not self.writers[signal] or not self.readers[signal]:
            return False
        step = lcm(*(node.repeat for node in self.writers[signal]))
        low = max(group_lag(node, self.lags) * node.repeat for node in self.writers[signal])
        high = min(self._latest(node, signal) for node in self.readers[signal])
        around = self._around(signal)
        start, first = self.lags[signal], -(-low // step)
        least, most = first, max(high // step, first)
        if least == most and least * step == start:
            return False
        asked = self._asked(around, most - least)
        if self.asked + asked > self.limit:
            self.not_moved += 1
            self.lags[signal] = max(start, first * step)
            return False
        self.asked += asked
        while least < most:
            middle = (least + most) // 2
            if self._at(signal, (middle + 1) * step, around) <= self._at(signal, middle * step, around):
                least = middle + 1
            else:
                most = middle
        better = self._at(signal, least * step, around) < self._at(signal, start, around)
        self.lags[signal] = least * step if better or least * step > start else start
        return better

    def most_asked(self) -> int:
        """Readers asked when every signal is moved once, over as long a way as there is."""
        moved = [s for s in range(len(self.lags)) if self.writers[s] and self.readers[s]]
        return sum(self._asked(self._around(signal), max(self.lags)) for signal in moved)

    def _around(self, signal: int) -> set[int]:
        """``signal`` and what its writers read: whose history its lag decides."""
        return {signal, *(s for node in self.writers[signal] for s in node.signals)}

    def _asked(self, around: Collection[int], way: int) -> int:
        """Readers of ``around`` asked at most while a lag is looked for among ``way + 1``."""
        return 2 * (1 + way.bit_length()) * sum(len(self.readers[s]) for s in around)

    def _at(self, signal: int, lag: int, around: set[int]) -> int:
        """Bytes of history of ``around`` with ``signal`` at ``lag``: a sum of maxima of lines, so convex."""
        self.lags[signal] = lag
        return self._history(around)

    def _group(self, node: Node) -> int:
        return self.lags[node.output] // node.repeat

    def _latest(self, node: Node, signal: int) -> int:
        """The largest lag of ``signal`` that does not delay ``node``."""
        lasts = [
            (self._group(node) + 1) * access.stride - 1 - access.last
            for operand, access in zip(node.operands, node.accesses, strict=True)
            if operand == signal
        ]
        return min(lasts)

    def _history(self, signals: set[int]) -> int:
        """Bytes of history of ``signals``."""
        return sum(self._rows(signal) * self.program.signals[signal].row_bytes for signal in signals)

    def _rows(self, signal: int) -> int:
        rows = [0]
        for node in self.readers[signal]:
            for operand, access in zip(node.operands, node.accesses, strict=True):
                if operand == signal:
                    rows.append(self._group(node) * access.stride - access.first - self.lags[signal])
        return max(rows)
