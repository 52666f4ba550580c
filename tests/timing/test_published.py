"""The model against published boards, from the histograms of their images."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from benchmarks.timing.energy import predict
from benchmarks.timing.histogram import ENERGY_PAGE, PAGE, Histogram, read_histograms, write_histograms
from benchmarks.timing.submission import ST
from benchmarks.timing.table import BEGIN, END, FOR_JUDGING, Comparison, compare, markdown
from benchmarks.timing.table import PAGE as TIME_PAGE
from edgeunet.errors import RunError
from edgeunet.timing.table import load_table

OF_THE_BAR = ("nucleo-l4r5zi", "nucleo-u575zi-q", "stm32f746g-disco")


@pytest.fixture(scope="module")
def histograms() -> tuple[Histogram, ...]:
    return read_histograms()


@pytest.fixture(scope="module")
def comparisons(histograms: tuple[Histogram, ...]) -> list[Comparison]:
    return compare(histograms)


def test_every_image_is_within_ten_percent_and_the_mean_within_five(comparisons: list[Comparison]) -> None:
    errors = {(c.board, c.model): abs(c.error_percent) for c in comparisons if c.board in OF_THE_BAR}
    assert len(errors) == 12
    assert max(errors.values()) <= 10, errors
    assert sum(errors.values()) / len(errors) <= 5, errors


def test_a_cortex_m0plus_is_within_fifteen_percent(comparisons: list[Comparison]) -> None:
    errors = [abs(c.error_percent) for c in comparisons if c.board == "nucleo-g0b1re"]
    assert len(errors) == 4
    assert max(errors) <= 15


def test_the_band_of_each_table_is_what_was_found_on_boards_not_kept_for_judging(comparisons: list[Comparison]) -> None:
    found: dict[str, float] = {}
    cores = {board: ST.board(system).core.name for system, board in ST.boards.items()}
    errors = [(c.core, c.error_percent) for c in comparisons if c.board not in FOR_JUDGING]
    errors += [(cores[p.board], p.cycles_error_percent) for p in predict(read_histograms(ENERGY_PAGE))]
    for core, error in errors:
        found[core] = max(found.get(core, 0.0), abs(error))
    assert {core: load_table(core).error_band_percent for core in found} == {c: math.ceil(e) for c, e in found.items()}


@pytest.mark.parametrize("core", ["cortex-m3", "cortex-m55", "cortex-m85", "rv32imc"])
def test_a_core_that_no_board_validates_has_no_band(core: str) -> None:
    assert load_table(core).error_band_percent is None


def test_the_page_shows_today_s_errors(comparisons: list[Comparison]) -> None:
    page = TIME_PAGE.read_text(encoding="utf-8")
    assert page.split(BEGIN)[1].split(END)[0].strip() == markdown(comparisons), "make validate-time"


def test_histograms_count_every_instruction_of_the_inference(histograms: tuple[Histogram, ...]) -> None:
    for histogram in histograms:
        assert sum(b.count * len(b.instructions) for b in histogram.blocks) == histogram.instructions


def test_the_page_of_histograms_is_small_and_written_as_it_is_read(
    histograms: tuple[Histogram, ...], tmp_path: Path
) -> None:
    assert PAGE.stat().st_size < 500_000
    smallest = min(histograms, key=lambda histogram: len(histogram.blocks))
    write_histograms([smallest], tmp_path / "page.gz")
    assert read_histograms(tmp_path / "page.gz") == (smallest,)


def test_a_page_that_is_none_is_refused_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "page.gz").write_bytes(b"no gzip")
    with pytest.raises(RunError, match="make validate-time"):
        read_histograms(tmp_path / "page.gz")
