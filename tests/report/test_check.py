"""Budgets: limits, baseline, and what is said when one breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeunet.errors import BudgetExceededError, ReportError
from edgeunet.report import broken, check, collect, lines, load_budget, missing, require, update_baseline
from tests.report.documents import bench, build, evaluate, quantize, stream, write_all

LIMITS = """
[[budget]]
model = "ecg-tiny"
format = "int8"
max.model_bytes = 24000
max.parameters = 5000
min.boundaries.QRS.onset.f1 = 0.97

[[budget]]
model = "ecg-tiny"
format = "int8"
target = "cortex-m4"
max = { instructions = 4_000_000, ram_bytes = 9000 }
min.exact = true
"""
BASELINE = """
[baseline]
file = "baseline.json"

[baseline.allow]
instructions = "1 %"
"boundaries.*.f1" = 0.005
"""


def budget(directory: Path, text: str) -> Path:
    path = directory / "edgeunet.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_figures_at_their_limit_hold(tmp_path: Path) -> None:
    results = collect([write_all(tmp_path / "r", a=build(), b=evaluate(), c=quantize(), d=bench())])
    comparisons = check(results, load_budget(budget(tmp_path, LIMITS)))
    assert [c.ok for c in comparisons] == [True] * 6
    require(comparisons)
    assert lines(comparisons)[-1] == "6 of 6 held"


def test_what_broke_is_said_with_how_much(tmp_path: Path) -> None:
    documents = {"a": build(), "b": evaluate(0.96), "c": quantize(), "d": bench(instructions=4_100_000, exact=False)}
    comparisons = check(collect([write_all(tmp_path / "r", **documents)]), load_budget(budget(tmp_path, LIMITS)))
    assert [c.figure for c in broken(comparisons)] == ["boundaries.QRS.onset.f1", "instructions", "exact"]
    text = "\n".join(lines(comparisons))
    assert "ecg-tiny (int8): boundaries.QRS.onset.f1 95.40 % is under 97.00 % (limit) by 1.60 points" in text
    assert "ecg-tiny (int8, cortex-m4): instructions 4,100,000 is over 4,000,000 (limit) by 100,000 (2.5 %)" in text
    with pytest.raises(BudgetExceededError, match="2 more") as caught:
        require(comparisons)
    assert caught.value.exit_code == 1


def test_a_missing_figure_says_how_to_get_it(tmp_path: Path) -> None:
    results = collect([write_all(tmp_path / "r", a=build(), b=evaluate(), c=quantize())])
    comparisons = check(results, load_budget(budget(tmp_path, LIMITS)))
    assert len(missing(comparisons)) == 3
    with pytest.raises(
        ReportError, match=r"no result has 'instructions'; pass what 'edgeunet bench --target cortex-m4"
    ):
        require(comparisons)


def test_the_limit_of_a_stream_names_its_hop(tmp_path: Path) -> None:
    text = '[[budget]]\nmodel = "ecg-tiny"\nformat = "int8"\ntarget = "cortex-m4 hop 16"\nmax.ram_bytes = 4000\n'
    limits = load_budget(budget(tmp_path, text))
    require(check(collect([write_all(tmp_path / "both", a=bench(), b=stream(16))]), limits))
    with pytest.raises(ReportError, match="edgeunet bench --target cortex-m4 --mode stream --hop 16 --json"):
        require(check(collect([write_all(tmp_path / "window", a=bench())]), limits))


def test_a_limit_without_a_format_wants_one_answer(tmp_path: Path) -> None:
    path = budget(tmp_path, '[[budget]]\nmodel = "ecg-tiny"\nmin.samples.macro_f1 = 0.9\n')
    one = collect([write_all(tmp_path / "one", b=evaluate(0.95))])
    require(check(one, load_budget(path)))
    two = collect([write_all(tmp_path / "two", b=evaluate(0.95), k=evaluate(0.99, fmt="keras"))])
    with pytest.raises(ReportError, match="differs between the formats int8, keras"):
        check(two, load_budget(path))


def test_regressions_against_the_baseline(tmp_path: Path) -> None:
    limits = load_budget(budget(tmp_path, LIMITS + BASELINE))
    good = collect([write_all(tmp_path / "good", a=build(), b=evaluate(), c=quantize(), d=bench())])
    with pytest.raises(ReportError, match="no baseline"):
        check(good, limits)
    assert update_baseline(good, limits) == tmp_path / "baseline.json"
    require(check(good, limits))
    worse = {"b": evaluate(0.975), "d": bench(instructions=3_000_000)}
    comparisons = check(collect([write_all(tmp_path / "worse", a=build(), c=quantize(), **worse)]), limits)
    assert {c.figure.split(".")[0] for c in broken(comparisons) if c.baseline is not None} == set()
    bad = {"b": evaluate(), "d": bench(instructions=3_000_000)}
    bad["b"]["boundaries"]["P"]["onset"]["f1"] = 0.97
    comparisons = check(collect([write_all(tmp_path / "bad", a=build(), c=quantize(), **bad)]), limits)
    (only,) = [c for c in broken(comparisons) if c.baseline is not None]
    assert only.sentence() == (
        "ecg-tiny (int8): boundaries.P.onset.f1 97.00 % is under 97.50 % (baseline 98.00 %) by 0.50 points"
    )


def test_cost_over_the_baseline_breaks(tmp_path: Path) -> None:
    text = '[[budget]]\nmodel = "ecg-tiny"\n' + BASELINE
    limits = load_budget(budget(tmp_path, text))
    update_baseline(collect([write_all(tmp_path / "old", d=bench(), e=evaluate())]), limits)
    results = collect([write_all(tmp_path / "new", d=bench(instructions=4_040_001), e=evaluate())])
    (worse,) = broken(check(results, limits))
    assert worse.figure == "instructions"
    assert worse.bound == 4_040_000


def test_a_figure_of_the_baseline_that_vanished_is_missing(tmp_path: Path) -> None:
    limits = load_budget(budget(tmp_path, BASELINE))
    update_baseline(collect([write_all(tmp_path / "old", d=bench(), e=evaluate())]), limits)
    comparisons = check(collect([write_all(tmp_path / "new", e=evaluate())]), limits)
    assert [c.figure for c in missing(comparisons)] == ["instructions"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "sets no limit"),
        ("[[budget]\n", "not valid TOML"),
        ("[budget]\nmodel = 'a'\n", "double brackets"),
        ("[[budgets]]\nmodel = 'a'\n", "unknown key 'budgets'"),
        ("[[budget]]\nmodel = 'a'\nmaximum.x = 1\n", "number 1 has the unknown key 'maximum'"),
        ("[[budget]]\nmax.x = 1\n", "has no 'model'"),
        ("[[budget]]\nmodel = 3\nmax.x = 1\n", "give a name in quotes"),
        ("[[budget]]\nmodel = 'a'\nmax = 3\n", "write a table of figures"),
        ("[[budget]]\nmodel = 'a'\nmax.x = '3'\n", "limits 'x' to '3'; give a finite number"),
        ("[[budget]]\nmodel = 'a'\nmax.x = nan\n", "limits 'x' to nan; give a finite number"),
        ("[[budget]]\nmodel = 'a'\nmin.x = -inf\n", "limits 'x' to -inf; give a finite number"),
        ("[[budget]]\nmodel = 'a'\nmax.x = 0x8000000000000001\n", "to 9223372036854775809; give a finite number of 64"),
        ("[[budget]]\nmodel = 'a'\nmax.x = " + "9" * 5000 + "\n", "not valid TOML"),
        ("[[budget]]\nmodel = 'a'\nmax.x = [0x" + "f" * 5000 + "]\n", "limits 'x' to a list too large to show"),
        ("[[budget]]\nmodel = 'a'\nmax.x = " + "[" * 50_000 + "\n", "not valid TOML"),
        ("[baseline]\nallow.x = 1\n", "has no 'file'"),
        ("[baseline]\nfile = 'b.json'\n", "allows nothing"),
        ("[baseline]\nfile = 'b.json'\nallow.x = '3'\n", 'such as "1 %"'),
        ("[baseline]\nfile = 'b.json'\nallow.x = '-3 %'\n", "0 or more"),
        ("[baseline]\nfile = 'b.json'\nallow.x = 'inf %'\n", "0 or more"),
        ("[baseline]\nfile = 'b.json'\nallow.x = nan\n", "0 or more"),
        ("[baseline]\nfile = 'b.json'\nallow.x = 0xffffffffffffffffff\n", "a number of more than 64 bits"),
        ("[baseline]\nfile = 'b.json'\nallowed.x = 1\n", "unknown key 'allowed'"),
    ],
)
def test_a_wrong_budget_is_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ReportError, match=message) as caught:
        load_budget(budget(tmp_path, text))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["{", "{}", '{"schema": "edgeunet.baseline/1", "subjects": [{"model": "a"}]}'])
def test_a_damaged_baseline_is_one_sentence(tmp_path: Path, content: str) -> None:
    limits = load_budget(budget(tmp_path, BASELINE))
    (tmp_path / "baseline.json").write_text(content)
    with pytest.raises(ReportError, match="baseline"):
        check(collect([write_all(tmp_path / "r", d=bench())]), limits)


def test_a_baseline_whose_name_no_system_takes_is_not_there(tmp_path: Path) -> None:
    limits = load_budget(budget(tmp_path, BASELINE.replace("baseline.json", "b" * 3000)))
    with pytest.raises(ReportError, match="there is no baseline"):
        check(collect([write_all(tmp_path / "r", d=bench())]), limits)


@pytest.mark.parametrize("figure", ["NaN", "-Infinity", "1e999", "1" + "0" * 40, '"4000000"', "true", "null", "[1]"])
def test_a_baseline_holds_nothing_but_finite_numbers(tmp_path: Path, figure: str) -> None:
    limits = load_budget(budget(tmp_path, BASELINE))
    subject = (
        f'{{"model": "ecg-tiny", "format": "int8", "target": "cortex-m4", "figures": {{"instructions": {figure}}}}}'
    )
    (tmp_path / "baseline.json").write_text(f'{{"schema": "edgeunet.baseline/1", "subjects": [{subject}]}}')
    with pytest.raises(ReportError, match=r"baseline\.json' is no baseline \(.*is no finite number"):
        check(collect([write_all(tmp_path / "r", d=bench())]), limits)
