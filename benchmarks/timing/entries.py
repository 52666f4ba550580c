"""Where a published image begins an inference, found by the messages that its command parser prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from edgeunet.errors import RunError

BASE = 0x08000000
_REACH = 4200
"""Bytes from an instruction to what it names relative to itself: 4095 at most, and its own."""
_LITERAL = re.compile(r"ldr[.w]* \w+, \[pc, #(0x[0-9a-f]+|\d+)\]")
_ADDRESS = re.compile(r"(?:adr[.w]* \w+, |addw? \w+, pc, )#(0x[0-9a-f]+|\d+)")
_INFER, _READY = b"m-infer-start", b"m-init-done"


@dataclass(frozen=True)
class Entries:
    """Addresses of functions: what prepares the network's buffers, and what runs it once."""

    prepare: int
    infer: int


def find_entries(image: bytes) -> Entries:
    """Return the entries of ``image``, a binary for flash at ``BASE``.

    Raises
    ------
    RunError
        When its code is of another shape than that of the reference's command parser.
    """
    return Entries(_last_call_before(image, _READY), _call_in_loop_after(image, _INFER))


def _call_in_loop_after(image: bytes, message: bytes) -> int:
    """The call in the first loop behind the place that prints ``message``."""
    for code, place in _loads(image, message):
        printed = next((i for i in range(place, len(code)) if code[i].mnemonic == "bl"), None)
        if printed is None:
            continue
        for branch in code[printed:][:40]:
            if branch.mnemonic[0] != "b" and branch.mnemonic != "cbnz":
                continue
            if branch.mnemonic in ("bl", "bx", "blx") or "#" not in branch.op_str:
                continue
            body = _body(code[printed:], branch)
            calls = [instruction for instruction in body if instruction.mnemonic == "bl"]
            if len(calls) == 1:
                return int(calls[0].op_str[1:], 0)
    raise RunError("the image runs its network in no loop that is known here; it is of another harness")


def _body(code: list[Any], branch: Any) -> list[Any]:
    """What ``branch`` repeats: the instructions back to its target, or those at its target that come back to it."""
    target = int(branch.op_str.split("#")[-1], 0)
    if target < branch.address:
        return [i for i in code if target <= i.address < branch.address] if target > code[0].address else []
    ahead = [i for i in code if i.address >= target][:4]
    back = next((n for n, i in enumerate(ahead) if i.mnemonic[0] == "b" and i.op_str == f"#{branch.address:#x}"), 0)
    return ahead[:back]


def _last_call_before(image: bytes, message: bytes) -> int:
    """The last call before the place that prints ``message``."""
    for code, place in _loads(image, message):
        for instruction in reversed(code[max(0, place - 6) : place]):
            if instruction.mnemonic == "bl":
                return int(instruction.op_str[1:], 0)
    raise RunError("the image prepares its network in no place that is known here; it is of another harness")


def _loads(image: bytes, message: bytes) -> Iterator[tuple[list[Any], int]]:
    """The code around every instruction that brings the address of ``message``, and the index of it in that code."""
    capstone: Any = import_module("capstone")
    disassembler = capstone.Cs(capstone.CS_ARCH_ARM, capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS)
    disassembler.skipdata = True
    place = image.find(message)
    pattern = (BASE + place).to_bytes(4, "little")
    literal = image.find(pattern)
    while literal >= 0:
        yield from _found(disassembler, image, literal, _LITERAL)
        literal = image.find(pattern, literal + 1)
    yield from _found(disassembler, image, place, _ADDRESS)


def _found(
    disassembler: Any, image: bytes, place: int, instruction: re.Pattern[str]
) -> Iterator[tuple[list[Any], int]]:
    """The code before ``place`` and every ``instruction`` in it that names that place relative to itself."""
    first = max(0, place - _REACH) & ~1
    for start in (first, first + 2):
        code = list(disassembler.disasm(image[start : place + 8], BASE + start))
        for index, each in enumerate(code):
            match = instruction.fullmatch(f"{each.mnemonic} {each.op_str}")
            if match and ((each.address + 4) & ~3) + int(match[1], 0) == BASE + place:
                yield code, index
