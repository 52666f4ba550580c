"""Which vectors of 16 inputs a pair of rows reads, in which order, and in which registers they are.

Rows whose distance is a multiple of 16 bytes share vectors: vector ``v`` of row b is vector ``v + apart`` of row a.
Products are then done along each such chain (0, apart, 2 * apart ..), so that a vector that is not kept is still loaded
once per quad: two registers walk along. As many vectors as there is room for stay in registers while all output
channels use them, first those that are only partly inputs: their loads take a predicate, which is needed once per pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

LANES = 16
REACH = 127
"""Largest byte offset of a vector load."""


@dataclass(frozen=True)
class Vector:
    """``inputs`` bytes at ``offset`` from the row pointer of a segment."""

    segment: int
    offset: int
    inputs: int


@dataclass(frozen=True)
class Product:
    """Vector ``index`` of a segment times its weights: ``row_a`` and ``row_b`` are one where both rows read it."""

    index: int
    row_a: Vector
    row_b: Vector

    @property
    def shared(self) -> bool:
        """Whether both rows read the same inputs: an operand read once for both, or one row in all."""
        return self.row_a == self.row_b


@dataclass(frozen=True)
class Segment:
    """``inputs`` bytes per row, rows ``step_bytes`` apart; ``shared`` when both rows of a pair read the same ones."""

    inputs: int
    step_bytes: int
    shared: bool = False

    @property
    def vectors(self) -> int:
        return -(-self.inputs // LANES)

    @property
    def tail(self) -> int:
        """Inputs in the last vector."""
        return self.inputs - LANES * (self.vectors - 1)

    @property
    def order(self) -> tuple[int, ...]:
        """In which order the vectors are used."""
        apart, odd = divmod(self.step_bytes, LANES)
        chains = apart if apart and not odd and not self.shared else 1
        return tuple(sorted(range(self.vectors), key=lambda v: (v % chains, v)))

    @property
    def last_offset(self) -> int:
        return LANES * (self.vectors - 1) + (0 if self.shared else self.step_bytes)

    @property
    def bias(self) -> int:
        """How far the pointer lies into the row, so that all loads are in reach."""
        return max(0, (self.last_offset - REACH + 3) // 4 * 4 + 4) if self.last_offset > REACH else 0

    @property
    def reachable(self) -> bool:
        return self.bias <= REACH and self.last_offset - self.bias <= REACH

    @property
    def pair_bytes(self) -> int:
        """From one pair of rows to the next."""
        return self.step_bytes * (1 if self.shared else 2)

    def products(self, segment: int) -> tuple[Product, ...]:
        """In the order of ``order``; ``segment`` is this one's number."""
        found = []
        for v in self.order:
            width = LANES if v < self.vectors - 1 else self.tail
            at = LANES * v - self.bias
            row_a = Vector(segment, at, width)
            found.append(Product(v, row_a, row_a if self.shared else Vector(segment, at + self.step_bytes, width)))
        return tuple(found)


@dataclass(frozen=True)
class Placement:
    """Vectors ``q0 ..`` that stay (``kept``), of ``products`` over all segments; ``room`` says how many may."""

    products: tuple[Product, ...]
    room: int

    @cached_property
    def vectors(self) -> tuple[Vector, ...]:
        """All that a pair of rows reads, each once."""
        return tuple(dict.fromkeys(v for product in self.products for v in (product.row_a, product.row_b)))

    @cached_property
    def kept(self) -> tuple[Vector, ...]:
        partial = sorted(self.partial, key=lambda v: v.inputs)
        return tuple([*partial, *(v for v in self.vectors if v.inputs == LANES)][: self.room])

    @property
    def partial(self) -> tuple[Vector, ...]:
        """Vectors whose load takes a predicate."""
        return tuple(v for v in self.vectors if v.inputs < LANES)

    @property
    def free(self) -> tuple[str, ...]:
        """Registers that hold no kept vector."""
        return tuple(f"q{i}" for i in range(len(self.kept), 8))

    def register(self, vector: Vector) -> str | None:
        """Of a kept vector."""
        return f"q{self.kept.index(vector)}" if vector in self.kept else None
