"""An instruction counter for Unicorn: exact, and native where a C compiler for the host is there."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from pathlib import Path
from typing import Any

from edgeunet.errors import ToolError
from edgeunet.files import scratch_directory
from edgeunet.run.machines.boards import Region
from edgeunet.run.machines.toolchains import find_toolchain, run_tool

_SOURCE = Path(__file__).with_name("count_blocks.c")


class _Counter(ctypes.Structure):
    _fields_ = (
        ("instructions", ctypes.c_uint64),
        ("base", ctypes.c_uint64),
        ("size_bytes", ctypes.c_uint64),
        ("code", ctypes.c_void_p),
        ("known", ctypes.c_void_p),
    )


@cache
def _native_library() -> ctypes.CDLL:
    """Compile ``count_blocks.c`` for the host and load it.

    Raises
    ------
    ToolError
        When no compiler for the host works.
    """
    toolchain = find_toolchain(None)
    with scratch_directory() as directory:
        name = "count_blocks.dll" if sys.platform == "win32" else "count_blocks.so"
        command = [*toolchain.command, "-O2", "-shared", "-fPIC", str(_SOURCE), "-o", name]
        run_tool(command, directory, "compiling the instruction counter")
        return ctypes.CDLL(str(directory / name))


class BlockCounter:
    """Counts the instructions of every block that ``engine`` (a ``unicorn.Uc``) executes in ``flash``."""

    def __init__(self, engine: Any, flash: Region, code: ctypes.Array[ctypes.c_char]) -> None:
        self._known = (ctypes.c_uint32 * (flash.size_bytes // 2 + 1))()
        self._code = code
        self._state = _Counter(0, flash.origin, flash.size_bytes, ctypes.addressof(code), ctypes.addressof(self._known))
        try:
            self._hook_native(engine)
        except (ToolError, AttributeError, ImportError, OSError):
            self._hook_python(engine, flash)

    @property
    def instructions(self) -> int:
        """Instructions so far, counting the running block as a whole."""
        return int(self._state.instructions)

    def _hook_native(self, engine: Any) -> None:
        import unicorn
        from unicorn.unicorn_py3.unicorn import uclib

        function = ctypes.cast(_native_library().count_block, ctypes.c_void_p)
        handle = ctypes.c_size_t()
        status = uclib.uc_hook_add(
            engine._uch,
            ctypes.byref(handle),
            unicorn.UC_HOOK_BLOCK,
            function,
            ctypes.byref(self._state),
            ctypes.c_uint64(1),
            ctypes.c_uint64(0),
        )
        if status != 0:
            raise OSError(f"uc_hook_add: {status}")

    def _hook_python(self, engine: Any, flash: Region) -> None:
        """The same count, some twenty times slower."""
        import unicorn

        known: dict[tuple[int, int], int] = {}
        code = memoryview(self._code).cast("B")

        def on_block(_: Any, address: int, size: int, __: Any) -> None:
            count = known.get((address, size))
            if count is None:
                count = known[address, size] = _instructions(code, address - flash.origin, size)
            self._state.instructions += count

        engine.hook_add(unicorn.UC_HOOK_BLOCK, on_block)


def _instructions(code: memoryview, start: int, size: int) -> int:
    at, count = start, 0
    while 0 <= at < start + size <= len(code):
        at += 4 if code[at + 1] >> 3 >= 0x1D else 2
        count += 1
    return count
