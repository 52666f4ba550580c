"""How many input rows an output row depends on: intervals walked back through the nodes.

With strides the interval depends on where the output row lies within a period, so every row of one period (what a total
stride of input gives) is walked. Rows before the signal's begin and behind its end count: they are padding there.
"""

from __future__ import annotations

from edgeunet.program.program import Node, Program


def receptive_field(program: Program, period_rows: int) -> int:
    """Input rows from the first to the last that one output row depends on, the most over ``period_rows`` rows."""
    spans = [needed_rows(program, row) for row in range(max(period_rows, 1))]
    return max(last - first + 1 for first, last in spans)


def needed_rows(program: Program, row: int) -> tuple[int, int]:
    """First and last input row that row ``row`` of the output depends on."""
    needs = {program.outputs[0]: (row, row)}
    for node in reversed(program.nodes):
        groups = _groups(node, *needs[node.output]) if node.output in needs else None
        if groups is None:
            continue
        for operand, access in zip(node.operands, node.accesses, strict=True):
            if isinstance(operand, int):
                low, high = groups[0] * access.stride + access.first, groups[1] * access.stride + access.last
                known = needs.get(operand, (low, high))
                needs[operand] = (min(low, known[0]), max(high, known[1]))
    return needs[program.inputs[0]]


def _groups(node: Node, first: int, last: int) -> tuple[int, int] | None:
    """The groups of ``node`` that write rows ``first`` to ``last``; none where its phase has no row among them."""
    if node.phase is None:
        return first // node.repeat, last // node.repeat
    low, high = -((node.phase - first) // node.repeat), (last - node.phase) // node.repeat
    return (low, high) if low <= high else None
