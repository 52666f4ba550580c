"""Helium (M-profile vector extension) convolutions, one function per window: two rows, four or eight output channels.

A *segment* is a run of inputs per row: one for a convolution whose window is one run of bytes, two for a convolution
over a concatenation. A *quad* is four output channels of two rows, an *octet* two quads whose results are narrowed and
stored together. Registers of a function:

    r0 r2 r4 r6     accumulators of row a, channels 0 .. 3 of a quad   (VMLADAV writes even registers only)
    r8 r10 r12 lr   accumulators of row b
    r1 r3           output rows a and b
    r5              stream: per quad its 4 biases, weights, 4 multipliers, 4 negated shifts (bytes; if they differ;
                    an octet's, where it shifts while narrowing, are at its end)
    r9 r7           inputs of row a, first and second segment (r7 is the addend where there is one segment)
    r11             output channels left in the loop
    q0 ..           inputs that stay (see ``helium_vectors``), then weights, other inputs, sums, constants; q6 q7 hold
                    an octet's first results

Accumulators start as the biases. Per vector of 16 inputs and quad: 4 weight loads, 8 multiplies of 16 products each.
Then 8 sums move to two vectors, to be scaled as TFLite does: the rounding doubling high multiply (VQRDMULH is its
SaturatingRoundingDoublingHighMul), the sign and the rounding shift (RoundingDivideByPOT: ``y + (y >> 31)``, then
VRSHL, or a narrowing shift where all channels shift alike), zero point, saturation.

*Sign.* VQDMLAH with y, y and a scalar c adds ``2 * y * c >> 32 = floor(y * c / 2^31)`` to y: 0 for y >= 0, -1 for
y < 0, as long as ``|y| * c < 2^31``. Any positive c does, the loop's counter too where that is proven. Where the clamp
starts at the zero point (RELU) it is not needed: a negative ``y`` ends there whichever way its half is rounded.

*Clamp.* With RELU, narrowing to unsigned 16 bits stops at 0 (no result exceeds 32,000 there, which is proven). At zero
point -128 and one shift e for all, VQRDMLASH adds ``-128 << e`` within the multiplication, ``y + (-128 << e)`` exactly
as ``e <= 16``, and saturation to int8 is the clamp.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from edgeunet.kernels.mve.assembly import naked
from edgeunet.kernels.mve.finish import A, B, Finish, biases, gathered
from edgeunet.kernels.mve.scaling import Scaling
from edgeunet.kernels.mve.vectors import LANES, Placement, Segment, Vector

__all__ = ["LANES", "QuadShape", "Segment", "naked", "quad_function"]

_POINTERS = ("r9", "r7")


@dataclass(frozen=True)
class QuadShape:
    """Everything that is fixed in one function: channels go in octets or quads, then a quad, then the ``rest``."""

    segments: tuple[Segment, ...]
    scaling: Scaling
    octets: bool
    loops: bool
    quad: bool
    rest: int

    @cached_property
    def placement(self) -> Placement:
        products = tuple(p for index, segment in enumerate(self.segments) for p in segment.products(index))
        return Placement(products, 4 if self.octets else 5)

    @property
    def finish(self) -> Finish:
        """With two segments the addend is on the stack."""
        return Finish(self.scaling, "r7" if len(self.segments) == 1 else "[sp, #20]")

    @property
    def possible(self) -> bool:
        """Offsets in reach; an octet's inputs all stay."""
        place = self.placement
        stays = not self.octets or len(place.vectors) <= place.room
        return stays and all(s.reachable for s in self.segments) and len(place.partial) <= place.room

    @property
    def sets_predicate(self) -> bool:
        """Whether the predicate of partial vectors has to be set for each pair of rows."""
        return len({v.inputs for v in self.placement.partial}) > 1 or self.rest in (2, 3)

    @property
    def weight_bytes(self) -> int:
        """Weights per channel."""
        return sum(segment.inputs for segment in self.segments)


def quad_function(name: str, shape: QuadShape) -> str:
    """C text of the function ``name`` for ``shape``: a naked function that ``eu_tiles`` calls."""
    return naked(name, (), [*_enter(shape), *_pair(shape), "ldr pc, [sp, #24]"])


def _enter(shape: QuadShape) -> list[str]:
    """What ``eu_tiles`` left to do. Stack: 0 end of input, 4 bytes back to the next row, 8 output step, 12
    stream, 16 channels, 20 addend, 24 return address; r9 r7 r1 r3 point to inputs and outputs, r6 is the addend."""
    lines = ["str lr, [sp, #24]"]
    if shape.quad or shape.rest:
        lines += [f"bic r5, r5, #{7 if shape.octets else 3}", "str r5, [sp, #16]"]
    if bias := shape.segments[0].bias:
        lines += [f"add r9, r9, #{bias}", "ldr r2, [sp]", f"add r2, r2, #{bias}", "str r2, [sp]"]
    if len(shape.segments) == 1:
        lines.append("mov r7, r6")
    elif shape.segments[1].bias:
        lines.append(f"add r7, r7, #{shape.segments[1].bias}")
    if shape.placement.partial and not shape.sets_predicate:
        lines += _predicate(shape.placement.partial[0].inputs)
    return lines


def _predicate(inputs: int) -> list[str]:
    return [f"movs r2, #{inputs}", "vctp.8 r2"]


