"""Result documents, as the commands write them, turned into one flat form: whose figure it is, its name, its value.

Any number or truth value anywhere in a document becomes a figure under its dotted path (``boundaries.QRS.onset.f1``),
so a figure that a later command measures needs no change here. Lists (layer tables) stay in the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from edgeunet.errors import ReportError
from edgeunet.escaping.shell import shell_path
from edgeunet.files import file_digest, is_hidden, read_any_json, read_json
from edgeunet.report.documents import COMMANDS, LARGEST, check_document, command_of, other_version
from edgeunet.report.figures import canonical
from edgeunet.report.results import HOP, Figure, Result, Results, Subject
from edgeunet.report.variants import told_apart

DEFAULT_TOLERANCE_MS = 150
_DEFAULT_FORMAT = {"bench": "int8"}
_FORMAT_NAMES = {"tflite int8": "int8", "tflite int16": "int16x8", "tflite float32": "float32"}
_SCORED_WITHIN = ("float", "quantized")
"""Documents of ``evaluate`` that a document of ``quantize`` holds under ``validation``."""

_BESIDE_MODEL = ".quantize.json"
"""How the name of a report ends that ``quantize`` writes beside the model, after the model's."""

_DEEPEST = 16
"""Levels of objects that are searched for figures; no command writes half as many."""

_NOT_FIGURES = frozenset({"tolerance_ms", "seed", "window_samples"})


def collect(paths: Iterable[Path]) -> Results:
    """Read result documents from files and, recursively, directories, and merge them by subject.

    Raises
    ------
    ReportError
        When a file is no result document, a directory has none, or two documents contradict each other.
    """
    results = told_apart([result for path in paths for result in _read(Path(path))])
    _require_same_models(results)
    if not results:
        raise ReportError("no results were given; pass JSON files or directories written by build, evaluate or bench")
    merged: dict[Subject, dict[str, Figure]] = {}
    origins: dict[tuple[Subject, str], str] = {}
    for result in results:
        figures = merged.setdefault(result.subject, {})
        for name, value in result.figures.items():
            if figures.setdefault(name, value) != value:
                raise ReportError(
                    f"'{origins[result.subject, name]}' and '{result.origin}' give different values for '{name}' of "
                    f"{result.subject}; remove the outdated file or give the models different names"
                )
            origins.setdefault((result.subject, name), result.origin)
    for scored in [inner for result in results for inner in _scored_within(result)]:
        figures = merged.setdefault(scored.subject, {})
        for name, value in scored.figures.items():
            figures.setdefault(name, value)
    return Results(tuple(results), merged)


def _require_same_models(results: Iterable[Result]) -> None:
    """Raise where two results of the same name and format, or a report and its model, are about different files."""
    first: dict[tuple[str, str], Result] = {}
    for result in results:
        digest = result.document.get("model_digest")
        if not isinstance(digest, str):
            continue
        model = Path(result.origin.removesuffix(_BESIDE_MODEL))
        if result.origin.endswith(_BESIDE_MODEL) and model.is_file() and file_digest(model, ReportError) != digest:
            raise ReportError(f"'{result.origin}' is about another '{model.name}' than lies beside it; quantize again")
        other = first.setdefault((result.subject.model, result.subject.format), result)
        if other.document["model_digest"] != digest:
            raise ReportError(
                f"'{other.origin}' and '{result.origin}' are about different files of "
                f"{replace(result.subject, target='')} (SHA-256 {other.document['model_digest'][:12]}… and "
                f"{digest[:12]}…); write the outdated one again with edgeunet {other.command} or {result.command} "
                "--json, or give the models different names"
            )


def _scored_within(result: Result) -> Iterator[Result]:
    """Yield the scores that ``quantize`` took itself; they fill in where ``evaluate`` was not called."""
    validation = result.document.get("validation")
    if result.command != "quantize" or not isinstance(validation, Mapping):
        return
    for key in _SCORED_WITHIN:
        document = validation.get(key)
        if isinstance(document, Mapping) and command_of(document) == "evaluate":
            yield _result({**document, "model": result.subject.model}, Path(result.origin))


