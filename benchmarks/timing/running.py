"""One inference of a published image in Unicorn, through the tracer of ``bench``."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from importlib import import_module
from typing import Any

from benchmarks.timing.entries import BASE, find_entries
from edgeunet.errors import RunError
from edgeunet.run.machines.block_counter import BlockCounter
from edgeunet.run.machines.boards import Board, Region
from edgeunet.run.machines.tracing import Rows, Tracer

_FLASH = Region(BASE, 0x200000)
_RAM = (Region(0x20000000, 0x300000), Region(0x24000000, 0x200000), Region(0x10000000, 0x20000))
_PERIPHERALS = (Region(0x40000000, 0x20000000), Region(0xE0000000, 0x100000))
_START_UP_SECONDS = 4.0
_STOP = BASE + 0x1FFFF0
_STACK_SLACK_BYTES = 1024
_CALL_SECONDS = 120.0
_TRAP, _RETURN = bytes.fromhex("72b6fee7"), bytes.fromhex("70477047")
"""``cpsid i; b .``, where the handler of errors of ST's libraries ends, and ``bx lr`` in its place."""
_MODELS = {"cortex-m0plus": "CORTEX_M3"}
"""Code for an M0+ runs on an M3."""


def trace_inference(image: bytes, board: Board) -> tuple[Rows, int]:
    """Return the blocks of one inference, the caches warm from one before, and its instructions.

    Start-up runs until it waits for something that no peripheral here says (they answer all zeros and all ones in
    turn): by then memory is as the C library leaves it. Then the network's own entries are called. Where a program
    stops for good because hardware does not answer, it goes on.

    Raises
    ------
    RunError
        When the entries are not found or do not return.
    """
    unicorn: Any = import_module("unicorn")
    arm: Any = import_module("unicorn.arm_const")
    engine = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
    name = _MODELS.get(board.core.name, board.core.unicorn_model)
    engine.ctl_set_cpu_model(getattr(arm, f"UC_CPU_ARM_{name}"))
    code = ctypes.create_string_buffer(_FLASH.size_bytes)
    ctypes.memmove(code, image.replace(_TRAP, _RETURN), len(image))
    _map(engine, unicorn, code)
    stack, reset = (int.from_bytes(image[at : at + 4], "little") for at in (0, 4))
    engine.reg_write(arm.UC_ARM_REG_SP, stack)
    # A start-up may need more than answers in turn; what follows needs only its memory.
    with suppress(unicorn.UcError):
        engine.emu_start(reset, 0xFFFFFFFF, timeout=int(_START_UP_SECONDS * 1e6))
    entries = find_entries(image)
    tracer = Tracer(board.timing)
    counter = BlockCounter(engine, _FLASH, code, tracer, entries.infer & ~1)
    before = 0
    for entry in (entries.prepare, entries.infer, entries.infer):
        before = counter.instructions
        engine.reg_write(arm.UC_ARM_REG_SP, stack - _STACK_SLACK_BYTES)
        engine.reg_write(arm.UC_ARM_REG_LR, _STOP | 1)
        try:
            engine.emu_start(entry | 1, _STOP, timeout=int(_CALL_SECONDS * 1e6))
        except unicorn.UcError as error:
            raise RunError(f"the image faulted in the function at 0x{entry:08x}: {error}") from error
        if engine.reg_read(arm.UC_ARM_REG_PC) & ~1 != _STOP:
            raise RunError(f"the image did not return from the function at 0x{entry:08x}")
    instructions = counter.instructions - before
    counter.close()
    return tracer.intervals[-1], instructions


def _map(engine: Any, unicorn: Any, code: ctypes.Array[ctypes.c_char]) -> None:
    executable = unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC
    engine.mem_map_ptr(_FLASH.origin, _FLASH.size_bytes, executable, ctypes.addressof(code))
    engine.mem_map_ptr(0, 0x20000, executable, ctypes.addressof(code))
    for region in _RAM:
        engine.mem_map(region.origin, region.size_bytes)
    turn = [0]

    def read(_: Any, __: int, size: int, ___: Any) -> int:
        turn[0] ^= 1
        return (1 << 8 * size) - 1 if turn[0] else 0

    def ignore(_: Any, __: int, ___: int, ____: int, _____: Any) -> None:
        return

    for region in _PERIPHERALS:
        engine.mmio_map(region.origin, region.size_bytes, read, None, ignore, None)
