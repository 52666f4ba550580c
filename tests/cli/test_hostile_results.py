"""No text of a result, a budget or a file name becomes HTML, Markdown, or a command of the terminal."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import edgeunet.report
from edgeunet.escaping.written import HIDDEN
from tests.report.documents import bench, build, energy, evaluate, quantize, stream, timed, write_all
from tests.rigs.hostile import (
    MARK,
    TEXTS,
    Key,
    all_pairs,
    each_with_a_text,
    file_name,
    text_places,
    told,
    with_text,
)

LAYERS = [
    {"name": "enc1", "op": "CONV_2D", "macs": 1000, "instructions": 3_000_000, "share": 0.75},
    {"name": "pool", "op": "MAX_POOL_2D", "macs": 0, "instructions": 1_000_000, "share": 0.25},
]
SCORES: dict[str, Any] = {
    **evaluate(),
    "boundaries": {"QRS": evaluate()["boundaries"]["QRS"]},
    "data": {"source": "wfdb", "directory": "ludb"},
}
DOCUMENTS: dict[str, Any] = {
    "build": build(),
    "evaluate": SCORES,
    "quantize": {**quantize(), "validation": {"float": {**SCORES, "format": "keras"}, "worst_drop_points": 2.0}},
    "bench": {**bench(), "layers": LAYERS, "emulator": "qemu", "emulator_version": "QEMU 7.2", "kernels": "dsp"},
    "stream": stream(16),
    "board": timed(weights_in="flash", **energy(500.0)),
    "other board": timed(weights_in="ram", cycles=9, **energy(400.0, "ldo")),
}
BUDGET = {
    "budget": [{"model": "ecg-tiny", "format": "int8", "target": "cortex-m4", "max": {"instructions": 4_000_000}}],
    "baseline": {"file": "baseline.json", "allow": {"instructions": "1 %", "boundaries.*.f1": 0.005}},
}
PLACES = list(text_places(DOCUMENTS))
BUDGET_PLACES = list(text_places(BUDGET))


PAGES = Path(edgeunet.report.__file__).parent / "pages"
TEMPLATES = "".join(path.read_text(encoding="utf-8") for path in PAGES.iterdir())
TAGS = set(re.findall(r"<([a-z][a-z0-9]*)", TEMPLATES))
ATTRIBUTES = set(re.findall(r' ([A-Za-z0-9-]+)="', TEMPLATES)) | {"open"}


BLOCKS = {"heading", "paragraph", "bullet_list", "list_item", "table", "thead", "tbody", "tr", "th", "td"}


class Judge(HTMLParser):
    """Refuses elements, attributes and values that the report's own templates have not."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        for name, value in attrs:
            assert name in {attribute.lower() for attribute in ATTRIBUTES}
            assert name == "aria-label" or MARK not in (value or "")

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def write(directory: Path, place: Any, text: str) -> Path:
    """The documents with ``text`` at ``place``; a document that is to be called so is left out."""
    documents = with_text(DOCUMENTS, place, text)
    return write_all(directory, **{name: documents[name] for name in DOCUMENTS if name in documents})


def toml(value: Any) -> str:
    """A value of TOML; strings as JSON has them are strings of TOML too."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value).replace("\x7f", "\\u007f")


def check_page(text: str) -> None:
    """Raise where a page of HTML holds more than its templates."""
    assert not HIDDEN.search(text.replace("\n", ""))
    judge = Judge()
    judge.feed(text)
    judge.close()


def check_markdown(text: str) -> None:
    """Raise where Markdown holds more than a reader of the template expects."""
    assert not HIDDEN.search(text.replace("\n", ""))
    judge = pytest.importorskip("markdown_it").MarkdownIt("gfm-like", {"linkify": False})
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in _tokens(judge.parse(text))}
    assert kinds <= BLOCKS | {"inline", "text", "text_special", "strong", "softbreak", "code_inline"}, kinds
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert not any(MARK in line for line in headings)
    for block in text.split("\n\n"):
        if block.startswith("|"):
            assert len({len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in block.splitlines()}) == 1, block[:500]


def _tokens(tokens: list[Any]) -> Iterator[Any]:
    for token in tokens:
        yield token
        yield from _tokens(token.children or [])


def check(directory: Path, pairs: list[tuple[Any, str]]) -> None:
    accepted = 0
    for number, (place, text) in enumerate(pairs):
        here = directory / str(number)
        said = told("report", write(here / "in", place, text), "-o", here / "out", "--no-plot")
        assert said.code in (0, 2)
        if said.code == 0:
            check_page((here / "out" / "report.html").read_text(encoding="utf-8"))
            check_markdown((here / "out" / "report.md").read_text(encoding="utf-8"))
            assert json.loads((here / "out" / "report.json").read_text(encoding="utf-8"))["rows"]
            accepted += 1
    assert accepted > len(pairs) // 4


def test_every_kind_of_text_is_among_the_places() -> None:
    assert ("bench", "layers", 0, "name") in PLACES
    assert ("evaluate", "boundaries", Key("QRS")) in PLACES
    assert ("evaluate", "data", "directory") in PLACES
    assert ("budget", 0, "max", Key("instructions")) in BUDGET_PLACES


def test_a_text_of_a_result_stays_text(tmp_path: Path) -> None:
    check(tmp_path, each_with_a_text(PLACES))


def test_a_model_of_any_name_stays_a_name(tmp_path: Path) -> None:
    check(tmp_path, [(("bench", "model"), text) for text in TEXTS])


@pytest.mark.nightly
def test_any_text_at_any_place_stays_text(tmp_path: Path) -> None:
    check(tmp_path, all_pairs(PLACES))


def test_a_file_of_any_name_stays_a_name(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    names = [os.fsdecode(file_name(text).encode("utf-8", "replace") + b"\xff.json") for text in TEXTS]
    for name in names:
        (tmp_path / "in" / name).write_text(json.dumps(build()))
    said = told("report", tmp_path / "in", "-o", tmp_path / "out", "--no-plot")
    assert said.code == 0, said.err
    check_page((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    check_markdown((tmp_path / "out" / "report.md").read_text(encoding="utf-8"))
    seen = [name for name in names if not name.startswith(".")]  # others are hidden files, which no folder is read for
    assert len(seen) >= len(TEXTS) - 1
    assert len(json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["sources"]) == len(seen)


def check_budgets(directory: Path, pairs: list[tuple[Any, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    results = write_all(directory / "in", **DOCUMENTS)
    for number, (place, text) in enumerate(pairs):
        here = directory / str(number)
        here.mkdir()
        monkeypatch.chdir(here)
        tables = with_text(BUDGET, place, text).items()
        content = "\n".join(f"{json.dumps(key)} = {toml(value)}" for key, value in tables)
        (here / "edgeunet.toml").write_bytes(content.encode())
        for more in (("--update-baseline",), ("--json",), ()):
            assert told("check", results, *more).code in (0, 1, 2)


def test_a_text_of_a_budget_stays_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_budgets(tmp_path, each_with_a_text(BUDGET_PLACES), monkeypatch)


@pytest.mark.nightly
def test_any_text_at_any_place_of_a_budget_stays_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_budgets(tmp_path, all_pairs(BUDGET_PLACES), monkeypatch)


def test_the_picture_is_drawn_whatever_models_are_called(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    documents = {f"m{number}": evaluate(model=text or "x") for number, text in enumerate(TEXTS[::-3])}
    assert told("report", write_all(tmp_path / "in", **documents), "-o", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "report.png").read_bytes().startswith(b"\x89PNG")
