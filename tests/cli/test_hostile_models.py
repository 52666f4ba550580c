"""No text of a model, its card or its file name becomes C, CMake, or a command of the terminal."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeunet.modelcard import card_path
from tests.networks.tflite_writer import packed
from tests.rigs.hostile import (
    MARK,
    TEXTS,
    Said,
    all_pairs,
    c_identifiers,
    each_with_a_text,
    file_name,
    text_places,
    told,
    with_text,
)
from tests.rigs.pipeline_stages import card, small_network
from tests.rigs.tools import need

STRICT = ("-Wall", "-Wextra", "-Werror", "-pedantic", "-Wcomment", "-Wtrigraphs", "-fsyntax-only")
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("export-c", "m.tflite", "-o", "out", "--pipeline"),
    ("export-c", "m.tflite", "-o", "out", "--mode", "stream", "--json", "--explain"),
    ("export-c", "m.tflite", "-o", "out", "--format", "array", "--no-arena"),
    ("firmware", "new", "--model", "m.tflite", "-o", "out", "--kernels", "portable"),
)

TURNS = (0, 2, 2, 0, 2, 1, 2, 3)
"""Which command takes its turn; those that take longer less often."""


def a_card() -> dict[str, Any]:
    """The document of a card in which every field holds something."""
    full = card(
        leads=("II",),
        spec={"name": "net", "blocks": [{"activation": "relu"}]},
        split={"train": ["a"], "val": ["b"], "test": ["c"]},
        data={"source": "wfdb", "directory": "ludb", "leads": ["II"]},
        metrics={"part": "val", "boundaries": {"QRS": {"onset": {"f1": 1.0}}}},
        postprocessing={"merge_ms": {"QRS": 10.0}, "min_ms": {"QRS": 20.0}},
    )
    document: dict[str, Any] = json.loads(json.dumps({"schema": "edgeunet.modelcard/1", **asdict(full)}))
    return document


def a_model() -> Any:
    """A ``schema.ModelT`` with a text wherever one may be."""
    model = schema.ModelT.InitFromPackedBuf(small_network(), 0)
    model.subgraphs[0].name = "main"
    note = schema.MetadataT()
    note.name, note.buffer = "min_runtime_version", 0
    model.metadata = [note]
    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = "serving_default", 0
    for side, index in (("inputs", 0), ("outputs", len(model.subgraphs[0].tensors) - 1)):
        port = schema.TensorMapT()
        port.name, port.tensorIndex = side, index
        setattr(signature, side, [port])
    model.signatureDefs = [signature]
    return model


def model_places(part: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every text of a table of the schema and of those within it."""
    if isinstance(part, str | bytes):
        yield at
    elif isinstance(part, list):
        for index, inner in enumerate(part):
            yield from model_places(inner, (*at, index))
    elif type(part).__module__ == schema.__name__:
        for name, inner in vars(part).items():
            yield from model_places(inner, (*at, name))


def model_with(place: tuple[Any, ...], text: str) -> bytes:
    model = a_model()
    part = model
    for step in place[:-1]:
        part = part[step] if isinstance(step, int) else getattr(part, step)
    setattr(part, place[-1], text.encode("utf-8", "surrogatepass"))
    return packed(model)


def write_model(directory: Path, content: bytes, card_document: dict[str, Any], name: str = "m.tflite") -> Path:
    directory.mkdir(parents=True)
    (directory / name).write_bytes(content)
    card_path(directory / name).write_text(json.dumps(card_document))
    return directory / name


