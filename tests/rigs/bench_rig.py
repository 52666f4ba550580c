"""One C program that runs single steps: inputs allocated to the byte, outputs poisoned, everything under sanitizers."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edgeunet.emit.code import render_steps
from edgeunet.emit.tables import Tables
from edgeunet.kernels.portable.flavour import PORTABLE
from edgeunet.kernels.selection import select_kernel
from edgeunet.program.parameters import Parameters
from edgeunet.program.steps import Step, View
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.timing import Timing
from tests.rigs.host_batch import SANITIZED, STRICT, Int8

POISON = 0x5A

_MAIN = """
int main(void)
{
    int32_t request[4];
    while (fread(request, sizeof request, 1, stdin) == 1) {
        int8_t *input = malloc((size_t)request[1] + 1) , *second = malloc((size_t)request[2] + 1);
        int8_t *output = malloc((size_t)request[3]);
        input = realloc(input, (size_t)(request[1] ? request[1] : 1));
        second = realloc(second, (size_t)(request[2] ? request[2] : 1));
        if (fread(input, 1, (size_t)request[1], stdin) != (size_t)request[1]) return 2;
        if (fread(second, 1, (size_t)request[2], stdin) != (size_t)request[2]) return 2;
        memset(output, 0x5A, (size_t)request[3]);
        cases[request[0]](input, second, output);
        fwrite(output, 1, (size_t)request[3], stdout);
        free(input); free(second); free(output);
    }
    return 0;
}
"""


def view(space: str, pitch: int, rows: int, channels: int) -> View:
    """Rows in the first or second input (``input``, ``second``) or in the output."""
    return View(-1, space, 0, pitch, rows, channels)


def step(
    kind: str, inputs: Sequence[View], output: View, groups: int, parameters: Parameters, strides: tuple[int, ...] = ()
) -> Step:
    """A step with nothing around it."""
    return Step(kind, kind, tuple(inputs), output, groups, parameters, (kind,), 0, 0, strides or (1,) * len(inputs))


def run_steps(directory: Path, steps: Sequence[Step], inputs: Sequence[tuple[Int8, ...]]) -> list[Int8]:
    """What each step leaves in its output, all bytes from the first to the last that it may touch."""
    timing = Timing(None, (), (), ())
    data = Tables("k")
    kernels = tuple(select_kernel(step, PORTABLE.tables) for step in steps)
    schedule = Schedule("k", (), timing, (), tuple(steps), (), (), 0, 0, 0, flavour=PORTABLE, kernels=kernels)
    code = render_steps(schedule, "k", data)
    bodies: list[list[str]] = []
    for line in code.calls:
        if re.match(r"/\* *\d+ ", line):
            bodies.append([])
        bodies[-1].append(line)
    functions = [
        f"static void case_{i}(const int8_t *input, const int8_t *second, int8_t *output)\n"
        "{\n    (void)input; (void)second;\n    " + "\n    ".join(body[1:]) + "\n}"
        for i, body in enumerate(bodies)
    ]
    table = ", ".join(f"case_{i}" for i in range(len(bodies)))
    parts = [
        "#include <stdint.h>\n#include <stddef.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>",
        "#define K_LAYER(index) ((void)0)",
        *(code.kernels, data.text, code.arguments, *functions),
        f"static void (*const cases[])(const int8_t *, const int8_t *, int8_t *) = {{ {table} }};",
        _MAIN,
    ]
    source, program = directory / "rig.c", directory / "rig"
    source.write_text("\n".join(parts))
    subprocess.run(["cc", *STRICT, *SANITIZED, source, "-o", program], check=True)
    sizes = [(s.output.rows - 1) * s.output.pitch_bytes + s.output.channels for s in steps]
    request = b""
    for index, (arrays, size) in enumerate(zip(inputs, sizes, strict=True)):
        second = arrays[1] if len(arrays) > 1 else np.zeros(0, np.int8)
        request += np.array([index, arrays[0].size, second.size, size], np.int32).tobytes()
        request += arrays[0].tobytes() + second.tobytes()
    done = subprocess.run([program], input=request, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    answers, at = [], 0
    for size in sizes:
        answers.append(np.frombuffer(done.stdout, np.int8, size, at))
        at += size
    return answers


def rows_of(answer: Int8, output: View) -> Int8:
    """The rows written, after checking that the bytes between them were left alone."""
    padded = np.full(output.rows * output.pitch_bytes, POISON, np.int8)
    padded[: answer.size] = answer
    rows = padded.reshape(output.rows, output.pitch_bytes)
    assert (rows[:, output.channels :] == POISON).all(), "bytes between the rows were written"
    return rows[:, : output.channels]


def lay_out(rows: Int8, pitch: int) -> Int8:
    """``rows (n, channels)`` at ``pitch``, ending with the last channel of the last row, gaps filled with 77."""
    laid = np.full((rows.shape[0], pitch), 77, np.int8)
    laid[:, : rows.shape[1]] = rows
    return laid.reshape(-1)[: (rows.shape[0] - 1) * pitch + rows.shape[1]]
