"""What a core's fault registers say, in words.

Sources: Armv7-M ARM B3.2.15, Armv8-M ARM D1.2.7; RISC-V privileged architecture 1.12, section 3.1.15.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from edgeunet.run.machines.protocol import Line

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
_MCAUSE = {
    0: "it jumped to an odd address",
    1: "it executed from an address where there is no memory",
    2: "it executed an instruction that this core does not have",
    3: "it met a breakpoint",
    4: "it made an unaligned load at 0x{mtval:08x}",
    5: "it loaded from an address where there is no memory: 0x{mtval:08x}",
    6: "it made an unaligned store at 0x{mtval:08x}",
    7: "it stored to an address where there is no memory: 0x{mtval:08x}",
    11: "it called an environment that is not there",
}
_LOADS_AND_STORES = (5, 7)
_STACKING_ERRORS = 1 << 4 | 1 << 12 | 1 << 20
_GUARD_BYTES = 256
_RISCV_REGISTERS = ("pc", "ra", "sp", "mtval")
_REGISTERS = ("r0", "r1", "r2", "r3", "r12", "lr", "pc", "xpsr", "sp", "cfsr", "hfsr", "mmfar", "bfar")


def describe_fault(line: Line, where: Callable[[int], str | None]) -> str:
    """Return one sentence for a ``fault`` line; ``where`` names the function that holds an address."""
    return _describe_riscv(line, where) if "mtval" in line.fields else _describe_cortex_m(line, where)


def _describe_riscv(line: Line, where: Callable[[int], str | None]) -> str:
    values = {name: line.word(name) for name in _RISCV_REGISTERS}
    limit, top, cause = line.word("stack_limit"), line.word("stack_top"), line.number("exception")
    reason = _MCAUSE.get(cause, f"the core gives {cause} as the cause").format(mtval=values["mtval"])
    in_guard = cause in _LOADS_AND_STORES and limit - _GUARD_BYTES <= values["mtval"] < limit
    if in_guard or values["sp"] < limit:
        reason = _overflowed(top - limit)
    return f"the firmware stopped in an exception{_place(values['pc'], where)}: {reason} ({_dump(values)})"


def _describe_cortex_m(line: Line, where: Callable[[int], str | None]) -> str:
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
        causes = [_overflowed(top - limit)]
    place = _place(values["pc"], where) if "pc" in values else ""
    reason = "; ".join(causes) or "the fault registers do not say why"
    return f"the firmware stopped in a {kind}{place}: {reason} ({_dump(values)})"


def _overflowed(size_bytes: int) -> str:
    return f"the stack of {size_bytes} bytes overflowed; give it more with --stack (CMake: STACK_BYTES)"


def _place(pc: int, where: Callable[[int], str | None]) -> str:
    function = where(pc)
    return f" at 0x{pc:08x}" + (f" in {function}" if function else "")


def _dump(values: Mapping[str, int]) -> str:
    return ", ".join(f"{name}=0x{value:08x}" for name, value in values.items())
