"""What a Cortex-M's fault registers say, in words (Armv7-M ARM B3.2.15, Armv8-M ARM D1.2.7)."""

from __future__ import annotations

from collections.abc import Callable

from edgeunet.run.protocol import Line

_EXCEPTIONS = {2: "NMI", 3: "HardFault", 4: "MemManage fault", 5: "BusFault", 6: "UsageFault", 7: "SecureFault"}
_CFSR = {
    0: "it executed from memory that is not executable",
    1: "it accessed memory that is not mapped for data at 0x{mmfar:08x}",
    8: "it executed from an address where there is no memory",
    9: "it accessed an address where there is no memory: 0x{bfar:08x}",
    10: "it wrote to an address where there is no memory",
    13: "saving floating-point registers failed",
    16: "it executed an instruction that this core does not have",
    17: "it branched to an address without the Thumb bit",
    18: "it returned from an exception with an invalid code",
    19: "it used floating point or a coprocessor that is off",
    24: "it made an unaligned access",
    25: "it divided by zero",
}
_STACKING_ERRORS = 1 << 4 | 1 << 12 | 1 << 20
_GUARD_BYTES = 256
_REGISTERS = ("r0", "r1", "r2", "r3", "r12", "lr", "pc", "xpsr", "sp", "cfsr", "hfsr", "mmfar", "bfar")


def describe_fault(line: Line, where: Callable[[int], str | None]) -> str:
    """Return one sentence for a ``fault`` line; ``where`` names the function that holds an address."""
    values = {name: line.word(name) for name in _REGISTERS if name in line.fields}
    number = line.number("exception")
    kind = _EXCEPTIONS.get(number, f"exception {number}")
    cfsr = values.get("cfsr", 0)
    causes = [
        text.format(mmfar=values.get("mmfar", 0), bfar=values.get("bfar", 0))
        for bit, text in _CFSR.items()
        if cfsr >> bit & 1
    ]
    limit, top = (line.word(key) if key in line.fields else 0 for key in ("stack_limit", "stack_top"))
    in_guard = cfsr >> 7 & 1 and limit - _GUARD_BYTES <= values.get("mmfar", 0) < limit
    if values.get("sp", limit) < limit or cfsr & _STACKING_ERRORS or in_guard:
        causes = [f"the stack of {top - limit} bytes overflowed; give it more with --stack (CMake: STACK_BYTES)"]
    place = ""
    if "pc" in values:
        function = where(values["pc"])
        place = f" at 0x{values['pc']:08x}" + (f" in {function}" if function else "")
    reason = "; ".join(causes) or "the fault registers do not say why"
    dump = ", ".join(f"{name}=0x{value:08x}" for name, value in values.items())
    return f"the firmware stopped in a {kind}{place}: {reason} ({dump})"
