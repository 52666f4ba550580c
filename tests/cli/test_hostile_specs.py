"""No text of a spec becomes a command of the terminal, and none that is refused anything but a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edgeunet.spec import preset, spec_to_dict
from tests.rigs.hostile import TEXTS, Key, all_pairs, each_with_a_text, text_places, told, with_text


def a_spec() -> dict[str, Any]:
    document = spec_to_dict(preset("ecg-tiny"))
    document["blocks"] = document["blocks"][:1]
    return {"name": "net", **document}


PLACES = list(text_places(a_spec()))


def check(directory: Path, pairs: list[tuple[Any, str]]) -> None:
    for number, (place, text) in enumerate(pairs):
        path = directory / f"{number}.json"
        path.write_text(json.dumps(with_text(a_spec(), place, text)))
        said = told("build", path, "--no-lint", *(["--json"] if number % 3 == 0 else []))
        assert said.code in (0, 2)


def test_every_kind_of_text_is_among_the_places() -> None:
    assert ("name",) in PLACES
    assert ("classes", 0) in PLACES
    assert ("blocks", 0, Key("filters")) in PLACES


def test_a_text_of_a_spec_stays_text(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow")
    check(tmp_path, [*each_with_a_text(PLACES)[::7], (("classes", 1), TEXTS[9]), (("name",), TEXTS[9])])


@pytest.mark.nightly
def test_any_text_at_any_place_stays_text(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow")
    check(tmp_path, all_pairs(PLACES))