def _pair(shape: QuadShape) -> list[str]:
    lines = ["1:", "ldrd r5, r11, [sp, #12]"]
    place = shape.placement
    for inputs in sorted({v.inputs for v in place.kept}):
        vectors = [v for v in place.kept if v.inputs == inputs]
        if inputs == LANES:
            lines += [_load(v, place.register(v)) for v in vectors]
            continue
        lines += _predicate(inputs) if shape.sets_predicate else []
        lines.append("vps" + "t" * len(vectors))
        lines += [_load(v, place.register(v), "t") for v in vectors]
    if shape.loops and shape.octets:
        lines += ["2:", *_octet(shape), "subs r11, r11, #8", "bgt 2b"]
    elif shape.loops:
        lines += ["2:", *_quad(shape, 4, True), "subs r11, r11, #4", "bgt 2b"]
    if shape.quad:
        lines += _quad(shape, 4, False)
    if shape.rest:
        lines += _quad(shape, shape.rest, False)
    return [*lines, *_next(shape)]


def _quad(shape: QuadShape, channels: int, looped: bool) -> list[str]:
    return [*_products(shape, channels), *shape.finish.quad(channels, *shape.placement.free[:3], looped=looped)]


def _load(vector: Vector, register: str | None, then: str = "") -> str:
    return f"vldrb{then}.8 {register}, [{_POINTERS[vector.segment]}, #{vector.offset}]"


def _reload(vector: Vector, register: str) -> list[str]:
    """Load what was last loaded for a pair; the predicate, if it takes one, is still its own."""
    return [_load(vector, register)] if vector.inputs == LANES else ["vpst", _load(vector, register, "t")]


def _products(shape: QuadShape, channels: int) -> list[str]:
    """Biases and all products of a quad with ``channels`` channels; leaves no free register untouched."""
    place = shape.placement
    weights, *slots = place.free
    held: dict[Vector, str] = {}
    row_b_started = not place.products[0].shared
    lines = biases(channels, alone=not row_b_started)
    padding = -channels * shape.weight_bytes % 4
    for position, product in enumerate(place.products):
        if not product.shared and not row_b_started:
            lines += _copied(channels)
            row_b_started = True
        wanted = [v for v in dict.fromkeys((product.row_a, product.row_b)) if place.register(v) is None]
        held = {v: q for v, q in held.items() if v in wanted}
        for vector in wanted:
            if vector not in held:
                held[vector] = next(q for q in slots if q not in held.values())
                lines.append(_load(vector, held[vector]))
        row_a, row_b = (place.register(v) or held[v] for v in (product.row_a, product.row_b))
        for c in range(channels):
            last = position == len(place.products) - 1 and c == channels - 1
            lines.append(f"vldrb.8 {weights}, [r5], #{product.row_a.inputs + (padding if last else 0)}")
            lines.append(f"vmladava.s8 {A[c]}, {row_a}, {weights}")
            if not product.shared:
                lines.append(f"vmladava.s8 {B[c]}, {row_b}, {weights}")
    return lines if row_b_started else lines + _copied(channels)


def _copied(channels: int) -> list[str]:
    """Row b has the sums of row a."""
    return [f"mov {b}, {a}" for a, b in zip(A[:channels], B[:channels], strict=True)]


def _octet(shape: QuadShape) -> list[str]:
    """Even channels, then odd ones, narrowed to the halves of 32 bits of q6 (row a) and q7 (row b)."""
    finish, place, split = shape.finish, shape.placement, shape.scaling.first_shift > 0
    sign, narrow = finish.sign_scalar(True), finish.narrow_down if split else finish.narrow
    lines = _products(shape, 4)
    p, spare, *more = [q for q in place.free if q not in ("q6", "q7")]
    lines += [*gathered(A, "q6"), *gathered(B, "q7"), f"vldrw.32 {p}, [r5], #16", *sign]
    lines += finish.scale(("q6", "q7"), p, True, shifts=not split)
    lines += [narrow("b", "q6", "q6"), narrow("b", "q7", "q7"), *_products(shape, 4)]
    lines.append(f"vldrw.32 {p}, [r5], #16")
    if (split or shape.scaling.shift) and not more:
        for row, q in ((A, "q6"), (B, "q7")):
            lines += [*gathered(row, spare), *(sign if row == A else [])]
            lines += [*finish.scale((spare,), p, True, shifts=False), narrow("t", q, spare)]
    else:
        other = more[0] if more else f"q{len(place.kept) - 1}"
        lines += [*gathered(A, spare), *gathered(B, other), *sign]
        lines += finish.scale((spare, other), p, True, shifts=not split)
        lines += [narrow("t", "q6", spare), narrow("t", "q7", other)]
        lines += [] if more else _reload(place.kept[-1], other)
    lines += finish.shifted(("q6", "q7"), p) if split else []
    return [*lines, *finish.bytes_of(("q6", "q7"), p), "vstrb.16 q6, [r1], #8", "vstrb.16 q7, [r3], #8"]


def _next(shape: QuadShape) -> list[str]:
    """On to the next pair of rows."""
    lines = []
    for pointer, segment in zip(_POINTERS, shape.segments, strict=False):
        if segment.pair_bytes:
            lines.append(f"add {pointer}, {pointer}, #{segment.pair_bytes}")
    return [*lines, "ldm sp, {r0, r2, r4}", "sub r1, r3, r2", "add r3, r1, r4", "cmp r9, r0", "bne 1b"]
