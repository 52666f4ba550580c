"""Results, budget and baseline: what ``report`` and ``check`` read."""

from __future__ import annotations

import json
import math
from pathlib import Path
from xml.etree import ElementTree

from edgeunet.errors import BudgetExceededError, ReportError
from edgeunet.report import FORMS, check, check_document, collect, lines, load_budget, require
from tests.fuzz import bundle
from tests.fuzz.contract import Target, fault_of
from tests.fuzz.mutation.files import of_files
from tests.fuzz.mutation.text import mutate_text
from tests.fuzz.mutation.values import mutate_json

BUDGET = "edgeunet.toml"


def read(data: bytes, folder: Path) -> None:
    """Collect, report in every form, and hold the figures to the budget."""
    files = bundle.write(data, folder)
    results = collect([folder / name for name in files if name.endswith(".json") and not name.startswith("baseline")])
    for figures in results.figures.values():
        assert all(math.isfinite(value) for value in figures.values())
    reports = {form: write(results, ()) for form, write in FORMS.items()}
    json.loads(str(reports["json"]), parse_constant=_refuse)
    page = str(reports["html"])
    assert "\0" not in page
    for picture in page.split("<svg")[1:]:
        ElementTree.fromstring("<svg" + picture.partition("</svg>")[0] + "</svg>")
    if BUDGET not in files:
        return
    comparisons = check(results, load_budget(folder / BUDGET))
    json.dumps(check_document(comparisons), allow_nan=False)
    assert len(lines(comparisons)) == len({(c.subject, c.figure) for c in comparisons}) + 1
    for comparison in comparisons:
        assert not fault_of(comparison.sentence())
    require(comparisons)


def _refuse(constant: str) -> None:
    raise AssertionError(f"a report holds {constant}")


TARGET = Target(
    name="results",
    about="results of build, quantize, evaluate and bench, budgets, baselines",
    read=read,
    mutate=of_files({".json": mutate_json}, mutate_text),
    refuses=(ReportError, BudgetExceededError),
    most_bytes=1 << 15,
    calls=2_000_000,
)
