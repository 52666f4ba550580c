"""Figures over commits: a line of JSON per commit, which a check appends to and a report draws."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from edgeunet.errors import ReportError, shown
from edgeunet.files import LARGEST_READ_BYTES, is_there, read_bytes, write_text
from edgeunet.report.documents import is_figure
from edgeunet.report.results import Figure, Subject
from edgeunet.report.verdict.rows import Verdict
from edgeunet.short_repr import short_repr

SCHEMA = "edgeunet.history/1"
COMMITS = ("GITHUB_SHA", "CI_COMMIT_SHA")
"""Variables in which CI servers name the commit."""

_COMMIT = re.compile(r"[0-9A-Za-z._-]{1,80}")


@dataclass(frozen=True, eq=False)
class Entry:
    """The figures of one commit; ``date`` is UTC, ISO 8601."""

    commit: str
    date: str
    figures: Mapping[Subject, Mapping[str, Figure]]

    __repr__ = short_repr

    def to_dict(self) -> dict[str, Any]:
        """The entry as a plain document."""
        subjects = [
            {"model": s.model, "format": s.format, "target": s.target, "figures": dict(sorted(figures.items()))}
            for s, figures in sorted(self.figures.items())
        ]
        return {"schema": SCHEMA, "commit": self.commit, "date": self.date, "subjects": subjects}


def append(found: Sequence[Verdict], path: Path, commit: str = "") -> Entry:
    """Append the figures of ``found`` to ``path`` and return them; those of the same commit are replaced.

    Parameters
    ----------
    commit : what names the commit; where it is empty, what the CI server says, else what git does.

    Raises
    ------
    ReportError
        When ``path`` holds something else, or the commit is unknown.
    """
    entries = read_history(path) if is_there(path) else []
    figures: dict[Subject, dict[str, Figure]] = {}
    for verdict in found:
        if verdict.value is not None:
            figures.setdefault(verdict.subject, {})[verdict.figure] = verdict.value
    made = Entry(commit or _commit(), _date(), figures)
    kept = [entry for entry in entries if entry.commit != made.commit]
    write_text(path, "".join(f"{json.dumps(entry.to_dict())}\n" for entry in (*kept, made)))
    return made


def read_history(path: Path) -> list[Entry]:
    """Return the entries of ``path``, oldest first.

    Raises
    ------
    ReportError
        When a line is no entry.
    """
    text = read_bytes(path, ReportError, LARGEST_READ_BYTES).decode("utf-8", "replace")
    return [_entry(path, number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]


def _entry(path: Path, number: int, line: str) -> Entry:
    try:
        document = json.loads(line)
        if document["schema"] != SCHEMA:
            raise KeyError("schema")
        figures = {
            Subject(str(s["model"]), str(s["format"]), str(s["target"])): {
                str(name): _figure(value) for name, value in s["figures"].items()
            }
            for s in document["subjects"]
        }
        return Entry(str(document["commit"]), str(document["date"]), figures)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ReportError(
            f"line {number} of '{path}' is no entry of a history ({shown(error, 200)}); remove the line, or name "
            "another file"
        ) from error


def _figure(value: object) -> Figure:
    if not is_figure(value):
        raise ValueError(f"{shown(value)} is no finite number")
    return value


def _commit() -> str:
    named = next((os.environ[name] for name in COMMITS if os.environ.get(name)), "")
    if not named:
        try:
            done = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
            named = done.stdout.strip()
        except OSError:
            named = ""
    if not _COMMIT.fullmatch(named):
        raise ReportError("no commit is known for the history: this is no git repository; name one with --commit")
    return named


def _date() -> str:
    """Now, or what ``SOURCE_DATE_EPOCH`` says."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(epoch), timezone.utc) if epoch.isdecimal() else datetime.now(timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