def _read(path: Path) -> Iterator[Result]:
    if not path.exists():
        raise ReportError(f"there is no file or directory '{path}'; check the path of the results")
    if not path.is_dir():
        document = read_json(path, ReportError)
        if command_of(document) is None:
            raise _no_result(document, path)
        yield _result(document, path)
        return
    found = False
    for file in sorted(f for f in path.rglob("*.json") if f.is_file() and not is_hidden(f, path)):
        candidate = read_any_json(file, ReportError)
        if not isinstance(candidate, dict):
            continue
        if other_version(candidate):
            raise _no_result(candidate, file)
        if command_of(candidate) is not None:
            found = True
            yield _result(candidate, file)
    if not found:
        raise ReportError(
            f"'{path}' holds no result document; write some there, as in: "
            f"edgeunet evaluate m.tflite --json > {shell_path(path / 'm.json')}"
        )


def _no_result(document: Mapping[str, Any], path: Path) -> ReportError:
    schema = repr(document.get("schema"))
    if other_version(document):
        return ReportError(
            f"'{path}' was written by another version of edgeunet (its 'schema' is {schema}); "
            "write it again with this one"
        )
    said = f"its 'schema' is {schema}" if "schema" in document else "it has no 'schema'"
    return ReportError(f"'{path}' is no result document ({said}); pass what {', '.join(COMMANDS)} wrote with --json")


def _result(document: Mapping[str, Any], origin: Path) -> Result:
    check_document(document, str(origin))
    command = command_of(document)
    assert command is not None
    number_format = str(document.get("format") or _DEFAULT_FORMAT.get(command, ""))
    number_format = _FORMAT_NAMES.get(number_format, number_format)
    subject = Subject(document["model"], number_format, _target(document))
    prefix = _prefix(document)
    figures = {prefix + canonical(name): value for name, value in flatten(_own(document))}
    return Result(subject, command, figures, document, str(origin))


def _target(document: Mapping[str, Any]) -> str:
    """Return where it was measured; a stream's hop belongs to that, as it sets both RAM and instructions."""
    target, hop = str(document.get("target") or ""), document.get("hop_samples")
    return f"{target}{HOP}{hop}" if document.get("mode") == "stream" and isinstance(hop, int) and hop else target


def _own(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return ``document`` without the documents of ``evaluate`` inside it, which are read by themselves."""
    validation = document.get("validation")
    if not isinstance(validation, Mapping):
        return document
    return {**document, "validation": {k: v for k, v in validation.items() if k not in _SCORED_WITHIN}}


def _prefix(document: Mapping[str, Any]) -> str:
    """Keep what was scored on another part, or within another tolerance, apart from the usual figures."""
    part = str(document.get("part") or "val")
    tolerance = document.get("tolerance_ms")
    tolerance = DEFAULT_TOLERANCE_MS if tolerance is None else tolerance
    prefix = "" if part == "val" else f"{part}."
    return prefix if tolerance == DEFAULT_TOLERANCE_MS else f"{prefix}within_{tolerance:g}_ms."


def flatten(document: Mapping[str, Any], path: Sequence[str] = ()) -> Iterator[tuple[str, Figure]]:
    """Yield ``(dotted name, value)`` of every number and truth value (as 0 or 1) in nested objects."""
    for key, value in document.items():
        if not path and key in _NOT_FIGURES:
            continue
        here = (*path, str(key))
        if isinstance(value, Mapping):
            if len(here) < _DEEPEST:
                yield from flatten(value, here)
        elif isinstance(value, bool):
            yield ".".join(here), int(value)
        elif isinstance(value, (int, float)) and abs(value) < LARGEST:
            yield ".".join(here), value
