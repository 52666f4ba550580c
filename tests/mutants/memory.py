"""Results so far, in a file that every result is appended to: what an interrupted run has done is not done again.

A result counts as long as the source that the tests import is the same and so are the tests that it came from: of a
mutant that was killed the file of the test that failed, of one that survived all of them.
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
    """The test that failed first; empty where none did, or where the module could not be imported any more."""
    source: str
    tests: str


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
        self.source = digest({*package.sources, *self.imported} - {*package.tests})
        self.by_file: Mapping[str, str] = {path.relative_to(ROOT).as_posix(): digest([path]) for path in package.tests}
        self.all = digest(package.tests)
        self.results: dict[str, Result] = {}
        if file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                result = Result(**json.loads(line))
                if self._counts(result):
                    self.results[result.key] = result
                else:
                    self.results.pop(result.key, None)

    def _counts(self, result: Result) -> bool:
        return result.source == self.source and result.tests == self._tests(result.outcome, result.test)

    def _tests(self, outcome: str, test: str) -> str:
        """Hash of the tests that a result came from."""
        return self.by_file.get(test.split("::")[0], "") if outcome == KILLED and test else self.all

    def add(self, key: str, outcome: str, test: str) -> Result:
        """Take a result; it is not kept before ``keep``."""
        result = Result(key, outcome, test, self.source, self._tests(outcome, test))
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
            file.writelines(json.dumps(asdict(result)) + "\n" for result in self.waiting)
        self.waiting.clear()
