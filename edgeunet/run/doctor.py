"""What is here, what it enables, and how to get the rest."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from edgeunet.run import flash
from edgeunet.run.machines import callgrind, qemu, toolchains, unicorn_machine
from edgeunet.run.machines.boards import HOST


@dataclass(frozen=True)
class Finding:
    """One tool.

    Attributes
    ----------
    version : what it says it is, ``None`` when it is not there.
    enables : what edgeunet does with it.
    install : how to get it.
    """

    name: str
    version: str | None
    enables: str
    install: str


def _package(name: str) -> Callable[[], str | None]:
    def probe() -> str | None:
        try:
            return version(name)
        except PackageNotFoundError:
            return None

    return probe


def _program(*command: str) -> Callable[[], str | None]:
    return lambda: toolchains.first_line(command) if shutil.which(command[0]) else None


def _toolchain(row: toolchains.ToolchainRow) -> Callable[[], str | None]:
    def probe() -> str | None:
        found = toolchains.probe(row)
        return found.version if found else None

    return probe


_COMPILERS = {
    ("cortex_m", "gcc"): ("arm-none-eabi-gcc", "--target cortex-m3 to cortex-m55: --toolchain gcc, preferred"),
    ("cortex_m", "zig"): ("zig", "--target cortex-m3 to cortex-m55 with nothing but pip, rv32imc: --toolchain zig"),
    ("riscv", "gcc"): ("riscv64-unknown-elf-gcc", "--target rv32imc: --toolchain gcc, preferred"),
    (HOST, "gcc"): ("gcc", "--target host, --sanitize"),
    (HOST, "clang"): ("clang", "--target host --toolchain clang"),
}
_OTHERS: tuple[tuple[str, Callable[[], str | None], str, str], ...] = (
    ("qemu-system-arm", _program("qemu-system-arm", "--version"),
     "every Cortex-M, the M55 included: --emulator qemu, preferred", qemu.SYSTEMS["cortex_m"].install),
    ("qemu-system-riscv32", _program("qemu-system-riscv32", "--version"), "--target rv32imc",
     qemu.SYSTEMS["riscv"].install),
    ("unicorn", unicorn_machine.unicorn_version, "Cortex-M3, M4, M7, M33 with nothing but pip: --emulator unicorn",
     unicorn_machine.INSTALL),
    ("cmake", _program("cmake", "--version"), "building firmware projects as their users do", "apt-get install cmake"),
    ("valgrind", _program("valgrind", "--version"), "instruction counts of the host build", callgrind.INSTALL),
    ("openocd", _program("openocd", "--version"), "flashing ST boards", flash.INSTALL["openocd"]),
    ("pyocd", _program("pyocd", "--version"), "flashing Nordic and other boards", flash.INSTALL["pyocd"]),
    ("pyserial", _package("pyserial"), "bench and flash on a real board: --port", "pip install 'edgeunet[board]'"),
    ("tflite-micro", _package("tflite-micro"), "bench --peer tflm", "pip install 'edgeunet[peer]'"),
    ("ai-edge-litert", _package("ai-edge-litert"), "evaluate and compare .tflite models without TensorFlow",
     "pip install 'edgeunet[litert]'"),
    ("tensorflow", _package("tensorflow"), "build, train, quantize", "pip install 'edgeunet[train]'"),
    ("keras", _package("keras"), "build, train, quantize", "pip install 'edgeunet[train]'"),
    ("wfdb", _package("wfdb"), "training and evaluation on WFDB directories", "pip install 'edgeunet[train]'"),
    ("matplotlib", _package("matplotlib"), "pictures: evaluate --plot", "pip install 'edgeunet[train]'"),
)  # fmt: skip


def examine() -> tuple[Finding, ...]:
    """Return every tool edgeunet knows of, there or not."""
    compilers = [
        Finding(_COMPILERS[key][0], _toolchain(row)(), _COMPILERS[key][1], row.install)
        for row in toolchains.TABLE
        if (key := (row.architecture, row.name)) in _COMPILERS
    ]
    return (*compilers, *(Finding(name, probe(), enables, install) for name, probe, enables, install in _OTHERS))


def possible_targets(findings: tuple[Finding, ...]) -> dict[str, bool]:
    """Return, for each kind of target, whether ``bench`` can run it here."""
    here = {finding.name for finding in findings if finding.version is not None}
    compiler = bool(here & {"arm-none-eabi-gcc", "zig"})
    any_emulator = bool(here & {"qemu-system-arm", "unicorn"})
    targets = {"host": bool(here & {"gcc", "clang", "zig"})}
    targets |= dict.fromkeys(("cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33"), compiler and any_emulator)
    riscv = bool(here & {"riscv64-unknown-elf-gcc", "zig"}) and "qemu-system-riscv32" in here
    return targets | {"cortex-m55": compiler and "qemu-system-arm" in here, "rv32imc": riscv}


def document(findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Return the JSON object of ``doctor --json``."""
    return {
        "schema": "edgeunet.doctor/1",
        "targets": possible_targets(findings),
        "tools": [asdict(finding) for finding in findings],
    }


def table(findings: tuple[Finding, ...]) -> str:
    """Return the same for reading."""
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        mark, what = ("✓", finding.version) if finding.version is not None else ("–", f"missing: {finding.install}")
        lines += [f"{mark} {finding.name:<{width}}  {what}", f"  {'':<{width}}  for {finding.enables}"]
    possible = possible_targets(findings)
    lines += [
        "",
        "bench --target: " + ", ".join(f"{name}{'' if can else ' (not here)'}" for name, can in possible.items()),
    ]
    return "\n".join(lines)
