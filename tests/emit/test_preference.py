"""What ``--prefer`` leaves out, what that saves, and that it stays exact."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from edgeunet.cli import main
from edgeunet.emit.preference import Preferred, prefer, preference_lines
from edgeunet.errors import CompileError
from edgeunet.graph import Graph, read_tflite
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.kernels.kernel import kernel_texts
from edgeunet.kernels.sizes import per_shape, sizes_of
from edgeunet.schedule.choice import Choice
from tests.networks.random_unets import random_unet
from tests.rigs.tools import need

WINDOW = Choice("window")


@pytest.fixture(scope="module")
def graph() -> Graph:
    return read_tflite(random_unet(6))


@pytest.fixture(scope="module")
def made(graph: Graph) -> dict[str, Preferred]:
    return {name: prefer(graph, FLAVOURS["dsp"], WINDOW, name) for name in ("fast", "balanced", "small")}


def used(graph: Graph, found: Preferred) -> set[str]:
    return {kernel.function for kernel in WINDOW.scheduled(graph, found.flavour).kernels}


def test_less_flash_is_paid_for_in_cycles(made: dict[str, Preferred]) -> None:
    fast, balanced, small = (made[name].price for name in ("fast", "balanced", "small"))
    assert fast.flash_bytes > balanced.flash_bytes >= small.flash_bytes
    assert fast.cycles <= balanced.cycles <= small.cycles * 1.001
    assert balanced.cycles / fast.cycles - 1 <= 1.05 * (1 - balanced.flash_bytes / fast.flash_bytes) + 0.01


def test_what_is_left_out_runs_nowhere(graph: Graph, made: dict[str, Preferred]) -> None:
    assert not made["fast"].left_out
    for name in ("balanced", "small"):
        out = {each.function for each in made[name].left_out}
        assert out <= made[name].flavour.left_out
        assert out <= used(graph, made["fast"]) | made[name].flavour.left_out
        assert not used(graph, made[name]) & made[name].flavour.left_out
        assert all(each.bytes_saved > 0 for each in made[name].left_out)


def test_the_price_is_said(made: dict[str, Preferred]) -> None:
    head, *rest = preference_lines(made["small"], made["fast"].price)
    flash, cycles = r"[\d,]+ bytes of kernels and constants \(-[\d.]+ %\)", r"[\d,]+ predicted cycles per call \(.*\)"
    assert re.fullmatch(rf"--prefer small: {flash}, {cycles}(, \d+ layers not counted)?", head)
    assert len(rest) == len(made["small"].left_out)


def test_an_unknown_preference_is_a_sentence(graph: Graph) -> None:
    with pytest.raises(CompileError, match="no preference 'tiny'; use one of fast, balanced, small"):
        prefer(graph, FLAVOURS["dsp"], WINDOW, "tiny")


def test_portable_kernels_have_nothing_to_leave_out(graph: Graph) -> None:
    found = prefer(graph, FLAVOURS["portable"], WINDOW, "small")
    assert not found.left_out


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_text_has_its_bytes(flavour: str) -> None:
    """And nothing else has; `python -m benchmarks.sizes` writes them anew."""
    page, texts = sizes_of(flavour), kernel_texts(flavour).keys() | kernel_texts("portable").keys()
    rows = [row for table in FLAVOURS[flavour].tables for rows in table.values() for row in rows]
    asked = {name for row in rows if row.flavour == flavour for name in (*row.requires, row.function)}
    assert asked <= page.keys()
    assert {name.removesuffix(per_shape("")) for name in page} <= texts


@pytest.mark.slow
@pytest.mark.nightly
def test_bench_measures_what_is_preferred(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    model = tmp_path / "net.tflite"
    model.write_bytes(random_unet(6))
    measured = {}
    for name in ("fast", "small"):
        with pytest.raises(SystemExit) as ended:
            main(["bench", str(model), "--target", "cortex-m4", "--prefer", name, "--json"])
        assert not ended.value.code
        said = capsys.readouterr()
        assert ("--prefer small: " in said.err) == (name == "small")
        measured[name] = json.loads(said.out)
        assert measured[name]["exact"] is True
    saved = measured["fast"]["flash_bytes"] - measured["small"]["flash_bytes"]
    prices = {name: prefer(read_tflite(model), FLAVOURS["dsp"], WINDOW, name).price for name in measured}
    assert saved == pytest.approx(prices["fast"].flash_bytes - prices["small"].flash_bytes, rel=0.25)
    assert measured["small"]["cycles"]["count"] > measured["fast"]["cycles"]["count"]
