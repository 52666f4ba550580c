"""What goes wrong on the device ends in one sentence that says what, where and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeunet.errors import RunError
from edgeunet.run.machines.machine import hear
from tests.rigs.machines import RISCV, image_for, machine_for
from tests.run.small_network import SOURCE, small_network


def breaking(statement: str) -> str:
    """The small network with ``statement`` at the start of its run."""
    return SOURCE.replace("    TRACE(0);", f"    TRACE(0);\n    {statement}", 1)


OVERFLOW = SOURCE.replace(
    "void small_run",
    "static int32_t deep(int32_t n, volatile int32_t *up) { volatile int32_t room[64]; room[n & 63] = *up; "
    "return n ? deep(n - 1, room) + room[1] : 0; }\nvoid small_run",
    1,
).replace(
    "    TRACE(0);", "    { volatile int32_t s = 100000; state->arena[0] = (int8_t)deep(s, &s); }\n    TRACE(0);", 1
)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("*(volatile int32_t *)0xE8000000u = 1;", "no memory"),
        ('__asm volatile("udf #7");', "does not have"),
        ("((void (*)(void))0xC0000001u)();", "no memory|not executable"),
    ],
)
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m33", "cortex-m55"])
def test_qemu_faults_say_what_happened(core: str, statement: str, reason: str, tmp_path: Path) -> None:
    image = image_for(small_network(breaking(statement)), core, "gcc", tmp_path)
    with pytest.raises(RunError, match=rf"stopped in a \w+ ?\w*.*({reason}).*pc=0x.*cfsr=0x"):
        hear(machine_for(core, "qemu"), image.path, 60.0)


def test_the_function_at_fault_is_named(tmp_path: Path) -> None:
    image = image_for(small_network(breaking('__asm volatile("udf #7");')), "cortex-m4", "gcc", tmp_path)
    with pytest.raises(RunError, match=r"at 0x[0-9a-f]{8} in small_run"):
        hear(machine_for("cortex-m4", "qemu"), image.path, 60.0)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("*(volatile int32_t *)0xE8000000u = 1;", "stored to an address where there is no memory: 0xe8000000"),
        ("output[0] = *(volatile int8_t *)0xE8000004u;", "loaded from an address .*: 0xe8000004"),
        ('__asm volatile(".half 0");', "does not have"),
        ('__asm volatile(".insn r 0x53, 0, 0, x0, x0, x0");', "does not have"),
        ("((void (*)(void))0xC0000000u)();", "executed from an address where there is no memory"),
    ],
    ids=["store", "load", "illegal", "floating point", "jump"],
)
def test_riscv_exceptions_say_what_happened(statement: str, reason: str, tmp_path: Path) -> None:
    image = image_for(small_network(breaking(statement)), RISCV, "gcc", tmp_path)
    with pytest.raises(RunError, match=rf"stopped in an exception at 0x[0-9a-f]{{8}}.*{reason}.*pc=0x.*mtval=0x"):
        hear(machine_for(RISCV, "qemu"), image.path, 60.0)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m33", RISCV])
def test_a_stack_overflow_is_caught(core: str, tmp_path: Path) -> None:
    image = image_for(small_network(OVERFLOW), core, "gcc", tmp_path)
    with pytest.raises(RunError, match="the stack of 8192 bytes overflowed"):
        hear(machine_for(core, "qemu"), image.path, 60.0)


@pytest.mark.parametrize(
    "statement",
    ["*(volatile int32_t *)0xE8000000u = 1;", '__asm volatile("udf #7");', "((void (*)(void))0xC0000001u)();"],
)
def test_unicorn_faults_say_what_happened(statement: str, tmp_path: Path) -> None:
    image = image_for(small_network(breaking(statement)), "cortex-m4", "gcc", tmp_path)
    with pytest.raises(RunError, match=r"faulted at 0x|stopped in a"):
        hear(machine_for("cortex-m4", "unicorn"), image.path, 60.0)


@pytest.mark.parametrize("emulator", ["qemu", "unicorn"])
def test_an_endless_program_is_stopped(emulator: str, tmp_path: Path) -> None:
    image = image_for(small_network(breaking("for (volatile int i = 0;; ++i) { }")), "cortex-m4", "gcc", tmp_path)
    with pytest.raises(RunError, match=r"after 1 s .*--timeout"):
        hear(machine_for("cortex-m4", emulator), image.path, 1.0)
