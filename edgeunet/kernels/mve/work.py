"""How often the loops of the Helium kernels run.

Those written per shape are assembly, so that their work is read off the text: the cycles of each loop's instructions,
times the rounds that the step gives it. What is left for a page are the C around them, and how near that is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from edgeunet.kernels.conditions import parameters, source
from edgeunet.kernels.kernel import Arguments, Kernel
from edgeunet.kernels.mve.scheduled import Rounds, scheduled_cycles
from edgeunet.kernels.mve.vectors import LANES
from edgeunet.kernels.portable.table import copy_fields
from edgeunet.kernels.work import SCHEDULED, Work
from edgeunet.program.parameters import Repeat
from edgeunet.program.steps import Step

CORES = ("cortex-m55", "cortex-m85")
"""The cores with Helium: what a function takes differs by how they pair instructions."""


def _naked(made: Arguments) -> str:
    """Its assembly; nothing where plain C stands in for it."""
    return next((text for text in made.definitions if "naked" in text), "")


def _number(made: Arguments, field: str) -> int:
    value = made.fields[field]
    assert isinstance(value, int)
    return value


def _tiles(step: Step, made: Arguments) -> Rounds:
    rows, outputs = _number(made, "rows"), _number(made, "outputs")
    pairs = -(-rows // 2)
    octets = "vstrb.16 q6" in _naked(made)
    return {"": [1 + rows % 2], "1": [pairs], "2": [pairs * (outputs // (8 if octets else 4))]}


def _tiles_blocks(step: Step, made: Arguments) -> Rounds:
    fours = _number(made, "fours")
    return {"": [1], "1": [fours], "2": [fours * (_number(made, "outputs") // 4)]}


def _columns(step: Step, made: Arguments) -> Rounds:
    outputs, rows, block = (_number(made, name) for name in ("outputs", "rows", "block_rows"))
    blocks = -(-rows // block)
    return {"": [blocks], "1": [blocks * outputs], "2": [outputs * rows // 8]}


def _runs(step: Step, made: Arguments) -> Rounds:
    pairs, quads = -(-_number(made, "rows") // 2), _number(made, "outputs") // 4
    vectors = [int(n) for n in re.findall(r'"movw r11, #(\d+)\\n\\t"\n +"3:', _naked(made))]
    looped = len(re.findall(r'"bne 1b', _naked(made)))
    half = len(vectors) // 2 if looped and _number(made, "outputs") % 4 else len(vectors)
    times = [pairs * n * (quads if looped and i < half else 1) for i, n in enumerate(vectors)]
    return {"": [pairs], "1": [pairs * quads], "3": times}


def _lanes(step: Step, made: Arguments) -> Rounds:
    rows, channels = step.groups, step.output.channels
    calls = (rows >= 8) + (rows % 8 > 0)
    return {"": [calls], "1": [calls * channels], "2": [channels * -(-rows // 8)], "5": [0]}


def _channels(step: Step, made: Arguments) -> Rounds:
    groups = -(-step.output.channels // 8)
    return {"": [1], "1": [groups], "2": [groups * step.groups]}


def _lines(step: Step, made: Arguments) -> Rounds:
    rows, channels = step.groups, step.output.channels
    return {"": [1], "1": [channels], "2": [channels * (rows // 8)], "4": [channels * -(-(rows % 8) // 4)]}


LOOPS: Mapping[str, Callable[[Step, Arguments], Rounds]] = {
    "eu_tiles": _tiles,
    "eu_tiles_blocks": _tiles_blocks,
    "eu_columns": _columns,
    "eu_runs": _runs,
    "eu_lanes": _lanes,
    "eu_channels": _channels,
    "eu_lines": _lines,
}
"""Functions that are written per shape."""


def _written(step: Step, kernel: Kernel) -> Work:
    made = kernel.arguments(step)
    rounds = LOOPS[kernel.function](step, made)
    text = _naked(made)
    on_cores = {f"{SCHEDULED}{core}": scheduled_cycles(text, rounds, core) for core in CORES}
    return {"call": 1, "round": rounds[""][0], **on_cores}


def _add(step: Step) -> Work:
    views = (source(step, 0), source(step, 1), step.output)
    dense = all(view.pitch_bytes == view.channels for view in views)
    rows, values = (1, step.rows * step.output.channels) if dense else (step.rows, step.output.channels)
    return {"call": 1, "row": rows, "eight": rows * (values // 8), "four": rows * -(-(values % 8) // 4)}


def _max(step: Step) -> Work:
    chunks = -(-step.output.channels // LANES)
    return {"call": 1, "chunk": chunks, "row": chunks * step.groups}


def _copy(step: Step) -> Work:
    if isinstance(step.parameters, Repeat):
        outer, rows, size = step.groups, parameters(step, Repeat).factor, source(step).channels
    else:
        outer, rows, size = (copy_fields(step)[name] for name in ("outer", "rows", "bytes"))
    if size <= LANES:
        return {"call": 1, "short_block": outer, "short_run": outer * rows}
    return {"call": 1, "block": outer, "run": outer * rows, "vector": outer * rows * -(-size // LANES)}


_FIXED: Mapping[str, Callable[[Step], Work]] = {
    "eu_elementwise_add": _add,
    "eu_elementwise_max": _max,
    "eu_elementwise_copy": _copy,
}

FUNCTIONS: Iterable[str] = (*LOOPS, *_FIXED)


def mve_work(step: Step, kernel: Kernel) -> Work | None:
    """The work of a Helium kernel on ``step``, ``None`` where there is no line for it."""
    if kernel.function in LOOPS:
        return _written(step, kernel)
    fixed = _FIXED.get(kernel.function)
    return None if fixed is None else fixed(step)
