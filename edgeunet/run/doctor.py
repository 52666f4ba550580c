"""What is here, what it enables, and how to get the rest."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.run import flash
from edgeunet.run.machines import callgrind, qemu, toolchains, unicorn_machine
from edgeunet.run.machines.boards import HOST, Core, load_boards
from edgeunet.timing import decoding


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


def _cores(architecture: str) -> str:
    """The cores of an architecture, as ``--target`` takes them."""
    return ", ".join(core.name for core in load_boards().cores.values() if core.architecture == architecture)


def _compilers() -> Iterator[Finding]:
    """One finding per compiler program, whatever it compiles for."""
    for program in dict.fromkeys(row.program for row in toolchains.TABLE):
        rows = [row for row in toolchains.TABLE if row.program == program]
        found = toolchains.probe(rows[0])
        purposes = [_purpose(row) for row in rows]
        yield Finding(program, found.version if found else None, "; ".join(purposes), rows[0].install)


def _purpose(row: toolchains.ToolchainRow) -> str:
    if row.architecture == HOST:
        return f"--target host: --toolchain {row.name}" + (", --sanitize" if row.name == "gcc" else "")
    preferred = row is next(other for other in toolchains.TABLE if other.architecture == row.architecture)
    return f"--target {_cores(row.architecture)}: --toolchain {row.name}" + (", preferred" if preferred else "")


def _emulators() -> Iterator[Finding]:
    for architecture, system in qemu.SYSTEMS.items():
        enables = f"--target {_cores(architecture)}: --emulator qemu, preferred"
        yield Finding(system.program, qemu.program_version(system.program), enables, system.install)
    modelled = ", ".join(core.name for core in load_boards().cores.values() if core.unicorn_model)
    enables = f"--target {modelled} with nothing but pip: --emulator unicorn"
    yield Finding("unicorn", unicorn_machine.unicorn_version(), enables, unicorn_machine.INSTALL)


_OTHERS: tuple[tuple[str, Callable[[], str | None], str, str], ...] = (
    ("capstone", decoding.capstone_version, "bench: estimates of cycles", decoding.INSTALL),
    ("llvm-mca-19", _program("llvm-mca-19", "--version"), "tests of the models of cycles", "apt-get install llvm-19"),
    ("cmake", _program("cmake", "--version"), "building firmware projects as their users do", "apt-get install cmake"),
    ("valgrind", _program("valgrind", "--version"), "instruction counts of the host build", callgrind.INSTALL),
    ("openocd", _program("openocd", "--version"), "flashing ST boards", flash.INSTALL["openocd"]),
    ("pyocd", _program("pyocd", "--version"), "flashing Nordic and other boards", flash.INSTALL["pyocd"]),
    ("pyserial", _package("pyserial"), "bench and flash on a real board: --port", "pip install 'edgeunet[board]'"),
    ("tflite-micro", _package("tflite-micro"), "bench --peer tflm", "pip install 'edgeunet[peer]'"),
    ("ai-edge-litert", _package("ai-edge-litert"), "evaluate and compare .tflite models without TensorFlow",
     "pip install 'edgeunet[litert]'"),
    ("ai-edge-quantizer", _package("ai-edge-quantizer"), "quantize float .tflite files, without TensorFlow",
     "pip install 'edgeunet[quantizer]'"),
    ("tensorflow", _package("tensorflow"), "build, train, quantize", "pip install 'edgeunet[train]'"),
    ("keras", _package("keras"), "build, train, quantize", "pip install 'edgeunet[train]'"),
    ("wfdb", _package("wfdb"), "training and evaluation on WFDB directories", "pip install 'edgeunet[train]'"),
    ("matplotlib", _package("matplotlib"), "pictures: evaluate --plot", "pip install 'edgeunet[train]'"),
)  # fmt: skip


def examine() -> tuple[Finding, ...]:
    """Return every tool edgeunet knows of, there or not."""
    others = (Finding(name, probe(), enables, install) for name, probe, enables, install in _OTHERS)
    return (*_compilers(), *_emulators(), *others)


def possible_targets(findings: tuple[Finding, ...]) -> dict[str, bool]:
    """Return, for the host and each core, whether ``bench`` can run it here."""
    here = {finding.name for finding in findings if finding.version is not None}

    def compiles(architecture: str) -> bool:
        return any(row.program in here for row in toolchains.TABLE if row.architecture == architecture)

    def runs(core: Core) -> bool:
        return qemu.SYSTEMS[core.architecture].program in here or (core.unicorn_model is not None and "unicorn" in here)

    cores = load_boards().cores.values()
    return {HOST: compiles(HOST)} | {core.name: compiles(core.architecture) and runs(core) for core in cores}


def document(findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Return the JSON object of ``doctor --json``."""
    return {
        "schema": "edgeunet.doctor/1",
        "targets": possible_targets(findings),
        "kernels": {name: flavour.title for name, flavour in FLAVOURS.items()},
        "tools": [asdict(finding) for finding in findings],
    }


def table(findings: tuple[Finding, ...]) -> list[str]:
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
        "--kernels: " + "; ".join(f"{name}: {flavour.title}" for name, flavour in FLAVOURS.items()),
    ]
    return lines
