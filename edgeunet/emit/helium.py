"""Helium (M-profile vector extension) convolutions, one function per window: four output channels of two rows at once.

A *segment* is a run of inputs per row: one for a convolution whose window is one run of bytes, two for a convolution
over a concatenation. Registers of a function:

    r0 r2 r4 r6     accumulators of row a, channels 0 .. 3 of a quad   (VMLADAV writes even registers only)
    r8 r10 r12 lr   accumulators of row b
    r1 r3           output rows a and b
    r5              stream: per quad its weights, 4 biases, 4 multipliers, 4 negated shifts (bytes)
    r9 r7           inputs of row a, first and second segment (r7 is the zero point where there is one segment)
    r11             output channels left
    q0 ..           inputs, kept while all quads use them where there is room; the rest weights, sums, constants

Per quad and vector of 16 inputs: 4 weight loads and 8 multiplies of 16 products each. Per quad: 8 sums to two vectors,
bias, the rounding doubling high multiply (VQRDMULH is TFLite's SaturatingRoundingDoublingHighMul), the sign and the
rounding shift (gemmlowp's RoundingDivideByPOT: ``y + (y >> 31)``, then VRSHL), zero point, saturation. Where the clamp
starts at the zero point (RELU) the sign is not needed: a negative ``y`` ends there whichever way its half is rounded.
Neither is a lower clamp: narrowing to unsigned 16 bits stops at 0 (no ``y`` exceeds 32,767 there, which is proven).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LANES = 16
_A = ("r0", "r2", "r4", "r6")
_B = ("r8", "r10", "r12", "lr")
_POINTERS = ("r9", "r7")
REACH = 127
"""Largest byte offset of a vector load."""


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
    def stride_vectors(self) -> int:
        """How many vectors row b lies behind row a, where it reads whole vectors of row a too; else 0."""
        apart, odd = divmod(self.step_bytes, LANES)
        return apart if not (odd or self.shared) and self.tail == LANES and apart < self.vectors else 0

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


@dataclass(frozen=True)
class QuadShape:
    """Everything that is fixed in one function."""

    segments: tuple[Segment, ...]
    ragged: bool
    """Whether the last quad has fewer than four channels."""
    signed: bool
    low: int
    high: int

    @property
    def stride_vectors(self) -> int:
        """How many vectors the rows of a pair lie apart, where they share vectors: then each is loaded once."""
        return self.segments[0].stride_vectors if len(self.segments) == 1 else 0

    @property
    def resident(self) -> int:
        """Vector registers that hold the inputs of both rows."""
        if self.stride_vectors:
            return self.segments[0].vectors + self.stride_vectors
        return sum(s.vectors * (1 if s.shared else 2) for s in self.segments)

    @property
    def streams(self) -> bool:
        """Whether inputs are loaded again for every quad."""
        return self.resident > (5 if self.ragged else 6)

    @property
    def tails(self) -> set[int]:
        return {s.tail for s in self.segments if s.tail < LANES}

    @property
    def two_predicates(self) -> bool:
        """Whether inputs and outputs both need the predicate in the quad loop; r7 is then the tail of the inputs."""
        return self.streams and bool(self.tails) and self.ragged

    @property
    def possible(self) -> bool:
        """Offsets in reach; one predicate for all tails where they are loaded within the quad loop."""
        if self.two_predicates and len(self.segments) > 1:
            return False
        return all(s.reachable for s in self.segments) and not (self.streams and len(self.tails) > 1)


def quad_function(name: str, shape: QuadShape) -> str:
    """C text of the function ``name`` for ``shape``: a naked function over one ``eu_quad_frame_t``."""
    return naked(name, "const eu_quad_frame_t *frame", [*_enter(shape), *_pair(shape), *_leave(shape)])


def naked(name: str, parameter: str, lines: Iterable[str]) -> str:
    """A function whose body is assembly alone."""
    body = "\n".join(f'            "{line}\\n\\t"' for line in lines)
    return (
        f"__attribute__((naked, noinline)) static void {name}(__attribute__((unused)) {parameter})\n"
        f'{{\n    __asm__(".syntax unified\\n\\t"\n{body});\n}}\n'
    )


def _enter(shape: QuadShape) -> list[str]:
    """Stack: 0 end of input, 4 stream, 8 zero point, 12 outputs, 16 bytes back to the next row, 20 output step."""
    lines = ["push {r4-r11, lr}", "vpush {d8-d15}", "sub sp, sp, #24", "ldr r9, [r0]", "ldr r1, [r0, #8]"]
    for at in (0, 8, 16):
        lines += [f"ldrd r2, r3, [r0, #{at + 12}]", f"strd r2, r3, [sp, #{at}]"]
    lines += ["add r3, r3, r1", "ldr r7, [r0, #20]"]
    if shape.segments[0].bias:
        lines.append(f"add r9, r9, #{shape.segments[0].bias}")
    if len(shape.segments) > 1:
        bias = shape.segments[1].bias
        lines += ["ldr r7, [r0, #4]"] + ([f"add r7, r7, #{bias}"] if bias else [])
    if shape.two_predicates:
        lines.append(f"movs r7, #{min(shape.tails)}")
    elif shape.streams and shape.tails:
        lines += [f"movs r2, #{min(shape.tails)}", "vctp.8 r2"]
    return lines


def _pair(shape: QuadShape) -> list[str]:
    lines = ["1:", "ldr r5, [sp, #4]", "ldr r11, [sp, #12]"]
    registers = _assign(shape)
    if not shape.streams:
        for index, segment in enumerate(shape.segments):
            if shape.stride_vectors:
                lines += [_load_shared(segment, v, f"q{v}") for v in range(shape.resident)]
            else:
                lines += _load_row_pair(index, segment, registers[index])
    return [*lines, "2:", *_products(shape, registers), *_requantize(shape), *_next(shape)]


def _assign(shape: QuadShape) -> list[list[tuple[str, str]]]:
    """Vector registers of rows a and b per segment and vector."""
    apart = shape.stride_vectors
    if apart:
        count = apart + 1 if shape.streams else shape.resident
        return [[(f"q{v % count}", f"q{(v + apart) % count}") for v in range(shape.segments[0].vectors)]]
    found, free = [], 0
    for segment in shape.segments:
        pairs = []
        for _ in range(segment.vectors):
            if shape.streams:
                pairs.append(("q0", "q0" if segment.shared else "q1"))
            elif segment.shared:
                pairs.append((f"q{free}", f"q{free}"))
                free += 1
            else:
                pairs.append((f"q{free}", f"q{free + 1}"))
                free += 2
        found.append(pairs)
    return found


def _load_row_pair(index: int, segment: Segment, registers: list[tuple[str, str]]) -> list[str]:
    lines: list[str] = []
    for v in range(segment.vectors):
        lines += _load(index, segment, v, registers[v], set_predicate=True)
    return lines


def _load_shared(segment: Segment, v: int, register: str) -> str:
    """Load vector ``v`` of those that rows a and b share."""
    return f"vldrb.8 {register}, [{_POINTERS[0]}, #{LANES * v - segment.bias}]"


def _load(index: int, segment: Segment, v: int, pair: tuple[str, str], *, set_predicate: bool) -> list[str]:
    """Load vector ``v`` of row a, and of row b where it has its own; the last one only as far as there are inputs."""
    pointer, at = _POINTERS[index], LANES * v - segment.bias
    loads = [(pair[0], at)] + ([] if segment.shared else [(pair[1], at + segment.step_bytes)])
    if v < segment.vectors - 1 or segment.tail == LANES:
        return [f"vldrb.8 {q}, [{pointer}, #{offset}]" for q, offset in loads]
    lines = [f"movs r0, #{segment.tail}", "vctp.8 r0"] if set_predicate else []
    return [*lines, "vps" + "t" * len(loads), *(f"vldrbt.8 {q}, [{pointer}, #{offset}]" for q, offset in loads)]


def _products(shape: QuadShape, registers: list[list[tuple[str, str]]]) -> list[str]:
    lines: list[str] = []
    weights = f"q{max(2, shape.stride_vectors + 1)}" if shape.streams else f"q{shape.resident}"
    apart = shape.stride_vectors
    if shape.streams:
        lines += [_load_shared(shape.segments[0], v, f"q{v}") for v in range(apart)]
    started_a = started_b = False
    for index, segment in enumerate(shape.segments):
        if started_a and not started_b and not segment.shared:
            lines += [f"mov {b}, {a}" for a, b in zip(_A, _B, strict=True)]
            started_b = True
        for v in range(segment.vectors):
            row_a, row_b = registers[index][v]
            if shape.streams and apart:
                lines.append(_load_shared(segment, v + apart, row_b))
            elif shape.streams:
                if shape.two_predicates and v == segment.vectors - 1:
                    lines.append("vctp.8 r7")
                lines += _load(index, segment, v, (row_a, row_b), set_predicate=False)
            width = segment.tail if v == segment.vectors - 1 else LANES
            for c in range(4):
                lines.append(f"vldrb.8 {weights}, [r5], #{width}")
                lines.append(f"vmladav{'a' if started_a else ''}.s8 {_A[c]}, {row_a}, {weights}")
                if not segment.shared:
                    lines.append(f"vmladav{'a' if started_b else ''}.s8 {_B[c]}, {row_b}, {weights}")
            started_a, started_b = True, started_b or not segment.shared
    return lines


def _requantize(shape: QuadShape) -> list[str]:
    """Bias, scale, round, zero point and saturation of the eight sums; stores them."""
    first = 3 if shape.streams else shape.resident
    a, b, p = ("q6", "q7", "q5") if first == 6 else (f"q{first}", f"q{first + 1}", f"q{first + 2}")
    lines = [
        f"vmov {a}[2], {a}[0], r0, r4",
        f"vmov {a}[3], {a}[1], r2, r6",
        f"vmov {b}[2], {b}[0], r8, r12",
        f"vmov {b}[3], {b}[1], r10, lr",
        f"vldrw.32 {p}, [r5], #16",
        f"vadd.i32 {a}, {a}, {p}",
        f"vadd.i32 {b}, {b}, {p}",
        f"vldrw.32 {p}, [r5], #16",
        f"vqrdmulh.s32 {a}, {a}, {p}",
        f"vqrdmulh.s32 {b}, {b}, {p}",
    ]
    if shape.signed:
        for q in (a, b):
            lines += [f"vshr.s32 {p}, {q}, #31", f"vadd.i32 {q}, {q}, {p}"]
    lines += [
        f"vldrb.s32 {p}, [r5], #4",
        f"vrshl.s32 {a}, {a}, {p}",
        f"vrshl.s32 {b}, {b}, {p}",
        f"vqmov{'' if shape.signed else 'u'}nb.s32 {a}, {a}",
        f"vqmov{'' if shape.signed else 'u'}nt.s32 {a}, {b}",
    ]
    zero_point = "r7"
    if len(shape.segments) > 1 or shape.two_predicates:
        lines.append("ldr r0, [sp, #8]")
        zero_point = "r0"
    lines.append(f"vqadd.s16 {a}, {a}, {zero_point}")
    for bound, operation, limit in ((shape.low, "vmax", -128), (shape.high, "vmin", 127)):
        if bound != limit:
            lines += [f"mvn r0, #{~bound}" if bound < 0 else f"movs r0, #{bound}"]
            lines += [f"vdup.16 {p}, r0", f"{operation}.s16 {a}, {a}, {p}"]
    lines.append(f"vqmovnb.s16 {a}, {a}")
    stores = [f"vstrb.32 {a}, [r1], #4", f"vshr.u32 {a}, {a}, #16", f"vstrb.32 {a}, [r3], #4"]
    if shape.ragged:
        stores = ["vctp.32 r11", "vpst", f"vstrbt.32 {a}, [r1], #4", stores[1], "vpst", f"vstrbt.32 {a}, [r3], #4"]
    return lines + stores


def _next(shape: QuadShape) -> list[str]:
    """Next quad, then next pair of rows."""
    lines = []
    last = shape.segments[-1]
    if shape.resident == 6:
        lines += _reload_q5(len(shape.segments) - 1, last)
    lines += ["subs r11, r11, #4", "bgt 2b"]
    for index, segment in enumerate(shape.segments):
        advance = segment.step_bytes * (1 if segment.shared else 2)
        if advance:
            lines.append(f"add {_POINTERS[index]}, {_POINTERS[index]}, #{advance}")
    lines += ["ldrd r0, r2, [sp, #16]", "sub r1, r3, r0", "add r3, r1, r2"]
    return [*lines, "ldr r0, [sp]", "cmp r9, r0", "bne 1b"]


def _reload_q5(index: int, segment: Segment) -> list[str]:
    """q5 held the last inputs of row b and was used for constants; the predicate is still that of their load."""
    at = LANES * (segment.vectors - 1) - segment.bias + segment.step_bytes
    if segment.tail == LANES:
        return [f"vldrb.8 q5, [{_POINTERS[index]}, #{at}]"]
    return ["vpst", f"vldrbt.8 q5, [{_POINTERS[index]}, #{at}]"]


def _leave(shape: QuadShape) -> list[str]:
    return ["add sp, sp, #24", "vpop {d8-d15}", "pop {r4-r11, pc}"]
