"""The compilers edgeunet can use, in one table; each is looked for once, a missing one is a sentence with the cure."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from edgeunet.errors import ToolError
from edgeunet.run.machines.boards import HOST, Core
from edgeunet.short_repr import short_repr


@dataclass(frozen=True)
class Toolchain:
    """A C compiler that was found.

    Attributes
    ----------
    name : its name in the table, as ``--toolchain`` takes it.
    command : what to put before the arguments.
    version : the first line of its version report.
    """

    name: str
    command: tuple[str, ...]
    version: str

    __repr__ = short_repr


@dataclass(frozen=True)
class ToolchainRow:
    """How to find a compiler for one architecture (`HOST` or one of the boards' cores), and how to install it.

    ``name`` is what ``--toolchain`` takes, ``program`` what people call it.
    """

    name: str
    program: str
    architecture: str
    candidates: Callable[[], tuple[tuple[str, ...], ...]]
    version_arguments: tuple[str, ...]
    install: str


def _on_path(*programs: str) -> Callable[[], tuple[tuple[str, ...], ...]]:
    return lambda: tuple((found,) for program in programs if (found := shutil.which(program)))


def _zig() -> tuple[tuple[str, ...], ...]:
    package = find_spec("ziglang")
    folders = (package.submodule_search_locations or ()) if package else ()
    # the program itself: with ``-m`` Python would look for the package in the working directory first
    bundled = tuple((found, "cc") for folder in folders if (found := shutil.which("zig", path=folder)))
    system = tuple((found, "cc") for found in (shutil.which("zig"),) if found)
    return bundled + system


_ZIG_INSTALL = "pip install 'edgeunet[emulate]' (brings ziglang)"
_OR_ZIG = "or pip install 'edgeunet[emulate]' and use --toolchain zig"
_ARM_INSTALL = f"apt-get install gcc-arm-none-eabi, {_OR_ZIG}"
_ARM_GCC, _RISCV_GCC = "arm-none-eabi-gcc", "riscv64-unknown-elf-gcc"
_RISCV_INSTALL = f"apt-get install gcc-riscv64-unknown-elf, {_OR_ZIG}"
TABLE = (
    ToolchainRow("gcc", _ARM_GCC, "cortex_m", _on_path(_ARM_GCC), ("--version",), _ARM_INSTALL),
    ToolchainRow("zig", "zig", "cortex_m", _zig, ("--version",), _ZIG_INSTALL),
    ToolchainRow("gcc", _RISCV_GCC, "riscv", _on_path(_RISCV_GCC), ("--version",), _RISCV_INSTALL),
    ToolchainRow("zig", "zig", "riscv", _zig, ("--version",), _ZIG_INSTALL),
    ToolchainRow("gcc", "gcc", HOST, _on_path("gcc", "cc"), ("--version",), "apt-get install gcc"),
    ToolchainRow("clang", "clang", HOST, _on_path("clang"), ("--version",), "apt-get install clang"),
    ToolchainRow("zig", "zig", HOST, _zig, ("--version",), _ZIG_INSTALL),
)
_BUILD_TIMEOUT_S = 600.0


def find_toolchain(core: Core | None, name: str | None = None) -> Toolchain:
    """Return the compiler called ``name`` for ``core`` (``None``: for the host); by default the first that is there.

    Raises
    ------
    ToolError
        When it is not installed; the message says how to install it.
    """
    what, architecture = (core.name, core.architecture) if core else ("the host", HOST)
    rows = [row for row in TABLE if row.architecture == architecture and name in (None, row.name)]
    if not rows:
        known = ", ".join(row.name for row in TABLE if row.architecture == architecture)
        raise ToolError(f"--toolchain {name} cannot compile for {what}; choose one of: {known}")
    for row in rows:
        found = probe(row)
        if found is not None:
            return found
    title = f"the compiler '{name}'" if name else "a C compiler"
    raise ToolError(f"{title} for {what} is not installed; {rows[0].install}")


@cache
def probe(row: ToolchainRow) -> Toolchain | None:
    """Return the compiler of ``row`` if it is there and answers."""
    for command in row.candidates():
        version = first_line((*command, *row.version_arguments))
        if version is not None:
            return Toolchain(row.name, command, version if row.name != "zig" else _zig_version(command, version))
    return None


def _zig_version(command: tuple[str, ...], clang_version: str) -> str:
    zig = first_line((*command[:-1], "version"))
    return f"zig {zig} ({clang_version})"


def first_line(command: tuple[str, ...]) -> str | None:
    """Return the first line a program prints, or ``None`` when it is missing or fails."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return None
    if result.returncode != 0:
        return None
    lines = (result.stdout or result.stderr).strip().splitlines()
    return lines[0].strip() if lines else ""


def run_tool(command: Sequence[str], directory: Path, what: str) -> str:
    """Run a compiler, linker or builder in ``directory`` and return what it printed.

    Raises
    ------
    ToolError
        When it fails or hangs; the message holds its first error, and the cure where memory ran out.
    """
    try:
        result = subprocess.run(
            command, cwd=directory, capture_output=True, text=True, timeout=_BUILD_TIMEOUT_S, errors="replace"
        )
    except OSError as error:
        raise ToolError(
            f"{what} failed: cannot start '{command[0]}' ({error.strerror}); see edgeunet doctor"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"{what} took more than {_BUILD_TIMEOUT_S:.0f} s and was stopped") from error
    output = result.stdout + result.stderr
    if result.returncode != 0:
        raise ToolError(f"{what} failed: {_first_error(output)}")
    return output


def _first_error(output: str) -> str:
    overflow = re.search(r"region [`'](\w+)':? overflowed by (\d+) bytes", output)
    if overflow:
        return (
            f"the program needs {overflow[2]} bytes more {overflow[1]} than the board has; "
            "choose a larger board or a smaller model"
        )
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or "undefined" in line.lower()]
    return (errors or lines or ["the tool said nothing"])[0]
