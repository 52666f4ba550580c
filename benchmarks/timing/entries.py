"""Where a published image begins an inference, found by the messages that its command parser prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from edgeunet.errors import RunError

BASE = 0x08000000
_REACH = 1024
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
        for branch in code[printed or len(code) :][:40]:
            if branch.mnemonic[0] != "b" or branch.mnemonic in ("bl", "bx", "blx") or printed is None:
                continue
            target = int(branch.op_str.split("#")[-1], 0)
            body = [i for i in code[printed:] if target <= i.address < branch.address and i.mnemonic == "bl"]
            if code[printed].address < target < branch.address and len(body) == 1:
                return int(body[0].op_str[1:], 0)
    raise RunError("the image runs its network in no loop that is known here; it is of another harness")


def _last_call_before(image: bytes, message: bytes) -> int:
    """The last call before the place that prints ``message``."""
    for code, place in _loads(image, message):
        for instruction in reversed(code[max(0, place - 6) : place]):
            if instruction.mnemonic == "bl":
                return int(instruction.op_str[1:], 0)
    raise RunError("the image prepares its network in no place that is known here; it is of another harness")


def _loads(image: bytes, message: bytes) -> Iterator[tuple[list[Any], int]]:
    """The code around every load of the address of ``message``, and the index of the load in it."""
    capstone: Any = import_module("capstone")
    mode = capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS
    disassembler = capstone.Cs(capstone.CS_ARCH_ARM, mode)
    disassembler.skipdata = True
    pattern = (BASE + image.find(message)).to_bytes(4, "little")
    literal = image.find(pattern)
    while literal >= 0:
        for start in (max(0, literal - _REACH) & ~1, (max(0, literal - _REACH) & ~1) + 2):
            code = list(disassembler.disasm(image[start : literal + 8], BASE + start))
            for index, instruction in enumerate(code):
                if instruction.mnemonic.startswith("ldr") and "[pc, #" in instruction.op_str:
                    offset = int(instruction.op_str.split("#")[1].rstrip("]"), 0)
                    if ((instruction.address + 4) & ~3) + offset == BASE + literal:
                        yield code, index
        literal = image.find(pattern, literal + 1)
