"""Cycles of Helium functions before they are compiled: their text read as a disassembler reads the code."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from edgeunet.graph import read_tflite
from edgeunet.kernels.mve.scheduled import parsed, scheduled_cycles
from edgeunet.kernels.mve.work import CORES, LOOPS
from edgeunet.kernels.work import SCHEDULED, work_of
from edgeunet.schedule.plan import schedule_graph
from edgeunet.timing.block import block_cycles
from edgeunet.timing.instruction import Instruction
from edgeunet.timing.table import load_table
from edgeunet.timing.vectors import decode_block, decode_vectors
from tests.networks.pass_networks import RELU, PassNetwork
from tests.rigs.tools import need

LINE = '            "{}\\n\\t"\n'


def function(*lines: str) -> str:
    """The text of a naked function of ``lines``."""
    return "".join(map(LINE.format, lines))


def every_family() -> dict[str, str]:
    """The text of a function of each family that is written per shape, by family."""
    n = PassNetwork(11)
    x = n.convolution(n.input(40, 4), 16, 1, ("NONE", 3))
    deep = n.depthwise(n.depthwise(x, 5, ("NONE", 3)), 3, RELU)
    wide = n.convolution(n.convolution(deep, 12, 3, RELU), 16, 5, ("NONE", 3), dilation=2)
    few = n.convolution(n.pool(n.pool(n.depthwise(wide, 3, ("NONE", 1), 2), 2, 2), 2, 2), 32, 3, RELU)
    line = n.convolution(n.input(40, 1), 8, 1, RELU)
    columns = n.convolution(n.convolution(n.input(104, 4), 16, 1, ("NONE", 3)), 40, 3, RELU)
    short = n.depthwise(n.convolution(n.input(5, 4), 24, 1, ("NONE", 3)), 3, RELU)
    file = n.only(few, line, columns, n.convolution(short, 7, 1, RELU))
    schedule = schedule_graph(read_tflite(file), kernels="mve")
    found = {}
    for step, kernel in zip(schedule.steps, schedule.kernels, strict=True):
        if kernel.function in LOOPS:
            found.update((kernel.function, text) for text in kernel.arguments(step).definitions if "naked" in text)
    return found


def test_straight_code_takes_what_its_block_takes() -> None:
    lines = ("vldrb.8 q0, [r0], #16", "vmladava.s8 r2, q0, q1", "str r2, [r1], #4", "bx lr")
    expected = block_cycles(tuple(map(parsed, lines)), "cortex-m55")
    assert scheduled_cycles(function(*lines), {"": [1]}, "cortex-m55") == expected > 0
    assert scheduled_cycles(function(*lines), {"": [7]}, "cortex-m55") == 7 * expected


@pytest.mark.parametrize("core", CORES)
def test_a_loop_takes_its_rounds_and_the_branches_back(core: str) -> None:
    body = ("ldrsb r4, [r0], #1", "add r5, r5, r4", "subs r2, r2, #1", "bne 1b")
    text = function("movs r5, #0", "1:", *body, "mov r0, r5", "bx lr")
    once, round_, after = (
        block_cycles(tuple(map(parsed, lines)), core) for lines in (("movs r5, #0",), body, ("mov r0, r5", "bx lr"))
    )
    taken = load_table(core).rules["taken"]
    assert scheduled_cycles(text, {"": [2], "1": [20]}, core) == 2 * (once + after) + 20 * round_ + 18 * taken
    low_overhead = function("dls lr, r2", "1:", "vldrb.8 q0, [r0], #16", "le lr, 1b", "bx lr")
    assert scheduled_cycles(low_overhead, {"": [1], "1": [9]}, core) < scheduled_cycles(
        low_overhead.replace("le lr,", "bne"), {"": [1], "1": [9]}, core
    )


def test_a_loop_inside_another_and_two_of_one_label_have_their_own_rounds() -> None:
    nop = ("mov r0, r0",)
    text = function("1:", "2:", *nop, "bne 2b", *nop, "bne 1b", "2:", *nop, "bne 2b", "bx lr")
    few, more, last = (
        scheduled_cycles(text, {"": [1], "1": [3], "2": [12, rounds]}, "cortex-m55") for rounds in (1, 5, 9)
    )
    assert last - more == more - few > 0


def test_words_moved_together_are_counted() -> None:
    assert parsed("push {r4-r11, lr}").words == 9
    assert parsed("vpush {d8-d15}").words == 16
    assert parsed("ldrd r5, r11, [sp, #12]").words == 2
    assert parsed("ldr pc, [sp, #24]").kind == "return"
    assert parsed(".inst.w 0xee9c4f44").kind == "vector_alu"


def test_work_is_the_cycles_of_each_core_with_helium() -> None:
    n = PassNetwork(3)
    y = n.convolution(n.convolution(n.input(6, 4), 16, 1, ("NONE", 3)), 8, 1, RELU)
    schedule = schedule_graph(read_tflite(n.only(y)), kernels="mve")
    work = work_of(schedule.kernels[1], schedule.steps[1])
    assert schedule.kernels[1].function == "eu_tiles"
    assert work is not None
    assert work.keys() == {"call", "round", *(SCHEDULED + core for core in CORES)}
    assert all(work[SCHEDULED + core] > 6 * 8 / 2 for core in CORES)


def test_text_is_read_as_the_disassembler_reads_the_code(tmp_path: Path) -> None:
    need("arm-none-eabi-gcc", "arm-none-eabi-objdump", "capstone")
    texts = every_family()
    assert texts.keys() == LOOPS.keys()
    for name, text in texts.items():
        lines = assembly(text)
        code = assembled(lines, tmp_path)
        written = [line for line in lines if not line.endswith(":")]
        for line, instruction in zip(written, code, strict=True):
            writes = 0 if instruction.kind == "branch" else instruction.writes  # PC, in some of its encodings
            as_decoded = replace(instruction, size_bytes=4, offset_bytes=0, writes=writes)
            assert parsed(line) == as_decoded, f"{name}: {line}: {parsed(line).text()} {as_decoded.text()}"


def assembly(text: str) -> list[str]:
    """The lines of a naked function, labels too."""
    quoted = [line.strip().split('"')[1] for line in text.splitlines() if '\\n\\t"' in line]
    return [line.removesuffix("\\n\\t") for line in quoted if not line.startswith(".syntax")]


def assembled(lines: list[str], folder: Path) -> tuple[Instruction, ...]:
    """The instructions that an assembler and a disassembler make of ``lines``."""
    source, made, code = folder / "f.s", folder / "f.o", folder / "f.bin"
    source.write_text("\n".join((".syntax unified", ".thumb", "f:", *lines, "")))
    subprocess.run(["arm-none-eabi-gcc", "-mcpu=cortex-m55", "-mthumb", "-c", source, "-o", made], check=True)
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", "-j", ".text", made, code], check=True)
    return decode_block(code.read_bytes(), 0, decode_vectors(made))
