"""An instruction counter for Unicorn: exact, and native where a C compiler for the host is there."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from edgeunet.errors import ToolError
from edgeunet.run.machines.boards import Region
from edgeunet.run.machines.tracing import Tracer, compile_library, scratch_directory

_BLOCK, _READ, _WRITE = 1 << 3, 1 << 10, 1 << 11
"""Unicorn's kinds of hooks: UC_HOOK_BLOCK, UC_HOOK_MEM_READ and UC_HOOK_MEM_WRITE."""
_SOURCE = Path(__file__).with_name("count_blocks.c")


class _Counter(ctypes.Structure):
    _fields_ = (
        ("instructions", ctypes.c_uint64),
        ("base", ctypes.c_uint64),
        ("size_bytes", ctypes.c_uint64),
        ("code", ctypes.c_void_p),
        ("known", ctypes.c_void_p),
        ("trace", ctypes.c_void_p),
        ("read_register", ctypes.c_void_p),
        ("write_register", ctypes.c_void_p),
    )


@cache
def _native_library() -> ctypes.CDLL:
    """Compile ``count_blocks.c`` for the host and load it.

    Raises
    ------
    ToolError
        When no compiler for the host works.
    """
    with scratch_directory() as directory:
        library = ctypes.CDLL(str(compile_library(_SOURCE, Path(directory))))
    library.open_trace.restype = ctypes.c_void_p
    library.close_trace.restype = ctypes.POINTER(ctypes.c_uint64)
    return library


class BlockCounter:
    """Counts the instructions of every block that ``engine`` (a ``unicorn.Uc``) executes in ``flash``.

    With a ``tracer`` it also writes down what ran between two passes through the address ``mark``.
    """

    def __init__(
        self,
        engine: Any,
        flash: Region,
        code: ctypes.Array[ctypes.c_char],
        tracer: Tracer | None = None,
        mark: int = 0,
    ) -> None:
        self._tracer = tracer
        self._known = (ctypes.c_uint32 * (flash.size_bytes // 2 + 1))()
        self._code = code
        self._state = _Counter(
            0, flash.origin, flash.size_bytes, ctypes.addressof(code), ctypes.addressof(self._known), None
        )
        try:
            library = _native_library()
            self._hook_native(engine, library, "count_block", _BLOCK)
            if tracer is not None:
                self._trace(engine, library, flash, tracer, mark)
        except (ToolError, AttributeError, ImportError, OSError):
            self._hook_python(engine, flash)

    @property
    def instructions(self) -> int:
        """Instructions so far, counting the running block as a whole."""
        return int(self._state.instructions)

    def close(self) -> None:
        """Hand the trace over, when one was asked for; without a compiler for the host there is none."""
        if self._tracer is None or not self._state.trace:
            return
        library, count = _native_library(), ctypes.c_uint64()
        records = library.close_trace(ctypes.c_void_p(self._state.trace), ctypes.byref(count))
        self._tracer.take(np.ctypeslib.as_array(records, (count.value,)))
        library.free_trace(ctypes.c_void_p(self._state.trace))
        self._state.trace = None

    def _trace(self, engine: Any, library: ctypes.CDLL, flash: Region, tracer: Tracer, mark: int) -> None:
        from unicorn.unicorn_py3.unicorn import uclib

        self._state.read_register = ctypes.cast(uclib.uc_reg_read, ctypes.c_void_p)
        self._state.write_register = ctypes.cast(uclib.uc_reg_write, ctypes.c_void_p)
        code = (ctypes.c_uint64 * 2)(flash.origin, flash.size_bytes)
        shape = tracer.shape(flash)
        memory = None if shape is None else (ctypes.c_uint64 * len(shape))(*shape)
        self._state.trace = library.open_trace(code, ctypes.c_uint64(mark), memory)
        for kind in (
            (_READ, _WRITE) if memory is not None else ()
        ):  # a hook of accesses makes Unicorn several times slower
            self._hook_native(engine, library, "note_access", kind)

    def _hook_native(self, engine: Any, library: ctypes.CDLL, name: str, kind: int) -> None:
        from unicorn.unicorn_py3.unicorn import uclib

        function = ctypes.cast(getattr(library, name), ctypes.c_void_p)
        handle = ctypes.c_size_t()
        status = uclib.uc_hook_add(
            engine._uch,
            ctypes.byref(handle),
            kind,
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
