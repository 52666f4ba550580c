"""How far an input lies above the output that runs into it: against what a kernel in blocks reads and writes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np

from edgeunet.kernels.kernel import in_order
from edgeunet.program.steps import ARENA, Step, View


def least_distance(groups: int, block: int, in_bytes: int, out_bytes: int) -> int:
    """The smallest at which no block writes over a byte that it, or one after it, reads."""
    starts = range(0, groups, block)
    return max(min(start + block, groups) * out_bytes - start * in_bytes for start in starts)


def test_clearance_of_blocks_is_the_least_that_is_safe() -> None:
    rng = np.random.default_rng(1)
    for _ in range(500):
        groups, block, pitch, out = (int(rng.integers(1, top)) for top in (40, 9, 12, 12))
        view = View(0, ARENA, 0, pitch, groups, pitch)
        output = View(1, ARENA, 0, out, groups, out)
        step = cast(Step, SimpleNamespace(inputs=(view,), output=output, groups=groups, input_strides=(1,)))
        clearance = in_order(block)(step, 0)
        assert clearance is not None
        assert clearance.least_bytes == least_distance(groups, block, pitch, out), (groups, block, pitch, out)
