"""Unicorn as the machine: the few registers of an MPS2 board that the firmware uses, around an emulated core.

The same image runs here and in QEMU and gives the same counts: the board's counter is modelled as QEMU models it, one
tick in ``COUNTER_TICK`` instructions.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from edgeunet.errors import RunError, ToolError
from edgeunet.run.machines.block_counter import BlockCounter
from edgeunet.run.machines.boards import Board, Region, load_boards
from edgeunet.run.machines.elf import ElfImage
from edgeunet.run.machines.protocol import Listener
from edgeunet.run.machines.tracing import Tracer

INSTALL = "pip install 'edgeunet[emulate]'"
_PAGE = 0x1000
_PRIVATE_PERIPHERALS = Region(0xE0000000, 0x100000)


@cache
def unicorn_version() -> str | None:
    """Return Unicorn's version, ``None`` when it is not there."""
    if find_spec("unicorn") is None:
        return None
    return f"unicorn {version('unicorn')}"


class UnicornMachine:
    """One board with one program loaded."""

    def __init__(self, board: Board, image: Path, listener: Listener, tracer: Tracer | None = None) -> None:
        unicorn: Any = import_module("unicorn")
        arm_const: Any = import_module("unicorn.arm_const")
        assert board.core.unicorn_model is not None
        self._unicorn, self._registers = unicorn, arm_const
        self._elf = ElfImage.read(image)
        self._listener = listener
        self._board = board
        self._buffer = bytearray()
        self.engine: Any = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
        self.engine.ctl_set_cpu_model(getattr(arm_const, f"UC_CPU_ARM_{board.core.unicorn_model}"))
        self._code = self._map_memory()
        self.counter = BlockCounter(
            self.engine, board.flash, self._code, tracer, tracer.mark(self._elf) if tracer else 0
        )
        self._map_registers()

    def _map_memory(self) -> ctypes.Array[ctypes.c_char]:
        flash, ram = self._board.flash, self._board.ram
        code = ctypes.create_string_buffer(flash.size_bytes)
        for segment in self._elf.segments:
            offset = segment.address - flash.origin
            if not 0 <= offset <= flash.size_bytes - len(segment.data):
                raise RunError(
                    f"'{self._elf.path}' puts code at 0x{segment.address:08x}, not in the flash of {self._board.name}; "
                    "build it for this board"
                )
            ctypes.memmove(ctypes.addressof(code) + offset, segment.data, len(segment.data))
        engine, constants = self.engine, self._unicorn
        executable = constants.UC_PROT_READ | constants.UC_PROT_EXEC
        engine.mem_map_ptr(flash.origin, flash.size_bytes, executable, ctypes.addressof(code))
        engine.mem_map(ram.origin, ram.size_bytes, constants.UC_PROT_READ | constants.UC_PROT_WRITE)
        engine.mem_map(_PRIVATE_PERIPHERALS.origin, _PRIVATE_PERIPHERALS.size_bytes)
        return code

    def _map_registers(self) -> None:
        defines = {key: int(value.rstrip("u"), 0) for key, value in self._board.defines.items()}
        tick, counter_offset = defines["COUNTER_TICK"], defines["COUNTER_ADDRESS"] % _PAGE

        def read_counter(_: Any, offset: int, __: int, ___: Any) -> int:
            return self.counter.instructions // tick & 0xFFFFFFFF if offset == counter_offset else 0

        def read_uart(_: Any, __: int, ___: int, ____: Any) -> int:
            return 0

        def write_uart(_: Any, offset: int, __: int, value: int, ___: Any) -> None:
            if offset == 0:
                self._heard(value & 0xFF)

        def ignore(_: Any, __: int, ___: int, ____: int, _____: Any) -> None:
            return

        self.engine.mmio_map(defines["UART_BASE"], _PAGE, read_uart, None, write_uart, None)
        page = defines["COUNTER_ADDRESS"] - counter_offset
        self.engine.mmio_map(page, _PAGE, read_counter, None, ignore, None)

    def _heard(self, byte: int) -> None:
        self._buffer.append(byte)
        if byte == 0x0A:
            if self._listener.feed(bytes(self._buffer)):
                self.engine.emu_stop()
            self._buffer.clear()

    def run(self, timeout_s: float) -> None:
        """Start at the reset vector and run until the firmware has finished.

        Raises
        ------
        RunError
            When the program faults or has not finished after ``timeout_s``.
        """
        stack_top, entry = (int.from_bytes(self._code.raw[at : at + 4], "little") for at in (0, 4))
        self.engine.reg_write(self._registers.UC_ARM_REG_SP, stack_top)
        try:
            self.engine.emu_start(entry | 1, 0xFFFFFFFF, timeout=int(timeout_s * 1e6))
        except self._unicorn.UcError as error:
            raise RunError(self._fault(str(error))) from error
        self.counter.close()
        if not self._listener.finished:
            pc = self._where(self.engine.reg_read(self._registers.UC_ARM_REG_PC))
            raise RunError(
                f"the program had not ended after {timeout_s:g} s ({self.counter.instructions} instructions, at {pc}) "
                "and was stopped; allow more with --timeout"
            )

    def _where(self, address: int) -> str:
        function = self._elf.function_at(address & ~1)
        return f"0x{address:08x}" + (f" in {function}" if function else "")

    def _fault(self, reason: str) -> str:
        names = ("R0", "R1", "R2", "R3", "R12", "SP", "LR")
        values = {n.lower(): self.engine.reg_read(getattr(self._registers, f"UC_ARM_REG_{n}")) for n in names}
        pc = self.engine.reg_read(self._registers.UC_ARM_REG_PC)
        dump = ", ".join(f"{name}=0x{value:08x}" for name, value in values.items())
        return f"the program faulted at {self._where(pc)}: {reason} ({dump})"


def run_in_unicorn(
    board: Board, image: Path, listener: Listener, timeout_s: float, tracer: Tracer | None = None
) -> None:
    """Run ``image`` until it has finished.

    Raises
    ------
    ToolError
        When Unicorn is missing or does not know the core.
    RunError
        When the program faults or hangs.
    """
    if unicorn_version() is None:
        raise ToolError(f"the emulator 'unicorn' is not installed; {INSTALL}")
    if board.core.unicorn_model is None:
        raise ToolError(f"unicorn does not emulate {board.core.name}; use --emulator qemu")
    UnicornMachine(board, image, listener, tracer).run(timeout_s)


def main(arguments: list[str]) -> None:
    """Run an image and print what it says: ``python -m edgeunet.run.machines.unicorn_machine BOARD IMAGE``."""
    name, image = arguments
    run_in_unicorn(load_boards().board(name), Path(image), Listener(print), timeout_s=60.0)


if __name__ == "__main__":
    main(sys.argv[1:])
