"""Measuring the small network in every way: exact, with figures that can be checked by hand."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from edgeunet.emit.source import Compiled
from edgeunet.errors import RunError, ToolError
from edgeunet.run.flash import flash, plan_flash
from edgeunet.run.golden import golden_input, make_golden
from edgeunet.run.image import Build, build_image
from edgeunet.run.machines.boards import load_boards, template_directory
from edgeunet.run.machines.elf import ElfImage
from edgeunet.run.machines.machine import find_machine, hear
from edgeunet.run.machines.toolchains import find_toolchain
from edgeunet.run.measure import compare, measure
from edgeunet.run.measurement import Measurement
from edgeunet.run.project import write_project
from tests.rigs.machines import COMPILER, RISCV, WAYS, image_for, machine_for, measured
from tests.rigs.tools import need
from tests.run.small_network import SOURCE, evaluate, small_network


def on_host(compiled: Compiled, toolchain: str, *flags: str, runs: int = 1) -> Measurement:
    need(toolchain)
    golden = make_golden(compiled, evaluate, runs)
    return measure(
        compiled, Build(None, find_toolchain(None, toolchain), flags), find_machine(None), golden, target="host"
    )


DAILY = {
    "cortex-m0plus-zig-unicorn",
    "cortex-m3-zig-qemu",
    "cortex-m4-gcc-unicorn",
    "cortex-m7-gcc-qemu",
    "cortex-m33-zig-unicorn",
    "cortex-m55-gcc-qemu",
    "rv32imc-gcc-qemu",
    "rv32imc-zig-qemu",
}
"""Every core, and every compiler with every emulator; the others of the ways are gone at night."""


@pytest.mark.parametrize(
    ("core", "toolchain", "emulator"),
    [way if way.id in DAILY else pytest.param(*way.values, id=way.id, marks=pytest.mark.nightly) for way in WAYS],
)
def test_every_way_is_exact(core: str, toolchain: str, emulator: str) -> None:
    result = measured(small_network(), core, toolchain, emulator, runs=2)
    assert result.exact
    assert [layer.name for layer in result.layers] == ["conv", "pool"]
    assert all(layer.count > 0 for layer in result.layers)
    assert result.state_bytes == 180
    assert result.footprint is not None
    assert result.stack_bytes is not None
    assert result.ram_bytes == 180 + 64 + 90 + result.stack_bytes
    assert result.footprint.data_bytes == result.footprint.bss_bytes == 0
    assert 0 < result.stack_bytes < 200
    assert result.flags.endswith("-O2")


@pytest.mark.parametrize("toolchain", ["gcc", "clang", "zig"])
def test_the_host_is_exact_and_counts_no_cycles(toolchain: str) -> None:
    result = on_host(small_network(), toolchain, "-O2", runs=3)
    assert result.exact
    document = result.document()
    assert document["wall_ns"] > 0
    assert document["cycles"] is None
    assert document["instructions"] is None
    assert document["ram_bytes"] is None
    assert document["emulator"] is None


def test_figures_are_the_same_from_run_to_run() -> None:
    first = measured(small_network(), "cortex-m4", "gcc", "qemu", runs=2)
    assert measured(small_network(), "cortex-m4", "gcc", "qemu", runs=2) == first


def test_a_wrong_byte_is_found_and_placed() -> None:
    wrong = SOURCE.replace("    TRACE(2);", "    output[41] ^= 1;\n    TRACE(2);")
    result = measured(small_network(wrong), "cortex-m4", "gcc", "qemu", runs=2)
    assert not result.exact
    assert result.mismatch is not None
    assert (result.mismatch.run, result.mismatch.offset, result.mismatch.differing_bytes) == (0, 41, 2)
    assert result.document()["exact"] is False


def test_a_mistake_that_only_the_second_input_shows_is_found() -> None:
    second = golden_input(64, 1)[0]
    wrong = SOURCE.replace(
        "    TRACE(2);", f"    output[7] = (int8_t)(output[7] ^ (input[0] == {second}));\n    TRACE(2);"
    )
    result = measured(small_network(wrong), "cortex-m4", "gcc", "qemu", runs=2)
    assert result.mismatch is not None
    assert (result.mismatch.run, result.mismatch.offset) == (1, 7)


def test_comparison_reports_signed_values() -> None:
    found = compare([b"\x00\x01", b"\x02\x80"], [b"\x00\x01", b"\x02\x7f"])
    assert found is not None
    assert (found.run, found.offset, found.expected, found.answered) == (1, 1, -128, 127)
    assert compare([b"ab"], [b"ab"]) is None


@pytest.mark.parametrize("toolchain", COMPILER)
def test_constants_and_library_functions_are_charged_to_the_model(toolchain: str, tmp_path: Path) -> None:
    """A kilobyte of weights, a variable of 64 bytes and a call of memmove show up, byte for byte where they can."""
    bigger = SOURCE.replace(
        "void small_run",
        "static const int8_t table[1024] = {1, 2, 3};\nstatic int8_t kept[64] = {5};\nstatic int8_t zeros[48];\n"
        "void small_run",
        1,
    ).replace(
        "    TRACE(0);",
        "    { volatile int i = input[0]; kept[i & 63] += table[(i & 255) * 4]; zeros[i & 31] = kept[1]; "
        "memmove(state->arena + (i & 7), zeros + (i & 3), (unsigned)(i & 31)); }\n    TRACE(0);",
        1,
    )
    plain = image_for(small_network(), "cortex-m4", toolchain, tmp_path / "plain").footprint()
    grown = image_for(small_network(bigger), "cortex-m4", toolchain, tmp_path / "grown").footprint()
    assert plain is not None
    assert grown is not None
    assert grown.rodata_bytes - plain.rodata_bytes in range(1024, 1056)
    assert grown.data_bytes - plain.data_bytes in range(64, 81)
    assert grown.bss_bytes - plain.bss_bytes in range(48, 65)
    assert grown.text_bytes > plain.text_bytes + 40
    assert grown.flash_bytes == grown.text_bytes + grown.rodata_bytes + grown.data_bytes


@pytest.mark.parametrize("toolchain", COMPILER)
def test_the_harness_calls_no_library_function(toolchain: str, tmp_path: Path) -> None:
    """Else that function would be charged to the model."""
    need("arm-none-eabi-gcc")
    image = image_for(small_network(), "cortex-m4", toolchain, tmp_path)
    objects = sorted((image.path.parent / "board.dir").glob("*.o"))
    assert len(objects) == 8
    listing = subprocess.run(["arm-none-eabi-nm", "-u", *objects], capture_output=True, text=True, check=True).stdout
    wanted = set(re.findall(r"U (\w+)", listing))
    assert not {name for name in wanted if name.startswith(("mem", "str", "__aeabi"))}, wanted


def test_the_harness_grows_no_model_section(tmp_path: Path) -> None:
    """Everything in .text, .rodata, .data and .bss comes from the model's objects and the runtime."""
    image = image_for(small_network(), "cortex-m4", "gcc", tmp_path)
    elf = ElfImage.read(image.path)
    text = elf.sections[".text"]
    inside = {name for at, _, name in elf.functions if text.address <= at < text.address + text.size_bytes}
    assert inside == {"small_reset", "small_run", "memset"}


