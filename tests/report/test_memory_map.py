"""The map of the arena in the HTML report: a rectangle per extent, to scale, and what sets the peak."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from edgeunet.report import collect, to_html
from tests.report.documents import bench, stream, write_all


def section(directory: Path, document: dict[str, Any]) -> str:
    page = to_html(collect([write_all(directory, d=document)]))
    return page.partition("<h2>Memory</h2>")[2].partition("</section>")[0]


def rectangles(text: str) -> list[tuple[float, ...]]:
    found = re.findall(
        r'<rect class="extent" fill="var\(--c\d\)" x="(.*?)" y="(.*?)" width="(.*?)" height="(.*?)"', text
    )
    return [tuple(map(float, numbers)) for numbers in found]


def test_extents_are_drawn_to_scale(tmp_path: Path) -> None:
    text = section(tmp_path, bench())
    whole, part = rectangles(text)
    assert whole[2] == pytest.approx(10 * part[2], abs=0.5), "ten layers and one"
    assert whole[3] == pytest.approx(3 * part[3], abs=0.5), "6000 bytes and 2000"
    assert part[1] + part[3] == pytest.approx(whole[1], abs=0.2), "the second lies on the first"
    assert part[0] == pytest.approx(whole[0] + 3 * part[2], abs=0.5)
    assert "enc1: 6,000 bytes from 0, layers 0 to 9" in text
    assert "8,000 bytes; most are in use during layer 3, &#x27;3&#x27;: 8,000." in text
    assert "&#x27;enc1&#x27; waits longest of them (6,000 bytes over 10 layers)" in text


def test_a_stream_says_what_it_keeps(tmp_path: Path) -> None:
    kept = {**bench()["memory"][0], "kind": "history"}
    text = section(tmp_path, {**stream(16), "memory": [kept]})
    assert "6,000 bytes are kept from call to call" in text


@pytest.mark.parametrize(
    "memory",
    [[], [{}], [{"name": "x", "offset_bytes": 1}], [{**bench()["memory"][0], "first_step": 5, "last_step": 4}]],
)
def test_what_says_nothing_is_not_drawn(tmp_path: Path, memory: list[Any]) -> None:
    assert section(tmp_path, {**bench(), "memory": memory}) == ""
