"""docs/SPEC.md names every key with its default, and its examples load."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from edgeunet.spec import BlockSpec, UNetSpec, load_spec

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TEXT = (Path(__file__).parents[2] / "docs" / "SPEC.md").read_text(encoding="utf-8")
INHERITED = {"upsample", "skip_mode", "residual", "conv_bias"}


def rows(heading: str) -> dict[str, list[str]]:
    """The rows of the table under ``heading``, by key."""
    section = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in section.splitlines() if "| `" in line]
    return {key: row for row in cells for key in re.findall(r"`(\w+)`", row[0])}


@pytest.mark.parametrize(("heading", "kind"), [("The network", UNetSpec), ("A block", BlockSpec)])
def test_every_key_has_a_row_and_no_row_is_stale(heading: str, kind: type) -> None:
    assert set(rows(heading)) == {field.name for field in fields(kind)}


@pytest.mark.parametrize(("heading", "kind"), [("The network", UNetSpec), ("A block", BlockSpec)])
def test_defaults_are_the_real_ones(heading: str, kind: type) -> None:
    for field in fields(kind):
        if field.default is MISSING:
            assert "required" in rows(heading)[field.name]
        elif isinstance(field.default, bool | int | float | str):
            shown = json.dumps(field.default) if field.default != 0.0 else "0"
            assert rows(heading)[field.name][2].strip("`") == shown, field.name


def test_examples_load() -> None:
    toml = re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    wrapped = re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert toml is not None
    assert wrapped is not None
    assert load_spec(tomllib.loads(toml[1])).name == "mine"
    assert load_spec(json.loads(wrapped[1])).name == "unet"
