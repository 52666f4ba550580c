"""An instruction as far as time goes: its class, registers and words moved."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.errors import RunError
from edgeunet.short_repr import short_repr

# fmt: off
KINDS = (
    "alu", "alu.shift", "alu.shifted", "alu.extend", "alu.saturate", "alu.simd", "alu.move", "alu.loop",
    "multiply", "multiply_add", "multiply_long", "divide",
    "load", "load.narrow", "load_pair", "load_multiple", "store", "store_pair", "store_multiple",
    "branch", "branch.loop", "call", "return",
    "float", "float_divide", "float_load", "float_store", "float_multiple", "system",
    "vector_load", "vector_load.scattered", "vector_store", "vector_store.scattered",
    "vector_alu", "vector_alu.bitwise", "vector_multiply", "vector_multiply.across", "vector_move", "vector_system",
)
# fmt: on
"""Classes of the tables; what follows a dot narrows a class, for tables that tell so much apart."""
FLAGS = 1 << 31
"""The bit of the condition flags in masks of registers; 0 to 15 are the core's, 32 and on single floats and vectors."""


@dataclass(frozen=True)
class Instruction:
    """One decoded instruction.

    Attributes
    ----------
    kind : one of ``KINDS``.
    size_bytes : 2 or 4.
    reads, writes : masks of registers, bit n is register n (``FLAGS``: the flags).
    early : of the registers read, those that make an address or are shifted on their way: needed a stage before others.
    late : of the registers read, those only added to a product or stored: needed a stage after others.
    words : words moved to or from memory.
    indexed : the address has a register as its offset.
    offset_bytes : distance from the start of its block.
    """

    kind: str
    size_bytes: int
    reads: int = 0
    writes: int = 0
    early: int = 0
    late: int = 0
    words: int = 0
    indexed: bool = False
    offset_bytes: int = 0

    __repr__ = short_repr

    @property
    def is_load(self) -> bool:
        return "load" in self.kind

    @property
    def is_store(self) -> bool:
        return "store" in self.kind

    def text(self) -> str:
        """Return the features as one short word, which ``parse_instruction`` reads back."""
        marks = "i" if self.indexed else ""
        masks = ":".join(f"{mask:x}" for mask in (self.reads, self.writes, self.early, self.late))
        return f"{self.kind}:{self.size_bytes}:{self.words}{marks}:{masks}"


def parse_instruction(text: str, offset_bytes: int) -> Instruction:
    """Return the instruction that ``Instruction.text`` wrote.

    Raises
    ------
    RunError
        When ``text`` is of another form.
    """
    try:
        kind, size, words, reads, writes, early, late = text.split(":")
        return Instruction(
            kind, int(size), int(reads, 16), int(writes, 16), int(early, 16), int(late, 16),
            int(words.rstrip("i")), words.endswith("i"), offset_bytes,
        )  # fmt: skip
    except ValueError as error:
        raise RunError(f"'{text}' is no instruction of a block histogram; make the histogram again") from error
