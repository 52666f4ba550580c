"""Puts a package into its folder, again and again, without treading on what the user changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeunet.emit.source import Compiled
from edgeunet.errors import CompileError
from edgeunet.files import PREFIX, FileSet, changed_files, outdated_files, read_json, settle, text_digests
from edgeunet.modelcard import ModelCard
from edgeunet.packages.library import Library, make_library
from edgeunet.packages.table import ECOSYSTEMS
from edgeunet.packages.version import FIRST, Version, following, parse_version
from edgeunet.pipeline.settings import Pipeline
from edgeunet.run.recording import make_recording
from edgeunet.short_repr import short_repr

SCHEMA = "edgeunet.package/1"
MARK = "edgeunet.json"


@dataclass(frozen=True)
class Package:
    """A package on disk.

    Attributes
    ----------
    files : paths of what was written.
    kept, replaced : files that the user had changed, and that were left alone or written anew.
    """

    directory: Path
    ecosystem: str
    version: Version
    files: tuple[str, ...]
    kept: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()

    __repr__ = short_repr


def write_package(
    compiled: Compiled,
    ecosystem: str,
    directory: Path,
    card: ModelCard | None = None,
    pipeline: Pipeline | None = None,
    *,
    version: str | None = None,
    force: bool = False,
) -> Package:
    """Write ``compiled`` as a package for ``ecosystem``, a key of `ECOSYSTEMS`.

    Every file's digest goes into the package's ``edgeunet.json``. A file that no longer has its digest was changed by
    the user: it stays as it is and is named in `Package.kept`. Files of an earlier export are removed.

    Parameters
    ----------
    pipeline : the stages of ``compiled``, where it has one; the example then feeds it synthetic ECG.
    version : of the package; else the first, or the one that follows from what is there.
    force : replace changed files too, and name them in `Package.replaced`.

    Raises
    ------
    CompileError
        When ``directory`` already holds something else, or ``version`` is none.
    """
    earlier = _earlier(directory, ecosystem, compiled.name)
    recording = make_recording(compiled, pipeline) if pipeline is not None else None
    draft = make_library(compiled, FIRST, card, recording)
    number = parse_version(version) if version is not None else _version(earlier, draft)
    library = make_library(compiled, number, card, recording)
    files = ECOSYSTEMS[ecosystem](library)
    mark: dict[str, Any] = {
        "schema": SCHEMA,
        "package": ecosystem,
        "model": compiled.name,
        "version": str(number),
        "interface": library.interface,
        "content": library.content,
        "files": text_digests(files),
    }
    with FileSet(directory, lambda: outdated_files(directory, MARK)) as written:
        changed = changed_files(directory, MARK, mark["files"])
        for path, text in files.items():
            if force or path not in changed:
                written.write_text(directory / path, text)
        written.write_json(directory / MARK, mark)
    names = tuple(sorted(changed))
    kept, replaced = ((), names) if force else (names, ())
    return Package(directory, ecosystem, number, tuple(p for p in files if p not in kept), kept, replaced)


def _earlier(directory: Path, ecosystem: str, name: str) -> Mapping[str, Any] | None:
    """What the ``edgeunet.json`` in ``directory`` says of the package that is there, if one is."""
    if not directory.is_dir():
        return None
    settle(directory)
    mark = directory / MARK
    if not mark.is_file():
        if any(not place.name.startswith(PREFIX) for place in directory.iterdir()):
            raise CompileError(f"'{directory}' is not empty and holds no package; choose another directory")
        return None
    document = read_json(mark, CompileError)
    if document.get("schema") != SCHEMA:
        raise CompileError(f"'{directory}' holds no package ({json.dumps(document)[:80]}); choose another directory")
    if (document.get("package"), document.get("model")) != (ecosystem, name):
        raise CompileError(
            f"'{directory}' holds a package for {document.get('package')} of {document.get('model')}, not for "
            f"{ecosystem} of {name}; choose another directory, or --name and --package as they were"
        )
    return document


def _version(earlier: Mapping[str, Any] | None, library: Library) -> Version:
    """The version of ``library`` after what was there."""
    if earlier is None:
        return FIRST
    return following(
        parse_version(str(earlier.get("version"))),
        same_interface=earlier.get("interface") == library.interface,
        same_content=earlier.get("content") == library.content,
    )
