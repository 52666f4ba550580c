"""How often the parts of a kernel run in a call: what its cycles depend on, whatever the core.

A kernel's *work* counts its loops by name (``row``, ``output``, ``product`` ...). It follows from the shapes of a step
alone; what one of each takes on a core is measured (``edgeunet.kernels.cycles``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias

from edgeunet.kernels.kernel import Kernel
from edgeunet.program.program import Constant
from edgeunet.program.steps import Step, View

Work: TypeAlias = Mapping[str, float]
"""Times that each part runs, by name."""

WorkOf: TypeAlias = Callable[[Step], Work]

Parts: TypeAlias = dict[str, Work]
"""Work by the function that does it."""

C_LOOPS = (
    *("eu_elementwise_max_", "eu_elementwise_add_", "eu_gather"),
    *("eu_duos_add", "eu_duos_max", "eu_duos_rescale"),
)
"""How functions in C begin that are no portable kernels."""

SCHEDULED = "on "
"""How a part begins that is cycles already, of instructions as the core named after it runs them."""

CHUNK_BYTES, WORD_BYTES = 16, 4
"""What ``memcpy`` and ``memset`` of the firmware move at once."""


@cache
def _tables() -> Mapping[str, Mapping[str, WorkOf]]:
    from edgeunet.kernels.dsp.work import DSP
    from edgeunet.kernels.portable.work import PORTABLE

    return {"portable": PORTABLE, "dsp": DSP}


def parts_of(kernel: Kernel, step: Step) -> Parts | None:
    """The work of ``kernel`` on ``step``, and of the kernels that it is made of; ``None`` where that is not known."""
    if kernel.inside is None:
        work = work_of(kernel, step)
        return None if work is None else {kernel.function: work}
    inside = kernel.inside(step)
    found: Parts = dict(inside.own)
    for inner, inner_step, times in inside.calls:
        work = work_of(inner, inner_step)
        if work is None:
            return None
        repeated = {name: count * times for name, count in work.items()}
        found[inner.function] = together(found.get(inner.function, {}), repeated)
    return found


def work_of(kernel: Kernel, step: Step) -> Work | None:
    """The work of ``kernel``'s own function on ``step``, ``None`` where its flavour has no line for it."""
    if kernel.inside is not None:
        return None
    if kernel.flavour == "mve":
        from edgeunet.kernels.mve.work import mve_work

        return mve_work(step, kernel)
    count = _tables()[kernel.flavour].get(kernel.function)
    return None if count is None else count(step)


def compiles_to_loops(function: str) -> bool:
    """Whether the loops of ``function`` are C, not assembly: what surrounds a call then changes what it takes."""
    return function in _tables()["portable"] or function.startswith(C_LOOPS)


def copied(to: View, source: View | Constant, size_bytes: int, runs: int, to_step: int, from_step: int) -> Work:
    """Work of ``runs`` calls of ``memcpy``: words where both addresses lie alike in theirs."""
    start = source.offset_bytes if isinstance(source, View) else 0
    return moved(
        [(to.offset_bytes + i * to_step, start + i * from_step, size_bytes) for i in range(min(runs, 4))], runs
    )


def moved(samples: list[tuple[int, int, int]], runs: int | None = None) -> Work:
    """Work of copies given as (address to, address from, bytes); ``runs`` in all where the samples stand for more."""
    total: Counter[str] = Counter()
    for to, source, size in samples:
        total["copy"] += 1
        if (to ^ source) % WORD_BYTES:
            total.update({"copy_byte": size, "copy_apart": 1})
            continue
        before = min(-to % WORD_BYTES, size)
        chunks, rest = divmod(size - before, CHUNK_BYTES)
        words, after = divmod(rest, WORD_BYTES)
        total.update({"copy_alike": 1, "copy_byte": before + after, "copy_chunk": chunks, "copy_word": words})
        total.update({"copy_chunks": chunks > 0, "copy_words": words > 0, "copy_ends": before + after > 0})
    times = 1 if runs is None else runs / max(len(samples), 1)
    return {name: count * times for name, count in total.items()}


def filled(view: View, rows: int, pitch_bytes: int, size_bytes: int) -> Work:
    """Work of ``eu_fill``: ``memset`` row by row."""
    total: Counter[str] = Counter({"fill": 1})
    for row in range(rows):
        before = min(-(view.offset_bytes + row * pitch_bytes) % WORD_BYTES, size_bytes)
        words, after = divmod(size_bytes - before, WORD_BYTES)
        total.update({"fill_row": 1, "fill_byte": before + after, "fill_word": words})
    return dict(total)


def together(*parts: Work) -> Work:
    """The sum of several."""
    total: dict[str, float] = {}
    for part in parts:
        for name, count in part.items():
            total[name] = total.get(name, 0) + count
    return total
