"""Many compiled networks in one image for a Cortex-M: what tests of DSP kernels and of smaller cores run, in QEMU."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.rigs.helium_batch import _STRICT, ALIGNED, Case, _main
from tests.rigs.host_batch import merged_source
from tests.rigs.tools import need

_LINK = """MEMORY {{ FLASH (rx) : ORIGIN = {flash}, LENGTH = 4M  RAM (rwx) : ORIGIN = {ram}, LENGTH = 2M }}
ENTRY(start)
SECTIONS {{
    .text : {{ KEEP(*(.vectors)) *(.text*) *(.rodata*) }} > FLASH
    .bss (NOLOAD) : {{ *(.bss*) *(COMMON) }} > RAM
    /DISCARD/ : {{ *(.ARM.*) *(.comment) }}
    stack_top = ORIGIN(RAM) + LENGTH(RAM);
}}
"""


_STRING = """#include <stddef.h>
void *memcpy(void *, const void *, size_t);
void *memmove(void *, const void *, size_t);
void *memset(void *, int, size_t);
"""


@dataclass(frozen=True)
class Core:
    """A core, the machine that emulates it, and where its memories start."""

    gcc: str
    zig: str
    machine: str
    flash: str = "0x00000000"
    ram: str = "0x20000000"


CORES = {
    "cortex-m0plus": Core("cortex-m0plus", "cortex_m0plus", "mps2-an385"),
    "cortex-m3": Core("cortex-m3", "cortex_m3", "mps2-an385"),
    "cortex-m4": Core("cortex-m4", "cortex_m4", "mps2-an386"),
    "cortex-m7": Core("cortex-m7", "cortex_m7", "mps2-an500"),
    "cortex-m33": Core("cortex-m33", "cortex_m33+dsp", "mps2-an505", "0x10000000", "0x38000000"),
}


def run_on_dsp(
    directory: Path,
    cases: Sequence[Case],
    core: str = "cortex-m4",
    compiler: str = "gcc",
    level: str = "-O1",
    trap: bool = False,
) -> list[str]:
    """For each case ``equal``, or what is wrong and at which output byte; ``compiler`` builds them at ``level``.

    With a ``trap``, words at odd addresses are faults. All models are one translation unit that holds each kernel once.
    """
    need("arm-none-eabi-gcc", "qemu-system-arm")
    found = CORES[core]
    models = list({case.model.name: case.model for case in cases}.values())
    for model in models:
        model.sources.write(directory)
    source = merged_source(directory, models).name
    (directory / "main.c").write_text(_main(models, cases, trap))
    (directory / "link.ld").write_text(_LINK.format(flash=found.flash, ram=found.ram))
    gcc = ("arm-none-eabi-gcc", f"-mcpu={found.gcc}", "-mthumb", "-mfloat-abi=soft", "-ffreestanding")
    strict = "+strict_align" if trap else ""
    zig = (sys.executable, "-m", "ziglang", "cc", "-target", "thumb-freestanding-eabi", f"-mcpu={found.zig}{strict}")
    (directory / "libc").mkdir(exist_ok=True)
    (directory / "libc" / "string.h").write_text(_STRING)
    zig = (*zig, "-isystem", "libc")
    build = (
        gcc
        if compiler == "gcc"
        else (*zig, "-ffreestanding", "-fno-unwind-tables", "-fno-exceptions", "-Wno-unused-command-line-argument")
    )
    aligned = ALIGNED if trap and compiler == "gcc" else ()
    subprocess.run([*build, *_STRICT, *aligned, level, "-c", source, "-o", "models.o"], check=True, cwd=directory)
    link = ("-nostdlib", "-T", "link.ld", "-Wl,--no-warn-rwx-segments", "-o", "image.elf")
    freestanding = ("-O1", "-fno-tree-loop-distribute-patterns", *ALIGNED)
    subprocess.run([*gcc, *freestanding, "main.c", "models.o", "-lgcc", *link], check=True, cwd=directory)
    emulator = ("qemu-system-arm", "-M", found.machine, "-display", "none", "-monitor", "none", "-serial", "none")
    done = subprocess.run(
        [*emulator, "-semihosting-config", "enable=on,target=native", "-kernel", "image.elf"],
        cwd=directory, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    answers = (done.stdout + done.stderr).splitlines()
    assert len(answers) == len(cases), answers[-3:]
    return ["equal" if answer.startswith("equal") else answer for answer in answers]
