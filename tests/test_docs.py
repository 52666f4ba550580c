"""The documentation holds together: links lead somewhere, commands exist as shown, the C of the README compiles."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from edgeunet.cli import COMMANDS, cli
from edgeunet.emit import compile_model
from edgeunet.graph import read_tflite
from edgeunet.pipeline.program import add_pipeline
from edgeunet.pipeline.settings import PipelineRequest
from tests.rigs.pipeline_stages import card, small_network
from tests.rigs.tools import need

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    path.relative_to(ROOT) for pattern in ("*.md", "docs/*.md", "benchmarks/*.md") for path in ROOT.glob(pattern)
)
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:")


def links(page: Path) -> Iterator[str]:
    """Every target of a link on ``page``, those in code left out."""
    text = _FENCE.sub("", (ROOT / page).read_text(encoding="utf-8"))
    yield from _LINK.findall(_CODE.sub("", text))


def anchors(page: Path) -> set[str]:
    """The names that headings of ``page`` get where Markdown is shown."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ +(.*?) *#*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        if _ELSEWHERE.match(link):
            continue
        name, _, anchor = link.partition("#")
        target = (ROOT / page).parent / name if name else ROOT / page
        assert target.exists(), f"{page} links to {link}"
        assert target.resolve().is_relative_to(ROOT.resolve()), f"{page} links out of the project: {link}"
        assert not anchor or anchor in anchors(target), f"{page} links to {link}, and there is no such heading"


def test_every_page_is_linked_from_the_readme() -> None:
    linked = {(ROOT / link.partition("#")[0]).resolve() for link in links(Path("README.md"))}
    missing = [str(page) for page in PAGES if page != Path("README.md") and (ROOT / page).resolve() not in linked]
    assert not missing


def shell_lines(page: Path) -> Iterator[list[str]]:
    """The words of every command that ``page`` shows, comments, redirections and variables left out."""
    for block in re.findall(r"^```sh\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            yield words[: words.index(">")] if ">" in words else words


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_command_that_is_shown_exists_with_its_options(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for words in shell_lines(page):
        if words[:1] == ["make"]:
            assert set(words[1:]) <= targets, words
        if words[:1] != ["edgeunet"]:
            continue
        command = cli.get_command(click.Context(cli), words[1])
        assert command is not None, words
        rest = words[2:]
        if isinstance(command, click.Group):
            command, rest = command.commands[rest[0]], rest[1:]
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        given = {word.partition("=")[0] for word in rest if word.startswith("-") and not word.lstrip("-").isdigit()}
        assert given <= known | {"--help"}, words


def test_the_readme_lists_every_command() -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("## Commands")[1].split("## ")[0]
    listed = set(re.findall(r"[a-z-]+", " ".join(re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE))))
    assert set(COMMANDS) <= listed


def test_the_c_of_the_readme_compiles_as_shown(tmp_path: Path) -> None:
    need("gcc")
    blocks = re.findall(r"^```c\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    graph, the_card = read_tflite(small_network(1)), card()
    for number, block in enumerate(blocks):
        directory = tmp_path / str(number)
        stream = any(word in block for word in ("ecg_push", "ecg_pipeline"))
        compiled = compile_model(graph, "ecg", mode="stream" if stream else "window", card=the_card)
        header = "ecg.h"
        if "ecg_pipeline" in block:
            compiled, _ = add_pipeline(compiled, graph, the_card, PipelineRequest())
            header = "ecg_pipeline.h"
        compiled.sources.write(directory)
        (directory / "shown.c").write_text(_program(block, header), encoding="utf-8")
        strict = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-Wno-unused-variable"]
        command = ["gcc", *strict, "-fsyntax-only", "shown.c"]
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def _program(block: str, header: str) -> str:
    """A file around ``block``: what it takes as given, what it declares for the whole file, the rest in a function."""
    outside = [line for line in block.splitlines() if line.startswith(("#", "static"))]
    inside = [line for line in block.splitlines() if line not in outside]
    given = ["int8_t input[4096], output[4096], hop[4096];", "int16_t samples[4096];"]
    if header == "ecg_pipeline.h":
        given += ["ecg_pipeline_t pipeline;", "ecg_event_t events[64];"]
    if not outside:
        outside = [f'#include "{header}"', "static ecg_state_t state;"]
    return "\n".join([*outside, *given, "void shown(void);", "void shown(void)", "{", *inside, "}", ""])
