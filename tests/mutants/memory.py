"""Results so far, in a file that every result is appended to: what an interrupted run has done is not done again.

A result counts as long as the source that the tests import is the same and so are the tests that it came from: of a
mutant that was killed the file of the test that failed (or never ended). One that survived has still survived the files
that stay the same, so that only others are to be run.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.mutants.packages import ROOT, Package

KILLED, SURVIVED, ENDLESS = "killed", "survived", "endless"


@dataclass(frozen=True)
class Result:
    """What became of one mutant."""

    key: str
    outcome: str
    test: str
    """The test that failed first, or never ended; empty where none did, or where the module cannot be imported."""
    source: str
    tests: Mapping[str, str]
    """Test file → its hash, of those that the outcome came from."""


def digest(paths: Iterable[Path], *, exact: bool = False) -> str:
    """Hash of the modules ``paths``: of their bytes if ``exact``, else of the programs, whatever their format."""
    found = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        if not exact:
            content = ast.dump(ast.parse(content)).encode()
        found.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + content + b"\0")
    return found.hexdigest()[:20]


class Memory:
    """The results of one package that still count; ``imported`` are the project's files that its tests import."""

    def __init__(self, package: Package, file: Path, imported: Iterable[str]) -> None:
        self.file = file
        self.package, self.imported = package, {Path(name) for name in imported}
        self.waiting: list[Result] = []
        self.files = {*package.sources, *self.imported, *package.tests}
        self.exact = digest(self.files, exact=True)
        others = sorted({*package.sources, *self.imported} - {*package.tests})
        self.sources = {path.relative_to(ROOT).as_posix(): digest([path]) for path in others}
        self.source = hashlib.sha256(json.dumps(self.sources).encode()).hexdigest()[:20]
        self.by_file: Mapping[str, str] = {path.relative_to(ROOT).as_posix(): digest([path]) for path in package.tests}
        self.results: dict[str, Result] = {}
        self.passed: dict[str, set[str]] = {}
        """Mutant → the test files that it has survived."""
        self._told = dict[str, bool]()
        """Hash of what an earlier run imported → whether all of that is still the same."""
        if file.exists():
            for line in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
                if "files" in line:
                    # what is imported besides by now has nothing to do with the tests of then
                    same = all(self.sources.get(name) == found for name, found in line["files"].items())
                    self._told[line["source"]] = same
                else:
                    self._recall(Result(**line))

    def _recall(self, result: Result) -> None:
        """Take a result from an earlier run as far as it still counts."""
        self.results.pop(result.key, None)
        if not self._told.get(result.source):
            return
        if result.outcome == SURVIVED:
            same = {file for file, found in result.tests.items() if self.by_file.get(file) == found}
            self.passed[result.key] = same
            if same == set(self.by_file):
                self.results[result.key] = result
        elif result.tests == self._tests(result.test):
            self.results[result.key] = result

    def _tests(self, test: str) -> Mapping[str, str]:
        """The tests that a result comes from."""
        file = test.split("::")[0]
        return {file: self.by_file.get(file, "")} if test else self.by_file

    def add(self, key: str, outcome: str, test: str) -> Result:
        """Take a result; it is not kept before ``keep``."""
        result = Result(key, outcome, test, self.source, self._tests(test))
        self.results[key] = result
        self.waiting.append(result)
        return result

    def keep(self) -> None:
        """Write the results since the last call to the file.

        Raises
        ------
        RuntimeError
            When source or tests have changed since the beginning: then nobody knows what those results are of.
        """
        if digest(self.files, exact=True) != self.exact:
            raise RuntimeError(f"source or tests of '{self.package.name}' changed while its mutants ran; start again")
        with self.file.open("a", encoding="utf-8") as file:
            if self.source not in self._told:
                file.write(json.dumps({"source": self.source, "files": self.sources}) + "\n")
                self._told[self.source] = True
            file.writelines(json.dumps(asdict(result)) + "\n" for result in self.waiting)
        self.waiting.clear()
