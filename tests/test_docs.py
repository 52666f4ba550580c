"""The documentation holds together: links lead somewhere, commands exist as shown, the C of the README compiles."""

from __future__ import annotations

import contextlib
import importlib
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import edgeunet
from edgeunet.cli import COMMANDS, cli
from edgeunet.emit import compile_model
from edgeunet.graph import read_tflite
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.pipeline.program import add_pipeline
from edgeunet.pipeline.settings import PipelineRequest
from tests.rigs.house import ORDER
from tests.rigs.pipeline_stages import card, small_network
from tests.rigs.tools import need

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/*.md", "docs/packages/*.md", "benchmarks/*.md")
    for path in ROOT.glob(pattern)
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


NAMED = [page for page in (*PAGES, Path("edgeunet/kernels/README.md")) if page.parts[0] != "benchmarks"]
"""The pages that name places of the code."""
PLACES = (".", "edgeunet", "edgeunet/kernels", "edgeunet/kernels/*", "firmware_templates/bare-metal")
"""What a path on a page may be below."""
MADE = re.compile(
    r"(board_row|ecg\w*|my\w*|std\w+|string|arm_\w+|\w*report)\.\w+|idf\.py|(src/)?main\.c|src/recording\.h"
)
"""Files that are written by what the page describes, or are a compiler's."""
_PATH = re.compile(r"[\w.-]*\w/[\w./-]*|\w+\.(?:py|c|h|md|jinja)")
_DOTTED = re.compile(r"\w+(?:\.\w+)+")


def codes(page: Path) -> Iterator[str]:
    """Everything in backticks on ``page``, blocks left out."""
    yield from (code.strip("`") for code in _CODE.findall(_FENCE.sub("", (ROOT / page).read_text(encoding="utf-8"))))


def is_ours(path: str) -> bool:
    """Whether ``path`` says that it is one of this project: a file of source, or something below one of its folders."""
    first = path.partition("/")[0]
    return bool(re.search(r"\.(py|c|h|jinja|md)$", path)) or (
        "/" in path and first in {*ORDER, "edgeunet", "tests", "docs", "benchmarks", "firmware_templates"}
    )


def exists(path: str) -> bool:
    if "/" not in path:
        folders = (ROOT / "edgeunet", ROOT / "firmware_templates")
        return (ROOT / path).exists() or any(True for folder in folders for _ in folder.rglob(path))
    return any(next(iter(ROOT.glob(f"{place}/{path.rstrip('/')}")), None) for place in PLACES)


@pytest.mark.parametrize("page", NAMED, ids=str)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    paths = {code for code in codes(page) if _PATH.fullmatch(code) and is_ours(code) and not MADE.fullmatch(code)}
    missing = sorted(path for path in paths if not exists(path))
    assert not missing, f"{page} names {missing}"


def named(dotted: str) -> bool:
    """Whether ``dotted`` is a module, or something in one."""
    parts = dotted.removeprefix("edgeunet.").split(".")
    thing: object = edgeunet
    for depth, part in enumerate(parts, start=1):
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(".".join(["edgeunet", *parts[:depth]]))
        if not hasattr(thing, part):
            return False
        thing = getattr(thing, part)
    return True


@pytest.mark.parametrize("page", NAMED, ids=str)
def test_every_module_that_a_page_names_exists(page: Path) -> None:
    files = re.compile(r".*\.(toml|json|html|md|py|c|h|tflite|keras|pdsc|pack)")
    dotted = {code for code in codes(page) if _DOTTED.fullmatch(code) and not files.fullmatch(code)}
    ours = {code for code in dotted if code.partition(".")[0] in {*ORDER, "edgeunet"}}
    missing = sorted(code for code in ours if not named(code))
    assert not missing, f"{page} names {missing}"


def test_a_name_that_is_gone_is_found() -> None:
    assert exists("rewrite/passes.py")
    assert not exists("schedule/transposed.py")
    assert not exists("helium_quads.py")
    assert named("rewrite.transposed")
    assert named("graph.read_tflite")
    assert not named("schedule.transposed")
    assert not named("graph.read_onnx")


def test_the_table_of_flavours_is_what_they_say_of_themselves() -> None:
    page = (ROOT / "docs" / "COMPILER.md").read_text(encoding="utf-8")
    for name, flavour in FLAVOURS.items():
        needs = ", ".join(f"`{macro}`" for macro in flavour.macros) or "nothing"
        assert f"| `{name}` | {flavour.title} | {needs} |" in page


def test_every_worked_commit_of_the_recipes_is_in_the_history() -> None:
    need("git")
    subjects = re.findall(r"Worked: `([^`]+)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert len(subjects) == 7
    history = subprocess.run(["git", "log", "--format=%s"], cwd=ROOT, capture_output=True, text=True)
    if history.returncode or not history.stdout.count("\n") > 100:
        pytest.skip("no history here: a copy of the sources, or a shallow clone")
    assert not [
        subject for subject in subjects if not re.search(f"^{re.escape(subject)}", history.stdout, re.MULTILINE)
    ]


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
