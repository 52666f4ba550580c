"""Build a firmware project into one program, and tell whose bytes are whose."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeunet.errors import ToolError
from edgeunet.files import write_text
from edgeunet.run.machines.boards import Board
from edgeunet.run.machines.elf import ElfImage
from edgeunet.run.machines.toolchains import Toolchain, run_tool
from edgeunet.run.project import Project
from edgeunet.short_repr import short_repr

FLASH, RAM = "flash", "ram"
_HARNESS = ("main", "measure", "report", "trigger")
_HARNESS_HOST = ("board_host", "uart_stdio", "counter_clock")
_HOST_ROW = '#define BOARD_NAME "host"\n#define BOARD_CLOCK_HZ 1000000000u\n'
_COMMON = ("-std=c99", "-g0", "-ffunction-sections", "-fdata-sections")
_FREESTANDING = ("-ffreestanding", "-fno-exceptions", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables")
# Keeps the compiler from putting calls of memcpy and the like into the harness: they would be charged to the model.
_NO_LIBRARY_CALLS = {"gcc": ("-fno-builtin", "-fno-tree-loop-distribute-patterns"), "zig": ("-fno-builtin",)}
_LIBRARIES = {"gcc": ("-nostdlib", "-lgcc"), "zig": ("-nostartfiles", "-Wl,-e,Reset_Handler")}


@dataclass(frozen=True)
class Footprint:
    """Bytes of the model in one image, library functions it pulled in included, harness and vectors excluded.

    Attributes
    ----------
    constants_in_ram : whether ``.rodata`` is copied into the RAM at start, and so needs room in both.
    """

    text_bytes: int
    rodata_bytes: int
    data_bytes: int
    bss_bytes: int
    constants_in_ram: bool = False

    @property
    def ram_bytes(self) -> int:
        """Sections that lie in the RAM."""
        return self.data_bytes + self.bss_bytes + (self.rodata_bytes if self.constants_in_ram else 0)

    @property
    def flash_bytes(self) -> int:
        return self.text_bytes + self.rodata_bytes + self.data_bytes


@dataclass(frozen=True)
class Build:
    """How to build: for which board (``None``: the host), with what, and how often ``main`` runs the model.

    ``weights`` is where weights and tables lie when they are used: `FLASH`, or `RAM`, into which start-up copies them.
    ``recording_rows`` is the length of the recordings that the ``main`` of a stream makes, in input rows.
    """

    board: Board | None
    toolchain: Toolchain
    flags: tuple[str, ...] = ("-O2",)
    runs: int = 1
    stack_bytes: int = 8192
    recording_rows: int | None = None
    traced: bool = False
    selftest: bool = False
    weights: str = FLASH

    __repr__ = short_repr

    @property
    def is_sanitized(self) -> bool:
        return bool(self._sanitizers)

    @property
    def _sanitizers(self) -> tuple[str, ...]:
        """Flags that the buffers of ``main`` need too, for an access beyond them to be found."""
        return tuple(flag for flag in self.flags if flag.startswith(("-fsanitize", "-fno-sanitize")))

    @property
    def core_flags(self) -> tuple[str, ...]:
        """What tells the compiler which core it compiles for."""
        is_zig = self.toolchain.name == "zig"
        no_checks = ("-fno-sanitize=all",) if is_zig and not self.is_sanitized else ()
        if self.board is None:
            return ("-mcpu=baseline", *no_checks) if is_zig else ()
        return (*(self.board.core.zig_flags if is_zig else self.board.core.gcc_flags), *no_checks)

    @property
    def aligned_flags(self) -> tuple[str, ...]:
        """What keeps the compiler from words at odd addresses; zig takes it as a feature of the core."""
        if self.toolchain.name != "zig":
            return ("-mno-unaligned-access",)
        return tuple(f"{flag}+strict_align" for flag in self.core_flags if flag.startswith("-mcpu="))

    @property
    def model_flags(self) -> tuple[str, ...]:
        """What the model's code is compiled with, paths and definitions aside."""
        return (*self.core_flags, *_COMMON, *(_FREESTANDING if self.board else ()), *self.flags)

    @property
    def harness_flags(self) -> tuple[str, ...]:
        """What the template is compiled with: the same whatever the model's flags are."""
        own = (*_FREESTANDING, *_NO_LIBRARY_CALLS[self.toolchain.name]) if self.board else self._sanitizers
        rows = () if self.recording_rows is None else (f"-DRECORDING_ROWS={self.recording_rows}",)
        return (*self.core_flags, *_COMMON, *own, "-O2", f"-DRUNS={self.runs}", *rows)


