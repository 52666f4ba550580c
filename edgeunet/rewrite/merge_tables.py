"""Functions of one value in a row as one function of one value.

A node of kind ``table`` computes ``out = T[x]`` for each int8 value. Two in a row are one table of 256 entries again,

    second[first[x]] = (second . first)[x]   for all 256 values of x,

with every rounding in between that the two have. A QUANTIZE before a
LOGISTIC, a GELU before a QUANTIZE and the like cost one pass over the rows, one buffer and 256 bytes of flash less.
Holds where nothing else reads the values in between.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edgeunet.program.parameters import Table
from edgeunet.program.program import Program


def merge_tables(program: Program) -> Program:
    """``program`` with every table that is read by another table alone merged into that one."""
    for number in reversed(range(len(program.nodes))):
        program = _merged(program, number)
    return program


def _merged(program: Program, number: int) -> Program:
    second = program.nodes[number]
    if not isinstance(second.parameters, Table) or second.epilogue:
        return program
    (source,) = second.signals
    writers = program.writers(source)
    if len(writers) != 1 or source in program.outputs or program.readers(source) != (number,):
        return program
    first = program.nodes[writers[0]]
    if not isinstance(first.parameters, Table) or first.epilogue:
        return program
    table = composed(first.parameters, second.parameters)
    both = replace(first, output=second.output, parameters=table, covers=(*first.covers, *second.covers))
    nodes = [both if node is first else node for node in program.nodes if node is not second]
    return replace(program, nodes=tuple(nodes))


def composed(first: Table, second: Table) -> Table:
    """The table of ``second`` after ``first``."""
    return Table(second.values[first.values.astype(np.int64) + 128])
