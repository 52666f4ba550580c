"""Thumb and RISC-V code to ``Instruction``s, with capstone."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from edgeunet.errors import ToolError
from edgeunet.timing.instruction import FLAGS, Instruction

INSTALL = "pip install 'edgeunet[emulate]'"
_SINGLE = {"b": 1, "sb": 1, "h": 1, "sh": 1, "": 1, "t": 1, "ex": 1, "exb": 1, "exh": 1, "a": 1, "bt": 1}
_CONDITIONS = "eq|ne|hs|cs|lo|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le"
_CONDITION = re.compile(rf"^(?P<base>.+?)(?:{_CONDITIONS})?$")
_KINDS = (
    (r"ldrd|lrd", "load_pair"),
    (r"strd", "store_pair"),
    (r"ldm.*|pop|vpop|vldm.*", "load_multiple"),
    (r"stm.*|push|vpush|vstm.*", "store_multiple"),
    (r"vldr", "float_load"),
    (r"vstr", "float_store"),
    (r"ldrs?[bh].*", "load.narrow"),
    (r"ldr.*|lda.*", "load"),
    (r"str.*|strex.*|stl.*", "store"),
    (r"udiv|sdiv", "divide"),
    (r"[us]mull|[us]mlal.*|umaal|smlsld.*", "multiply_long"),
    (r"mla|mls", "multiply_add"),
    (r"muls?|sml[as].*|smu.*|smm.*|usad.*", "multiply"),
    (r"bl|blx", "call"),
    (r"bx", "return"),
    (r"b|cbz|cbnz|tb[bh]", "branch"),
    (r"vdiv|vsqrt", "float_divide"),
    (r"v.*", "float"),
    (r"(lsl|lsr|asr|ror|rrx)s?", "alu.shift"),
    (r"[us]xt[bh](16)?|rev.*|rbit", "alu.extend"),
    (r"[us]sat(16)?|[us]xta[bh](16)?|[us]bfx|bfi|bfc|pkh..", "alu.saturate"),
    (r"u?q?h?s?(add|sub)(8|16)|q(d?add|d?sub)|[us]h?asx|[us]h?sax|sel", "alu.simd"),
    (r"dmb|dsb|isb|mrs|msr|svc|bkpt|cps.*|wf[ei]|sev", "system"),
)
_COMPARE = {"cmp", "cmn", "tst", "teq"}
_SETS_FLAGS = {
    "add",
    "sub",
    "adc",
    "sbc",
    "rsb",
    "and",
    "orr",
    "eor",
    "bic",
    "mov",
    "mvn",
    "lsl",
    "lsr",
    "asr",
    "ror",
    "mul",
}
_TABLE = tuple((re.compile(pattern), kind) for pattern, kind in _KINDS)


@cache
def capstone_version() -> str | None:
    """Return capstone's version, ``None`` when it is not there."""
    if find_spec("capstone") is None:
        return None
    return f"capstone {import_module('capstone').__version__}"


@cache
def _disassembler() -> Any:
    if capstone_version() is None:
        raise ToolError(f"cycles are estimated from decoded instructions, which takes capstone; {INSTALL}")
    capstone: Any = import_module("capstone")
    mode = capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS | capstone.CS_MODE_V8
    made = capstone.Cs(capstone.CS_ARCH_ARM, mode)
    made.detail = True
    return made


def decode_thumb(code: bytes, address: int) -> tuple[Instruction, ...]:
    """Return the instructions of ``code``, which stands at ``address``.

    Raises
    ------
    ToolError
        When capstone is not installed.
    """
    found = []
    at = 0
    while at + 2 <= len(code):
        # Armv7-M ARM, A5.1: the first halfword says how long an instruction is, known to capstone or not.
        size = 4 if code[at + 1] >> 3 >= 0x1D else 2
        one = next(_disassembler().disasm(code[at : at + size], address + at, 1), None)
        found.append(Instruction("alu", size, offset_bytes=at) if one is None else _thumb(one, at))
        at += size
    return tuple(found)


def _thumb(found: Any, offset: int) -> Instruction:
    mnemonic = found.mnemonic.split(".")[0]
    match = _CONDITION.match(mnemonic)
    base = match["base"] if match else mnemonic
    kind = _kind(mnemonic, base)
    read, written = found.regs_access()
    reads, writes = _mask(found, read), _mask(found, written)
    early, late, indexed = _stages(found, kind, base)
    if base.startswith(("smlal", "umlal", "smlsld", "umaal")):  # the sum is read too
        reads, late = reads | writes, writes
    if base in _COMPARE or (mnemonic.endswith("s") and mnemonic[:-1] in _SETS_FLAGS):
        writes |= FLAGS
    if kind == "branch" and mnemonic not in ("b", "cbz", "cbnz"):
        reads |= FLAGS
    if kind == "alu" and any(operand.shift.value for operand in found.operands):
        kind = "alu.shifted"
    if kind == "load" and writes >> 15 & 1:
        kind = "return"
    reads |= early
    return Instruction(kind, found.size, reads, writes, early, late & reads, _words(kind, found), indexed, offset)


def _stages(found: Any, kind: str, base: str) -> tuple[int, int, bool]:
    """Registers needed early, registers needed late, and whether an address has an index."""
    early = late = 0
    indexed = False
    for place, operand in enumerate(found.operands):
        if operand.type == 3:  # memory
            early |= _bit(found, operand.mem.base) | _bit(found, operand.mem.index)
            indexed |= operand.mem.index != 0
        elif operand.type == 1:
            if operand.shift.value:
                early |= _bit(found, operand.reg)
            if ("store" in kind and not base.startswith("stm")) or (
                kind in ("multiply", "multiply_add") and place == 3
            ):
                late |= _bit(found, operand.reg)
    if kind.endswith("multiple"):
        stack = base in ("push", "pop", "vpush", "vpop")
        early = 1 << 13 if stack else _bit(found, found.operands[0].reg)
        late = 0xFFFF & ~early if "store" in kind else 0
    return early, late, indexed


def _kind(mnemonic: str, base: str) -> str:
    for pattern, kind in _TABLE:
        if pattern.fullmatch(mnemonic) or pattern.fullmatch(base):
            return kind
    return "alu"


def _words(kind: str, found: Any) -> int:
    if kind.endswith("pair"):
        return 2
    if kind.endswith("multiple"):
        listed = found.op_str.partition("{")[2].rstrip("}")
        doubles = found.mnemonic.startswith("v") and "d" in listed
        return (len(listed.split(",")) if listed else 1) * (2 if doubles else 1)
    return int("load" in kind or "store" in kind or (kind == "return" and found.mnemonic.startswith("ldr")))


def _mask(found: Any, registers: Any) -> int:
    mask = 0
    for register in registers:
        mask |= _bit(found, register)
    return mask


@cache
def _register_bit(name: str) -> int:
    named = {"sb": 9, "sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14, "pc": 15}
    if name in named:
        return 1 << named[name]
    if name.startswith(("cpsr", "apsr", "fpscr", "itstate")):
        return FLAGS
    number = re.fullmatch(r"([rsdq])(\d+)", name)
    if number is None:
        return 0
    bank, index = number[1], int(number[2])
    if bank == "r":
        return 1 << index
    first = index * {"s": 1, "d": 2, "q": 4}[bank]
    return 1 << (32 + first)


def _bit(found: Any, register: int) -> int:
    return _register_bit(found.reg_name(register)) if register else 0
