"""Put a firmware project on a board. QEMU is a board like any other; real ones go through pyOCD or OpenOCD."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from edgeunet.errors import RunError, ToolError
from edgeunet.escaping.shell import ShellLine, shell_line, tcl_word
from edgeunet.run.image import Build, Image, build_image
from edgeunet.run.machines import qemu
from edgeunet.run.machines.boards import Board
from edgeunet.run.machines.machine import Machine, find_machine, hear
from edgeunet.run.machines.protocol import Line, Listener
from edgeunet.run.machines.serial_port import listen_to_port, open_port
from edgeunet.run.machines.toolchains import find_toolchain, run_tool
from edgeunet.run.project import Project, open_project, project_board
from edgeunet.short_repr import short_repr

PIPELINE_STAGES = {
    1: "resampling",
    2: "normalization",
    3: "quantization",
    4: "network",
    5: "classes",
    6: "events",
}
"""By the number in the answer of a pipeline's self-test."""

INSTALL = {"pyocd": "pip install pyocd", "openocd": "apt-get install openocd"}


@dataclass(frozen=True)
class FlashPlan:
    """The exact commands, in order: inspected with ``--dry-run`` before anything runs."""

    project: Project
    board: Board
    build: Build
    image: Path
    commands: tuple[tuple[str, ...], ...]

    __repr__ = short_repr

    @property
    def uses_cmake(self) -> bool:
        return self.commands[0][0] == "cmake"

    def lines(self) -> tuple[ShellLine, ...]:
        """Return the commands as they can be copied into a shell."""
        return tuple(map(shell_line, self.commands))


def plan_flash(
    directory: Path, board_name: str | None, toolchain: str | None = None, emulator: str | None = None
) -> FlashPlan:
    """Return what flashing the project in ``directory`` will run, without running it.

    Raises
    ------
    RunError
        When there is no project or no such board.
    ToolError
        When no compiler for the board's core is installed.
    """
    project = open_project(directory)
    board = project_board(project, board_name).require_firmware()
    build = Build(board, find_toolchain(board.core, toolchain), selftest=True, weights=project.weights)
    out = directory / "build" / f"{board.name}-{build.toolchain.name}"
    image = out / "firmware.elf"
    commands: list[tuple[str, ...]] = []
    if shutil.which("cmake"):
        image = directory / "build" / f"{board.name}-cmake-{build.toolchain.name}" / "firmware.elf"
        commands += _cmake_commands(project, build, image.parent)
    commands.append(flash_command(board, image, emulator))
    return FlashPlan(project, board, build, image, tuple(commands))


def _cmake_commands(project: Project, build: Build, out: Path) -> list[tuple[str, ...]]:
    assert build.board is not None
    name = build.toolchain.name
    configure = [
        "cmake",
        "-S",
        str(project.directory),
        "-B",
        str(out),
        f"-DBOARD={build.board.name}",
        f"-DCOMPILER={name}",
    ]
    configure.append(f"-DFIRMWARE_ID={project.firmware_id}")
    if name == "zig":
        configure.append("-DZIG=" + ";".join(build.toolchain.command[:-1]))
    return [tuple(configure), ("cmake", "--build", str(out))]


def flash_command(board: Board, image: Path, emulator: str | None = None) -> tuple[str, ...]:
    """Return the command that puts ``image`` on ``board`` and starts it."""
    tool = board.flasher["tool"]
    if tool == "qemu":
        if emulator == "unicorn" or (emulator is None and qemu.qemu_version(board) is None):
            return (sys.executable, "-m", "edgeunet.run.machines.unicorn_machine", board.name, str(image))
        return tuple(qemu.qemu_command(board, image))
    if tool == "pyocd":
        return ("pyocd", "flash", "--target", board.flasher["target"], str(image))
    if tool == "openocd":
        return ("openocd", "-f", board.flasher["config"], "-c", f"program {tcl_word(str(image))} verify reset exit")
    raise RunError(f"board '{board.name}' names the flash tool '{tool}'; use qemu, pyocd or openocd in boards.json")


def flash(
    plan: FlashPlan,
    *,
    emulator: str | None = None,
    port: str | None = None,
    timeout_s: float = 60.0,
    on_text: Callable[[str], None] = lambda _: None,
    note: Callable[[str | ShellLine], None] = lambda _: None,
) -> tuple[Line, ...]:
    """Build, put on the board, and return what it reported; a real board without ``port`` is not listened to.

    Raises
    ------
    ToolError
        When a compiler, emulator or flash tool is missing or fails.
    RunError
        When the firmware faults, hangs or talks nonsense.
    """
    if port is not None and plan.board.is_emulated:
        raise RunError(
            f"--port {port} is for a real board, and '{plan.board.name}' is emulated; leave --port out, or name a real "
            "--board"
        )
    image = build_plan(plan, note)
    if plan.board.is_emulated:
        machine = find_machine(plan.board, emulator)
        note(f"starting {machine.emulator}")
        return check_selftest(hear(machine, image.path, timeout_s, on_text))
    if port is None:
        note(f"flashing with {plan.board.flasher['tool']}; name the board's serial port with --port to hear it")
        start_board(plan.board, image.path)
        return ()
    return check_selftest(hear(serial_machine(plan.board, port), image.path, timeout_s, on_text))


def check_selftest(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return ``lines`` unless the model's self-test failed on the device."""
    is_pipeline = any(line.kind == "pipeline" for line in lines)
    for line in lines:
        if line.kind == "selftest" and line.number("result"):
            raise RunError(
                f"the self-test failed on the device: {_wrong_value(line.number('result'), is_pipeline)} is wrong; "
                "compile the model again with -O1, and report it if that fails too"
            )
    return lines


def _wrong_value(result: int, is_pipeline: bool) -> str:
    """Say in words what a self-test answered that failed."""
    if not is_pipeline:
        return f"output byte {result - 1}"
    stage, index = divmod(result - 1, 1000000)
    return f"value {index} of stage {stage} ({PIPELINE_STAGES.get(stage, 'unknown')})"


def build_plan(plan: FlashPlan, note: Callable[[str | ShellLine], None] = lambda _: None) -> Image:
    """Carry out the building part of ``plan``."""
    if not plan.uses_cmake:
        note(f"building with {plan.build.toolchain.version} (cmake is not installed)")
        return build_image(plan.build, plan.project)
    for command in plan.commands[:-1]:
        note(shell_line(command))
        run_tool(command, Path.cwd(), "building with cmake")
    return Image(plan.image, plan.build)


def start_board(board: Board, image: Path) -> None:
    """Write ``image`` to a real board and reset it.

    Raises
    ------
    ToolError
        When the flash tool is missing or fails.
    """
    command = flash_command(board, image)
    tool = command[0]
    if shutil.which(tool) is None and not (tool == "pyocd" and find_spec("pyocd")):
        raise ToolError(f"'{tool}' is not installed; {INSTALL[tool]}, or see the command with --dry-run")
    run_tool(command, Path.cwd(), f"flashing {board.name} with {tool}")


def serial_machine(board: Board, port: str) -> Machine:
    """Return the board on ``port`` as a machine: flashes the image, then listens."""

    def start(image: Path, listener: Listener, timeout_s: float) -> None:
        with open_port(port) as connection:
            listen_to_port(connection, listener, timeout_s, partial(start_board, board, image))

    return Machine(board.name, f"{board.title} on {port}", start)
