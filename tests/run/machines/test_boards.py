"""The table of boards: rows, linker scripts and drivers agree."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from edgeunet.errors import RunError, ToolError
from edgeunet.run.machines.boards import load_boards, template_directory
from edgeunet.run.machines.toolchains import run_tool
from edgeunet.run.project import write_project
from tests.rigs.machines import tools
from tests.rigs.tools import need
from tests.run.small_network import small_network

TABLE = load_boards()
BUILT = [name for name, board in TABLE.boards.items() if board.no_firmware is None]
"""Boards that the template can be built for."""
_MEMORY = re.compile(r"(FLASH|RAM)\s*\(\w+\)\s*:\s*ORIGIN = (0x[0-9A-Fa-f]+), LENGTH = (\d+)([KM])")


@pytest.mark.parametrize("name", BUILT)
def test_row_and_linker_script_agree_on_memory(name: str) -> None:
    board = TABLE.boards[name]
    script = (template_directory() / board.linker_script).read_text()
    spans = {
        region: (int(origin, 16), int(size) * {"K": 1024, "M": 1024**2}[unit])
        for region, origin, size, unit in _MEMORY.findall(script)
    }
    assert spans == {
        "FLASH": (board.flash.origin, board.flash.size_bytes),
        "RAM": (board.ram.origin, board.ram.size_bytes),
    }


@pytest.mark.parametrize("name", BUILT)
def test_drivers_of_the_row_exist(name: str) -> None:
    board, sources = TABLE.boards[name], template_directory() / "src"
    assert (sources / f"uart_{board.uart}.c").is_file()
    assert (sources / f"counter_{board.counter}.c").is_file()


def test_every_core_has_an_emulated_board() -> None:
    for core in TABLE.cores.values():
        board = TABLE.board(core.name)
        assert board.is_emulated
        assert board.core == core


def test_no_linker_script_is_an_orphan() -> None:
    used = {Path(TABLE.boards[name].linker_script).name for name in BUILT} | {
        *("sections.ld", "constants_in_flash.ld", "constants_in_ram.ld")
    }
    assert {path.name for path in (template_directory() / "ld").glob("*.ld")} == used


FIRST = {TABLE.boards[name].core.name: name for name in reversed(BUILT)}
"""A board for each core."""


@pytest.mark.parametrize(
    "name", [name if name in FIRST.values() else pytest.param(name, marks=pytest.mark.nightly) for name in BUILT]
)
def test_cmake_reads_the_row_as_python_does(name: str, tmp_path: Path) -> None:
    board = TABLE.boards[name]
    need("cmake", *tools(board.core.name, "gcc"))
    write_project(small_network(), board, tmp_path / "app")
    build = tmp_path / "build"
    run_tool(["cmake", "-S", str(tmp_path / "app"), "-B", str(build), f"-DBOARD={name}"], tmp_path, "configuring")
    assert (build / "board_row.h").read_text() == board.row_header()
    cache = (build / "CMakeCache.txt").read_text()
    assert f"CMAKE_C_FLAGS:STRING={' '.join(board.core.gcc_flags)}\n" in cache


def test_an_unknown_board_lists_the_known_ones() -> None:
    with pytest.raises(RunError, match=r"no board or core 'mps9'.*cortex-m4.*nrf52840dk"):
        TABLE.board("mps9")


@pytest.mark.parametrize("field", ["core", "memory", "uart", "flash", "defines"])
def test_a_row_without_a_field_names_the_row(field: str, tmp_path: Path) -> None:
    document = json.loads((template_directory() / "boards.json").read_text())
    del document["boards"]["mps2-an500"][field]
    (tmp_path / "boards.json").write_text(json.dumps(document))
    with pytest.raises(RunError, match=f"board 'mps2-an500' .*{field}"):
        load_boards(tmp_path)


def test_an_unknown_architecture_names_the_core(tmp_path: Path) -> None:
    document = json.loads((template_directory() / "boards.json").read_text())
    document["cores"]["rv32imc"]["architecture"] = "sparc"
    (tmp_path / "boards.json").write_text(json.dumps(document))
    with pytest.raises(RunError, match=r"core 'rv32imc' .*'sparc' is none of cortex_m, riscv"):
        load_boards(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", '{"cores": 3}', '{"cores": {}, "boards": {"x": []}}', "\x00"])
def test_a_broken_table_is_a_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / "boards.json").write_text(text)
    with pytest.raises(RunError, match=r"boards\.json"):
        load_boards(tmp_path)


def test_a_new_board_is_a_row_and_a_linker_script(tmp_path: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    from edgeunet.run.flash import flash, plan_flash

    app = tmp_path / "app"
    write_project(small_network(), TABLE.board("cortex-m4"), app)
    document = json.loads((app / "boards.json").read_text())
    row = document["boards"]["mps2-an386"]
    document["boards"]["mine"] = {
        **row,
        "linker_script": "ld/mine.ld",
        "memory": {**row["memory"], "ram": ["0x20100000", "1M"]},
    }
    (app / "boards.json").write_text(json.dumps(document))
    shutil.copy(app / "ld" / "mps2-an386.ld", app / "ld" / "mine.ld")
    script = (app / "ld" / "mine.ld").read_text().replace("0x20000000, LENGTH = 4M", "0x20100000, LENGTH = 1M")
    (app / "ld" / "mine.ld").write_text(script)
    lines = flash(plan_flash(app, "mine"))
    assert lines[0].text("board") == "mine"


@pytest.mark.parametrize(
    "name",
    [
        "mps2-an385-m0plus",
        "mps2-an386",
        "mps2-an505",
        "riscv-virt",
        "nucleo-f446re",
        "stm32f746g-disco",
        "nucleo-f767zi",
        "nrf52840dk",
        "nrf5340dk",
        "nucleo-g0b1re",
        "nucleo-h7a3zi-q",
    ],
)
def test_the_template_compiles_without_a_warning(name: str, tmp_path: Path) -> None:
    board = TABLE.boards[name]
    (compiler,) = tools(board.core.name, "gcc")
    need(compiler)
    app = write_project(small_network(), board, tmp_path / "app").directory
    (app / "board_row.h").write_text(board.row_header())
    names = [
        "main",
        "measure",
        "report",
        "trigger",
        f"startup_{board.core.architecture}",
        f"board_{board.core.architecture}",
        "runtime",
        f"uart_{board.uart}",
        f"counter_{board.counter}",
    ]
    strict = ["-std=c99", "-ffreestanding", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wundef", "-Werror"]
    includes = ["-isystem", "include", "-Isrc", "-Imodel", "-I."]
    sources = [f"src/{source}.c" for source in names]
    command = [
        compiler,
        *board.core.gcc_flags,
        *strict,
        *includes,
        "-DSMALL_TRACE",
        "-fsyntax-only",
        *sources,
    ]
    assert run_tool(command, app, "compiling the template") == ""


def test_a_board_without_firmware_says_why_and_what_its_row_is_for() -> None:
    board = TABLE.board("rp2040")
    with pytest.raises(RunError, match=r"no firmware for rp2040: .*second-stage.*estimates.*Build for cortex-m0plus"):
        board.require_firmware()


def test_cmake_refuses_a_board_without_firmware(tmp_path: Path) -> None:
    need("cmake", "arm-none-eabi-gcc")
    write_project(small_network(), TABLE.board("cortex-m4"), tmp_path / "app")
    with pytest.raises(ToolError):
        run_tool(["cmake", "-S", "app", "-B", "build", "-DBOARD=ek-ra8d1"], tmp_path, "configuring")