def test_stack_used_to_its_end_is_an_error() -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    greedy = SOURCE.replace(
        "    TRACE(0);", "    volatile int32_t room[250]; room[0] = 1; room[249] = room[0];\n    TRACE(0);", 1
    )
    board = load_boards().board("cortex-m4")
    build = Build(board, find_toolchain(board.core, "gcc"), stack_bytes=1024)
    with pytest.raises(RunError, match="the stack of 1024 bytes"):
        measure(
            small_network(greedy),
            build,
            find_machine(board, "qemu"),
            make_golden(small_network(), evaluate, 1),
            target="x",
        )


def test_sanitizers_find_what_the_compiler_does_not() -> None:
    beyond = SOURCE.replace("input[t + k]", "input[t + k + (t == 59)]", 1)
    with pytest.raises(RunError, match=r"AddressSanitizer|runtime error"):
        on_host(small_network(beyond), "gcc", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def test_a_model_that_does_not_compile_is_a_sentence() -> None:
    with pytest.raises(ToolError, match=r"compiling 'small\.c' failed: .*error"):
        on_host(small_network(SOURCE + "int broken("), "gcc", "-O2")


def test_a_model_too_big_for_the_board_says_by_how_much(tmp_path: Path) -> None:
    big = SOURCE.replace(
        "static const int8_t weights", "static volatile int8_t much[9000000];\nstatic const int8_t weights"
    ).replace("    TRACE(0);", "    much[input[0] & 127] = 1;\n    TRACE(0);", 1)
    for toolchain in COMPILER:
        with pytest.raises(ToolError, match=r"needs \d+ bytes more RAM than the board has"):
            image_for(small_network(big), "cortex-m4", toolchain, tmp_path / toolchain)


def test_another_firmware_than_the_one_built_is_refused(tmp_path: Path) -> None:
    from edgeunet.run.measure import run_session

    need("qemu-system-arm")
    image = image_for(small_network(), "cortex-m4", "gcc", tmp_path)
    with pytest.raises(RunError, match="flash it again"):
        run_session(
            find_machine(load_boards().board("cortex-m4"), "qemu"), image, small_network(), "0123456789ab", (90,), 60.0
        )


def test_a_layer_table_that_disagrees_is_refused() -> None:
    compiled = small_network()
    with pytest.raises(RunError, match="traced 2 layers and the model has 1"):
        measured(replace(compiled, layers=compiled.layers[:1]), "cortex-m4", "gcc", "qemu")


def test_host_and_device_make_the_same_test_input(tmp_path: Path) -> None:
    need("gcc")
    program = tmp_path / "inputs.c"
    program.write_text(
        '#include "measure.h"\n#include <stdio.h>\nint main(void) { static int8_t x[999];\n'
        "for (uint32_t i = 0; i < 4; ++i) {\n"
        "measure_input(x, 600, i, 0); measure_input(x + 600, 399, i, 600); fwrite(x, 1, sizeof x, stdout); }\n"
        "return 0; }\n"
    )
    (tmp_path / "board_row.h").write_text('#define BOARD_NAME "host"\n#define BOARD_CLOCK_HZ 1u\n')
    sources = [
        template_directory() / "src" / f"{name}.c"
        for name in ("measure", "report", "board_host", "uart_stdio", "counter_clock", "trigger")
    ]
    includes = [f"-I{tmp_path}", f"-I{template_directory() / 'src'}"]
    subprocess.run(["gcc", "-std=c99", *includes, program, *sources, "-o", tmp_path / "inputs"], check=True)
    made = subprocess.run([tmp_path / "inputs"], capture_output=True, check=True).stdout
    assert made == b"".join(golden_input(999, index).tobytes() for index in range(4))


def test_flags_that_make_no_program_are_a_sentence() -> None:
    with pytest.raises(ToolError, match="made no program; check the compiler flags"):
        on_host(small_network(), "gcc", "--help")


WEIGHTS_IN_RAM = [
    pytest.param("cortex-m0plus", "gcc", "unicorn"),
    pytest.param("cortex-m4", "gcc", "qemu"),
    pytest.param(RISCV, "gcc", "qemu"),
    pytest.param("cortex-m4", "zig", "unicorn", marks=pytest.mark.nightly),
]


@pytest.mark.parametrize(("core", "toolchain", "emulator"), WEIGHTS_IN_RAM)
def test_weights_in_ram_are_read_from_there_and_paid_for(
    core: str, toolchain: str, emulator: str, tmp_path: Path
) -> None:
    """The same answers and instructions; ``.rodata`` lies in the RAM, is still stored in flash, and counts in both.

    At -O0, for zig makes immediates of so few weights.
    """
    found = {}
    for weights in ("flash", "ram"):
        image = image_for(small_network(), core, toolchain, tmp_path / weights, weights=weights, flags=("-O0",))
        lines = hear(machine_for(core, emulator), image.path, 60.0)
        outputs = b"".join(line.data("bytes") for line in lines if line.kind == "output")
        counts = [line.number("count") for line in lines if line.kind == "run"]
        footprint = image.footprint()
        assert footprint is not None
        address = ElfImage.read(image.path).sections[".rodata"].address
        board = load_boards().board(core)
        region = board.ram if weights == "ram" else board.flash
        assert region.origin <= address < region.end
        found[weights] = (outputs, counts, footprint)
    (outputs, counts, stays), (again, same, copied) = found["flash"], found["ram"]
    assert again == outputs == evaluate(make_golden(small_network(), evaluate, 1).inputs[0])
    assert same == counts
    assert copied.rodata_bytes == stays.rodata_bytes > 0
    assert copied.ram_bytes - stays.ram_bytes == stays.rodata_bytes
    assert copied.flash_bytes == stays.flash_bytes


def test_cmake_puts_weights_into_ram_too(tmp_path: Path) -> None:
    need("cmake", "arm-none-eabi-gcc", "qemu-system-arm")
    write_project(small_network(), load_boards().board("cortex-m4"), tmp_path / "app", weights="ram")
    plan = plan_flash(tmp_path / "app", None, "gcc")
    assert plan.uses_cmake
    lines = flash(plan)
    assert [line.number("run") for line in lines if line.kind == "run"] == [0]
    assert ElfImage.read(plan.image).sections[".rodata"].address >= 0x20000000


def test_the_trigger_is_high_while_the_model_computes_and_not_before(tmp_path: Path) -> None:
    """The emulated board's trigger writes brackets to its UART: a pair before each run's line, and no other."""
    need("arm-none-eabi-gcc", "qemu-system-arm")
    board = load_boards().board("cortex-m4")
    pin = {"TRIGGER_ON": "{0x40004000u, 0x5Bu}", "TRIGGER_OFF": "{0x40004000u, 0x5Du}"}
    board = replace(board, defines={**board.defines, **pin})
    build = Build(board, find_toolchain(board.core, "gcc"), runs=3)
    said: list[str] = []
    lines = hear(
        find_machine(board, "qemu"),
        build_image(build, write_project(small_network(), board, tmp_path)).path,
        60.0,
        said.append,
    )
    assert [text[:5] for text in said if "[" in text or "]" in text] == ["[]#ru"] * 3
    loops = [line for line in lines if line.kind == "calibration"]
    assert all(line.number("count") == line.number("expected") for line in loops)
