"""What a check found, a row per figure, in every form; its history."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from edgeunet.errors import ReportError
from edgeunet.report import (
    Checked,
    append,
    check,
    collect,
    lines,
    load_budget,
    read_history,
    to_html,
    update_baseline,
)
from edgeunet.report.verdict.forms import FILES, PAGES
from edgeunet.report.verdict.rows import verdicts
from tests.report.documents import bench, build, evaluate, write_all
from tests.rigs.hostile import TEXTS

BUDGET = """
[[budget]]
model = "ecg-tiny"
format = "int8"
target = "cortex-m4"
max = { instructions = 4_100_000, ram_bytes = 9000, flash_bytes = 19000 }
[baseline]
file = "baseline.json"
[baseline.allow]
instructions = "1 %"
flash_bytes = 0
"boundaries.*.f1" = 0.005
"""
SUBJECT = "ecg-tiny (int8, cortex-m4)"


def checked(directory: Path, budget: str = BUDGET, **documents: object) -> Checked:
    path = directory / "edgeunet.toml"
    path.write_text(budget, encoding="utf-8")
    results = collect([write_all(directory / "results", **documents)])  # type: ignore[arg-type]
    return Checked(results, load_budget(path), tuple(check(results, load_budget(path), needs_baseline=False)))


def with_baseline(directory: Path, **documents: object) -> Checked:
    """Checked against the documents as they are before ``documents`` replace some."""
    first = {"a": build(), "b": evaluate(), "d": bench()}
    before = checked(directory, **first)
    update_baseline(before.results, before.budget)
    return checked(directory, **{**first, **documents})


def test_a_figure_has_one_row_with_its_limit_and_its_baseline(tmp_path: Path) -> None:
    rows = {row.figure: row for row in with_baseline(tmp_path, d=bench(instructions=4_050_000)).verdicts}
    row = rows["instructions"]
    assert (row.state, row.baseline, row.change(), row.is_better) == ("BROKEN", 4_000_000, "+50,000 (+1.2 %)", False)
    assert row.limit is not None
    assert row.limit.bound == 4_100_000
    assert row.sentence() == (
        f"{SUBJECT}: instructions 4,050,000 is over 4,040,000 (baseline 4,000,000) by 10,000 (0.2 %), "
        "≤ 4,100,000 (limit)"
    )
    assert (rows["ram_bytes"].baseline, rows["ram_bytes"].change()) == (None, "")
    assert (
        rows["flash_bytes"].sentence() == f"{SUBJECT}: flash_bytes 18,000 ≤ 19,000 (limit), ≤ 18,000 (baseline 18,000)"
    )


def test_better_is_said_by_the_kind_of_figure(tmp_path: Path) -> None:
    found = with_baseline(tmp_path, b=evaluate(0.99), d=bench(instructions=3_900_000)).verdicts
    better = {row.figure: (row.is_better, row.change()) for row in found if row.is_better is not None}
    assert better["instructions"] == (True, "-100,000 (-2.5 %)")
    assert better["boundaries.P.onset.f1"] == (True, "+1.00 points")


def test_lines_count_figures_not_bounds(tmp_path: Path) -> None:
    found = with_baseline(tmp_path)
    assert len(found.comparisons) > len(found.verdicts)
    assert lines(found.comparisons)[-1] == f"{len(found.verdicts)} of {len(found.verdicts)} held"


def test_a_misspelt_figure_is_asked_about(tmp_path: Path) -> None:
    budget = (
        '[[budget]]\nmodel = "ecg-tiny"\nformat = "int8"\ntarget = "cortex-m4"\nmax.flash_byte = 1\nmax.wall_ns = 2\n'
    )
    misspelt, other = checked(tmp_path, budget, d=bench()).comparisons
    assert misspelt.sentence() == f"{SUBJECT}: no result has 'flash_byte'; did you mean 'flash_bytes'?"
    assert "did you mean" not in other.sentence()


def test_markdown_shows_what_broke_first_and_costs_with_their_change(tmp_path: Path) -> None:
    text = with_baseline(tmp_path, b=evaluate(0.97), d=bench(instructions=4_050_000)).page("markdown").text
    title, _, summary, *_ = text.splitlines()
    assert (title, summary) == ("## edgeunet: the budget is broken", "2 of 9 held.")
    worse, folded = text.split("<details>")
    assert "| **✗** | ecg-tiny (int8, cortex-m4) | instructions | 4,050,000 | ≤ 4,100,000 | 4,000,000 |" in worse
    assert "| ecg-tiny (int8, cortex-m4) | 96.25 % (-1.00) | 18,000 | 9,000 |" in worse
    assert "| ✓ | ecg-tiny (int8, cortex-m4) | flash_bytes |" in folded
    assert "✗" not in folded


def test_markdown_of_a_budget_that_holds_has_nothing_to_unfold_before_the_costs(tmp_path: Path) -> None:
    text = with_baseline(tmp_path).page("markdown").text
    assert text.startswith("## edgeunet: the budget holds\n\n9 of 9 held.\n\n### Accuracy against cost\n")


def test_junit_has_a_case_per_figure(tmp_path: Path) -> None:
    budget = BUDGET + '\n[[budget]]\nmodel = "ecg-tiny"\nmax.model_bytes = 1\n'
    root = ET.fromstring(checked(tmp_path, budget, d=bench(instructions=5_000_000)).page("junit").text)
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "1", "1")
    cases = {case.get("name"): case[0] for case in suite}
    assert [cases[name].tag for name in ("instructions", "ram_bytes", "model_bytes")] == [
        "failure",
        "system-out",
        "error",
    ]
    assert "is over 4,100,000" in (cases["instructions"].get("message") or "")


def test_annotations_stand_at_the_budget(tmp_path: Path) -> None:
    (broken,) = checked(tmp_path, d=bench(instructions=5_000_000)).annotations()
    assert broken.text.startswith(
        f"::error file={(tmp_path / 'edgeunet.toml').as_posix()},title=ecg-tiny (int8%2C cortex-m4)"
    )
    assert "5%2C000%2C000 is over" in broken.text
    (held,) = checked(tmp_path, d=bench()).annotations()
    assert held.text == "::notice title=edgeunet::the budget holds%3A 3 of 3 held"


def test_formats_of_services_hold_every_figure_once(tmp_path: Path) -> None:
    found = with_baseline(tmp_path)
    document = json.loads(found.page("bencher").text)
    assert document[SUBJECT]["instructions"] == {"value": 4_000_000}
    smaller, bigger = (
        json.loads(found.page(form).text) for form in ("github-action-benchmark", "github-action-benchmark-bigger")
    )
    assert {entry["unit"] for entry in bigger} == {"share"}
    assert {"name": f"{SUBJECT}: flash_bytes", "unit": "bytes", "value": 18000} in smaller
    assert len(smaller) + len(bigger) == len(found.verdicts) == sum(map(len, document.values()))


def test_files_are_the_pages(tmp_path: Path) -> None:
    found = checked(tmp_path, d=bench())
    written = found.write(tmp_path / "out")
    assert {path.name: path.read_text(encoding="utf-8") for path in written} == {
        name: found.page(form).text for name, form in FILES.items()
    }


@pytest.mark.parametrize("form", [*PAGES, "annotations"])
def test_a_model_or_target_of_any_name_stays_a_name(tmp_path: Path, form: str) -> None:
    accepted = 0
    for number, text in enumerate(TEXTS):
        (tmp_path / str(number)).mkdir()
        names = (json.dumps(text), json.dumps(text[::-1]))
        budget = f"[[budget]]\nmodel = {names[0]}\ntarget = {names[1]}\nmax.{names[0]} = 1\n"
        document = {**bench(target=text[::-1], model=text, instructions=7), text: 3}
        try:
            found = checked(tmp_path / str(number), budget, d=document)
        except (ReportError, UnicodeEncodeError):
            continue
        accepted += 1
        if form == "annotations":
            line = r"::error file=[^:,\n]*,title=[^:,\n]*::[^:\n]*"
            assert all(re.fullmatch(line, annotation.text) for annotation in found.annotations())
        else:
            check_page(form, found.page(form).text)
    assert accepted > len(TEXTS) // 2


def check_page(form: str, page: str) -> None:
    """Raise where the page is more than its template says."""
    if form == "junit":
        assert len(ET.fromstring(page)[0]) == 1
    elif form == "markdown":
        tokens = pytest.importorskip("markdown_it").MarkdownIt("gfm-like", {"linkify": False}).parse(page)
        html = [token.content.strip() for token in tokens if token.type == "html_block"]
        assert html in ([], ["<details><summary>1 held</summary>", "</details>"])
        assert sum(token.type == "heading_open" for token in tokens) in (1, 2)
    else:
        assert json.loads(page) is not None


def test_history_grows_by_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    path = tmp_path / "history.jsonl"
    rows = verdicts(checked(tmp_path, d=bench()).comparisons)
    assert append(rows, path, "one").date == "2023-11-14T22:13:20Z"
    append(verdicts(checked(tmp_path, d=bench(instructions=1)).comparisons), path, "two")
    append(verdicts(checked(tmp_path, d=bench(instructions=2)).comparisons), path, "two")
    first, second = read_history(path)
    assert (first.commit, second.commit) == ("one", "two")
    (subject,) = second.figures
    assert (str(subject), second.figures[subject]["instructions"]) == (SUBJECT, 2)
    assert path.read_text().count("\n") == 2


@pytest.mark.parametrize(
    "line", ["[]", "{", '{"schema": "edgeunet.history/2"}', '{"schema": "edgeunet.history/1"}', "9" * 5000]
)
def test_what_is_no_history_is_not_overwritten(tmp_path: Path, line: str) -> None:
    (tmp_path / "history.jsonl").write_text(line)
    with pytest.raises(ReportError, match=r"line 1 of .*is no entry of a history"):
        append(checked(tmp_path, d=bench()).verdicts, tmp_path / "history.jsonl", "one")
    assert (tmp_path / "history.jsonl").read_text() == line


def test_a_commit_that_nobody_names_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_SHA", "CI_COMMIT_SHA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "none"))
    with pytest.raises(ReportError, match="name one with --commit"):
        append(checked(tmp_path, d=bench()).verdicts, tmp_path / "history.jsonl")


def test_a_report_draws_the_figures_over_commits(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    counts = [4_000_000, 4_010_000, 3_600_000]
    for number, count in enumerate(counts):
        found = with_baseline(tmp_path, d=bench(instructions=count))
        append(found.verdicts, path, f"{number}abcdef0123")
    page = to_html(found.results, read_history(path))
    section = page.split("<h2>Over commits</h2>")[1].split("</section>")[0]
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", section)
    assert captions[0] == "instructions"
    assert {"flash_bytes", "boundaries.P.onset.f1"} <= set(captions)
    first = section.split("</figure>")[0]
    tips = [f"{SUBJECT}: instructions {count:,} at {n}abcdef" for n, count in enumerate(counts)]
    assert [tip in first for tip in tips] == [True] * 3
    heights = [float(y) for y in re.findall(r"[\d.]+,([\d.]+)", re.findall(r'points="([^"]*)"', first)[0])]
    assert heights[1] < heights[0] < heights[2], "more instructions lie higher"
    assert "Over commits" not in to_html(found.results, read_history(path)[:1])
    assert "Over commits" not in to_html(found.results)
