"""The HTML report: one file that fetches nothing, with everything the Markdown has, and plots and layers besides."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from edgeunet.report import collect, to_html, to_markdown
from tests.report.documents import bench, build, evaluate, quantize, stream, write_all

VOID = {"meta", "br", "hr"}


class Page(HTMLParser):
    """Checks that tags close in order, and keeps the cells of every table."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if "td" in self.open or "th" in self.open:
            self.tables[-1][-1][-1] += data


def layers() -> list[dict[str, Any]]:
    return [
        {"name": "enc1", "op": "CONV_2D", "macs": 1000, "instructions": 3_000_000, "share": 0.75},
        {"name": "pool", "op": "MAX_POOL_2D", "macs": 0, "instructions": 1_000_000, "share": 0.25},
    ]


def report(directory: Path, **more: dict[str, Any]) -> str:
    documents = {
        "build": build(),
        "float": evaluate(0.99, fmt="keras"),
        "int8": evaluate(0.98),
        "quantize": quantize(),
        "m4": {**bench(), "layers": layers(), "emulator_version": "QEMU 7.2", "kernels": "dsp"},
        "m7": bench("cortex-m7", exact=False),
        **more,
    }
    return to_html(collect([write_all(directory, **documents)]))


def test_nothing_is_fetched_and_nothing_runs(tmp_path: Path) -> None:
    text = report(tmp_path, s=stream(16), t=stream(64))
    assert not re.search(r"https?:|//[a-z]|<script|<link|<img|<iframe|@import|url\(|\bsrc=|\bhref=|\bon[a-z]+=", text)


def test_every_tag_is_closed_and_the_plots_are_well_formed(tmp_path: Path) -> None:
    text = report(tmp_path, s=stream(16), t=stream(64))
    Page(text)
    plots = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(plots) >= 4
    for plot in plots:
        for element in ET.fromstring(plot).iter():
            for number in re.findall(
                r"-?[\d.]+", " ".join(element.get(k, "") for k in ("x", "y", "cx", "cy", "points"))
            ):
                assert -20 <= float(number) <= 1110


def test_the_tables_are_those_of_the_markdown(tmp_path: Path) -> None:
    page = Page(report(tmp_path))
    blocks = to_markdown(collect([tmp_path])).split("\n\n")
    tables = [
        [[cell.strip("* ") for cell in row.strip("|").split("|")] for row in block.splitlines() if "---" not in row]
        for block in blocks
        if block.startswith("|")
    ]
    assert page.tables[: len(tables)] == tables


def test_layers_and_provenance_are_there(tmp_path: Path) -> None:
    page = Page(report(tmp_path))
    assert ["enc1", "CONV_2D", "1,000", "3,000,000", "75.0 %", "3,000"] in page.tables[-2]
    assert ["pool", "MAX_POOL_2D", "0", "1,000,000", "25.0 %", "–"] in page.tables[-2]
    assert ["cortex-m4", "arm-none-eabi-gcc 12.2", "QEMU 7.2", "dsp", "-O2"] in page.tables[-1]
    assert str(tmp_path / "m4.json") in page.text


def test_light_and_dark(tmp_path: Path) -> None:
    text = report(tmp_path)
    assert "color-scheme: light dark" in text
    light, dark = re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    names = [set(re.findall(r"(--[a-z0-9-]+):", palette)) for palette in (light, dark)]
    assert names[0] == names[1]
    assert names[0] == set(re.findall(r"var\((--[a-z0-9-]+)\)", text)) | {f"--c{i}" for i in range(7)}


def test_what_a_document_says_is_shown_not_obeyed(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>&\"'"
    documents = {"a": build(name), "b": evaluate(model=name), "c": {**bench(model=name), "flags": name, "layers": [
        {**layers()[0], "name": name, "op": name}]}}  # fmt: skip
    text = to_html(collect([write_all(tmp_path, **documents)]))
    assert "<script" not in text
    Page(text)
    assert name in unescape(text)


def test_an_inexact_program_stands_out(tmp_path: Path) -> None:
    only = to_html(collect([write_all(tmp_path, a=bench(exact=False))]))
    assert '<td class="bad">no</td>' in only
    assert '<b class="bad">not exact</b>' in only


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    assert report(tmp_path) == report(tmp_path)


@pytest.mark.parametrize(
    "documents",
    [
        {"a": build()},
        {"a": evaluate()},
        {"a": quantize()},
        {"a": bench()},
        {"a": stream(16)},
        {"a": {**bench("host"), "instructions": None, "wall_ns": 12, "ram_bytes": None, "flash_bytes": None}},
        {"a": {**bench(instructions=0), "flash_bytes": 0, "layers": [{"instructions": 0}]}, "b": evaluate()},
        {"a": evaluate(1.0), "b": bench()},
        {"a": {**evaluate(), "boundaries": {}}, "b": build()},
        {"a": {**stream(16), "ram_bytes": 0}, "b": stream(64)},
        {f"m{i}": evaluate(0.9 + i / 1000, model=f"model {i}") for i in range(40)}
        | {f"b{i}": bench(model=f"model {i}") for i in range(40)},
    ],
)  # fmt: skip
def test_a_report_of_anything_is_a_page(tmp_path: Path, documents: dict[str, dict[str, Any]]) -> None:
    text = to_html(collect([write_all(tmp_path, **documents)]))
    Page(text)
    assert not re.search(r"\b(nan|inf|None)\b", text)


def test_a_hop_is_shown_beside_the_window_and_not_alone(tmp_path: Path) -> None:
    window = {**bench(), "instructions_per_sample": 5000.0}
    assert "What a hop costs" not in to_html(collect([write_all(tmp_path / "alone", s=stream(16))]))
    text = to_html(collect([write_all(tmp_path / "both", s=stream(16), w=window)]))
    assert "What a hop costs" in text
    assert re.findall(r">(cortex-m4[^<]*)</text>", text) == ["cortex-m4 hop 16", "cortex-m4 window"]
