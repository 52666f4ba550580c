"""Text for HTML: what it says is what a browser shows, and nothing else is there."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edgeunet.emit.template import engine
from edgeunet.escaping.c import CText
from edgeunet.escaping.html import HtmlNumber, HtmlText, Markup, html_number, html_text
from edgeunet.escaping.markdown import MarkdownCode, MarkdownText, markdown_text
from edgeunet.escaping.written import HIDDEN, visible
from edgeunet.report.html import Tile
from edgeunet.report.markdown import Measured

ANY = st.text(max_size=30) | st.text(alphabet="<>&\"'\n=/a;#x6\u202e", max_size=14)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(text=ANY)
@example(text="</p><script>x</script>")
@example(text="\" onclick='x' &quot; &#60;b")
@example(text="<!-- -->\0\x1b[31m\u202e")
def test_a_text_is_one_text_and_one_value(text: str) -> None:
    made = html_text(text).text
    reader = Reader()
    reader.feed(f'<p title="{made}" class="{made}">{made}</p>')
    reader.close()
    assert reader.tags == [("p", [("title", visible(text)), ("class", visible(text))])]
    assert reader.text == visible(text)
    assert not HIDDEN.search(made)


def test_a_long_text_is_shortened_and_says_by_how_much() -> None:
    made = html_text("<" * 100_000).text
    assert "… (99,000 characters left out) …" in made
    assert made.startswith("&lt;&lt;")
    assert made.count("&lt;") == 1000


@pytest.mark.parametrize("text", ["<b>", "a > b", '"', "'", "&", "&amp", "&#60;", "a\nb", "\u202e"])
def test_what_is_not_escaped_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no text of HTML"):
        HtmlText(text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="no number"):
        html_number(value)
    assert html_number(-1.25).text == "-1.2"
    with pytest.raises(ValueError, match="no number"):
        HtmlNumber("1px")


@pytest.mark.parametrize("value", ["raw", CText("int x"), markdown_text("a"), 1.5, None])
def test_a_page_of_html_takes_nothing_else(value: object) -> None:
    with pytest.raises(TypeError, match="cannot go into a template"):
        engine(Markup).from_string("{{ a }}").render(a=value)
    assert engine(Markup).from_string("{{ a }}").render(a=html_text("<")) == "&lt;"


def test_c_takes_no_html() -> None:
    with pytest.raises(TypeError, match="cannot go into a template"):
        engine().from_string("{{ a }}").render(a=Markup("<b>"))


def test_a_report_carries_no_raw_text() -> None:
    """What mypy refuses, by the declared types; `tests/emit/test_template.py` goes through every page."""
    assert get_type_hints(Tile) == {"title": HtmlText, "value": HtmlText, "is_bad": bool}
    assert get_type_hints(Measured) == {"target": MarkdownText, "tools": MarkdownText, "flags": MarkdownCode | None}


@pytest.mark.nightly
def test_a_raw_text_in_a_page_is_an_error_for_mypy(tmp_path: Path) -> None:
    api = pytest.importorskip("mypy.api")
    program = tmp_path / "careless.py"
    program.write_text(
        "from edgeunet.report.html import Tile\n"
        "from edgeunet.report.markdown import Measured\n"
        "from edgeunet.escaping.html import html_text\n"
        "Tile('<b>', html_text('a'), False)\n"
        "Measured('x', 'y', None)\n"
        "Tile(html_text('a'), html_text('b'), True)\n"
    )
    out, _, code = api.run(["--config-file=", "--follow-imports=silent", str(program)])
    assert code == 1
    assert [line.split(":")[1] for line in out.splitlines() if ": error: " in line] == ["4", "5", "5"]
