"""Everything between ``--port`` and the figures, with QEMU for the board: only the board itself is untried."""

from __future__ import annotations

import json
import os
import termios
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from edgeunet.cli.flash import command as flash_command
from edgeunet.errors import RunError
from edgeunet.run.flash import serial_machine
from edgeunet.run.golden import make_golden
from edgeunet.run.image import Build, Image, build_image
from edgeunet.run.machines.boards import Board, load_boards
from edgeunet.run.machines.machine import hear
from edgeunet.run.machines.protocol import Line
from edgeunet.run.machines.serial_port import open_port
from edgeunet.run.machines.toolchains import find_toolchain
from edgeunet.run.measure import measure, run_session
from edgeunet.run.measurement import Measurement
from edgeunet.run.project import write_project
from tests.rigs.serial_board import Disturbance, SerialBoard, serial_board
from tests.rigs.tools import need
from tests.run.small_network import evaluate, small_network

ON_USART2 = (
    *("-M", "netduinoplus2", "-display", "none", "-monitor", "none", "-serial", "null", "-serial", "stdio"),
    *("-icount", "shift=0,align=off,sleep=off"),
)
"""QEMU's STM32F405 has the USART2 and the TIM2 of an F446: the Nucleo's image runs there as it is."""


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., SerialBoard]]:
    """Return what plugs a board in; its flash tool comes first on ``PATH``."""
    need("pyserial", "arm-none-eabi-gcc", "qemu-system-arm")
    desk = tmp_path / "desk"
    desk.mkdir()
    monkeypatch.setenv("PATH", f"{desk}{os.pathsep}{os.environ['PATH']}")
    boards = []

    def plug(**options: object) -> SerialBoard:
        boards.append(serial_board(desk, ON_USART2, **options))
        return boards[-1].__enter__()

    yield plug
    for board in boards:
        board.__exit__(None, None, None)


def nucleo() -> Board:
    """The Nucleo-F446RE counting by TIM2, whose ticks are QEMU's instructions; its DWT stands still there."""
    board = load_boards().board("nucleo-f446re")
    return replace(
        board,
        counter="stm32_tim",
        defines={**board.defines, "COUNTER_ADDRESS": "0x40000000u"},
        setup=(("0x40023840u", "0x0u", "0x1u"), *board.setup),
    )


def bench(port: str, timeout_s: float = 30.0, runs: int = 2) -> Measurement:
    board = nucleo()
    return measure(
        small_network(),
        Build(board, find_toolchain(board.core, "gcc")),
        serial_machine(board, port),
        make_golden(small_network(), evaluate, runs),
        target=board.name,
        timeout_s=timeout_s,
    )


