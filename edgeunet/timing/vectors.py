"""Helium code to ``Instruction``s: capstone does not know it, so a disassembler of the cross compiler's reads it."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from edgeunet.errors import ToolError
from edgeunet.timing.decoding import decode_thumb
from edgeunet.timing.instruction import FLAGS, Instruction

INSTALL = "apt-get install binutils-arm-none-eabi"
_LLVM = ("--mattr=+mve.fp,+8.1-m.main", "--triple=thumbv8.1m.main")
PROGRAMS = {"arm-none-eabi-objdump": ("-marmv8.1-m.main",), "llvm-objdump-19": _LLVM, "llvm-objdump": _LLVM}
_LINE = re.compile(r"^\s*([0-9a-f]+):\s+((?:[0-9a-f]{4} ?){1,2}|[0-9a-f]{8})\s+([a-z][\w.]*)\s*([^;@/]*)")
_LOOPS = {"le", "letp"}
_LOOP_STARTS = {"dls", "dlstp", "wls", "wlstp"}
_SELECTS = {"csel", "csinc", "csinv", "csneg", "cset", "csetm", "cinc", "cinv", "cneg"}
_LONG_SHIFTS = {"lsll", "lsrl", "asrl", "uqshll", "sqshll", "urshrl", "srshrl", "uqrshll", "sqrshrl"}
_MULTIPLY = re.compile(r"v(q?r?d?mul|mla|mls|qr?dmla|fm[as]|cmul|cmla|cmp|hcadd)")
_SYSTEM = re.compile(r"v(ps?t|pnot|ctp|pt)[te]*")
_MOVES = ("vmov", "vmsr", "vmrs")
_BITWISE = re.compile(r"v(and|orr|orn|eor|bic|mvn|psel|rev\d+)")


def decode_vectors(image: Path) -> dict[int, Instruction]:
    """Return the instructions of Helium and of low-overhead loops in the ELF file ``image``, by address.

    Raises
    ------
    ToolError
        When no disassembler that knows them is installed.
    """
    program = _program()
    if program is None:
        raise ToolError(
            f"cycles of a core with Helium take {next(iter(PROGRAMS))} to decode its instructions; {INSTALL}"
        )
    command = [program, *PROGRAMS[program], "-d", str(image)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    found = {}
    for line in done.stdout.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        instruction = parse_vector(match[3], match[4])
        if instruction is not None:
            found[int(match[1], 16)] = instruction
    return found


def decode_block(code: bytes, address: int, vectors: dict[int, Instruction]) -> tuple[Instruction, ...]:
    """Return the instructions of ``code`` at ``address``; ``vectors`` holds those that capstone does not know."""
    decoded = decode_thumb(code, address)
    if not vectors:
        return decoded
    return tuple(vectors.get(address + scalar.offset_bytes, scalar) for scalar in decoded)


@cache
def _program() -> str | None:
    return next((program for program in PROGRAMS if shutil.which(program)), None)


def parse_vector(mnemonic: str, operands: str) -> Instruction | None:
    """Return the instruction that the disassembler wrote, ``None`` for those that capstone knows."""
    base = mnemonic.split(".")[0]
    registers = re.findall(r"\b(q[0-7]|r1[0-5]|r\d|sp|lr|pc|ip|fp|sl|sb)\b", operands)
    if base in _LOOPS:
        return Instruction("branch.loop", 4, 1 << 14, 1 << 14)
    if base in _LOOP_STARTS:
        return Instruction("alu.loop", 4, _mask(registers), 1 << 14)
    if base in _SELECTS or base in _LONG_SHIFTS:
        written = registers[: 2 if base in _LONG_SHIFTS else 1]
        return Instruction("alu", 4, _mask(registers) | FLAGS, _mask(written))
    if not base.startswith("v"):
        return None
    if _SYSTEM.fullmatch(base):
        return Instruction("vector_system", 4, _mask(registers), 0)
    if not any(register.startswith("q") for register in registers):
        return None
    return _vector(base, operands, registers)


def _vector(base: str, operands: str, registers: list[str]) -> Instruction:
    if base.startswith(("vld", "vst")):
        return _access(base, operands)
    first = registers[:1]
    if base.startswith(_MOVES) and ("[" in operands or any(r[0] != "q" for r in registers)):
        wide = operands.startswith("r")
        written = [r for r in registers if (r[0] == "q") != wide]
        read = registers if not wide else [r for r in registers if r[0] == "q"]
        return Instruction("vector_move", 4, _mask(read), _mask(written))
    if not first[0].startswith("q"):  # into a core register, or a pair of them
        pair = len(registers) > 3 and registers[1][0] != "q"
        written = registers[: 2 if pair else 1]
        sums = _mask(written) if base.rstrip("x").endswith("va") else 0
        factors = _mask(registers[len(written) :])
        return Instruction("vector_multiply.across", 4, factors | sums, _mask(written), 0, sums)
    kind = "vector_alu.bitwise" if _BITWISE.match(base) else "vector_alu"
    kind = "vector_multiply" if _MULTIPLY.match(base) else kind
    sums = _mask(first) if re.match(r"v(q?r?d?mla|mla|fm[as]|cmla)", base) else 0
    return Instruction(kind, 4, _mask(registers[1:]) | sums, _mask(first), 0, sums)


def _access(base: str, operands: str) -> Instruction:
    data, _, rest = operands.partition("[")
    inside, _, after = rest.partition("]")
    vectors, address = re.findall(r"q[0-7]", data), re.findall(r"\b(q[0-7]|r1[0-5]|r\d|sp|lr|ip|fp|sl|sb)\b", inside)
    scattered = any(register.startswith("q") for register in address)
    back = _mask(address[:1]) if after.strip().startswith(("!", ",")) else 0
    early = _mask(address)
    name = "load" if base.startswith("vld") else "store"
    kind = f"vector_{name}{'.scattered' if scattered else ''}"
    if name == "load":
        return Instruction(kind, 4, early, _mask(vectors) | back, early, 0, 4)
    return Instruction(kind, 4, early | _mask(vectors), back, early, _mask(vectors), 4)


def _mask(registers: list[str]) -> int:
    named = {"sb": 9, "sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14, "pc": 15}
    mask = 0
    for register in registers:
        if register.startswith("q"):
            mask |= 1 << (32 + 4 * int(register[1:]))
        else:
            mask |= 1 << (named[register] if register in named else int(register[1:]))
    return mask
