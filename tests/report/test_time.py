"""Time and energy where instructions are read: in reports, in budgets, and never without saying how sure they are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from edgeunet.errors import BudgetExceededError, ReportError
from edgeunet.report import check, check_document, collect, lines, load_budget, require, to_html, to_markdown
from edgeunet.report import update_baseline as store_baseline
from edgeunet.report.plot import write_plot
from edgeunet.report.results import Results
from edgeunet.report.speed import speed_of_accuracy, speed_of_streams
from edgeunet.report.table import rows
from tests.report.documents import bench, energy, evaluate, stream, timed, write_all

SURE = "estimated, ±9 % on published boards"


def results(directory: Path, **documents: dict[str, Any]) -> Results:
    return collect([write_all(directory / "results", **documents)])


def checked(directory: Path, limits: str, found: Results, *, target: str = "nucleo-l4r5zi", end: str = "") -> list[Any]:
    path = directory / "edgeunet.toml"
    head = f'[[budget]]\nmodel = "ecg-tiny"\nformat = "int8"\ntarget = "{target}"\n'
    path.write_text(f"{head}{limits}\n{end}", encoding="utf-8")
    return check(found, load_budget(path))


def column(text: str, heading: str) -> list[str]:
    """Return the cells under ``heading`` of the table of targets, in Markdown."""
    (table,) = (block for block in text.split("\n\n") if block.startswith("| model | target |"))
    head, _, *body = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return [line[head.index(heading)] for line in body]


def test_a_budget_of_time_and_energy_holds_for_the_board_it_names(tmp_path: Path) -> None:
    found = results(tmp_path, a=timed(**energy(500.0)), b=timed("nucleo-u575zi-q", cycles=9_000_000))
    held = checked(tmp_path, "max = { cycles = 2_000_000, milliseconds = 20, microjoules = 600 }", found)
    require(held)
    assert lines(held)[1] == f"ok       ecg-tiny (int8, nucleo-l4r5zi): milliseconds 15 ≤ 20 (limit); {SURE}"
    assert f"; energy estimated, ±2 % on published models, from cycles {SURE}" in lines(held)[2]
    document = check_document(held)["comparisons"]
    assert [(c["estimated"], c["error_percent"]) for c in document] == [(True, 9), (True, 9), (True, 11.0)]


def test_a_broken_budget_says_whether_that_is_within_the_error(tmp_path: Path) -> None:
    found = results(tmp_path, a=timed())
    close, far = checked(tmp_path, "max.milliseconds = 14\nmax.cycles = 1_000_000", found)
    assert close.sentence().endswith(f"is over 14 (limit) by 1 (7.1 %); {SURE}, which the bound lies within")
    assert far.sentence().endswith(f"is over 1,000,000 (limit) by 800,000 (80.0 %); {SURE}")
    with pytest.raises(BudgetExceededError, match="1 more"):
        require([close, far])


@pytest.mark.parametrize(
    ("document", "figure", "said"),
    [
        (timed("cortex-m4", clock_hz=None), "milliseconds", "cortex-m4 has no clock of its own, only cycles; name a"),
        (timed("cortex-m4"), "microjoules", r"without energy; .* edgeunet bench --target cortex-m4 --energy"),
        (bench(), "milliseconds", r"m\.json' has no cycles; measure it again with edgeunet bench --target cortex-m4"),
        ({**bench(), "cycles": None, "cycles_reason": "no table"}, "cycles", r"has no cycles \(no table\); measure"),
        (timed("cortex-m4"), "milliseconds_per_second", "figures per second need a model's card"),
        (timed("cortex-m4"), "pipeline.milliseconds", "is of the network alone; measure it again with --pipeline"),
        (timed("cortex-m7"), "milliseconds", "pass what 'edgeunet bench --target cortex-m4 --json' wrote"),
        (timed("cortex-m7"), "pipeline.microjoules", "bench --target cortex-m4 --pipeline --energy --json' wrote"),
    ],
)
def test_a_missing_measurement_is_a_fault_that_says_why(
    tmp_path: Path, document: dict[str, Any], figure: str, said: str
) -> None:
    comparisons = checked(tmp_path, f"max.{figure} = 5", results(tmp_path, m=document), target="cortex-m4")
    with pytest.raises(ReportError, match=f"no result has '{figure}.*{said}"):
        require(comparisons)


def test_cycles_of_a_version_before_estimates_are_read_as_measured(tmp_path: Path) -> None:
    old = {**bench(), "instructions": None, "cycles": 1_500_000, "layers": [{"name": "a", "macs": 9, "cycles": 7}]}
    found = results(tmp_path, a=old)
    (held,) = checked(tmp_path, "max.cycles = 1_600_000", found, target="cortex-m4")
    assert held.sentence().endswith("cycles.count 1,500,000 ≤ 1,600,000 (limit); measured")
    text = to_markdown(found)
    assert (column(text, "cycles"), column(text, "how sure")) == (["1,500,000"], ["measured"])
    assert "1 layers, 7 cycles, measured" in to_html(found)


def test_time_may_not_fall_behind_the_baseline(tmp_path: Path) -> None:
    end = '[baseline]\nfile = "baseline.json"\n[baseline.allow]\ncycles = "3 %"\nmilliseconds = 0.5\nstreams = 1\n'
    before = results(tmp_path / "a", m=timed(streams=20))
    with pytest.raises(ReportError, match="no baseline"):
        checked(tmp_path, "max.cycles = 9_000_000", before, end=end)
    store_baseline(before, load_budget(tmp_path / "edgeunet.toml"))
    require(checked(tmp_path, "max.cycles = 9_000_000", before, end=end))
    slower = results(tmp_path / "b", m=timed(cycles=1_860_000, streams=18))
    path = tmp_path / "baseline.json"
    path.write_text(path.read_text(encoding="utf-8").replace("cycles.count", "cycles"), encoding="utf-8")
    again = checked(tmp_path, "max.cycles = 9_000_000", before, end=end)
    assert not any("lies within" in c.sentence() for c in again), "the error is the baseline's too"
    worse = [c for c in checked(tmp_path, "max.cycles = 9_000_000", slower, end=end) if not c.ok]
    assert [(c.figure, c.side) for c in worse] == [("cycles.count", "max"), ("streams", "min")]


def test_a_limit_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="limits 'milliseconds' to 'fast'; give a finite number"):
        checked(tmp_path, 'max.milliseconds = "fast"', results(tmp_path, a=timed()))


def test_the_pipeline_around_a_network_has_limits_of_its_own(tmp_path: Path) -> None:
    pipeline = {
        "exact": True,
        "normalization": "causal",
        "milliseconds": 9.5,
        "cycles": {"count": 1_140_000, "estimated": True, "error_band_percent": 9},
        "stages": [{"name": "network", "share": 0.9}],
        "state_parts_bytes": {"network": 900, "buffers": 30},
    }
    found = results(tmp_path, a=timed(pipeline=pipeline))
    (held,) = checked(tmp_path, "max.pipeline.milliseconds = 12", found)
    assert held.sentence().endswith(f"pipeline.milliseconds 9.5 ≤ 12 (limit); {SURE}")


def test_the_table_of_targets_has_time_beside_instructions_and_says_how_sure(tmp_path: Path) -> None:
    unknown = timed("cortex-m55", clock_hz=None)
    unknown["cycles"]["error_band_percent"] = None
    text = to_markdown(results(tmp_path, a=timed(**energy(500.0)), b=unknown, c=bench("cortex-m0plus")))
    assert column(text, "cycles") == ["–", "1,800,000", "1,800,000"]
    assert column(text, "ms") == ["–", "–", "15"]
    assert column(text, "instructions") == ["4,000,000", "1,000,000", "1,000,000"]
    assert column(text, "µJ") == ["–", "–", "500"]
    assert column(text, "battery days") == ["–", "–", "234"]
    plain, without, board = column(text, "how sure")
    assert (plain, without) == ("–", "estimated, no board validates this core")
    assert board == f"energy estimated, ±2 % on published models, from cycles {SURE}"
    assert "where no board validates a core" in text
    assert "published boards" not in to_markdown(results(tmp_path / "old", a=bench()))


def test_tiles_and_layers_of_the_page_lead_with_time(tmp_path: Path) -> None:
    layers = [
        {"name": "enc1", "op": "CONV_2D", "macs": 1000, "instructions": 700_000, "cycles": 1_200_000},
        {"name": "pool", "op": "MAX_POOL_2D", "macs": 0, "instructions": 300_000, "cycles": 600_000},
    ]
    text = to_html(results(tmp_path, a=timed(layers=layers)))
    assert f"<b>15</b><span>ms per window, {SURE}</span>" in text
    assert f"2 layers, 1,800,000 cycles, {SURE}" in text
    cells = re.findall(r"<td[^>]*>(.*?)</td>", text[text.index("<h2>Layers") : text.index("<h2>Where")])
    assert cells[:8] == ["enc1", "CONV_2D", "1,000", "1,200,000", "66.7 %", "1,200", "10", "700,000"]
    assert cells[8:] == ["pool", "MAX_POOL_2D", "0", "600,000", "33.3 %", "–", "5", "300,000"]


def test_accuracy_is_drawn_against_time_where_most_targets_have_one(tmp_path: Path) -> None:
    boards = {"a": timed(), "b": timed("nucleo-u575zi-q")}
    both = results(tmp_path / "both", e=evaluate(), **boards)
    assert speed_of_accuracy(both, rows(both))[0].figure == "milliseconds"
    page = to_html(both)
    assert "Accuracy against time" in page
    assert ">ms per window (estimated, ±9 %)</text>" in page
    assert f"nucleo-l4r5zi): mean F1 97.25 %, 15 ms, {SURE}" in page
    cores = results(tmp_path / "cores", e=evaluate(), c=timed("cortex-m4", clock_hz=None), **boards)
    assert speed_of_accuracy(cores, rows(cores))[0].figure == "cycles.count"
    unvalidated = {"count": 9, "estimated": True, "error_band_percent": None}
    unknown = timed("cortex-m55", clock_hz=None) | {"cycles": unvalidated}
    mixed = results(tmp_path / "mixed", e=evaluate(), c=timed("cortex-m4", clock_hz=None), d=unknown)
    assert "cycles per window (estimated)</text>" in to_html(mixed)
    old = results(tmp_path / "old", e=evaluate(), c=bench(), d=bench("cortex-m7"))
    assert "Accuracy against instructions" in to_html(old)


def test_a_hop_and_a_window_are_compared_by_the_second_of_signal(tmp_path: Path) -> None:
    window, hop = (
        {"milliseconds_per_second": 12.0},
        {**stream(16, target="nucleo-l4r5zi"), "milliseconds_per_second": 18.0},
    )
    found = results(tmp_path, e=evaluate(), a=timed(**window), b={**timed(), **hop})
    assert [one.value for one in speed_of_accuracy(found, rows(found))[1]] == [12.0, 18.0]
    speed, shown = speed_of_streams(found)
    assert (speed.figure, len(shown)) == ("milliseconds_per_second", 2)
    assert "What a hop costs" in to_html(found)


def test_the_picture_has_a_plot_of_time_only_where_there_is_something_to_compare(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    one, two = tmp_path / "one.png", tmp_path / "two.png"
    assert write_plot(results(tmp_path / "1", e=evaluate(), a=timed()), one)
    assert write_plot(results(tmp_path / "2", e=evaluate(), a=timed(), b=timed("nucleo-u575zi-q")), two)
    widths = [int.from_bytes(path.read_bytes()[16:20], "big") for path in (one, two)]
    assert widths[0] < widths[1]


def test_ways_of_one_board_are_told_apart_and_the_usual_one_keeps_its_name(tmp_path: Path) -> None:
    counter = {"count": 1_700_000, "estimated": False, "error_band_percent": None, "zero_wait_count": None}
    documents = {
        "a": timed(weights_in="flash", **energy(500.0, "smps")),
        "b": timed(weights_in="ram", cycles=1_600_000, **energy(450.0, "smps")),
        "c": timed(weights_in="flash", **energy(620.0, "ldo")),
    }
    targets = {s.target for s in results(tmp_path / "estimated", **documents).figures}
    assert targets == {"nucleo-l4r5zi", "nucleo-l4r5zi weights-in-ram", "nucleo-l4r5zi ldo"}
    with_board = results(tmp_path / "measured", a=timed(), d=timed(cycles=1_700_000) | {"cycles": counter})
    assert {s.target: f["cycles.count"] for s, f in with_board.figures.items()} == {
        "nucleo-l4r5zi": 1_700_000,
        "nucleo-l4r5zi estimated": 1_800_000,
    }
    (merged,) = results(tmp_path / "merged", a=timed(), b=timed(**energy(500.0))).figures.values()
    assert merged["microjoules"] == 500.0
