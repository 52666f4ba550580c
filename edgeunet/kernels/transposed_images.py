"""Transposed convolutions over images by the kernels for one dimension, as ``edgeunet.kernels.images`` does others.

Output ``o`` of a row meets input ``x`` by tap ``j`` where ``o + left - j = x * stride``. So the outputs of one residue
of ``o + left`` modulo the stride are a convolution by every ``stride``-th tap, which writes every ``stride``-th pixel.
Rows have residues too, each with weights of its own (zeros where it has a tap less); what they read of the image is
gathered once for all residues of a row of inputs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from edgeunet.kernels.conditions import parameters, plain, source
from edgeunet.kernels.images import APART, GATHER, Row, gather_fields, gather_work, own_scratch, row_of_step
from edgeunet.kernels.kernel import Arguments, Inside, Kernel, StructFields
from edgeunet.program.convolutions import Conv, Conv2d, Image
from edgeunet.program.steps import ARENA, Step, View


@dataclass(frozen=True)
class Phase:
    """Outputs ``first``, ``first + stride`` ... of a row: ``taps`` columns, of group 0 the last is ``nearest``."""

    first: int
    taps: int
    nearest: int
    groups: int

    @property
    def start(self) -> int:
        """First column of group 0, negative for padding."""
        return self.nearest - self.taps + 1


def _phases(image: Image) -> tuple[Phase, ...]:
    """The residues of a row's outputs."""
    stride, found = image.stride_width, []
    for first in range(min(stride, image.out_width)):
        nearest, tap = divmod(first + image.left, stride)
        taps = max(len(range(tap, image.kernel_width, stride)), 1)
        found.append(Phase(first, taps, nearest, -(-(image.out_width - first) // stride)))
    return tuple(found)


@cache
def _convolutions(conv: Conv2d) -> tuple[tuple[Conv, ...], ...]:
    """By residue of rows, then of columns: the convolution over gathered rows."""
    image = conv.image
    outputs, height, width, inputs = conv.weights.shape
    rows = -(-height // image.stride_height)
    found = []
    for row in range(image.stride_height):
        made = []
        for phase in _phases(image):
            weights = np.zeros((outputs, phase.taps, rows, inputs), np.int8)
            for i in range(row, height, image.stride_height):
                for t, j in enumerate(
                    range((phase.first + image.left) % image.stride_width, width, image.stride_width)
                ):
                    weights[:, phase.taps - 1 - t, rows - 1 - i // image.stride_height] = conv.weights[:, i, j]
            flat = weights.reshape(outputs, phase.taps, rows * inputs)
            made.append(Conv(flat, conv.bias, conv.input_zero_point, conv.requantization))
        found.append(tuple(made))
    return tuple(found)


def _rows(step: Step) -> tuple[Row, ...] | None:
    """Rows of outputs by residue of rows, then of columns; ``None`` where there is none."""
    conv, view = parameters(step, Conv2d), source(step)
    image = conv.image
    if not plain(step) or conv.weights.shape[3] != view.channels:
        return None
    height, phases = -(-image.kernel_height // image.stride_height), _phases(image)
    left = max(0, -min(phase.start for phase in phases))
    width = max(phase.nearest + phase.groups for phase in phases) + left
    gathered = Image(
        image.in_height, image.in_width, image.out_height, 1, height, width, 1, 1, 1, 1, height - 1, left
    )  # fmt: skip
    column = height * view.channels
    read = View(-1, ARENA, APART, column, image.in_width, column)
    found = []
    for convolutions in _convolutions(conv):
        for phase, made in zip(phases, convolutions, strict=True):
            output = replace(step.output, pitch_bytes=image.stride_width * step.output.pitch_bytes)
            row = row_of_step(replace(step, output=output), "conv", made, read, gathered, column)
            placed = replace(row.step, groups=phase.groups, output=replace(row.step.output, rows=phase.groups))
            found.append(replace(row, step=placed))
    return tuple(found)


def _definition(name: str, made: Sequence[Arguments], functions: Sequence[str], columns: int, scratch: bool) -> str:
    """The function that gathers, and runs the functions of a residue of rows, with its argument struct."""
    members = "".join(f"    {each.struct} row{number};\n" for number, each in enumerate(made))
    last = ", scratch" if scratch else ""
    cases = ""
    for number, function in enumerate(functions):
        residue, phase = divmod(number, columns)
        cases += f"        if (from % p->residues == {residue}) {{\n" if phase == 0 else ""
        cases += f"            {function}(rows + p->start{phase}, out + p->first{phase}, &p->row{number}{last});\n"
        cases += "        }\n" if phase == columns - 1 else ""
    places = "".join(f"    int32_t start{phase};\n    int32_t first{phase};\n" for phase in range(columns))
    head = f"static void {name}("
    return (
        f"typedef struct {{\n    eu_gather_t image;\n    int32_t residues;\n    int32_t top;\n{places}{members}}} "
        f"{name}_t;\n\n"
        f"{head}const int8_t *in, int8_t *out,\n{' ' * len(head)}const {name}_t *p, int32_t *scratch)\n{{\n"
        "    int8_t *const rows = (int8_t *)(scratch + p->image.behind);\n"
        "    for (int32_t y = 0; y < p->image.out_height; y++) {\n"
        "        const int32_t from = y + p->top;\n"
        "        if (y == 0 || from % p->residues == 0) {\n"
        "            eu_gather(in, rows, &p->image, from / p->residues);\n        }\n"
        f"{cases}        out += p->image.out_row;\n    }}\n}}\n"
    )


def _fields(step: Step, rows: Sequence[Row], behind_bytes: int) -> StructFields:
    image, pitch = parameters(step, Conv2d).image, step.output.pitch_bytes
    gathered = {**gather_fields(step, rows[0], behind_bytes), "out_row": image.out_width * pitch}
    fields: StructFields = {"image": gathered, "residues": image.stride_height, "top": image.top}
    for number, phase in enumerate(_phases(image)):
        fields[f"start{number}"] = (phase.start + rows[0].image.left) * rows[0].column_bytes
        fields[f"first{number}"] = phase.first * pitch
    return fields


def _arguments(kernel: Kernel, step: Step) -> Arguments:
    rows, columns = _rows(step), len(_phases(parameters(step, Conv2d).image))
    assert rows is not None
    made, behind = [kernel.arguments(row.step) for row in rows], _behind(kernel, rows)
    functions = [each.function or kernel.function for each in made]
    name = functions[0].replace("eu_", "eu_gather_transposed_", 1) + f"_{len(made) // columns}_{columns}"
    if len(set(functions)) > 1:
        name = "_".join([name, *(function.removeprefix("eu_") for function in functions[1:])])
    fields = _fields(step, rows, behind) | {f"row{number}": each.fields for number, each in enumerate(made)}
    definition = _definition(name, made, functions, columns, behind > 0)
    texts = dict.fromkeys([text for each in made for text in each.definitions])
    return Arguments(f"{name}_t", fields, name, (*texts, definition))


def _behind(kernel: Kernel, rows: Sequence[Row]) -> int:
    return max(own_scratch(kernel, row) for row in rows)


def _inside(kernel: Kernel, step: Step) -> Inside:
    """Each residue's rows of outputs by ``kernel``, and what is gathered once for all residues of a row of inputs."""
    rows, image = _rows(step), parameters(step, Conv2d).image
    assert rows is not None
    columns = len(rows) // image.stride_height
    froms = range(image.top, image.top + image.out_height)
    residues = Counter(at % image.stride_height for at in froms)
    calls = tuple((kernel, row.step, residues[number // columns]) for number, row in enumerate(rows))
    gathers = [at // image.stride_height for at in froms if at == image.top or at % image.stride_height == 0]
    return Inside(calls, {GATHER: gather_work(step, rows[0], gathers)})


def _over_rows(kernel: Kernel) -> Kernel:
    """The kernel that runs ``kernel`` on gathered rows."""

    def accepts(step: Step) -> bool:
        rows = _rows(step)
        return rows is not None and all(kernel.accepts(row.step) for row in rows)

    def scratch(step: Step) -> int:
        rows = _rows(step)
        assert rows is not None
        return _behind(kernel, rows) + rows[0].gathered_bytes

    def words_align(step: Step) -> bool:
        rows = _rows(step)
        return rows is not None and all(kernel.words_align(row.step) for row in rows)

    return Kernel(
        kernel.function,
        kernel.flavour,
        accepts,
        lambda step: _arguments(kernel, step),
        (*kernel.requires, GATHER),
        scratch_bytes=scratch,
        words_align=words_align,
        inside=lambda step: _inside(kernel, step),
    )


def transposed(kernels: Sequence[Kernel]) -> tuple[Kernel, ...]:
    """``kernels`` for ``conv`` as kernels for ``transpose_conv_2d``."""
    return tuple(_over_rows(kernel) for kernel in kernels)