def test_cycles_and_microseconds_of_a_board_are_measured(plugged: Callable[..., SerialBoard]) -> None:
    """Byte for byte what the network gives, at 115200 baud, and time by the board's own counter and clock."""
    board = plugged(flashes=2)
    found = bench(board.port)
    slave = os.open(board.port, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        assert termios.tcgetattr(slave)[4:6] == [termios.B115200, termios.B115200]
    finally:
        os.close(slave)
    assert found.exact
    assert (found.unit, found.clock_hz, found.emulator) == ("cycles", 16_000_000, None)
    assert found.count > 60 * 3 * 5
    document = found.document()
    assert document["instructions"] is None
    assert document["microseconds_measured"] == pytest.approx(found.count / 16.0, abs=0.001)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The Nucleo's program, built once."""
    need("arm-none-eabi-gcc")
    board = nucleo()
    project = write_project(small_network(), board, tmp_path_factory.mktemp("app"))
    return build_image(Build(board, find_toolchain(board.core, "gcc")), project)


def heard(image: Image, port: str, timeout_s: float = 30.0, said: list[str] | None = None) -> tuple[Line, ...]:
    return hear(serial_machine(nucleo(), port), image.path, timeout_s, None if said is None else said.append)


def test_the_timer_of_an_stm32_counts_cycles(plugged: Callable[..., SerialBoard], image: Image) -> None:
    """One tick per instruction under QEMU, so loops of known length come out as long as they are."""
    loops = [line for line in heard(image, plugged().port) if line.kind == "calibration"]
    assert [line.number("count") for line in loops] == [line.number("expected") for line in loops]


KINDS = ["hello", "calibration", "calibration", "run", "output", "output"]


@pytest.mark.parametrize("cut_after_bytes", [1, 100, 257, 303])
def test_a_reset_in_the_middle_does_no_harm(
    plugged: Callable[..., SerialBoard], image: Image, cut_after_bytes: int
) -> None:
    """Cut off within the first line, between lines or within a later one, and started again."""
    board = plugged(starts=2, cut_after_bytes=cut_after_bytes)
    assert [line.kind for line in heard(image, board.port)] == KINDS


def test_prints_of_the_program_come_through(plugged: Callable[..., SerialBoard], image: Image) -> None:
    def with_prints(data: bytes) -> bytes:
        return data.replace(b"\n", b"\r\ntemperature # 21 *C\r\n")

    said: list[str] = []
    lines = heard(image, plugged(disturbance=with_prints).port, said=said)
    assert [line.kind for line in lines if line.kind in KINDS] == KINDS
    assert "temperature # 21 *C" in said


def _corrupted(kind: bytes) -> Disturbance:
    """Flip one digit of the lines of ``kind``, however the pieces fall."""
    buffered = bytearray()

    def disturb(data: bytes) -> bytes:
        buffered.extend(data)
        *whole, rest = bytes(buffered).split(b"\n")
        buffered[:] = rest
        return b"".join(
            (line.replace(b"=", b"=7", 1) if line.startswith(b"#" + kind) else line) + b"\n" for line in whole
        )

    return disturb


def _dropped(kind: bytes) -> Disturbance:
    """Lose the lines of ``kind``."""
    buffered = bytearray()

    def disturb(data: bytes) -> bytes:
        buffered.extend(data)
        *whole, rest = bytes(buffered).split(b"\n")
        buffered[:] = rest
        return b"".join(line + b"\n" for line in whole if not line.startswith(b"#" + kind))

    return disturb


@pytest.mark.parametrize(
    ("disturbance", "said"),
    [
        (_corrupted(b"run"), "1 of 6 lines .* lost or damaged"),
        (_dropped(b"output"), "2 of 6 lines .* lost or damaged"),
        (_dropped(b"hello"), "first line was missed; reset the board"),
    ],
)
def test_damaged_and_lost_lines_are_noticed(
    plugged: Callable[..., SerialBoard], image: Image, disturbance: Disturbance, said: str
) -> None:
    with pytest.raises(RunError, match=said):
        heard(image, plugged(disturbance=disturbance).port)


def test_a_wrong_baud_rate_points_to_itself(plugged: Callable[..., SerialBoard], image: Image) -> None:
    """Sent at 9600 and sampled at 115200, a byte comes as runs of zeros and ones."""
    board = plugged(disturbance=lambda data: b"".join(b"\x00\xf8\xff" if byte & 8 else b"\x80\x00" for byte in data))
    with pytest.raises(RunError, match=r"bytes heard and no line .* baud rate is 115200"):
        heard(image, board.port, timeout_s=2.0)


def test_a_pulled_cable_is_a_sentence(plugged: Callable[..., SerialBoard], image: Image) -> None:
    passed = []

    def pull(data: bytes) -> bytes | None:
        passed.append(data)
        return data if len(b"".join(passed)) < 300 else None

    with pytest.raises(RunError, match=r"serial port went away after \d+ bytes .*check the cable"):
        heard(image, plugged(disturbance=pull).port)


def test_another_firmware_on_the_board_is_refused(plugged: Callable[..., SerialBoard], image: Image) -> None:
    machine = serial_machine(nucleo(), plugged().port)
    with pytest.raises(RunError, match=r"the board runs firmware '[0-9a-f]{12}', not the '000000000000' just built"):
        run_session(machine, image, small_network(), "000000000000", [90], 30.0)


def test_a_port_that_another_program_reads_is_refused(plugged: Callable[..., SerialBoard]) -> None:
    """Two readers would each get half of the bytes."""
    board = plugged()
    with open_port(board.port), pytest.raises(RunError, match="no other program has it open"), open_port(board.port):
        pass


def test_flash_over_a_port_says_that_a_still_counter_counts_nothing(
    plugged: Callable[..., SerialBoard], tmp_path: Path
) -> None:
    """The command as a user types it, with the row as it ships: QEMU's F405 has no DWT, so nothing is counted."""
    write_project(small_network(), load_boards().board("nucleo-f446re"), tmp_path / "app")
    result = CliRunner().invoke(flash_command, [str(tmp_path / "app"), "--port", plugged().port, "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["heard"]
    assert told["calls"] == 1
    assert (told["unit"], told["count_per_call"], told["microseconds_measured"]) == (None, None, None)


def test_an_emulated_board_without_a_counter_says_not_counted(tmp_path: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    write_project(small_network(), load_boards().board("netduinoplus2"), tmp_path / "app")
    result = CliRunner().invoke(flash_command, [str(tmp_path / "app")])
    assert result.exit_code == 0, result.output
    assert "not counted: this board's counter stands still" in result.stdout
    assert "0 cycles" not in result.stdout
