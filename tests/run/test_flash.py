"""Firmware projects: written, built with and without CMake, flashed into emulators, planned for real boards."""

from __future__ import annotations

import os
import pty
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from edgeunet.emit.source import SourceTree
from edgeunet.errors import RunError, ToolError
from edgeunet.run import flash as flash_module
from edgeunet.run.flash import check_selftest, flash, plan_flash
from edgeunet.run.golden import make_golden
from edgeunet.run.image import Build
from edgeunet.run.machines.boards import load_boards
from edgeunet.run.machines.machine import hear
from edgeunet.run.machines.protocol import Listener, format_line, parse_line
from edgeunet.run.machines.serial_port import listen_to_port, open_port
from edgeunet.run.machines.toolchains import find_toolchain
from edgeunet.run.machines.unicorn_machine import run_in_unicorn
from edgeunet.run.measure import measure
from edgeunet.run.project import open_project, write_project
from tests.rigs.machines import EMULATOR, RISCV, image_for, machine_for, measured, tools
from tests.rigs.tools import need
from tests.run.small_network import evaluate, small_network

SELFTEST = """\
#include "small.h"
static const int8_t golden_input[SMALL_INPUT_BYTES] = {0};
int32_t small_selftest(small_state_t *state, int8_t *output)
{
    small_run(state, golden_input, output);
    return output[0] == @expected@ ? 0 : 1;
}
"""


def app_with(directory: Path, expected: int = 3) -> Path:
    """A project around the small network with a self-test (100 >> 5 = 3 is what an input of zeros gives)."""
    compiled = small_network()
    header = compiled.sources.files["small.h"].replace(
        "#ifdef SMALL_TRACE", "int32_t small_selftest(small_state_t *state, int8_t *output);\n#ifdef SMALL_TRACE"
    )
    files = {
        **compiled.sources.files,
        "small.h": header,
        "small_selftest.c": SELFTEST.replace("@expected@", str(expected)),
    }
    write_project(replace(compiled, sources=SourceTree(files)), load_boards().board("cortex-m4"), directory)
    return directory


@pytest.mark.parametrize(
    ("with_cmake", "core", "toolchain"),
    [
        (True, "cortex-m4", "gcc"),
        (False, "cortex-m4", "gcc"),
        (True, RISCV, "zig"),
        *(
            pytest.param(with_cmake, core, toolchain, marks=pytest.mark.nightly)
            for with_cmake, core, toolchain in (
                (True, "cortex-m4", "zig"),
                (False, "cortex-m4", "zig"),
                (True, RISCV, "gcc"),
                (False, RISCV, "gcc"),
                (False, RISCV, "zig"),
            )
        ),
    ],
)
def test_cmake_and_direct_build_make_the_same_program(
    with_cmake: bool, core: str, toolchain: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both give the same counts, so either may stand for the other."""
    need("cmake", *tools(core, toolchain, "qemu"))
    if not with_cmake:
        found = shutil.which
        monkeypatch.setattr(flash_module.shutil, "which", lambda name: None if name == "cmake" else found(name))
    plan = plan_flash(app_with(tmp_path / "app"), core, toolchain)
    assert plan.uses_cmake == with_cmake
    lines = flash(plan, emulator="qemu")
    kinds = [line.kind for line in lines]
    assert kinds[:4] == ["hello", "calibration", "calibration", "selftest"]
    reference = image_for(small_network(), core, toolchain, tmp_path / "bench")
    expected = [line for line in hear(machine_for(core, "qemu"), reference.path, 60.0) if line.kind == "run"]
    for figure in ("count", "stack_bytes"):
        assert [line.number(figure) for line in lines if line.kind == "run"] == [
            line.number(figure) for line in expected
        ]


@pytest.mark.parametrize("emulator", EMULATOR)
def test_flash_into_an_emulator_shows_what_the_board_says(emulator: str, tmp_path: Path) -> None:
    need("arm-none-eabi-gcc", EMULATOR[emulator])
    said: list[str] = []
    flash(plan_flash(app_with(tmp_path / "app"), None, "gcc"), emulator=emulator, on_text=said.append)
    assert said[0].startswith("#hello protocol=1 board=mps2-an386 model=small")
    assert said[-1].startswith("#end")


def test_an_emulated_board_has_no_serial_port(tmp_path: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    plan = plan_flash(app_with(tmp_path / "app"), None, "gcc")
    with pytest.raises(RunError, match=r"--port /dev/ttyACM0 is for a real board, and 'mps2-an386' is emulated"):
        flash(plan, port="/dev/ttyACM0")
    assert not plan.image.exists()


def test_a_failing_selftest_is_an_error(tmp_path: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    with pytest.raises(RunError, match="self-test failed on the device: output byte 0"):
        flash(plan_flash(app_with(tmp_path / "app", expected=4), None, "gcc"))


def test_a_passing_selftest_is_none() -> None:
    line = parse_line(format_line("selftest", result=0).rstrip())
    assert line is not None
    assert check_selftest((line,)) == (line,)


@pytest.mark.parametrize(
    ("board", "command"),
    [
        ("nucleo-f446re", "openocd -f board/st_nucleo_f4.cfg -c 'program {image} verify reset exit'"),
        ("nrf52840dk", "pyocd flash --target nrf52840 {image}"),
        ("mps2-an386", "qemu-system-arm -M mps2-an386 "),
    ],
)
def test_the_plan_is_the_exact_command(board: str, command: str, tmp_path: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    plan = plan_flash(app_with(tmp_path / "app"), board, "gcc")
    assert plan.lines()[-1].text.startswith(command.format(image=plan.image))
    assert not plan.image.exists()


REAL = ("nucleo-f446re", "stm32f746g-disco", "nucleo-f767zi", "nucleo-l552ze-q", "nrf52840dk")
LIKE_THEM = ("nucleo-l4r5zi", "nucleo-u575zi-q", "nucleo-u385rg-q", "nucleo-h7a3zi-q", "nucleo-g0b1re", "nrf5340dk")
DAILY = ("nucleo-f446re", "nucleo-l552ze-q", "nrf52840dk", "nucleo-g0b1re")
"""One for each core, of both makers; every board's template is compiled in ``tests/run/machines/test_boards.py``."""


@pytest.mark.parametrize(
    ("board", "toolchain", "program"),
    [
        *(
            pytest.param(board, "gcc", "arm-none-eabi-gcc", marks=() if board in DAILY else pytest.mark.nightly)
            for board in (*REAL, *LIKE_THEM)
        ),
        *(pytest.param(board, "zig", "zig", marks=pytest.mark.nightly) for board in REAL),
    ],
)
def test_real_boards_build(board: str, toolchain: str, program: str, tmp_path: Path) -> None:
    need(program)
    plan = plan_flash(app_with(tmp_path / "app"), board, toolchain)
    assert flash_module.build_plan(plan).path.is_file()


def test_a_missing_flash_tool_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("arm-none-eabi-gcc")
    plan = plan_flash(app_with(tmp_path / "app"), "nrf52840dk", "gcc")
    monkeypatch.setattr(flash_module.shutil, "which", lambda _: None)
    monkeypatch.setattr(flash_module, "find_spec", lambda _: None)
    monkeypatch.setattr(flash_module, "build_plan", lambda *_: flash_module.Image(plan.image, plan.build))
    with pytest.raises(ToolError, match="'pyocd' is not installed; pip install pyocd"):
        flash(plan)


def test_the_stm32_driver_speaks_under_qemu(tmp_path: Path) -> None:
    """QEMU's Netduino Plus 2 has the USART of the F4 family, so the driver of a real board runs here."""
    need("arm-none-eabi-gcc", "qemu-system-arm")
    lines = flash(plan_flash(app_with(tmp_path / "app"), "netduinoplus2", "gcc"))
    assert lines[0].text("board") == "netduinoplus2"
    assert sum(line.kind == "output" for line in lines) == 2


def test_a_project_is_not_written_over_something_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("do not touch")
    with pytest.raises(RunError, match="no firmware project"):
        write_project(small_network(), None, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_project_can_be_written_again(tmp_path: Path) -> None:
    first = write_project(small_network(), load_boards().board("cortex-m4"), tmp_path / "app")
    second = write_project(small_network(), load_boards().board("cortex-m33"), tmp_path / "app")
    assert open_project(tmp_path / "app") == second
    assert first.firmware_id == second.firmware_id


@pytest.mark.parametrize("text", ["{}", "[]", "x", '{"schema": "edgeunet.firmware/1", "model": 3, "board": "x"}'])
def test_a_broken_project_mark_is_a_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / "edgeunet.json").write_text(text)
    with pytest.raises(RunError, match=r"edgeunet\.json"):
        open_project(tmp_path)


def test_no_project_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="edgeunet firmware new"):
        open_project(tmp_path)


