"""Energy from cycles: arithmetic by hand, and published energies predicted from the other models' figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import edgeunet
from edgeunet.errors import RunError
from edgeunet.power.estimate import Supply, estimate_energy
from edgeunet.power.modes import FIGURES, Mode, find_mode, load_modes

MODELS = ("kws", "vww", "ic", "ad")
JUDGED = ("nucleo-l4r5zi", "nucleo-u575zi-q", "nucleo-u385rg-q")


def mode(regulator: str = "smps") -> Mode:
    """100 MHz, 100 pJ per cycle at 2 V, 5 uA asleep."""
    return Mode("b", "m", "100 MHz", 100_000_000, 2.0, regulator, {"x": 90.0, "y": 110.0}, 5.0, "s", "2025", "t")


def test_energy_is_cycles_times_picojoules() -> None:
    energy = estimate_energy(2_000_000, mode())
    assert energy.microjoules == pytest.approx(200.0)
    assert energy.average_ua is None
    assert energy.battery_days is None
    assert any("sample rate" in text for text in energy.assumptions)


def test_average_current_and_days_by_hand() -> None:
    """200 uJ ten times a second are 2 mW, 1000 uA at 2 V; a fifth of the time is computing, the rest is 5 uA."""
    energy = estimate_energy(2_000_000, mode(), calls_per_second=10.0, supply=Supply(capacity_mah=241.0))
    assert energy.duty == pytest.approx(0.2)
    assert energy.average_ua == pytest.approx(1000.0 + 4.0)
    assert energy.battery_days == pytest.approx(241_000 / 1004.0 / 24)


def test_a_core_that_sleeps_draws_its_sleep_current() -> None:
    energy = estimate_energy(0, mode(), calls_per_second=1.0, supply=Supply(capacity_mah=120.0))
    assert energy.average_ua == pytest.approx(5.0)
    assert energy.battery_days == pytest.approx(1000.0)


@pytest.mark.parametrize(("regulator", "microjoules", "microamperes"), [("smps", 100.0, 25.0), ("ldo", 200.0, 50.0)])
def test_another_voltage_keeps_power_or_current(regulator: str, microjoules: float, microamperes: float) -> None:
    """A linear regulator draws at 4 V the current that it draws at 2 V, a switching one half of it."""
    energy = estimate_energy(1_000_000, mode(regulator), calls_per_second=1.0, supply=Supply(voltage_v=4.0))
    assert energy.microjoules == pytest.approx(microjoules)
    assert energy.average_ua == pytest.approx(microamperes + 5.0 * 0.99)
    assert any("4 V" in text for text in energy.assumptions)


def test_a_core_too_slow_for_the_signal_has_no_average() -> None:
    energy = estimate_energy(2_000_000, mode(), calls_per_second=100.0, supply=Supply(capacity_mah=100.0))
    assert energy.duty == pytest.approx(2.0)
    assert energy.average_ua is None
    assert energy.battery_days is None
    assert any("2.00 times as fast" in text for text in energy.assumptions)


@pytest.mark.parametrize(
    ("supply", "said"),
    [
        (Supply(voltage_v=12.0), "--voltage 12 is no supply"),
        (Supply(voltage_v=float("nan")), "--voltage nan is no supply"),
        (Supply(capacity_mah=0.0), "--capacity-mah above 0"),
        (Supply(capacity_mah=float("nan")), "--capacity-mah above 0"),
    ],
)
def test_impossible_supplies_are_refused(supply: Supply, said: str) -> None:
    with pytest.raises(RunError, match=said):
        estimate_energy(1, mode(), supply=supply)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("board", JUDGED)
def test_published_energies_follow_from_the_other_models(board: str, model: str) -> None:
    """Leave one model out: within 20 % of what was published, with room for cycles that are 7 % off.

    The cycles are the published ones (clock / inferences per second), so this judges the energy per cycle alone.
    """
    rows = json.loads(FIGURES.read_text())["boards"][board]
    published, per_second = rows[0]["measured"][model]
    found = find_mode(board)
    predicted = found.clock_hz / per_second * found.without(model) / 1e6
    assert predicted == pytest.approx(published, rel=0.12)
    assert found.error_percent is not None
    assert abs(100 * (predicted / published - 1)) <= found.error_percent + 1e-9


def test_picojoules_per_cycle_are_microjoules_per_published_cycle() -> None:
    """275, 143 and 53 pJ: microjoules x inferences per second / clock for keyword spotting."""
    found = [find_mode(board).by_model["kws"] for board in JUDGED]
    assert found == pytest.approx([274.6, 143.2, 52.9], abs=0.05)


def test_every_figure_has_a_source_and_a_date() -> None:
    for modes in load_modes().values():
        for each in modes:
            assert each.source
            assert each.date
            assert each.sleep_source
            assert 1.0 < each.pj_per_cycle < 2000.0
            assert 0.0 < each.sleep_ua < 100.0


def test_a_mode_by_name() -> None:
    assert find_mode("nucleo-l4r5zi", "ldo").supply_v == 1.8
    assert find_mode("nucleo-l4r5zi").name == "smps"
    with pytest.raises(RunError, match="in the mode 'boost'; choose one of: smps, ldo"):
        find_mode("nucleo-l4r5zi", "boost")


def test_a_board_of_unknown_energy_lists_the_known_ones() -> None:
    with pytest.raises(RunError, match=r"no energy per cycle is known for 'rp2040'.*nucleo-u575zi-q"):
        find_mode("rp2040")


def test_one_figure_has_no_error_of_its_own() -> None:
    assert find_mode("nrf52840dk").error_percent is None


def test_the_document_has_the_keys_of_the_interface() -> None:
    energy = estimate_energy(1_000_000, find_mode("nucleo-u575zi-q"), calls_per_second=1.0, supply=Supply(100.0, 3.0))
    document = energy.document()
    assert document["microjoules"] == pytest.approx(energy.microjoules, abs=1e-4)
    schema = json.loads((Path(edgeunet.__file__).parent / "run" / "bench.schema.json").read_text())
    assert set(document["energy"]) == set(schema["$defs"]["energy"]["required"])
    assert set(document["energy"]) == set(schema["$defs"]["energy"]["properties"])
    assert json.loads(json.dumps(document)) == document


def test_the_page_shows_the_figures_that_ship() -> None:
    page = (Path(__file__).parents[2] / "docs" / "ENERGY.md").read_text(encoding="utf-8")
    for modes in load_modes().values():
        for each in modes:
            (row,) = [line for line in page.splitlines() if line.startswith(f"| `{each.board}` | `{each.name}`")]
            miss = "unknown" if each.error_percent is None else f"{each.error_percent:.1f} %"
            assert f" | {each.pj_per_cycle:.0f} | " in row
            assert row.endswith(f"| {miss} |")
