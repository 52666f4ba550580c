"""Many compiled networks in one Cortex-M55 image: what the tests of the Helium kernels run, in QEMU."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgeunet.emit import Compiled
from tests.rigs.tools import need

Int8 = NDArray[np.int8]

GUARD = 64
POISON = 0x5A
_STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wdouble-promotion", "-Werror")
_FLAGS = ("-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard", "-O1", "-ffreestanding")

ALIGNED = ("-mno-unaligned-access",)
"""What a compiler is told where the core traps words at odd addresses."""

_LINK = """MEMORY { FLASH (rx) : ORIGIN = 0x10000000, LENGTH = 512K  RAM (rwx) : ORIGIN = 0x31000000, LENGTH = 2M }
ENTRY(start)
SECTIONS {
    .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) } > FLASH
    .bss (NOLOAD) : { *(.bss*) *(COMMON) } > RAM
    /DISCARD/ : { *(.ARM.*) *(.comment) }
    stack_top = ORIGIN(RAM) + LENGTH(RAM);
}
"""

_MAIN = """#include <stdint.h>
#include <stddef.h>
#include <string.h>
@includes@
enum { GUARD = @guard@, POISON = @poison@, LARGEST_STATE = @state@, LARGEST_OUTPUT = @output@ };
extern uint32_t stack_top[];
static _Alignas(8) int8_t state[GUARD + LARGEST_STATE + GUARD], out[GUARD + LARGEST_OUTPUT + GUARD];
static int8_t aside[LARGEST_OUTPUT];
static void call(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}
static void number(int32_t value)
{
    char text[12], *at = text + sizeof text;
    *--at = 0;
    do *--at = (char)('0' + value % 10); while ((value /= 10) > 0);
    call(4, at);
}
static void finish(void) { call(0x18, (void *)0x20026); for (;;) { } }
static void fault(void) { call(4, "fault\\n"); finish(); }
void *memcpy(void *to, const void *from, size_t n)
{
    for (size_t i = 0; i < n; i++) ((char *)to)[i] = ((const char *)from)[i];
    return to;
}
void *memmove(void *to, const void *from, size_t n)
{
    if (to <= from) return memcpy(to, from, n);
    while (n--) ((char *)to)[n] = ((const char *)from)[n];
    return to;
}
void *memset(void *to, int value, size_t n)
{
    for (size_t i = 0; i < n; i++) ((char *)to)[i] = (char)value;
    return to;
}
@data@
@runners@
typedef struct {
    int32_t state, output, rows;
    const int8_t *in, *expected;
    int32_t (*run)(int8_t *, const int8_t *, int8_t *, int32_t);
} case_t;
static const case_t cases[] = {
@cases@
};
static int guarded(const int8_t *from, int32_t bytes)
{
    for (int32_t i = 0; i < GUARD; i++) if (from[i] != POISON || from[GUARD + bytes + i] != POISON) return 0;
    return 1;
}
static void check(const case_t *c)
{
    memset(state, POISON, sizeof state);
    memset(out, POISON, sizeof out);
    int32_t size = c->run(state + GUARD, c->in, out + GUARD, c->rows);
    int32_t wrong = 0;
    while (wrong < c->output && out[GUARD + wrong] == c->expected[wrong]) wrong++;
    call(4, size != c->output ? "size " : wrong < c->output ? "differs " : !guarded(out, c->output) ? "output guard "
        : !guarded(state, c->state) ? "state guard " : "equal ");
    number(wrong);
    call(4, "\\n");
}
void start(void)
{
    *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20;
    *(volatile uint32_t *)0xE000ED14u |= @trap@; /* CCR.UNALIGN_TRP */
    __asm__ volatile("dsb\\n isb\\n" ::: "memory");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) check(&cases[i]);
    finish();
}
__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_top, start, fault, fault, fault, fault, fault, fault, 0, 0, 0, fault, fault, 0, fault, fault};
"""

_WINDOW = """static int32_t run_{n}(int8_t *s, const int8_t *in, int8_t *to, int32_t rows)
{{
    (void)rows;
    {n}_reset((void *)s);
    {n}_run((void *)s, (const void *)in, (void *)to);
    return {u}_OUTPUT_BYTES;
}}
"""

_STREAM = """static int32_t run_{n}(int8_t *s, const int8_t *in, int8_t *to, int32_t rows)
{{
    int8_t *const first = to;
    int32_t ready;
    {n}_reset((void *)s);
    for (; rows >= {u}_HOP; rows -= {u}_HOP) {{
        ready = {n}_push((void *)s, (const void *)in, (void *)to);
        in += {u}_HOP * {u}_INPUT_CHANNELS * {given};
        to += ready * {u}_OUTPUT_CHANNELS * {made};
    }}
    ready = {n}_flush((void *)s, (const void *)in, rows, (void *)to);
    for (; ready > 0; ready = {n}_flush((void *)s, (const void *)in, 0, (void *)to))
        to += ready * {u}_OUTPUT_CHANNELS * {made};
    return (int32_t)(to - first);
}}
"""

_PAIR = """static int32_t step_{n}({n}_state_t *s, const int8_t **in, int32_t *rows, int8_t **to)
{{
    int32_t ready, pushed = *rows >= {u}_HOP;
    ready = pushed ? {n}_push(s, *in, *to) : {n}_flush(s, *in, *rows, *to);
    *in += pushed ? {u}_HOP * {u}_INPUT_CHANNELS : 0;
    *rows -= pushed ? {u}_HOP : *rows;
    *to += ready * {u}_OUTPUT_CHANNELS;
    return pushed || ready > 0;
}}
static int32_t run_pair_{n}(int8_t *s, const int8_t *in, int8_t *to, int32_t rows)
{{
    {n}_state_t *const first = (void *)s, *const second = first + 1;
    const int8_t *in1 = in, *in2 = in + rows * {u}_INPUT_CHANNELS;
    int8_t *to1 = to, *to2 = aside;
    int32_t rows1 = rows, rows2 = rows, busy1, busy2 = 1;
    {n}_reset(first);
    busy1 = step_{n}(first, &in1, &rows1, &to1);
    {n}_reset(second);
    while (busy1 || busy2) {{
        if (busy2) busy2 = step_{n}(second, &in2, &rows2, &to2);
        if (busy1) busy1 = step_{n}(first, &in1, &rows1, &to1);
    }}
    memcpy(to1, aside, (size_t)(to2 - aside));
    return (int32_t)(to1 - to + (to2 - aside));
}}
"""


@dataclass(frozen=True)
class Case:
    """A network, an input as one run of bytes, and what must come out; ``rows`` counts a stream's samples.

    ``pair`` runs two instances side by side, a call each in turn, over two recordings of ``rows`` samples each.
    """

    model: Compiled
    samples: Int8
    expected: Int8
    rows: int = 0
    pair: bool = False

    @property
    def runner(self) -> str:
        return f"run_{'pair_' if self.pair else ''}{self.model.name}"

    @property
    def words(self) -> dict[str, str]:
        """What the template's names stand for: the model's name, and the bytes of a value of input and output."""
        model = self.model
        sizes = {"given": model.inputs[0].dtype, "made": model.outputs[0].dtype}
        names = {"n": model.name, "u": model.name.upper()}
        return names | {name: str(np.dtype(dtype).itemsize) for name, dtype in sizes.items()}

    @property
    def template(self) -> str:
        return _PAIR if self.pair else _STREAM if self.model.mode == "stream" else _WINDOW


def run_on_helium(directory: Path, cases: Sequence[Case], trap: bool = False) -> list[str]:
    """For each case ``equal``, or what is wrong and at which output byte: ``differs 17``, ``output guard 40``; with a
    ``trap``, words at odd addresses are faults."""
    need("arm-none-eabi-gcc", "qemu-system-arm")
    models = list({case.model.name: case.model for case in cases}.values())
    sources = []
    for model in models:
        model.sources.write(directory)
        sources += [directory / path for path in model.c_sources]
    (directory / "main.c").write_text(_main(models, cases, trap))
    (directory / "link.ld").write_text(_LINK)
    compiler = ("arm-none-eabi-gcc", *_FLAGS, *(ALIGNED if trap else ()))
    subprocess.run([*compiler, *_STRICT, "-c", *sources], check=True, cwd=directory)
    objects = [source.with_suffix(".o").name for source in sources]
    link = ("-nostdlib", "-T", "link.ld", "-Wl,--no-warn-rwx-segments", "-o", "image.elf")
    subprocess.run(
        [*compiler, "-fno-tree-loop-distribute-patterns", "main.c", *objects, *link], check=True, cwd=directory
    )
    emulator = ("qemu-system-arm", "-M", "mps3-an547", "-display", "none", "-monitor", "none", "-serial", "none")
    done = subprocess.run(
        [*emulator, "-semihosting-config", "enable=on,target=native", "-kernel", "image.elf"],
        cwd=directory, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    answers = (done.stdout + done.stderr).splitlines()
    assert len(answers) == len(cases), answers[-3:]
    return ["equal" if answer.startswith("equal") else answer for answer in answers]


def _main(models: Sequence[Compiled], cases: Sequence[Case], trap: bool = False) -> str:
    runners = {case.runner: case.template.format(**case.words) for case in cases}
    data, rows = [], []
    for index, case in enumerate(cases):
        data += [_array(f"in_{index}", case.samples), _array(f"expected_{index}", case.expected)]
        state = f"{2 if case.pair else 1} * sizeof({case.model.name}_state_t)"
        rows.append(
            f"    {{ {state}, {case.expected.nbytes}, {case.rows}, in_{index}, expected_{index}, {case.runner} }},"
        )
    filled = {
        "includes": "\n".join(f'#include "{model.name}.h"' for model in models),
        "guard": str(GUARD),
        "trap": "8u" if trap else "0u",
        "poison": str(POISON),
        "state": str(2 * max(model.state_bytes or model.arena_bytes for model in models) + 64),
        "output": str(max(case.expected.nbytes for case in cases) + 1024),
        "data": "\n".join(data),
        "runners": "\n".join(runners.values()),
        "cases": "\n".join(rows),
    }
    text = _MAIN
    for key, value in filled.items():
        text = text.replace(f"@{key}@", value)
    return text


def _array(name: str, values: Int8) -> str:
    even = "" if values.dtype == np.int8 else "_Alignas(2) "
    numbers = np.ascontiguousarray(values).reshape(-1).view(np.int8).tolist()
    return f"static {even}const int8_t {name}[] = {{{','.join(map(str, numbers))}}};"