def _board_on_a_pty(lines: list[bytes]) -> tuple[str, threading.Thread]:
    """A pseudo-terminal on which ``lines`` arrive in odd pieces, as from a USB serial port."""
    master, slave = pty.openpty()

    def speak() -> None:
        data = b"".join(lines)
        for start in range(0, len(data), 17):
            time.sleep(0.001)
            os.write(master, data[start : start + 17])

    return os.ttyname(slave), threading.Thread(target=speak)


def test_a_board_on_a_serial_port_is_heard() -> None:
    need("pyserial")
    port, thread = _board_on_a_pty([b"boot\r\n", format_line("hello", protocol=1), format_line("end", lines=1)])
    listener = Listener()
    with open_port(port) as connection:
        listen_to_port(connection, listener, 10.0, thread.start)
    thread.join()
    assert [line.kind for line in listener.transcript()] == ["hello"]


def test_a_measurement_over_a_serial_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole of ``measure`` with a board at the other end of a port: what Unicorn's UART said, byte for byte."""
    need("pyserial", "arm-none-eabi-gcc", "unicorn")
    master, slave = pty.openpty()
    board = load_boards().board("cortex-m4")

    def start_board(_: object, image: Path) -> None:
        def speak() -> None:
            listener = Listener(lambda text: os.write(master, text.encode() + b"\r\n") and None)
            run_in_unicorn(board, image, listener, 60.0)

        threading.Thread(target=speak, daemon=True).start()

    monkeypatch.setattr(flash_module, "start_board", start_board)
    machine = flash_module.serial_machine(board, os.ttyname(slave))
    build = Build(board, find_toolchain(board.core, "gcc"))
    result = measure(small_network(), build, machine, make_golden(small_network(), evaluate, 2), target="board")
    assert result.exact
    emulated = measured(small_network(), "cortex-m4", "gcc", "unicorn", runs=2)
    assert (result.counts, result.layers, result.stack_bytes) == (
        emulated.counts,
        emulated.layers,
        emulated.stack_bytes,
    )


def test_a_silent_board_is_not_waited_for_forever() -> None:
    need("pyserial")
    port, _ = _board_on_a_pty([])
    with open_port(port) as connection, pytest.raises(RunError, match=r"after 0\.3 s \(nothing heard"):
        listen_to_port(connection, Listener(), 0.3, lambda: None)


def test_a_port_that_is_not_there_is_a_sentence() -> None:
    need("pyserial")
    with pytest.raises(RunError, match="cannot open the serial port '/dev/ttyNone'"), open_port("/dev/ttyNone"):
        pass
