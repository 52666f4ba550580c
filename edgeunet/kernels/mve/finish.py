"""From the sums of a quad to its stored outputs: the second half of the functions of ``helium`` and ``helium_runs``.

Sums of row a are in r0 r2 r4 r6, of row b in r8 r10 r12 lr; r5 is at the quad's multipliers, r1 and r3 at the outputs.
The instructions are explained in ``helium``.
"""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.kernels.mve.scaling import Scaling

A = ("r0", "r2", "r4", "r6")
B = ("r8", "r10", "r12", "lr")


def biases(channels: int, *, alone: bool = False) -> list[str]:
    """Accumulators of row a, and of row b unless row a is ``alone`` at first, start as the biases."""
    if channels == 1:
        return ["ldr r0, [r5], #4"] if alone else ["ldr r0, [r5]", "ldr r8, [r5], #4"]
    a, b = ", ".join(A[:channels]), ", ".join(B[:channels])
    return [f"ldm r5!, {{{a}}}"] if alone else [f"ldm r5, {{{a}}}", f"ldm r5!, {{{b}}}"]


def gathered(row: tuple[str, ...], q: str) -> list[str]:
    """The four sums of a row in one vector."""
    return [f"vmov {q}[2], {q}[0], {row[0]}, {row[2]}", f"vmov {q}[3], {q}[1], {row[1]}, {row[3]}"]


@dataclass(frozen=True)
class Finish:
    """What a function does after the sums; ``addend`` is the register or the place on the stack that holds it."""

    scaling: Scaling
    addend: str

    def quad(self, channels: int, constants: str, a: str, b: str, *, looped: bool = False) -> list[str]:
        """A quad of ``channels`` channels that is narrowed and stored alone, in free registers.

        Its sign comes from the counter where it is ``looped``.
        """
        if channels == 1:
            return self._single(constants, a)
        lines = [*gathered(A, a), *gathered(B, b), f"vldrw.32 {constants}, [r5], #16", *self.sign_scalar(looped)]
        lines += self.scale((a, b), constants, looped)
        lines += [self.narrow("b", a, a), self.narrow("t", a, b), *self.bytes_of((a,), constants)]
        if channels == 4:
            return [*lines, f"vstrb.32 {a}, [r1], #4", f"vshr.u32 {a}, {a}, #16", f"vstrb.32 {a}, [r3], #4"]
        lines += [f"movs r0, #{channels}", "vctp.32 r0", "vpst", f"vstrbt.32 {a}, [r1], #{channels}"]
        return [*lines, f"vshr.u32 {a}, {a}, #16", "vpst", f"vstrbt.32 {a}, [r3], #{channels}"]

    def _single(self, constants: str, a: str) -> list[str]:
        """One channel: its two sums in one vector, where the constants are four times the same."""
        lines = [f"vmov {a}[2], {a}[0], r0, r8", f"vldrw.32 {constants}, [r5], #16", *self.sign_scalar(False)]
        lines += [*self.scale((a,), constants, False), self.narrow("b", a, a), *self.bytes_of((a,), constants)]
        return [*lines, f"vmov r0, r2, {a}[2], {a}[0]", "strb r0, [r1], #1", "strb r2, [r3], #1"]

    def sign_scalar(self, looped: bool) -> list[str]:
        return ["movs r0, #1"] if self.scaling.sign and self._sign_register(looped) == "r0" else []

    def _sign_register(self, looped: bool) -> str:
        return "r11" if self.scaling.sign == "counter" and looped else "r0"

    def scale(self, sums: tuple[str, ...], constants: str, looped: bool, *, shifts: bool = True) -> list[str]:
        """Multiply by ``constants``, round by the sign, shift where channels differ (``constants`` are then lost).

        Without ``shifts`` that is left for after the narrowing.
        """
        s = self.scaling
        if s.folded:
            lines, register = self._addend()
            lines += [f"vqrdmlash.s32 {q}, {constants}, {register}" for q in sums]
        else:
            lines = [f"vqrdmulh.s32 {q}, {q}, {constants}" for q in sums]
        if s.sign:
            lines += [f"vqdmlah.s32 {q}, {q}, {self._sign_register(looped)}" for q in sums]
        if shifts and not s.shift:
            lines += [f"vldrb.s32 {constants}, [r5], #4", *(f"vrshl.s32 {q}, {q}, {constants}" for q in sums)]
        return lines

    def _addend(self) -> tuple[list[str], str]:
        """Instructions that load the addend, and the register it is in."""
        return ([f"ldr r0, {self.addend}"], "r0") if self.addend.startswith("[") else ([], self.addend)

    def narrow(self, half: str, to: str, q: str) -> str:
        s = self.scaling
        kind = f"{'u' if s.unsigned else ''}n{half}.s32 {to}, {q}"
        return f"vqrshr{kind}, #{s.shift}" if s.shift else f"vqmov{kind}"

    def narrow_down(self, half: str, to: str, q: str) -> str:
        """Narrow by ``first_shift`` without rounding."""
        s = self.scaling
        return narrow_unrounded(int(to[1:]), int(q[1:]), half == "t", s.first_shift, not s.unsigned)

    def shifted(self, vectors: tuple[str, ...], constants: str) -> list[str]:
        """What is left of the shifts of eight channels."""
        kind = "u16" if self.scaling.unsigned else "s16"
        return [f"vldrb.s16 {constants}, [r5], #8", *(f"vrshl.{kind} {q}, {q}, {constants}" for q in vectors)]

    def bytes_of(self, vectors: tuple[str, ...], spare: str) -> list[str]:
        """Zero point, clamps, saturation to int8."""
        s = self.scaling
        lines: list[str] = []
        if not s.folded:
            lines, register = self._addend()
            lines += [f"vqadd.s16 {q}, {q}, {register}" for q in vectors]
        for bound, operation, limit in ((s.low, "vmax", -128), (s.high, "vmin", 127)):
            if bound != limit:
                lines += [f"mvn r0, #{~bound}" if bound < 0 else f"movs r0, #{bound}", f"vdup.16 {spare}, r0"]
                lines += [f"{operation}.s16 {q}, {q}, {spare}" for q in vectors]
        return [*lines, *(f"vqmovnb.s16 {q}, {q}" for q in vectors)]


def narrow_unrounded(to: int, source: int, top: bool, bits: int, signed: bool) -> str:
    """VQSHRNB or VQSHRNT (VQSHRUN where the sign does not count) of a vector register by its encoding: binutils 2.40
    assembles the instruction as the one that rounds."""
    operation = 0xEE800F40 if signed else 0xEE800FC0
    return f".inst.w 0x{operation + ((32 - bits) << 16) + (to << 13) + (top << 12) + (source << 1):08x}"
