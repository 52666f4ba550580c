"""Cycles of short blocks on cores that issue one instruction after the other, by the rules of Arm's manuals."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from edgeunet.timing.block import Block, wait_cycles, zero_wait_cycles
from edgeunet.timing.counting import counted_cycles
from edgeunet.timing.decoding import decode_thumb
from edgeunet.timing.instruction import Instruction, parse_instruction
from edgeunet.timing.riscv import decode_riscv
from edgeunet.timing.table import TABLES, load_table
from tests.rigs.tools import need

CODE = {
    "ldr r0, [r1]": "08 68",
    "ldr r2, [r1, #4]": "4a 68",
    "ldr r3, [r0]": "03 68",
    "adds r2, r0, r2": "82 18",
    "adds r0, r0, r2": "80 18",
    "str r2, [r1]": "0a 60",
    "str r2, [r1, r3]": "ca 50",
    "ldmia r0!, {r1, r2, r3, r4}": "1e c8",
    "push {r4, r5, r6, lr}": "70 b5",
    "ldrd r0, r1, [r2]": "d2 e9 00 01",
    "smlad r0, r1, r2, r3": "21 fb 02 30",
    "bne": "fe d1",
}
M4 = {
    ("ldr r0, [r1]",): 2,
    ("ldr r0, [r1]", "ldr r2, [r1, #4]"): 3,
    ("ldr r0, [r1]", "ldr r3, [r0]"): 4,
    ("ldr r0, [r1]", "adds r2, r0, r2"): 3,
    ("str r2, [r1]", "ldr r0, [r1]"): 3,
    ("str r2, [r1, r3]",): 2,
    ("ldr r0, [r1]", "str r2, [r1, r3]"): 3,
    ("ldmia r0!, {r1, r2, r3, r4}",): 5,
    ("push {r4, r5, r6, lr}",): 5,
    ("ldrd r0, r1, [r2]",): 3,
    ("smlad r0, r1, r2, r3",): 1,
    ("adds r2, r0, r2", "bne"): 2,
    ("adds r2, r0, r2", "str r2, [r1]"): 2,
    ("adds r0, r0, r2", "ldr r3, [r0]"): 4,
    ("adds r0, r0, r2", "str r2, [r1]", "ldr r3, [r0]"): 4,
}
M33 = {
    ("ldr r0, [r1]", "ldr r2, [r1, #4]"): 2,
    ("ldr r0, [r1]", "adds r2, r0, r2"): 3,
    ("ldr r0, [r1]", "str r2, [r1]", "adds r2, r0, r2"): 3,
    ("ldrd r0, r1, [r2]",): 2,
}
M0 = {
    ("ldr r0, [r1]", "ldr r2, [r1, #4]"): 4,
    ("str r2, [r1]", "adds r2, r0, r2"): 3,
    ("ldmia r0!, {r1, r2, r3, r4}",): 5,
}
CASES = [
    (core, names, cycles)
    for core, cases in (("cortex-m4", M4), ("cortex-m33", M33), ("cortex-m0plus", M0))
    for names, cycles in cases.items()
]


def block(*names: str) -> tuple[Instruction, ...]:
    need("capstone")
    return decode_thumb(bytes.fromhex(" ".join(CODE[name] for name in names)), 0x100)


@pytest.mark.parametrize(("core", "names", "cycles"), CASES, ids=[f"{c} {'; '.join(n)}" for c, n, _ in CASES])
def test_a_block_takes_the_cycles_of_the_manual(core: str, names: tuple[str, ...], cycles: int) -> None:
    assert counted_cycles(block(*names), load_table(core)) == cycles


def test_branches_unaligned_words_and_targets_add_to_a_block_of_a_cortex_m4() -> None:
    table = load_table("cortex-m4")
    instructions = block("ldrd r0, r1, [r2]", "bne")
    quiet = Block(instructions, True, 10, 0, 0, 0, 0, 0)
    base = zero_wait_cycles([quiet], table)
    assert base == 10 * 4
    assert zero_wait_cycles([Block(instructions, True, 10, 9, 9, 0, 0, 0)], table) == base + 9 * 2
    assert zero_wait_cycles([Block(instructions, False, 10, 9, 9, 0, 0, 0)], table) == base + 9 * 2 + 9
    assert zero_wait_cycles([Block(instructions, True, 10, 0, 0, 3, 0, 0)], table) == base + 3
    assert wait_cycles([Block(instructions, True, 10, 0, 0, 0, 5, 7)], table) == 12


def test_half_of_a_cortex_m7_s_waits_for_data_is_hidden() -> None:
    waits = Block((), True, 0, 0, 0, 0, 10, 8)
    assert wait_cycles([waits], load_table("cortex-m7")) == 14


def test_the_features_of_an_instruction_are_read_back_as_written() -> None:
    for instruction in block(*CODE):
        again = parse_instruction(instruction.text(), instruction.offset_bytes)
        assert again == instruction


def test_code_that_capstone_does_not_know_keeps_its_length() -> None:
    need("capstone")
    decoded = decode_thumb(bytes.fromhex("b0 ec 04 1f 82 18"), 0)
    assert [instruction.size_bytes for instruction in decoded] == [4, 2]


def test_risc_v_code_is_split_by_its_low_bits() -> None:
    need("capstone")
    # lw a0, 0(a1); c.add a0, a1; mul a0, a0, a1; c.jr ra
    decoded = decode_riscv(bytes.fromhex("03 a5 05 00 2e 95 33 05 b5 02 82 80"), 0)
    assert [(i.kind, i.size_bytes) for i in decoded] == [("load", 4), ("alu", 2), ("multiply", 4), ("return", 2)]
    assert counted_cycles(decoded, load_table("rv32imc")) == 2 + 1 + 3 + 1


def test_every_row_of_every_table_names_its_source() -> None:
    for path in sorted(TABLES.glob("*.json")):
        table = load_table(path.stem)
        assert table.source
        assert all(row.source for row in table.rows.values()), path.name


def test_the_code_of_these_tests_is_what_its_text_says(tmp_path: Path) -> None:
    need("arm-none-eabi-gcc")
    source, image, code = (tmp_path / name for name in ("a.s", "a.o", "a.bin"))
    lines = [name if name != "bne" else "1: bne 1b" for name in CODE]
    source.write_text(".syntax unified\n.cpu cortex-m4\n.thumb\n" + "\n".join(lines) + "\n")
    subprocess.run(["arm-none-eabi-as", "-o", image, source], check=True)
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", image, code], check=True)
    assert code.read_bytes() == b"".join(bytes.fromhex(text) for text in CODE.values())
