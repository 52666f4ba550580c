"""Build a model and the firmware template into one program, and tell whose bytes are whose."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeunet.emit.source import Compiled
from edgeunet.errors import ToolError
from edgeunet.files import write_text
from edgeunet.run.boards import Board, template_directory
from edgeunet.run.elf import ElfImage
from edgeunet.run.toolchains import Toolchain

HARNESS = ("main", "measure", "report")
HARNESS_CORTEX_M = ("startup", "board_cortex_m")
HARNESS_HOST = ("board_host", "uart_stdio", "counter_clock")
HOST_ROW = '#define BOARD_NAME "host"\n#define BOARD_CLOCK_HZ 1000000000u\n'

_COMMON = ("-std=c99", "-g0", "-ffunction-sections", "-fdata-sections", "-fno-unwind-tables",
           "-fno-asynchronous-unwind-tables")  # fmt: skip
_FREESTANDING = ("-ffreestanding", "-fno-exceptions")
_NO_LIBRARY_CALLS = {"gcc": ("-fno-builtin", "-fno-tree-loop-distribute-patterns"), "zig": ("-fno-builtin",)}
_BUILD_TIMEOUT_S = 600.0


@dataclass(frozen=True)
class Footprint:
    """Bytes of the model in one image, library functions it pulled in included, harness and vectors excluded."""

    text_bytes: int
    rodata_bytes: int
    data_bytes: int
    bss_bytes: int

    @property
    def flash_bytes(self) -> int:
        return self.text_bytes + self.rodata_bytes + self.data_bytes


@dataclass(frozen=True)
class Image:
    """A linked program and how it was made."""

    path: Path
    board: Board | None
    toolchain: Toolchain
    flags: tuple[str, ...]
    traced: bool

    def footprint(self) -> Footprint | None:
        """Return the model's bytes; ``None`` on the host, whose linker mixes them with the C library."""
        if self.board is None:
            return None
        elf = ElfImage.read(self.path)
        return Footprint(
            text_bytes=elf.size_of(".text"),
            rodata_bytes=elf.size_of(".rodata"),
            data_bytes=elf.size_of(".data"),
            bss_bytes=elf.size_of(".bss"),
        )


@dataclass(frozen=True)
class Build:
    """What to compile: the model, for which board (``None``: the host), how, and how often ``main`` runs it."""

    compiled: Compiled
    board: Board | None
    toolchain: Toolchain
    flags: tuple[str, ...] = ("-O2",)
    runs: int = 1
    stack_bytes: int = 8192

    def core_flags(self) -> tuple[str, ...]:
        """Return what tells the compiler which core it compiles for."""
        if self.board is None:
            if self.toolchain.name != "zig":
                return ()
            return ("-mcpu=baseline", *(() if self.is_sanitized else ("-fno-sanitize=all",)))
        core = self.board.core
        return (*core.zig_flags, "-fno-sanitize=all") if self.toolchain.name == "zig" else core.gcc_flags

    @property
    def is_sanitized(self) -> bool:
        return any(flag.startswith("-fsanitize") for flag in self.flags)

    @property
    def all_flags(self) -> tuple[str, ...]:
        """Return what the model's code is compiled with, paths aside."""
        freestanding = () if self.board is None else _FREESTANDING
        return (*self.core_flags(), *_COMMON, *freestanding, *self.flags)


def firmware_id(compiled: Compiled) -> str:
    """Return the digits by which a running firmware says which sources it was built from."""
    return compiled.sources.digest[:12]


def fill_template(text: str, name: str) -> str:
    """Return ``text`` with ``@name@`` and ``@NAME@`` replaced by the model's name."""
    return text.replace("@name@", name).replace("@NAME@", name.upper())


