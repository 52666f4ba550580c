"""What boards.json says of clocks, flash and caches: complete, with a source each, and refused where it is neither."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from edgeunet.errors import RunError
from edgeunet.run.machines.boards import load_boards, template_directory
from edgeunet.run.machines.memory_system import Cache, read_memory_system

TABLE = load_boards()
NAMED = (
    *("nucleo-l4r5zi", "nucleo-u575zi-q", "stm32f746g-disco", "nucleo-h7a3zi-q", "nucleo-g0b1re", "nucleo-f446re"),
    *("nucleo-u385rg-q", "cy8cproto-062-4343w", "nrf52840dk", "nrf5340dk", "rp2040", "rp2350", "apollo4-plus"),
    *("ek-ra8d1", "corstone-300"),
)
ROWS = json.loads((template_directory() / "boards.json").read_text())["boards"]


@pytest.mark.parametrize("name", NAMED)
def test_every_board_to_estimate_has_a_memory_system(name: str) -> None:
    timing = TABLE.board(name).timing
    assert timing is not None
    assert set(timing.sources) == {
        *("clock_hz", "supply_v", "ram_wait_states", "code_in", "data_in", "ram_cached"),
        *(f"flash.{fact}" for fact in ("fetch_bytes", "wait_states", "prefetch", "unified")),
        *("flash.instruction_cache", "flash.data_cache"),
    }


@pytest.mark.parametrize("name", NAMED)
def test_caches_are_whole_reads_of_the_flash(name: str) -> None:
    timing = TABLE.board(name).timing
    assert timing is not None
    path = timing.flash
    for cache in (path.instruction_cache, path.data_cache):
        if cache is not None:
            widest, narrowest = max(cache.line_bytes, path.fetch_bytes), min(cache.line_bytes, path.fetch_bytes)
            assert widest % narrowest == 0
    assert not (path.unified and path.data_cache)


def test_the_cache_of_the_l4_is_what_its_driver_says() -> None:
    """32 lines of 4 times 64 bits for instructions, 8 for data; 5 wait states above 100 MHz."""
    timing = TABLE.board("nucleo-l4r5zi").timing
    assert timing is not None
    assert timing.clock_hz == 120_000_000
    assert timing.flash.wait_states == 5
    assert timing.flash.instruction_cache == Cache(32, 32, 32)
    assert timing.flash.instruction_cache.size_bytes == 1024
    assert timing.flash.instruction_cache.sets == 1
    assert timing.flash.data_cache == Cache(8, 32, 8)


@pytest.mark.parametrize("name", NAMED)
def test_no_board_has_ram_that_waits(name: str) -> None:
    """The model of cycles has no waits for RAM (docs/TIME.md): a board that needs them needs a model too."""
    timing = TABLE.board(name).timing
    assert timing is not None
    assert timing.ram_wait_states == 0


def test_what_nobody_looked_up_says_so() -> None:
    timing = TABLE.board("apollo4-plus").timing
    assert timing is not None
    assert "flash.wait_states" in timing.unchecked
    assert "flash.instruction_cache" not in timing.unchecked


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("clock_hz",), [120000000, " "], r"timing\.clock_hz is no pair"),
        (("clock_hz",), 120000000, r"timing\.clock_hz is no pair"),
        (("clock_hz",), [0, "manual"], r"timing\.clock_hz: 0 is no whole number from 1 on"),
        (("supply_v",), [True, "manual"], r"timing\.supply_v: True is no voltage"),
        (("flash", "wait_states"), [-1, "manual"], r"timing\.flash\.wait_states: -1 is no whole number from 0 on"),
        (("flash", "prefetch"), [1, "manual"], r"timing\.flash\.prefetch: 1 is neither"),
        (("code_in",), ["tape", "manual"], r"timing\.code_in: 'tape' is none of flash, ram, itcm"),
        (
            ("flash", "instruction_cache"),
            [{"lines": 3, "line_bytes": 32, "ways": 2}, "manual"],
            r"3 lines of 32 bytes do not make sets of 2 ways",
        ),
        (("flash", "data_cache"), [{"lines": 4}, "manual"], r"timing\.flash\.data_cache"),
    ],
)
def test_a_fact_that_is_none_names_itself(place: tuple[str, ...], value: Any, said: str) -> None:
    row = copy.deepcopy(ROWS["nucleo-l4r5zi"]["timing"])
    target = row
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    with pytest.raises(ValueError, match=said):
        read_memory_system(row)


def test_a_missing_fact_names_the_board(tmp_path: Any) -> None:
    document = json.loads((template_directory() / "boards.json").read_text())
    del document["boards"]["rp2350"]["timing"]["flash"]["fetch_bytes"]
    (tmp_path / "boards.json").write_text(json.dumps(document))
    with pytest.raises(RunError, match=r"board 'rp2350' .*timing\.flash\.fetch_bytes"):
        load_boards(tmp_path)


def test_a_row_without_firmware_must_have_timing(tmp_path: Any) -> None:
    document = json.loads((template_directory() / "boards.json").read_text())
    del document["boards"]["rp2350"]["timing"]
    (tmp_path / "boards.json").write_text(json.dumps(document))
    with pytest.raises(RunError, match=r"board 'rp2350' .*timing"):
        load_boards(tmp_path)
