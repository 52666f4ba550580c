"""Text for Markdown, judged by a reader of Markdown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edgeunet.escaping.markdown import MarkdownCode, MarkdownText, markdown_code, markdown_text
from edgeunet.escaping.written import HIDDEN, visible

ANY = st.text(max_size=30) | st.text(alphabet="*_`[]()|<>\\#+-1. !&;~$:/a\n", max_size=14)


def inline(markdown: str) -> list[Any]:
    """What a line of an item of a list holds."""
    reader = pytest.importorskip("markdown_it").MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = reader.parse(f"- x: {markdown}")
    assert [t.type for t in tokens[:3]] == ["bullet_list_open", "list_item_open", "paragraph_open"]
    assert len(tokens) == 7
    children: list[Any] = tokens[3].children
    return children


@given(text=ANY)
@example(text="**a** _b_ `c` [d](e) <b> &amp; ~~f~~ \\")
@example(text="a\n\n# b\n| c |")
@example(text="![x](y)")
def test_a_text_is_read_as_itself(text: str) -> None:
    children = inline(markdown_text(text).text)
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children) == f"x: {visible(text).strip()}".strip()


@given(text=ANY)
@example(text="a | b \\| c \\")
def test_a_text_is_one_cell(text: str) -> None:
    reader = pytest.importorskip("markdown_it").MarkdownIt("commonmark").enable("table")
    tokens = reader.parse(f"| a | b |\n|---|---|\n| {markdown_text(text).text} | c |\n")
    cells = [tokens[i + 1] for i, token in enumerate(tokens) if token.type == "td_open"]
    assert [cell.content for cell in cells][1] == "c"
    assert "".join(child.content for child in cells[0].children) == visible(text).strip()


@given(text=ANY)
@example(text="``a` b```")
@example(text="`")
def test_a_span_of_code_is_one_span(text: str) -> None:
    children = inline(markdown_code(text).text)
    assert [child.type for child in children] == ["text", "code_inline"]
    assert children[1].content.strip() == visible(text).strip()


def test_what_is_harmless_stays_as_it_is() -> None:
    for plain in (
        "dec4_conv1 (18.5 dB)",
        "arm-none-eabi-gcc 12.2 on QEMU 7.2",
        "-3.2",
        "98.00 %",
        "ecg-tiny",
        "µV – é",
    ):
        assert markdown_text(plain).text == plain
    assert markdown_code("-O2").text == "`-O2`"


@pytest.mark.parametrize("text", ["@team", "see #12", "http://x.y", "www.x.y", "$a$", "1. a", "# a", "- a", "+ a"])
def test_what_sites_make_of_plain_text_is_escaped(text: str) -> None:
    made = markdown_text(text).text
    assert made.replace("\\", "") == text
    assert made != text


def test_long_and_hidden_texts_are_shown_as_such() -> None:
    assert "(99,000 characters left out)" in markdown_text("a" * 100_000).text
    assert markdown_text("a\x1b\u202e").text == "a\\\\x1b\\\\u202e"
    assert not HIDDEN.search(markdown_code("\x1b").text)


@pytest.mark.parametrize("text", ["*a*", "`a`", "[a](b)", "a|b", "<b>", "a\nb"])
def test_what_is_not_escaped_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Markdown"):
        MarkdownText(text)


@pytest.mark.parametrize("text", ["a", "`a", "`a` b`", "``", "`a\nb`"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="span of code"):
        MarkdownCode(text)
