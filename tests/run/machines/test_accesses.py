"""Tracing accesses changes nothing of what runs."""

from __future__ import annotations

import ctypes
from typing import Any

from edgeunet.run.machines.block_counter import BlockCounter
from edgeunet.run.machines.boards import Region, load_boards
from edgeunet.run.machines.tracing import Tracer
from tests.rigs.tools import need

_FLASH = Region(0x08000000, 0x1000)
_CODE = bytes.fromhex(
    "04 22"  # movs r2, #4
    "12 1f"  # subs r2, r2, #4: no borrow the first time, one the second
    "28 bf"  # it hs
    "51 f8 04 0b"  # ldrhs r0, [r1], #4
    "fa d2"  # bhs, back to subs
    "00 bf"  # nop
)


def _loads(tracer: Tracer | None) -> int:
    """How often the loop loaded."""
    import unicorn
    import unicorn.arm_const as arm

    engine: Any = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
    engine.ctl_set_cpu_model(arm.UC_CPU_ARM_CORTEX_M4)
    code = ctypes.create_string_buffer(_FLASH.size_bytes)
    ctypes.memmove(code, _CODE, len(_CODE))
    engine.mem_map_ptr(_FLASH.origin, _FLASH.size_bytes, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC, code)
    counter = BlockCounter(engine, _FLASH, code, tracer)
    engine.reg_write(arm.UC_ARM_REG_R1, _FLASH.origin)
    engine.emu_start(_FLASH.origin | 1, _FLASH.origin + len(_CODE), count=0, timeout=2_000_000)
    counter.close()
    return (int(engine.reg_read(arm.UC_ARM_REG_R1)) - _FLASH.origin) // 4


def test_a_traced_load_in_an_it_block_leaves_the_next_block_alone() -> None:
    """Unicorn 2.1 takes the next block for the rest of the IT block: `subs` set no flags, the loop went on."""
    need("unicorn")
    tracer = Tracer(load_boards().board("nucleo-l4r5zi").timing)
    assert _loads(None) == 1
    assert _loads(tracer) == 1
    (rows,) = tracer.intervals
    assert sum(rows[:, 2] * (rows[:, 0] == _FLASH.origin + 2)) == 1, "the loop comes back once"
