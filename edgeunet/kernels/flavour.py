"""A kernel flavour: everything about one set of kernels in one object. Importing this loads no numpy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgeunet.kernels.kernel import KernelTable
    from edgeunet.program.program import Accepts

    Loaded = Callable[[str], KernelTable]


FAST, BALANCED, SMALL = PREFERENCES = ("fast", "balanced", "small")
"""The fewest cycles; fewer bytes of flash where a percent of them costs at most a percent of cycles; the fewest."""


@dataclass(frozen=True)
class Flavour:
    """What runs a step, and what planning must know of it.

    Attributes
    ----------
    name : of the option ``--kernels`` and of the folder below ``kernels``.
    title : what it runs on, for help, doctor, headers and docs.
    macros : compiler macros without which its C does not compile.
    little_endian : whether its kernels read words where bytes were written, the first byte lowest.
    core : whose cycles choose between kernels where no other is asked for.
    own_table : loads the rows of its own, as cycles of a core choose them; they come before the portable ones. ``None``
        where it has none.
    four_table : loads the rows whose weights have four bits, for networks that have such weights: they come first.
    four_fuses : what ``fuses`` is then.
    fuses : whether a node with an epilogue has a kernel, as far as can be told before it is placed; ``None`` where none
        has.
    gains_at_low_rate : whether a node over an upsampled signal, read at the low rate, has a kernel that gains by that.
    in_blocks : whether operands that share bytes with outputs make its kernels run in blocks, which costs instructions.
    depthwise_in_parts : whether depthwise over a concatenation is done part by part. With fast kernels two calls over
        fewer channels bring a twentieth of the instructions at most (ecg-tiny on a Cortex-M4), for more memory than the
        upsampled half takes.
    moves_words : whether it has ``eu_move``, which moves histories of whole words.
    scratch_bytes : most bytes of arena that a kernel may have beside its operands; ``None`` for as many as it wants.
    prefers : one of ``PREFERENCES``: what decided which of its own kernels are left out.
    left_out : those.
    four_bits : whether the network has weights of four bits.
    """

    name: str
    title: str
    macros: tuple[str, ...]
    little_endian: bool
    core: str
    own_table: Loaded | None
    four_table: Loaded
    four_fuses: Accepts | None
    fuses: Accepts | None
    gains_at_low_rate: Accepts
    in_blocks: bool
    depthwise_in_parts: bool
    moves_words: bool
    scratch_bytes: int | None = None
    prefers: str = FAST
    left_out: frozenset[str] = frozenset()
    four_bits: bool = False

    def __repr__(self) -> str:
        return f"<Flavour {self.name}: {self.title}>"

    def on(self, core: str | None) -> Flavour:
        """The same flavour, its kernels chosen by the cycles of ``core``."""
        return self if core in (None, self.core) else replace(self, core=core)

    def within(self, scratch_bytes: int | None) -> Flavour:
        """The same flavour, its kernels those that want at most ``scratch_bytes`` beside their operands."""
        return self if scratch_bytes in (None, self.scratch_bytes) else replace(self, scratch_bytes=scratch_bytes)

    def preferring(self, preference: str, left_out: frozenset[str]) -> Flavour:
        """The same flavour without some of its own kernels."""
        return replace(self, prefers=preference, left_out=left_out)

    def for_four_bits(self) -> Flavour:
        """The same flavour for a network that has weights of four bits."""
        return self if self.four_bits else replace(self, four_bits=True, fuses=self.four_fuses)

    @cached_property
    def tables(self) -> tuple[KernelTable, ...]:
        """Its kernel tables, most wanted first; the portable ones, which between them take every step, are last."""
        from edgeunet.kernels.portable.int16_rows import INT16
        from edgeunet.kernels.portable.table import PORTABLE
        from edgeunet.kernels.portable.upsampled import UPSAMPLED

        four = (self.four_table(self.core),) if self.four_bits else ()
        own = () if self.own_table is None else (self._kept(self.own_table(self.core)),)
        return (*four, *own, PORTABLE, UPSAMPLED, INT16)

    def _kept(self, table: KernelTable) -> KernelTable:
        if not self.left_out:
            return table
        return {kind: tuple(row for row in rows if row.function not in self.left_out) for kind, rows in table.items()}

    @property
    def own_kernels(self) -> frozenset[str]:
        """The functions that it has beside the portable ones."""
        own = {} if self.own_table is None else self._kept(self.own_table(self.core))
        return frozenset(row.function for rows in own.values() for row in rows)