@dataclass(frozen=True)
class Image:
    """A linked program and how it was made."""

    path: Path
    build: Build

    __repr__ = short_repr

    def footprint(self) -> Footprint | None:
        """Return the model's bytes; ``None`` on the host, whose linker mixes them with the C library."""
        if self.build.board is None:
            return None
        elf = ElfImage.read(self.path)
        text, rodata, data, bss = (elf.size_of(name) for name in (".text", ".rodata", ".data", ".bss"))
        return Footprint(text, rodata, data, bss, self.build.weights == RAM)


def build_image(build: Build, project: Project) -> Image:
    """Compile and link ``project`` in its ``build`` directory, without CMake.

    Raises
    ------
    ToolError
        When the compiler or linker fails, with its first error.
    """
    place = build.board.name if build.board else "host"
    directory = project.directory / "build" / f"{place}-{build.toolchain.name}{'-traced' if build.traced else ''}"
    directory.mkdir(parents=True, exist_ok=True)
    write_text(directory / "board_row.h", build.board.row_header() if build.board else _HOST_ROW)
    top = project.directory.resolve()
    traced = f"-D{project.model.upper()}{'_PIPELINE' if project.has_pipeline else ''}_TRACE"
    arguments = [traced] if build.traced else []
    arguments += [f'-DFIRMWARE_ID="{project.firmware_id}"', "-I.", f"-I{top / 'model'}", f"-I{top / 'src'}"]
    if build.board is not None:
        arguments += ["-isystem", str(top / "include")]
    objects = []
    aligned = build.aligned_flags if project.aligned else ()
    for source in project.model_sources():
        target = f"model.dir/{source.relative_to(project.directory / 'model').as_posix().replace('/', '_')}.o"
        objects.append(_compile(build.toolchain, [*build.model_flags, *aligned, *arguments], source, target, directory))
    harness = _harness_sources(build, top / "src")
    selftests = project.selftest_sources() if build.selftest else ()
    if selftests:
        arguments.append("-DSELFTEST")
        harness += [(source, f"board.dir/{source.stem}.o") for source in selftests]
    for source, target in harness:
        objects.append(_compile(build.toolchain, [*build.harness_flags, *arguments], source, target, directory))
    return Image(_link(build, project, objects, directory), build)


def _harness_sources(build: Build, sources: Path) -> list[tuple[Path, str]]:
    names: tuple[str, ...] = (*_HARNESS, *_HARNESS_HOST)
    if build.board is not None:
        kind = build.board.core.architecture
        drivers = (f"uart_{build.board.uart}", f"counter_{build.board.counter}")
        names = (*_HARNESS, f"startup_{kind}", f"board_{kind}", *drivers)
    found = [(sources / f"{name}.c", f"board.dir/{name}.o") for name in names]
    if build.board is not None:
        found.append((sources / "runtime.c", "runtime.o"))
    return found


def _compile(toolchain: Toolchain, flags: Sequence[str], source: Path, target: str, directory: Path) -> str:
    (directory / target).parent.mkdir(exist_ok=True)
    relative = os.path.relpath(source, directory.resolve())
    run_tool([*toolchain.command, *flags, "-c", relative, "-o", target], directory, f"compiling '{source.name}'")
    return target


def _link(build: Build, project: Project, objects: Sequence[str], directory: Path) -> Path:
    name = "firmware" if build.board is None else "firmware.elf"
    command = [*build.toolchain.command, *build.model_flags]
    if build.board is None:
        run_tool([*command, *objects, "-o", name], directory, "linking for the host")
        return _made(directory / name)
    # The linker looks for INCLUDEd scripts where it runs; zig passes no search path on.
    script = (project.directory / build.board.linker_script).read_text(encoding="utf-8")
    write_text(directory / "board.ld", f"__stack_bytes = {build.stack_bytes};\n{script}")
    scripts = project.directory / "ld"
    write_text(directory / "sections.ld", (scripts / "sections.ld").read_text(encoding="utf-8"))
    for place in (FLASH, RAM):
        constants = scripts / f"constants_in_{place}.ld"
        text = constants.read_text(encoding="utf-8") if place == build.weights else ""
        write_text(directory / f"constants_{place}.ld", text)
    command += ["-Wl,--gc-sections", "-T", "board.ld", *objects, *_LIBRARIES[build.toolchain.name], "-o", name]
    run_tool(command, directory, f"linking for {build.board.name}")
    return _made(directory / name)


def _made(image: Path) -> Path:
    """Return ``image``; flags such as ``--help`` let a linker succeed that made nothing."""
    if not image.is_file():
        raise ToolError("the linker said nothing and made no program; check the compiler flags (--cflags)")
    return image
