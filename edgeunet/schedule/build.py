"""From a program and its timing to a schedule: buffers, views, steps, offsets."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import partial

from edgeunet.kernels.selection import Selection
from edgeunet.program.parameters import Copy, Mean, Reduce
from edgeunet.program.program import Constant, Node, Program
from edgeunet.program.steps import ARENA, ENTER, INPUT, LEAVE, OUTPUT, Buffer, Margin, Step, View
from edgeunet.schedule.effort import Ledger
from edgeunet.schedule.layout import Layout
from edgeunet.schedule.memory import Item, Overlap, Part, count_pairs, lower_bound, plan_memory, quick_plan
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.staging import stagings
from edgeunet.schedule.timing import Timing, window_timing

_LEAST = 2
"""Candidates laid out, however large the network: as it is, and one more."""

_Filled = dict[int, dict[tuple[int, int], tuple[int, int, int]]]
"""Margins that hold a value already: root → (offset, channels) → (value, rows before, rows after)."""


def build_schedule(
    name: str,
    program: Program,
    timing: Timing,
    selection: Selection,
    *,
    search: bool = True,
    overlapping: Collection[int] | None = None,
    without: Collection[str] = (),
    ledger: Ledger | None = None,
) -> Schedule:
    """Place ``program`` in memory, choosing for each concatenation operand whether it is placed or copied.

    ``selection`` says of a step (offsets not yet set) how operands may share bytes with its output, and what scratch
    memory it wants; the nodes ``overlapping`` may share bytes (all of them where ``None``). ``without`` names ways to
    share bytes not to use (those of ``Layout`` and of ``edgeunet.schedule.staging``). ``ledger`` says how many
    candidates may be laid out, and hears of those that were not.
    """
    return Places(name, program, timing, selection, without, ledger or Ledger())(search=search, overlapping=overlapping)


@dataclass(frozen=True)
class Places:
    """`build_schedule` for one program, timing and selection: what was laid out once is not laid out again."""

    name: str
    program: Program
    timing: Timing
    selection: Selection
    without: Collection[str]
    ledger: Ledger
    _best: dict[frozenset[int] | None, _Assembly] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __call__(self, *, search: bool = True, overlapping: Collection[int] | None = None) -> Schedule:
        key = None if overlapping is None else frozenset(overlapping)
        if key not in self._best:
            assembly = partial(
                _Assembly, self.program, self.timing,
                selection=self.selection, overlapping=key, without=self.without, ledger=self.ledger,
            )  # fmt: skip
            self._best[key] = _best_assembly(assembly, self.program, self.timing, self.without, self.ledger)
        return self._best[key].schedule(self.name, search)


def _best_assembly(
    assembly: Callable[..., _Assembly], program: Program, timing: Timing, without: Collection[str], ledger: Ledger
) -> _Assembly:
    """The cheapest candidate: what waits elsewhere first, then each operand of a concatenation, placed or copied."""
    copied: set[int] = set()
    best = assembly(copied)
    each, limit = len(program.nodes) + count_pairs(best.items) // 10, ledger.limit("candidates")
    staged = stagings(best.histories(), timing, without)
    numbers = [i for i, node in enumerate(program.nodes) if node.kind == "concat"]
    room = max(limit // each, _LEAST) - 1 if each else 0
    attempts = [best, *(assembly(copied, staging=n) for n in staged[:room])]
    best = min(attempts, key=_Assembly.cost)
    room -= min(room, len(staged))
    for number in numbers[:room]:
        attempt = assembly(copied | {number}, staging=best.staging)
        if attempt.cost() < best.cost():
            best, copied = attempt, copied | {number}
    ledger.spend("candidates", each * (len(attempts) + min(room, len(numbers))))
    left_out = _left_out(len(staged) + 1 - len(attempts), len(staged), max(0, len(numbers) - room), len(numbers))
    if left_out:
        ledger.cut("candidates", left_out, each * (1 + len(staged) + len(numbers)))
    return best


def _left_out(limits: int, all_limits: int, operands: int, all_operands: int) -> str:
    """What was not laid out, in words."""
    parts = []
    if limits:
        parts.append(f"{limits} of {all_limits} limits of the waiting room were not tried")
    if operands:
        parts.append(f"{operands:,} of {all_operands:,} operands of concatenations were not tried as copies")
    return ", ".join(parts)


@dataclass
class _Draft:
    """A step before offsets are known: signals instead of views."""

    node: Node
    number: int


class _Assembly:
    """One candidate: a layout, its steps and the lifetimes of its buffers."""

    def __init__(
        self,
        program: Program,
        timing: Timing,
        copied: set[int],
        selection: Selection,
        overlapping: Collection[int] | None,
        ledger: Ledger,
        staging: int = 0,
        without: Collection[str] = (),
    ) -> None:
        self.staging, self.ledger = staging, ledger
        self.program, self.timing = program, timing
        self.selection, self.overlapping = selection, overlapping
        self.layout = Layout(program, timing, copied, without)
        self.window = window_timing(program)
        self.entering = [s for s in program.inputs if self.layout.space[s] != INPUT]
        self.leaving = [s for s in program.outputs if self.layout.space[self.layout.root(s)[0]] != OUTPUT]
        self.drafts = [
            _Draft(node, number) for number, node in enumerate(program.nodes) if number not in self.layout.skipped
        ]
        self.buffers, self.buffer_of = self._buffers()
        self.scratch_of: dict[int, int] = {}
        """Number of a node → the buffer that its kernel has for itself."""
        steps = self._steps()
        self._add_scratch(self._apart())
        self.placed = [i for i, buffer in enumerate(self.buffers) if buffer.space == ARENA]
        self.staged = [i for i in self.placed if self._is_staged(self.buffers[i])]
        last = len(self.entering) + len(self.drafts) + len(self.leaving) - 1
        self.items = [self._item(self.buffers[i], last) for i in self.placed]
        self.items += [self._store(self.buffers[i], last) for i in self.staged]
        self.overlaps = self._overlaps([replace(step, scratch=self._scratch(step.node)) for step in steps])

    def _apart(self) -> list[Step]:
        """The steps with buffers side by side: kernels are chosen as if no output lay over an input, as most do not."""
        placed, end = self.buffers, 0
        self.buffers = []
        for buffer in placed:
            at = end if buffer.space == ARENA else buffer.offset_bytes
            self.buffers.append(replace(buffer, offset_bytes=at))
            end += _rounded(buffer.size_bytes) if buffer.space == ARENA else 0
        steps, self.buffers = self._steps(), placed
        return steps

    def _add_scratch(self, steps: list[Step]) -> None:
        for index, step in enumerate(steps):
            size = self.selection.scratch_bytes(step)
            if size:
                self.scratch_of[step.node] = len(self.buffers)
                self.buffers.append(Buffer(f"scratch of {step.name}", ARENA, size, 1, 0, 0, index, index, 0))

    def histories(self) -> list[int]:
        """Bytes of each buffer's history."""
        return [b.before * b.pitch_bytes for b in self.buffers if b.persistent]

    def cost(self) -> tuple[int, int]:
        """Bytes at the busiest step, then bytes copied."""
        copies = sum(copy.run_bytes * copy.rows for d in self.drafts if isinstance(copy := d.node.parameters, Copy))
        if self.timing.streams:
            return quick_plan(self.items, self.overlaps, self.ledger), copies
        return lower_bound(self.items, self.overlaps), copies

    def schedule(self, name: str, search: bool) -> Schedule:
        plan = plan_memory(self.items, self.overlaps, search, self.ledger)
        for index, offset in zip(self.placed, plan.offsets, strict=False):
            self.buffers[index] = replace(self.buffers[index], offset_bytes=offset)
        for index, offset in zip(self.staged, plan.offsets[len(self.placed) :], strict=True):
            self.buffers[index] = replace(self.buffers[index], store_bytes=offset)
        return Schedule(
            name,
            self.program.signals,
            self.timing,
            tuple(self.buffers),
            tuple(self._steps()),
            self.program.inputs,
            self.program.outputs,
            plan.arena_bytes,
            plan.lower_bound_bytes,
            sum(self._macs(draft) for draft in self.drafts),
        )

    def _macs(self, draft: _Draft) -> int:
        """Multiply-accumulates per call: those of the whole window, less in a stream."""
        whole = self.program.signals[draft.node.output].rows
        return draft.node.macs * self.timing.rows[draft.node.output] // max(whole, 1)

    def _overlaps(self, steps: list[Step]) -> list[Overlap]:
        """Pairs of buffers that may share bytes: the source's last step is the output's first."""
        found = []
        item_of = {buffer: item for item, buffer in enumerate(self.placed)}
        for index, step in enumerate(steps):
            if self.overlapping is not None and step.node not in self.overlapping:
                continue
            for position, view in enumerate(step.inputs):
                if not isinstance(view, View) or view.buffer not in item_of or step.output.buffer not in item_of:
                    continue
                source, output = self.buffers[view.buffer], self.buffers[step.output.buffer]
                if view.buffer == step.output.buffer or source.persistent or output.persistent:
                    continue
                if (source.last_step, output.first_step) != (index, index):
                    continue
                clearance = self.selection.overlap(step, position)
                if clearance is not None:
                    clearance = clearance.moved(step.output.offset_bytes - view.offset_bytes)
                    found.append(Overlap(index, item_of[step.output.buffer], item_of[view.buffer], clearance))
        return found

    def _is_staged(self, buffer: Buffer) -> bool:
        """Whether a history waits elsewhere, so that the rows after it can share their bytes with others."""
        return buffer.persistent and buffer.before * buffer.pitch_bytes <= self.staging

    def _store(self, buffer: Buffer, last: int) -> Item:
        return Item(f"{buffer.name}/history", (Part(0, buffer.before * buffer.pitch_bytes, 0, last),))

    def _item(self, buffer: Buffer, last: int) -> Item:
        history = buffer.before * buffer.pitch_bytes if buffer.persistent and not self._is_staged(buffer) else 0
        parts = [Part(history, buffer.size_bytes - history, buffer.first_step, buffer.last_step)]
        if history:
            parts.insert(0, Part(0, history, 0, last))
        return Item(buffer.name, tuple(parts))

    def _buffers(self) -> tuple[list[Buffer], dict[int, int]]:
        program, layout = self.program, self.layout
        touched: dict[int, list[int]] = {}
        entering, drafts = len(self.entering), len(self.drafts)
        events = [(i, s) for i, s in enumerate(self.entering)]
        for position, draft in enumerate(self.drafts):
            events += [(entering + position, s) for s in (*draft.node.signals, draft.node.output)]
        events += [(entering + drafts + i, s) for i, s in enumerate(self.leaving)]
        for step, signal in events:
            touched.setdefault(layout.root(signal)[0], []).append(step)
        buffers: list[Buffer] = []
        buffer_of: dict[int, int] = {}
        at = {INPUT: 0, OUTPUT: 0}
        callers = [(INPUT, s) for s in program.inputs] + [(OUTPUT, s) for s in program.outputs]
        for space, signal in callers:
            if layout.space[signal] == space and signal not in buffer_of:
                buffer_of[signal] = len(buffers)
                steps = touched.get(signal, [0])
                rows, pitch = self.timing.rows[signal], program.signals[signal].row_bytes
                name = program.signals[signal].name
                buffers.append(Buffer(name, space, rows, pitch, 0, 0, min(steps), max(steps), at[space]))
            at[space] += self.timing.rows[signal] * program.signals[signal].row_bytes
        for root in sorted(touched):
            if root not in buffer_of:
                buffer_of[root] = len(buffers)
                buffers.append(self._buffer(root, touched[root]))
        return buffers, buffer_of

    def _buffer(self, root: int, steps: list[int]) -> Buffer:
        signal, extent, streams = self.program.signals[root], self.layout.extent(root), self.timing.streams
        writers = self.program.writers(root)
        return Buffer(
            self.program.nodes[writers[0]].name if writers else signal.name,
            ARENA,
            self.timing.rows[root],
            signal.row_bytes,
            extent.before,
            extent.after,
            min(steps),
            max(steps),
            0,
            streams and extent.before > 0,
            self.timing.lags[root],
        )

    def view(self, signal: int, row: int, rows: int) -> View:
        """Rows ``row`` to ``row + rows - 1`` (0 is the first new row) of ``signal``."""
        root, offset = self.layout.root(signal)
        buffer = self.buffers[self.buffer_of[root]]
        found, pitch = self.program.signals[signal], self.layout.pitch(signal)
        start = buffer.data_offset_bytes + row * pitch + offset
        return View(self.buffer_of[root], buffer.space, start, pitch, rows, found.channels, found.element_bytes)

    def _steps(self) -> list[Step]:
        program, timing = self.program, self.timing
        steps, at = [], 0
        for signal in program.inputs:
            outer = self._outer(INPUT, signal, at)
            if signal in self.entering:
                steps.append(_copy_step("input", ENTER, outer, self.view(signal, 0, timing.rows[signal]), signal))
            at += outer.rows * outer.row_bytes
        filled: _Filled = {}
        for draft in self.drafts:
            steps.append(self._step(draft, filled))
        at, slowest = 0, max(timing.lags[signal] for signal in program.outputs)
        for signal in program.outputs:
            outer = self._outer(OUTPUT, signal, at)
            if signal in self.leaving:
                inner = self.view(signal, timing.lags[signal] - slowest, timing.rows[signal])
                steps.append(_copy_step("output", LEAVE, inner, outer, signal))
            at += outer.rows * outer.row_bytes
        return steps

    def _outer(self, space: str, signal: int, offset: int) -> View:
        """A graph input or output as it lies in the caller's memory."""
        rows, found = self.timing.rows[signal], self.program.signals[signal]
        return View(-1, space, offset, found.row_bytes, rows, found.channels, found.element_bytes)

    def _step(self, draft: _Draft, filled: _Filled) -> Step:
        node, number, timing = draft.node, draft.number, self.timing
        groups = timing.groups(self.program, number)
        inputs: list[View | Constant] = []
        margins: list[Margin] = []
        for position, operand in enumerate(node.operands):
            if isinstance(operand, Constant):
                inputs.append(operand)
                continue
            first = timing.first_row(self.program, number, position)
            end = timing.end_row(self.program, number, position)
            inputs.append(self.view(operand, first, end - first))
            margins += self._margins(number, position, operand, first, end, filled)
        output = self.view(node.output, node.phase or 0, groups if node.phase is not None else groups * node.repeat)
        if node.phase is not None:
            output = replace(output, pitch_bytes=output.pitch_bytes * node.repeat)
        elif node.wide:
            pitch, channels = output.pitch_bytes * node.repeat, output.channels * node.repeat
            output = replace(output, pitch_bytes=pitch, channels=channels, rows=groups)
        parameters, kind = node.parameters, node.kind
        if isinstance(parameters, Copy):
            kind = "copy"
            inputs = [_moved(operand, parameters.in_offset) for operand in inputs]
            output = replace(output, offset_bytes=output.offset_bytes + parameters.out_offset)
            if node.is_local:
                parameters = replace(parameters, rows=groups)
        elif isinstance(parameters, Mean | Reduce) and node.is_local:
            parameters = replace(parameters, outer=groups)
        return Step(
            kind, node.name, tuple(inputs), output, groups, parameters, node.covers, self._macs(draft), number,
            tuple(0 if access.whole else access.stride for access in node.accesses), tuple(margins), node.epilogue,
            -timing.group_lags[number], node.signals[0] if node.signals else -1, self._scratch(number),
        )  # fmt: skip

    def _scratch(self, number: int) -> View | None:
        if number not in self.scratch_of:
            return None
        index = self.scratch_of[number]
        buffer = self.buffers[index]
        return View(index, ARENA, buffer.offset_bytes, 1, buffer.rows, 1)

    def _margins(self, number: int, position: int, operand: int, first: int, end: int, filled: _Filled) -> list[Margin]:
        value = self.program.nodes[number].accesses[position].pad_value
        outside_before = max(0, -self.window.first_row(self.program, number, position))
        outside_after = max(0, self.window.end_row(self.program, number, position) - self.window.rows[operand])
        if value is None or not (outside_before or outside_after):
            return []
        rows = self.timing.rows[operand]
        if self.timing.streams:
            view = self.view(operand, first, end - first)
            return [Margin(view, value, operand, first - self.timing.lags[operand])]
        root, offset = self.layout.root(operand)
        key, beside = (offset, self.program.signals[operand].row_bytes), filled.setdefault(root, {})
        for other in [k for k in beside if k != key and beside[k][0] != value]:
            del beside[other]
        known = beside.get(key, (value, 0, 0))
        if known[0] == value and known[1] >= outside_before and known[2] >= outside_after:
            return []
        beside[key] = (value, outside_before, outside_after)
        if known[0] == value:
            beside[key] = (value, max(known[1], outside_before), max(known[2], outside_after))
        margins = []
        if outside_before:
            margins.append(Margin(self.view(operand, -outside_before, outside_before), value, operand))
        if outside_after:
            margins.append(Margin(self.view(operand, rows, outside_after), value, operand))
        return margins


def _rounded(size_bytes: int) -> int:
    """Up to whole words of 16 bytes."""
    return -(-size_bytes // 16) * 16


def _moved(operand: View | Constant, offset: int) -> View | Constant:
    return replace(operand, offset_bytes=operand.offset_bytes + offset) if isinstance(operand, View) else operand


def _copy_step(name: str, kind: str, source: View, target: View, signal: int) -> Step:
    copy = Copy(1, target.rows, target.row_bytes)
    return Step("copy", name, (source,), target, target.rows, copy, (kind,), 0, -1, signal=signal)
