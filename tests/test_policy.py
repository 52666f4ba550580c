"""``docs/POLICY.md`` says what there is: every kind of document, tests that exist, commands and figures that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edgeunet.cli import COMMANDS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "POLICY.md").read_text(encoding="utf-8")
TRACE = re.findall(r"^\| (R\d+) \|(.*?)\|(.*?)\|(.*?)\|$", PAGE, re.MULTILINE)


def test_every_kind_of_document_is_named() -> None:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "edgeunet").rglob("*.py"))
    written = {name for text in sources for name in re.findall(r'"(edgeunet\.[a-z]+/\d+)"', text)}
    assert written == set(re.findall(r"^\| `(edgeunet\.[a-z]+/\d+)` \|", PAGE, re.MULTILINE))


def test_requirements_are_numbered_in_order() -> None:
    assert [name for name, *_ in TRACE] == [f"R{number}" for number in range(1, len(TRACE) + 1)]
    assert len(TRACE) > 10


@pytest.mark.parametrize(("name", "requirement", "tests", "figure"), TRACE, ids=[row[0] for row in TRACE])
def test_what_holds_a_requirement_exists(name: str, requirement: str, tests: str, figure: str) -> None:
    named = re.findall(r"`(tests/[a-z0-9_/]+(?:\.py)?)`", tests)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
    for command in re.findall(r"`edgeunet ([a-z-]+)", figure):
        assert command in COMMANDS
