"""Cycles of a Helium function before it is compiled: its text, instruction by instruction, as the model of time reads
what ran (``edgeunet.timing``)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from edgeunet.timing.block import block_cycles
from edgeunet.timing.instruction import FLAGS, Instruction
from edgeunet.timing.table import load_table
from edgeunet.timing.vectors import parse_vector

Rounds = Mapping[str, Sequence[int]]
"""Per label, how often each loop that begins there runs in all, in the order of the text; ``""`` for the function."""

_LINE = re.compile(r'^ +"(.*)\\n\\t"(?:\);)?$', re.MULTILINE)
_LABEL = re.compile(r"(\d):")
_BACK = re.compile(r"(?:b\w*|le lr,) ?(\d)b$")
_REGISTER = re.compile(r"\b(r\d+|sp|lr|pc)\b")
_BRANCH = re.compile(r"b|cbn?z|b(eq|ne|[hcl][si]|[hl]o|mi|pl|v[sc]|[gl][et]|cc)")
_SHIFTED = re.compile(r", (lsl|lsr|asr|ror) ")
_NAMED = {"sp": 13, "lr": 14, "pc": 15}
_SHIFTS = ("lsl", "lsr", "asr", "ror")
_ONLY_WRITTEN = ("mov", "mvn", "movw")
_ENCODED = "vqrshrunb.s32"
"""What ``.inst.w`` stands for: assemblers encode it wrongly (``finish.py``)."""
_BYTES = 4
"""Of every instruction; only cores without Helium tell them apart."""


def scheduled_cycles(text: str, rounds: Rounds, core: str) -> float:
    """Cycles of all calls of the naked function ``text`` on ``core``.

    A loop goes from its label to the last branch back there; what stands in no loop runs once per call.
    """
    lines, rules = _LINE.findall(text), load_table(core).rules
    ends, seen = _starts_of_loops(lines), Counter[str]()
    loops: list[tuple[str, int, int]] = []
    block: list[Instruction] = []
    times, total = rounds[""][0], 0.0
    for number, line in enumerate(lines):
        if label := _LABEL.fullmatch(line):
            if number in ends:
                total += times * block_cycles(tuple(block), core)
                listed = rounds.get(label[1], ()) or (0,)
                loops.append((label[1], listed[min(seen[label[1]], len(listed) - 1)], times))
                block, times = [], loops[-1][1]
                seen[label[1]] += 1
            continue
        instruction = parsed(line)
        block.append(instruction)
        ends_loop = (back := _BACK.search(line)) is not None and loops and back[1] == loops[-1][0]
        if ends_loop or instruction.kind.startswith(("branch", "return")):
            total += times * block_cycles(tuple(block), core)
            block = []
        if ends_loop:
            _, _, outside = loops.pop()
            refill = rules.get("taken_loop" if instruction.kind == "branch.loop" else "taken", 0)
            total += max(0, times - outside) * refill
            times = outside
    return total + times * block_cycles(tuple(block), core)


def _starts_of_loops(lines: Sequence[str]) -> set[int]:
    """Lines with labels that are branched back to."""
    found, last = set(), {}
    for number, line in enumerate(lines):
        if label := _LABEL.fullmatch(line):
            last[label[1]] = number
        elif (back := _BACK.search(line)) and back[1] in last:
            found.add(last[back[1]])
    return found


@cache
def parsed(line: str) -> Instruction:
    """The instruction that a line of assembly stands for."""
    mnemonic, _, operands = line.partition(" ")
    if mnemonic == ".inst.w":
        code = int(operands, 16)
        mnemonic, operands = _ENCODED, f"q{code >> 13 & 7}, q{code >> 1 & 7}, #1"
    vector = parse_vector(mnemonic, operands)
    if vector is not None:
        return vector
    if "{" in operands:
        return _several(mnemonic, operands)
    if "[" in operands:
        return _access(mnemonic, operands)
    if mnemonic == "bx":
        return Instruction("return", _BYTES, _mask(operands))
    if _BRANCH.fullmatch(mnemonic):
        return Instruction("branch", _BYTES, _mask(operands) or (0 if mnemonic == "b" else FLAGS))
    return _arithmetic(mnemonic, operands)


def _several(mnemonic: str, operands: str) -> Instruction:
    """Words one after another: LDM, STM, PUSH and POP, of the core or of vectors (two words each)."""
    head, _, listed = operands.partition("{")
    registers, count = _listed(listed.rstrip("}"))
    address = _mask(head) or 1 << _NAMED["sp"]
    back = address if "!" in head or not head.strip() else 0
    words = 2 * count if mnemonic.startswith("v") else count
    kind = "load_multiple" if mnemonic in ("ldm", "pop", "vpop") else "store_multiple"
    if mnemonic.startswith("v"):  # to the decoder, vectors are read and written by both
        return Instruction(kind, _BYTES, address | registers, registers, address, 0, words)
    if kind == "load_multiple":
        return Instruction(kind, _BYTES, address, registers | back, address, 0, words)
    return Instruction(kind, _BYTES, address | registers, back, address, registers, words)


def _listed(text: str) -> tuple[int, int]:
    """Registers in braces, of the core or halves of vectors, and how many these are."""
    mask = count = 0
    for part in text.split(","):
        first, _, last = (name.strip() for name in part.partition("-"))
        numbers = [_NAMED[name] if name in _NAMED else int(name[1:]) for name in (first, last or first)]
        count += numbers[1] - numbers[0] + 1
        places = (32 + 2 * n if first[0] == "d" else n for n in range(numbers[0], numbers[1] + 1))
        mask |= sum(1 << place for place in places)
    return mask, count


def _access(mnemonic: str, operands: str) -> Instruction:
    """One word or two, or a part of one."""
    data, _, rest = operands.partition("[")
    inside, _, after = rest.partition("]")
    moved, address, names = _mask(data), _mask(inside), _REGISTER.findall(inside)
    back = _mask(names[0]) if after.strip() else 0
    pair = mnemonic in ("ldrd", "strd")
    words, indexed = 1 + pair, len(names) > 1
    if mnemonic.startswith("str"):
        kind = "store_pair" if pair else "store"
        return Instruction(kind, _BYTES, address | moved, back, address, moved, words, indexed)
    kind = "load_pair" if pair else "load" if mnemonic == "ldr" else "load.narrow"
    if moved >> _NAMED["pc"] & 1:
        kind = "return"
    return Instruction(kind, _BYTES, address, moved | back, address, 0, words, indexed)


def _arithmetic(mnemonic: str, operands: str) -> Instruction:
    names = _REGISTER.findall(operands)
    if mnemonic in ("cmp", "tst", "cmn"):
        return Instruction("alu", _BYTES, _mask(operands), FLAGS)
    flags = FLAGS if mnemonic.endswith("s") and mnemonic != "mls" else 0
    base = mnemonic.removesuffix("s") if flags else mnemonic
    written, read = _mask(names[0]), _mask(" ".join(names[1:]))
    if base in ("mla", "mls"):
        return Instruction("multiply_add", _BYTES, read, written | flags, 0, _mask(names[3]))
    if base == "mul":
        return Instruction("multiply", _BYTES, read, written | flags)
    if operands.count(",") == 1 and base not in _ONLY_WRITTEN:  # the first operand is the second as well
        read |= written
    if base in _SHIFTS:
        return Instruction("alu.shift", _BYTES, read, written | flags)
    shifted = bool(_SHIFTED.search(operands))
    early = _mask(names[-1]) if shifted else 0
    return Instruction("alu.shifted" if shifted else "alu", _BYTES, read, written | flags, early)


def _mask(text: str) -> int:
    mask = 0
    for name in _REGISTER.findall(text):
        mask |= 1 << (_NAMED[name] if name in _NAMED else int(name[1:]))
    return mask
