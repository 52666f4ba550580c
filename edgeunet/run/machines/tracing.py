"""What an emulator wrote down for the model of cycles: executed blocks between two readings of the counter."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edgeunet.errors import RunError
from edgeunet.run.machines.boards import Region
from edgeunet.run.machines.elf import ElfImage
from edgeunet.run.machines.memory_system import Cache, MemorySystem
from edgeunet.run.machines.toolchains import find_toolchain, run_tool
from edgeunet.short_repr import short_repr

Rows = npt.NDArray[np.int64]
COLUMNS = 8
"""Of a row: address and bytes of a block, times it ran, was left and was entered by a branch, accesses across a word
boundary, cycles that fetches and loads waited for flash (``block_trace.h``)."""
_MARK = "counter_read"


@dataclass
class Tracer:
    """Asks an emulator for a trace, and holds what it wrote.

    Attributes
    ----------
    memory : the board's memory whose waits are to be counted; ``None`` for memory that never waits.
    intervals : per reading of the counter, rows of what ran from then to the next; the first is what ran before.
    """

    memory: MemorySystem | None = None
    intervals: list[Rows] = field(default_factory=list)

    __repr__ = short_repr

    def mark(self, image: ElfImage) -> int:
        """Return the address whose execution begins an interval.

        Raises
        ------
        RunError
            When the image has no such function.
        """
        for address, _, name in image.functions:
            if name == _MARK:
                return address
        raise RunError(f"'{image.path}' has no function {_MARK}; build it from edgeunet's firmware templates")

    def shape(self, flash: Region) -> list[int] | None:
        """Return the numbers that ``trace_new`` takes for the flash of a board, ``None`` where memory never waits."""
        memory = self.memory
        if memory is None or memory.code_in != "flash":
            return None
        path = memory.flash
        numbers = [flash.origin, flash.size_bytes, path.fetch_bytes, path.wait_states, path.prefetch, path.unified]
        return [int(n) for n in (*numbers, *_cache(path.instruction_cache), *_cache(path.data_cache))]

    def take(self, words: npt.NDArray[np.uint64]) -> None:
        """Take the records of ``block_trace.h``."""
        at = 0
        values = words.astype(np.int64)
        while at < len(values):
            rows = int(values[at])
            end = at + 1 + rows * COLUMNS
            self.intervals.append(values[at + 1 : end].reshape(rows, COLUMNS).copy())
            at = end


def _cache(cache: Cache | None) -> tuple[int, int, int]:
    return (0, 0, 0) if cache is None else (cache.lines, cache.line_bytes, cache.ways)


def compile_library(source: Path, directory: Path, *flags: str) -> Path:
    """Compile ``source`` for the host into a shared library in ``directory``.

    Raises
    ------
    ToolError
        When no compiler for the host works.
    """
    toolchain = find_toolchain(None)
    library = directory / f"{source.stem}.so"
    command = [*toolchain.command, "-O2", "-shared", "-fPIC", *flags, str(source), "-o", str(library)]
    run_tool(command, directory, f"compiling '{source.name}' for this machine")
    return library


def scratch_directory() -> tempfile.TemporaryDirectory[str]:
    """Return a directory that goes when it is let go."""
    return tempfile.TemporaryDirectory(prefix="edgeunet-", ignore_cleanup_errors=True)
