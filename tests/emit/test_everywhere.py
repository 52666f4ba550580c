"""One folder for every core: each compiler takes the kernels that suit it, and those are the flavour's own program."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from edgeunet.emit import compile_model
from edgeunet.emit.compile import options_of
from edgeunet.emit.everywhere import Everywhere, compile_everywhere
from edgeunet.graph import Graph, read_tflite
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.schedule.choice import Choice
from tests.networks.random_networks import random_network
from tests.networks.random_unets import random_unet
from tests.rigs.host_batch import STRICT
from tests.rigs.tools import need

THUMB = ("arm-none-eabi-gcc", "-mthumb", "-ffreestanding")
CORES = {
    "dsp": [
        ("-mcpu=cortex-m4",),
        ("-mcpu=cortex-m7",),
        ("-mcpu=cortex-m33",),
        ("-mcpu=cortex-m55", "-mfloat-abi=soft"),  # gcc lets nobody use the vector registers then
    ],
    "mve": [("-mcpu=cortex-m55", "-mfloat-abi=hard"), ("-mcpu=cortex-m55+nomve.fp", "-mfloat-abi=softfp")],
    "portable": [
        ("-mcpu=cortex-m0plus",),
        ("-mcpu=cortex-m3",),
        ("-mcpu=cortex-m4", "-DNET_PORTABLE"),
        ("-mcpu=cortex-m55", "-mfloat-abi=hard", "-DNET_PORTABLE"),
        ("-mcpu=cortex-m33+nodsp",),
        ("-mcpu=cortex-m4", "-mbig-endian"),
        ("-mcpu=cortex-r5",),
    ],
}
"""By flavour, what compilers are told that shall take it."""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return read_tflite(random_unet(1))


def everywhere(graph: Graph, choice: Choice) -> Everywhere:
    return compile_everywhere(graph, "net", dict.fromkeys(FLAVOURS, choice), None, "edgeunet export-c")


@pytest.fixture(scope="module", params=[Choice("window"), Choice("stream")], ids=lambda choice: choice.mode)
def made(graph: Graph, request: pytest.FixtureRequest) -> tuple[Choice, Everywhere]:
    return request.param, everywhere(graph, request.param)


@pytest.fixture(scope="module")
def window(graph: Graph) -> Everywhere:
    return everywhere(graph, Choice("window"))


def test_it_is_written_for_every_flavour(made: tuple[Choice, Everywhere]) -> None:
    _, found = made
    names = {f"net_{flavour}{ending}" for flavour in FLAVOURS for ending in (".h", ".c", "_weights.h")}
    assert set(found.compiled.sources.files) == {"net.h", "net_selftest.c", "net.cmake", *names}
    assert set(found.compiled.c_sources) == {f"net_{flavour}.c" for flavour in FLAVOURS}
    assert found.compiled.state_bytes == max(each.state_bytes for each in found.each.values())
    assert not found.left_out


def bare(text: str) -> list[str]:
    """The lines of a program or header without banners, guards and digests."""
    lines = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL).splitlines()
    told = ("#ifdef NET_", "#endif", "#ifndef NET_", "#define NET_DIGEST", "#if NET_DIGEST", "#include", "#define NET")
    return [line for line in lines if line.strip() and not (line.startswith(told) and "BYTES" not in line)]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_each_is_what_the_flavour_alone_gives(made: tuple[Choice, Everywhere], graph: Graph, flavour: str) -> None:
    choice, found = made
    alone = compile_model(graph, "net", kernels=flavour, mode=choice.mode).sources.files
    files = found.compiled.sources.files
    for ending in (".h", ".c", "_weights.h"):
        assert bare(files[f"net_{flavour}{ending}"]) == bare(alone[f"net{ending}"])
    assert bare(files["net_selftest.c"]) == bare(alone["net_selftest.c"])


def compiled(directory: Path, found: Everywhere, command: tuple[str, ...]) -> dict[str, bool]:
    """By flavour, whether its file holds the network when compiled by ``command`` with strict warnings."""
    found.compiled.sources.write(directory)
    holds = {}
    for flavour in FLAVOURS:
        target = directory / f"{flavour}.o"
        source = directory / f"net_{flavour}.c"
        subprocess.run([*command, *STRICT, "-Wundef", "-O1", "-c", source, "-o", target], check=True)
        symbols = subprocess.run(["nm", target], capture_output=True, text=True).stdout
        holds[flavour] = "T net_run" in symbols
    return holds


@pytest.mark.parametrize(("flavour", "options"), [(f, options) for f, each in CORES.items() for options in each])
def test_a_compiler_takes_what_suits_its_core(
    tmp_path: Path, window: Everywhere, flavour: str, options: tuple[str, ...]
) -> None:
    need("arm-none-eabi-gcc")
    assert compiled(tmp_path, window, (*THUMB, *options)) == {each: each == flavour for each in FLAVOURS}


def test_the_host_takes_plain_c_and_it_is_right(tmp_path: Path, made: tuple[Choice, Everywhere]) -> None:
    _, found = made
    assert compiled(tmp_path, found, ("cc",)) == {"portable": True, "dsp": False, "mve": False}
    main = tmp_path / "main.c"
    main.write_text(
        '#include "net.h"\nstatic net_state_t s;\nstatic int8_t out[NET_OUTPUT_BYTES];\n'
        "int main(void) { return (int)net_selftest(&s, out); }\n"
    )
    sources = [*(tmp_path / name for name in found.compiled.c_sources), tmp_path / "net_selftest.c", main]
    subprocess.run(["cc", *STRICT, *sources, "-o", tmp_path / "t"], check=True)
    assert subprocess.run([tmp_path / "t"]).returncode == 0


def test_files_of_two_runs_are_told_apart(tmp_path: Path, made: tuple[Choice, Everywhere]) -> None:
    choice, found = made
    found.compiled.sources.write(tmp_path)
    other = everywhere(read_tflite(random_network(4, layout="1xT")), Choice("window"))
    (tmp_path / "net_portable_weights.h").write_text(other.compiled.sources.files["net_portable_weights.h"])
    done = subprocess.run(["cc", "-c", tmp_path / "net_portable.c", "-o", tmp_path / "o"], capture_output=True)
    assert done.returncode != 0
    assert b"come from different runs of edgeunet export-c" in done.stderr
    assert choice.mode in options_of(choice)


def test_what_no_flavour_but_the_portable_has_is_one_program(graph: Graph) -> None:
    found = compile_everywhere(graph, "net", {"portable": Choice("window")}, None, "edgeunet export-c --kernels auto")
    assert set(found.each) == {"portable"}
    assert "net.c" in found.compiled.sources.files
    assert "edgeunet export-c --kernels auto" in found.compiled.sources.files["net.h"]