def run(directory: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> Said:
    monkeypatch.chdir(directory)
    return told(*command)


def check_sources(tree: Path) -> int:
    """Raise where a generated file has a token that is not the generator's; return how many C files there were."""
    sources = [path for path in sorted(tree.rglob("*")) if path.suffix in (".c", ".h")]
    for path in sources:
        text = path.read_text(encoding="utf-8")
        assert MARK not in text or MARK not in c_identifiers(text), path
    for path in [*tree.rglob("*.cmake"), *tree.rglob("CMakeLists.txt")]:
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not re.search(rf"\b{MARK}\b", line.partition("#")[0]), line[:200]
    for path in tree.rglob("README.md"):
        assert not re.search(rf"\b{MARK}\b", path.read_text(encoding="utf-8"))
    return len(sources)


def compiled(trees: list[Path]) -> None:
    """Compile all sources as C99 and all headers as C++, with warnings as errors."""
    includes = ("-Isrc", "-Imodel", "-Iout/src")
    for tree in trees:
        model = tree / "model" if (tree / "model").is_dir() else tree
        sources = sorted(path.name for path in model.glob("*.c"))
        headers = sorted(path.name for path in model.glob("*.h") if "weights" not in path.name)
        for command in (("gcc", "-std=c99", *sources), ("g++", "-x", "c++", *headers)):
            done = subprocess.run([*command, *STRICT, *includes], cwd=model, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr[:3000]


def configured(trees: list[Path]) -> int:
    """Configure the last project of each kind, with what is generated for CMake in it; return how many."""
    of_a_kind = {(tree / "CMakeLists.txt").is_file(): tree for tree in trees if [*tree.rglob("*.cmake")]}
    for whole, tree in of_a_kind.items():
        project = tree
        if not whole:
            (page,) = tree.glob("*.cmake")
            project = tree.parent / "project"
            project.mkdir()
            (project / "CMakeLists.txt").write_text(
                f"cmake_minimum_required(VERSION 3.19)\nproject(any C)\ninclude([==[{page}]==])\n"
            )
        need("cmake", "arm-none-eabi-gcc" if whole else "gcc")
        build = tree.parent / "build"
        command = ("cmake", "-S", project, "-B", build, "-Wdev", "-Werror=dev")
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        assert done.returncode == 0, done.stderr[:3000]
        assert not done.stderr, done.stderr[:3000]
        assert MARK not in done.stdout
        for folder in (build, project):
            assert not [path for path in folder.rglob("*") if path.name == MARK], folder
    return len(of_a_kind)


def check(
    directory: Path, pairs: list[tuple[Any, str]], write: Any, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    """Run a command on each input, look at all it wrote, and compile every ``every``-th."""
    made = []
    for number, (place, text) in enumerate(pairs):
        here = directory / str(number)
        write(here, place, text)
        said = run(here, COMMANDS[TURNS[number % len(TURNS)]], monkeypatch)
        assert said.code in (0, 2)
        if said.code == 0:
            assert check_sources(here / "out") >= 2
            made.append(here / "out")
    assert made[every - 1 :: every]
    compiled(made[every - 1 :: every])
    assert configured(made)


def hostile_card(here: Path, place: Any, text: str) -> None:
    write_model(here, small_network(), with_text(a_card(), place, text))


def hostile_model(here: Path, place: Any, text: str) -> None:
    write_model(here, model_with(place, text), a_card())


CARD_PLACES = list(text_places(a_card()))
MODEL_PLACES = list(model_places(a_model()))


def test_every_kind_of_text_is_among_the_places() -> None:
    ends = {place[-1] for place in MODEL_PLACES}
    assert {"name", "description", "signatureKey"} <= ends
    assert ("classes", 1) in CARD_PLACES
    assert ("spec", "name") in CARD_PLACES


def test_a_text_of_a_card_stays_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(tmp_path, each_with_a_text(CARD_PLACES), hostile_card, monkeypatch, 12)


def test_a_class_of_any_name_stays_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [(("classes", 1 + number % 3), text) for number, text in enumerate(TEXTS)]
    check(tmp_path, pairs, hostile_card, monkeypatch, 4)


def test_a_text_of_a_model_stays_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(tmp_path, each_with_a_text(MODEL_PLACES), hostile_model, monkeypatch, 5)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("places", "write"), [(CARD_PLACES, hostile_card), (MODEL_PLACES, hostile_model)], ids=["card", "model"]
)
def test_any_text_at_any_place_stays_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: list[Any], write: Any
) -> None:
    check(tmp_path, all_pairs(places), write, monkeypatch, 10)


def named(command: tuple[str, ...], name: str) -> tuple[str, ...]:
    """``command`` on a model called ``name``, which may look like an option."""
    given = tuple(name if word == "m.tflite" else word for word in command)
    return given if "--model" in given else (*(word for word in given if word != name), "--", name)


def check_names(directory: Path, pairs: list[tuple[Any, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    trees = []
    for number, (command, text) in enumerate(pairs):
        here, name = directory / str(number), file_name(text) + "_m.tflite"
        try:
            write_model(here, small_network(), a_card(), name)
        except UnicodeEncodeError:
            continue  # no file can be called so here
        said = run(here, named(command, name), monkeypatch)
        assert said.code == 0, said.err
        check_sources(here / "out")
        trees.append(here / "out")
    assert len(trees) >= len(pairs) * (len(TEXTS) - 1) // len(TEXTS)
    compiled(trees[::8])
    assert configured(trees)


def test_a_file_of_any_name_stays_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = [COMMANDS[TURNS[number % len(TURNS)]] for number in range(len(TEXTS))]
    check_names(tmp_path, list(zip(commands, TEXTS, strict=True)), monkeypatch)


@pytest.mark.nightly
def test_every_command_takes_a_file_of_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_names(tmp_path, all_pairs(COMMANDS), monkeypatch)
