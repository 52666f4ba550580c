"""The examples compile without a warning, run, and print the events that the reference finds; in C and as C++."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.rigs.packages import KINDS, VERSION, Kind, package_files, package_tool, printed, write
from tests.rigs.tools import need

STRICT = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wdouble-promotion", "-Wundef", "-Werror", "-pedantic")
ARDUINO = """#pragma once
#include <cstdint>
#include <cstdio>
struct Port {
    explicit operator bool() const { return true; }
    void begin(long) {}
    void print(const char *text) { std::fputs(text, stdout); }
    void print(unsigned long value) { std::printf("%lu", value); }
    void println(const char *text) { std::puts(text); }
    void println(unsigned long value) { std::printf("%lu\\n", value); }
};
static Port Serial;
inline unsigned long millis() { return 0; }
void setup();
void loop();
int main() { setup(); loop(); }
"""
"""As much of Arduino's core as the sketch uses."""


def run(*command: object, cwd: Path) -> str:
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def put(directory: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text, encoding="utf-8")
    return directory


def check_output(kind: Kind, output: str) -> None:
    """Raise unless it is the version, then the events."""
    first, *lines = output.splitlines()
    assert first == f"ecg {VERSION}"
    assert len(lines) > 3
    if kind.has_pipeline:
        assert lines == printed(kind)
    else:
        starts = [int(line.split()[2]) for line in lines]
        assert starts == sorted(set(starts))


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_example_prints_the_events_in_c_and_as_a_sketch(tmp_path: Path, kind: Kind) -> None:
    need("gcc")
    tree = put(tmp_path / "pio", package_files("platformio", kind))
    sources = sorted((tree / "src").glob("*.c"))
    run("gcc", "-std=c99", *STRICT, "-O1", "-Isrc", "-c", *sources, "examples/events/src/main.c", cwd=tree)
    run("gcc", *tree.glob("*.o"), "-o", "example", cwd=tree)
    output = run(tree / "example", cwd=tree)
    check_output(kind, output)

    sketch = put(tmp_path / "ino", package_files("arduino", kind))
    (sketch / "Arduino.h").write_text(ARDUINO)
    (tree / "main.o").unlink()
    line = ("g++", "-std=c++11", *STRICT, "-Wno-unused-variable", "-I.", "-Isrc", "-include", "Arduino.h")
    run(*line, "-x", "c++", "examples/events/events.ino", "-x", "none", *tree.glob("*.o"), "-o", "sketch", cwd=sketch)
    assert run(sketch / "sketch", cwd=sketch) == output


CORES = [
    pytest.param(("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb"), id="m4"),
    pytest.param(("arm-none-eabi-gcc", "-mcpu=cortex-m33", "-mthumb"), id="m33", marks=pytest.mark.nightly),
    pytest.param(("riscv64-unknown-elf-gcc", "-march=rv32imc", "-mabi=ilp32"), id="rv32", marks=pytest.mark.nightly),
]
ZEPHYR = (
    "-std=c99", "-Os", "-ffreestanding", "-fno-common", "-fno-strict-aliasing", "-Wall", "-Wextra", "-Wformat",
    "-Wformat-security", "-Wno-format-zero-length", "-Wdouble-promotion", "-Wpointer-arith", "-Wexpansion-to-defined",
    "-Wvla", "-Werror=implicit-int", "-Werror", "-fno-asynchronous-unwind-tables", "-ftls-model=local-exec",
    "-fno-reorder-functions", "-fno-defer-pop",
)  # fmt: skip
"""The options of Zephyr's compiler rows (cmake/compiler/gcc), those of W=1 with warnings as errors among them."""

STRING = """#pragma once
#include <stddef.h>
void *memcpy(void *, const void *, size_t);
void *memmove(void *, const void *, size_t);
void *memset(void *, int, size_t);
int memcmp(const void *, const void *, size_t);
"""
"""What the generated C takes of a C library; Debian's compilers for RISC-V and Xtensa come without one."""


def bare_tree(directory: Path, ecosystem: str) -> Path:
    """A package, and ``<string.h>`` in ``libc``."""
    return put(directory, {**package_files(ecosystem, Kind()), "libc/string.h": STRING})


@pytest.mark.parametrize("compiler", CORES)
def test_zephyrs_warnings_find_nothing(tmp_path: Path, compiler: tuple[str, ...]) -> None:
    need(compiler[0])
    tree = bare_tree(tmp_path, "zephyr")
    run(*compiler, *ZEPHYR, "-isystem", "libc", "-c", *sorted((tree / "src").glob("*.c")), cwd=tree)
    symbols = run(compiler[0].replace("-gcc", "-nm"), *tree.glob("*.o"), cwd=tree)
    assert " T ecg_pipeline_push\n" in symbols
    assert symbols.count(" T ecg_run\n") == 1  # one flavour alone


ESP = (
    "-std=gnu99",
    "-ffreestanding",
    "-Os",
    "-ffunction-sections",
    "-fdata-sections",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wwrite-strings",
)


def test_the_component_compiles_for_the_cores_of_esp_chips(tmp_path: Path) -> None:
    """For the C3 with the compiler of any rv32imc; for Xtensa the syntax, with the compiler of an older chip."""
    need("riscv64-unknown-elf-gcc")
    tree = bare_tree(tmp_path, "esp-idf")
    sources = sorted((tree / "src").glob("*.c"))
    run("riscv64-unknown-elf-gcc", "-march=rv32imc", "-mabi=ilp32", *ESP, "-isystem", "libc", "-c", *sources, cwd=tree)
    assert (tree / "ecg_pipeline.o").is_file()


@pytest.mark.nightly
def test_the_component_is_c_for_xtensa(tmp_path: Path) -> None:
    package_tool("xtensa-lx106-elf-gcc")
    tree = bare_tree(tmp_path, "esp-idf")
    sources = sorted((tree / "src").glob("*.c"))
    run("xtensa-lx106-elf-gcc", *ESP, "-isystem", "libc", "-fsyntax-only", *sources, cwd=tree)
    (tree / "broken.c").write_text('#include "src/ecg.h"\nint x = ;\n')
    with pytest.raises(AssertionError, match="expected expression"):
        run("xtensa-lx106-elf-gcc", "-ffreestanding", "-fsyntax-only", "broken.c", cwd=tree)


def test_c_of_another_export_does_not_compile(tmp_path: Path) -> None:
    """Each file against the header, and the build files against the C."""
    need("gcc")
    other = Kind(seed=1)
    write(tmp_path / "a", "platformio", Kind())
    write(tmp_path / "b", "platformio", other)
    ours, theirs = tmp_path / "a" / "src", tmp_path / "b" / "src"
    digest = next(
        word for word in (tmp_path / "b" / "library.json").read_text().split('"') if word.startswith("-DECG_PACKAGE")
    )
    for path in ("ecg_portable.c", "ecg_pipeline.c", "ecg_version.c", "ecg_selftest.c"):
        mixed = tmp_path / path.removesuffix(".c")
        put(mixed, {each.name: each.read_text() for each in ours.iterdir()})
        (mixed / path).write_text((theirs / path).read_text())
        with pytest.raises(AssertionError, match="come from different runs of edgeunet export-c"):
            run("gcc", "-fsyntax-only", path, cwd=mixed)
    run("gcc", "-fsyntax-only", digest, "ecg_version.c", cwd=theirs)
    with pytest.raises(AssertionError, match="the build files and the C of ecg come from different runs"):
        run("gcc", "-fsyntax-only", digest, "ecg_version.c", cwd=ours)
