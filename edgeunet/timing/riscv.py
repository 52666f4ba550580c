"""RISC-V code to ``Instruction``s, with capstone."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

from edgeunet.errors import ToolError
from edgeunet.timing.decoding import INSTALL, capstone_version
from edgeunet.timing.instruction import Instruction

_KINDS = (
    (r"(c\.)?l(b|bu|h|hu|w|wsp)", "load"),
    (r"(c\.)?s(b|h|w|wsp)", "store"),
    (r"mulh\w*", "multiply_long"),
    (r"mul", "multiply"),
    (r"(div|rem)u?", "divide"),
    (r"(c\.)?b(eq|ne|lt|ge|ltu|geu|eqz|nez|ltz|gez|lez|gtz)", "branch"),
    (r"c\.j|j|jal|c\.jal", "call"),
    (r"(c\.)?(jr|jalr)|ret", "return"),
    (r"csr\w*|fence\w*|ecall|ebreak|mret|wfi", "system"),
)
_TABLE = tuple((re.compile(pattern), kind) for pattern, kind in _KINDS)


@cache
def _disassembler() -> Any:
    if capstone_version() is None:
        raise ToolError(f"cycles are estimated from decoded instructions, which takes capstone; {INSTALL}")
    capstone: Any = import_module("capstone")
    return capstone.Cs(capstone.CS_ARCH_RISCV, capstone.CS_MODE_RISCV32 | capstone.CS_MODE_RISCVC)


def decode_riscv(code: bytes, address: int) -> tuple[Instruction, ...]:
    """Return the instructions of ``code``, which stands at ``address``.

    Raises
    ------
    ToolError
        When capstone is not installed.
    """
    found = []
    at = 0
    while at + 2 <= len(code):
        size = 4 if code[at] & 3 == 3 else 2
        one = next(_disassembler().disasm(code[at : at + size], address + at, 1), None)
        kind = "alu" if one is None else _kind(one.mnemonic)
        words = int(kind in ("load", "store"))
        found.append(Instruction(kind, size, words=words, offset_bytes=at))
        at += size
    return tuple(found)


def _kind(mnemonic: str) -> str:
    return next((kind for pattern, kind in _TABLE if pattern.fullmatch(mnemonic)), "alu")
