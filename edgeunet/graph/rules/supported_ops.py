"""Writing ``docs/SUPPORTED_OPS.md``: ``python -m edgeunet.graph.rules.supported_ops [path]``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from edgeunet.files import write_text
from edgeunet.graph.rules.entry import Supported
from edgeunet.graph.rules.table import CURES, SUPPORTED

_HEAD = """\
# Supported operators

Written from the table in `edgeunet/graph/rules/table.py` by `python -m edgeunet.graph.rules.supported_ops`; don't edit
it here.

A model is read from a fully int8-quantized `.tflite` file: a batch of 1 or an open one, a fixed length, the first
subgraph (of several signatures the one that interpreters run; what only an initialiser that CALL_ONCE runs puts into
a variable is a constant). Activations are `(1, height, width, channels)`; one-dimensional signals are `(1, 1, time,
channels)`, whichever of `T x 1`, `1 x T` or `(1, T, C)` they were built as. Results are equal, value for value, to
the interpreter of TensorFlow Lite for Microcontrollers and to LiteRT's reference kernels; where those two differ, the
note says whose result is taken. An operator that breaks a rule is an error that names the operator, its layer, the
rule and what to do.

Activations are int8, or int16 (16x8: int8 weights, int64 biases, zero point 0) where an operator's rules say so; the
type may change from tensor to tensor, by QUANTIZE. A sum of int16 inputs becomes a value by

    y = (sum * m + 2**(14 - shift)) >> (15 - shift),    m = min(round(multiplier / 2**16), 32767)

with the 31-bit multiplier and the shift that int8 has: `MultiplyByQuantizedMultiplier(int64_t, int32_t, int)` in
`tensorflow/lite/kernels/internal/common.cc`. Elementwise operators of int16 round twice, as in int8.
"""


def supported_ops_markdown() -> str:
    """The document's text."""
    lines = [_HEAD, "| operator | in a file also | meaning |", "|---|---|---|"]
    for kind, entry in SUPPORTED.items():
        lines.append(f"| [{kind}](#{kind.lower()}) | {', '.join(entry.spellings)} | {entry.summary} |")
    for kind, entry in SUPPORTED.items():
        lines += ["", f"## {kind}", "", *_entry(entry)]
    lines += ["", "## Not supported, and what to do", "", "| operator | what to do |", "|---|---|"]
    lines += [f"| {kind} | {cure} |" for kind, cure in CURES.items()]
    return "\n".join(lines) + "\n"


def _entry(entry: Supported) -> Iterator[str]:
    yield entry.summary
    if entry.note:
        yield from ("", entry.note)
    yield from ("", f"Operands: {entry.operands}.")
    if entry.attributes:
        yield from ("", "| attribute | meaning |", "|---|---|")
        for name, meaning in entry.attributes.items():
            yield f"| `{name}` | {meaning} |"
    yield ""
    for rule in entry.rules:
        yield f"- {' '.join((rule.__doc__ or '').split())}"


if __name__ == "__main__":
    write_text(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/SUPPORTED_OPS.md"), supported_ops_markdown())