def build_image(build: Build, directory: Path, *, traced: bool = False) -> Image:
    """Compile and link ``build`` below ``directory``.

    Raises
    ------
    ToolError
        When the compiler or linker fails, with its first error.
    """
    template = template_directory()
    sources = directory / "model"
    build.compiled.sources.write(sources)
    write_text(directory / "board_row.h", HOST_ROW if build.board is None else build.board.row_header())
    main = (template / "src" / "main.c.in").read_text(encoding="utf-8")
    write_text(directory / "main.c", fill_template(main, build.compiled.name))
    defines = [f"-D{build.compiled.name.upper()}_TRACE"] if traced else []
    includes = ["-I.", "-Imodel", f"-I{template / 'src'}"]
    if build.board is not None:
        includes += ["-isystem", str(template / "include")]
    objects = _compile_model(build, directory, [*defines, *includes])
    objects += _compile_harness(build, directory, template, [*defines, *includes])
    path = directory / ("traced.elf" if traced else "plain.elf")
    _link(build, directory, template, objects, path)
    return Image(path, build.board, build.toolchain, build.all_flags, traced)


def _compile_model(build: Build, directory: Path, arguments: Sequence[str]) -> list[str]:
    objects = []
    for source in build.compiled.c_sources:
        target = f"model.dir/{source.replace('/', '_')}.o"
        _compile(build.toolchain, [*build.all_flags, *arguments], f"model/{source}", target, directory)
        objects.append(target)
    return objects


def _compile_harness(build: Build, directory: Path, template: Path, arguments: Sequence[str]) -> list[str]:
    """Compile the template; its own flags, so that it stays the same whatever the model's are."""
    flags = [*build.core_flags(), *_COMMON, "-O2", f"-DRUNS={build.runs}"]
    flags.append(f'-DFIRMWARE_ID="{firmware_id(build.compiled)}"')
    names: tuple[str, ...] = (*HARNESS, *HARNESS_HOST)
    if build.board is not None:
        flags += [*_FREESTANDING, *_NO_LIBRARY_CALLS[build.toolchain.name]]
        names = (*HARNESS, *HARNESS_CORTEX_M, f"uart_{build.board.uart}", f"counter_{build.board.counter}")
    objects = []
    for name in names:
        source = "main.c" if name == "main" else str(template / "src" / f"{name}.c")
        _compile(build.toolchain, [*flags, *arguments], source, f"board.dir/{name}.o", directory)
        objects.append(f"board.dir/{name}.o")
    if build.board is not None:
        _compile(build.toolchain, [*flags, *arguments], str(template / "src" / "runtime.c"), "runtime.o", directory)
        objects.append("runtime.o")
    return objects


def _compile(toolchain: Toolchain, flags: Sequence[str], source: str, target: str, directory: Path) -> None:
    (directory / target).parent.mkdir(parents=True, exist_ok=True)
    run_tool([*toolchain.command, *flags, "-c", source, "-o", target], directory, f"compiling '{source}'")


def _link(build: Build, directory: Path, template: Path, objects: Sequence[str], path: Path) -> None:
    flags = [flag for flag in build.all_flags if flag != "-ffreestanding"]
    if build.board is None:
        run_tool([*build.toolchain.command, *flags, *objects, "-o", path.name], directory, "linking for the host")
        return
    # The linker looks for INCLUDEd scripts where it runs; zig passes no search path on.
    script = (template / build.board.linker_script).read_text(encoding="utf-8")
    write_text(directory / "board.ld", f"__stack_bytes = {build.stack_bytes};\n{script}")
    shutil.copyfile(template / "ld" / "sections.ld", directory / "sections.ld")
    libraries = {"gcc": ["-nostdlib", "-lgcc"], "zig": ["-nostartfiles", "-Wl,-e,Reset_Handler"]}[build.toolchain.name]
    command = [*build.toolchain.command, *flags, "-Wl,--gc-sections", "-T", "board.ld"]
    command += [*objects, *libraries, "-o", path.name]
    run_tool(command, directory, f"linking for {build.board.name}")


def run_tool(command: Sequence[str], directory: Path, what: str, environment: Mapping[str, str] | None = None) -> str:
    """Run a compiler, linker or builder in ``directory`` and return what it printed.

    Raises
    ------
    ToolError
        When it fails or hangs; the message holds its first error, and the cure where memory ran out.
    """
    try:
        result = subprocess.run(
            command,
            cwd=directory,
            capture_output=True,
            text=True,
            timeout=_BUILD_TIMEOUT_S,
            errors="replace",
            env=environment,
        )
    except OSError as error:
        raise ToolError(f"{what} failed: cannot start '{command[0]}' ({error.strerror}); see edgeunet doctor") from error
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
