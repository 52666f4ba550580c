"""Missing and failing tools: one sentence each, with the cure; and images that are none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from edgeunet.errors import RunError, ToolError
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.run import doctor
from edgeunet.run.machines import machine, qemu, toolchains, unicorn_machine
from edgeunet.run.machines.boards import load_boards
from edgeunet.run.machines.elf import ElfImage
from edgeunet.run.machines.process import listen_to_process
from edgeunet.run.machines.protocol import Listener
from edgeunet.run.machines.toolchains import run_tool

TABLE = load_boards()


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with Python alone."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(toolchains, "find_spec", lambda _: None)
    monkeypatch.setattr(unicorn_machine, "find_spec", lambda _: None)
    for cached in (toolchains.probe, qemu.program_version, unicorn_machine.unicorn_version):
        cached.cache_clear()


@pytest.fixture(autouse=True)
def _forget() -> object:
    yield
    for cached in (toolchains.probe, qemu.program_version, unicorn_machine.unicorn_version):
        cached.cache_clear()


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("core", "name", "cure"),
    [
        ("cortex-m4", None, "apt-get install gcc-arm-none-eabi"),
        ("cortex-m4", "gcc", "gcc-arm-none-eabi"),
        ("cortex-m4", "zig", "edgeunet\\[emulate\\]"),
        ("rv32imc", None, "apt-get install gcc-riscv64-unknown-elf"),
        ("rv32imc", "zig", "edgeunet\\[emulate\\]"),
    ],
)
def test_a_missing_cross_compiler_says_how_to_get_one(core: str, name: str | None, cure: str) -> None:
    with pytest.raises(ToolError, match=f"for {core} is not installed; .*{cure}"):
        toolchains.find_toolchain(TABLE.cores[core], name)


@pytest.mark.usefixtures("bare")
def test_a_missing_host_compiler_says_how_to_get_one() -> None:
    with pytest.raises(ToolError, match="a C compiler for the host is not installed; apt-get install gcc"):
        toolchains.find_toolchain(None)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("core", "emulator", "cure"),
    [
        ("cortex-m4", None, "edgeunet\\[emulate\\]"),
        ("cortex-m4", "qemu", "apt-get install qemu-system-arm"),
        ("cortex-m55", None, "by QEMU only; apt-get install qemu-system-arm"),
        ("rv32imc", None, "by QEMU only; apt-get install qemu-system-misc"),
        ("rv32imc", "qemu", "'qemu-system-riscv32' is not installed; apt-get install qemu-system-misc$"),
        ("rv32imc", "unicorn", "by QEMU only; apt-get install qemu-system-misc"),
    ],
)
def test_a_missing_emulator_says_how_to_get_one(core: str, emulator: str | None, cure: str) -> None:
    with pytest.raises(ToolError, match=cure):
        machine.find_machine(TABLE.board(core), emulator)


@pytest.mark.usefixtures("bare")
def test_doctor_on_a_bare_machine_lists_cures() -> None:
    findings = doctor.examine()
    missing = {finding.name for finding in findings if finding.version is None}
    assert {"arm-none-eabi-gcc", "zig", "qemu-system-arm", "unicorn", "gcc", "cmake"} <= missing
    assert {"riscv64-unknown-elf-gcc", "qemu-system-riscv32"} <= missing
    assert not any(doctor.possible_targets(findings).values())
    assert "missing: apt-get install qemu-system-arm" in "\n".join(doctor.table(findings))


def test_doctor_knows_every_core_of_the_table_and_every_flavour() -> None:
    findings = doctor.examine()
    assert list(doctor.possible_targets(findings)) == ["host", *TABLE.cores]
    for core in TABLE.cores:
        assert any(core in finding.enables for finding in findings), core
    assert all(flavour.title in "\n".join(doctor.table(findings)) for flavour in FLAVOURS.values())
    assert list(doctor.document(findings)["kernels"]) == list(FLAVOURS)


@pytest.mark.parametrize(
    ("here", "possible"),
    [
        (("arm-none-eabi-gcc", "unicorn"), {"cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33"}),
        (
            ("arm-none-eabi-gcc", "qemu-system-arm"),
            {"cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55", "cortex-m85"},
        ),
        (("zig", "qemu-system-riscv32"), {"host", "rv32imc"}),
        (("qemu-system-arm", "unicorn"), set()),
        (("clang",), {"host"}),
    ],
)
def test_a_target_needs_a_compiler_and_an_emulator(here: tuple[str, ...], possible: set[str]) -> None:
    findings = tuple(doctor.Finding(name, "1", "", "") for name in here)
    assert {name for name, can in doctor.possible_targets(findings).items() if can} == possible


def test_a_compiler_that_cannot_compile_for_the_target_is_refused() -> None:
    with pytest.raises(ToolError, match="--toolchain clang cannot compile for cortex-m4; choose one of: gcc, zig"):
        toolchains.find_toolchain(TABLE.cores["cortex-m4"], "clang")


def test_a_real_board_is_not_emulated() -> None:
    with pytest.raises(RunError, match="nucleo-f446re is a real board"):
        machine.find_machine(TABLE.board("nucleo-f446re"))


def test_every_finding_says_what_for_and_how() -> None:
    for finding in doctor.examine():
        assert finding.enables
        assert finding.install


def test_a_program_that_dies_says_how() -> None:
    code = "import os, sys; print('hi', flush=True); sys.stderr.write('fatal: out of luck\\n'); sys.exit(3)"
    with pytest.raises(RunError, match=r"ended with status 3 before .*fatal: out of luck"):
        listen_to_process([sys.executable, "-c", code], Listener(), 30.0, ends_itself=True)


def test_a_program_that_is_killed_says_so() -> None:
    with pytest.raises(RunError, match="killed by signal 11"):
        listen_to_process(
            [sys.executable, "-c", "import os; os.kill(os.getpid(), 11)"], Listener(), 30.0, ends_itself=True
        )


def test_a_program_that_hangs_is_stopped() -> None:
    with pytest.raises(RunError, match=r"after 0\.5 s"):
        listen_to_process([sys.executable, "-c", "import time; time.sleep(60)"], Listener(), 0.5, ends_itself=True)


def test_a_tool_that_cannot_start_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot start '/no/such/gcc'"):
        run_tool(["/no/such/gcc"], tmp_path, "compiling")


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"\x7fELF\x02\x01" + b"\0" * 90, b"MZ" * 80])
def test_what_is_no_image_is_a_sentence(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.elf").write_bytes(data)
    with pytest.raises(RunError, match="not a 32-bit little-endian ELF image"):
        ElfImage.read(tmp_path / "x.elf")


def test_a_missing_image_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="build it first"):
        ElfImage.read(tmp_path / "x.elf")
