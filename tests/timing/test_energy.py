"""Energies from estimated cycles against published ones, from the histograms of ST's images."""

from __future__ import annotations

import json
import math

import pytest

from benchmarks.timing.energy import BEGIN, END, PAGE, Prediction, markdown, predict
from benchmarks.timing.entries import BASE
from benchmarks.timing.histogram import ENERGY_PAGE, Histogram, read_histograms
from benchmarks.timing.intel_hex import read_intel_hex
from benchmarks.timing.submission import ST
from edgeunet.errors import RunError
from edgeunet.power.modes import FIGURES
from edgeunet.timing.table import load_table

BAR_PERCENT = 20


@pytest.fixture(scope="module")
def histograms() -> tuple[Histogram, ...]:
    return read_histograms(ENERGY_PAGE)


@pytest.fixture(scope="module")
def predictions(histograms: tuple[Histogram, ...]) -> list[Prediction]:
    return predict(histograms)


def test_every_energy_follows_from_estimated_cycles_and_the_other_models(predictions: list[Prediction]) -> None:
    errors = {(p.board, p.model): abs(p.error_percent) for p in predictions}
    assert set(errors) == {(board, model) for board in ST.boards.values() for model in ST.folders}
    assert max(errors.values()) <= BAR_PERCENT, errors


def test_a_model_has_no_part_in_its_own_figure(predictions: list[Prediction]) -> None:
    """By hand from the published energies: pJ per cycle of the other three, times the cycles."""
    rows = json.loads(FIGURES.read_text())["boards"]
    for p in predictions:
        mode = rows[p.board][0]
        others = [
            1e6 * uj * rate / mode["clock_hz"] for name, (uj, rate) in mode["measured"].items() if name != p.model
        ]
        assert p.microjoules == pytest.approx(p.cycles * sum(others) / 3 / 1e6)
        assert p.published_microjoules == pytest.approx(mode["measured"][p.model][0], rel=1e-3)


def test_medians_of_the_images_are_those_of_the_energies(histograms: tuple[Histogram, ...]) -> None:
    rows = json.loads(FIGURES.read_text())["boards"]
    for h in histograms:
        assert h.inferences_per_second == pytest.approx(rows[h.board][0]["measured"][h.model][1], rel=1e-4)


def test_histograms_count_every_instruction_of_the_inference(histograms: tuple[Histogram, ...]) -> None:
    for histogram in histograms:
        assert sum(b.count * len(b.instructions) for b in histogram.blocks) == histogram.instructions


def test_cycles_of_these_images_are_within_the_band_too(predictions: list[Prediction]) -> None:
    """They were made by another code generator than those of docs/TIME.md."""
    cores = {board: ST.board(system).core.name for system, board in ST.boards.items()}
    for p in predictions:
        band = load_table(cores[p.board]).error_band_percent
        assert band is not None
        assert math.fabs(p.cycles_error_percent) <= band, p


def test_the_page_shows_today_s_predictions(predictions: list[Prediction]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.split(BEGIN)[1].split(END)[0].strip() == markdown(predictions), "make validate-time"


def _line(kind: int, address: int, data: bytes) -> bytes:
    record = bytes([len(data), address >> 8, address & 0xFF, kind]) + data
    return b":" + (record + bytes([-sum(record) & 0xFF])).hex().upper().encode()


def test_a_program_in_hexadecimal_lies_where_its_lines_say() -> None:
    lines = [_line(4, 0, (BASE >> 16).to_bytes(2, "big")), _line(0, 6, b"cd"), _line(0, 0, b"ab"), _line(1, 0, b"")]
    assert read_intel_hex(b"\r\n".join(lines)) == b"ab\xff\xff\xff\xffcd"


@pytest.mark.parametrize("damage", [b":00", b":0000000100", b"text", b":zz000001FF", b":00000009F7"])
def test_a_damaged_line_is_named(damage: bytes) -> None:
    with pytest.raises(RunError, match="line 2 of the image is no record"):
        read_intel_hex(_line(4, 0, b"\x08\x00") + b"\n" + damage)


def test_bytes_outside_of_the_flash_are_refused() -> None:
    with pytest.raises(RunError, match="line 2 of the image lies at 0x20000000"):
        read_intel_hex(_line(4, 0, b"\x20\x00") + b"\n" + _line(0, 0, b"x"))
