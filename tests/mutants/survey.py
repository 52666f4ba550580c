"""What the tests of a package run on the source as it is: which lines, for how long, and what they import."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.fresh import OPTIONS, Chosen, prepare
from tests.mutants.memory import digest
from tests.mutants.mutations import Mutant
from tests.mutants.packages import ROOT, Package
from tests.mutants.trial import quiet, settle


@dataclass(frozen=True)
class Survey:
    """The tests of a package."""

    seconds: Mapping[str, float]
    """Processor time per test."""
    reach: Mapping[str, Mapping[str, list[str]]]
    """Per file and line the tests that run it; the empty name is import and collection."""
    files: list[str]
    """The project's modules that are imported."""
    modules: list[str]
    """The names of all others."""

    def tests_of(self, mutant: Mutant) -> tuple[str, ...]:
        """The tests that run the changed statement, quickest first; all of them where it runs at import."""
        names = set(self.seconds) if mutant.lines is None else self._reached(mutant.lines, mutant.path) - {""}
        return tuple(sorted(names, key=lambda name: (self.seconds[name], name)))

    def at_import(self, mutant: Mutant) -> bool:
        """Whether the changed statement runs before the first test."""
        return mutant.lines is None or "" in self._reached(mutant.lines, mutant.path)

    def _reached(self, lines: tuple[int, int], path: Path) -> set[str]:
        by_line = self.reach[str(path)]
        return {name for line in range(lines[0], lines[1] + 1) for name in by_line.get(str(line), ())}


def survey(package: Package, folder: Path, kept: Path) -> Survey:
    """Run the tests of ``package`` in a process of its own: those of files that ``kept`` does not know yet.

    Raises
    ------
    SystemExit
        When one of them fails.
    """
    parts = [part for part in _recalled(kept, package) if part["tests"]]
    known = {name for part in parts for name in part["tests"]}
    missing = [path for path in package.tests if _name(path) not in known]
    if missing:
        part = _run(package, missing, folder)
        part["tests"] = {_name(path): digest([path], exact=True) for path in missing}
        part["own"] = {name: digest([ROOT / name], exact=True) for name in part["own"] if name not in part["tests"]}
        parts.append(part)
        kept.write_text(json.dumps(parts), encoding="utf-8")
    return _joined(package, parts)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _recalled(kept: Path, package: Package) -> list[dict[str, Any]]:
    """What earlier runs found, of source that is the same, for test files that are the same."""
    parts = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else []
    now = {_name(path): digest([path], exact=True) for path in package.tests}
    same = [part for part in parts if all(_is_still(name, found) for name, found in part["own"].items())]
    for part in same:
        part["tests"] = {name: found for name, found in part["tests"].items() if now.get(name) == found}
    return same


def _is_still(name: str, found: str) -> bool:
    return (ROOT / name).exists() and digest([ROOT / name], exact=True) == found


def _joined(package: Package, parts: Sequence[Mapping[str, Any]]) -> Survey:
    """All that the parts say of the test files they are still good for."""
    seconds, reach = dict[str, float](), {str(path): dict[str, list[str]]() for path in package.sources}
    for part in parts:
        names = {name for name in part["seconds"] if name.split("::")[0] in part["tests"]}
        seconds |= {name: part["seconds"][name] for name in names}
        for path, by_line in part["reach"].items():
            for line, found in by_line.items():
                reach[path].setdefault(line, []).extend(names & {*found} | {""} & {*found})
    own = [ROOT / name for part in parts for name in (*part["own"], *part["tests"])]
    modules = dict.fromkeys(module for part in parts for module in part["modules"])
    return Survey(seconds, reach, sorted({str(path) for path in own}), [*modules])


def _run(package: Package, tests: Sequence[Path], folder: Path) -> dict[str, Any]:
    answer = folder / "survey.json"
    child = os.fork()
    if not child:
        code = 70
        try:
            quiet(folder / "survey.log")
            settle(folder)
            prepare()
            code = _measure(package, tests, answer)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status):
        log = (folder / "survey.log").read_text(encoding="utf-8", errors="replace")
        raise SystemExit(f"the tests of '{package.name}' fail on the source as it is:\n{log[-3000:]}")
    found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return found


def _measure(package: Package, tests: Sequence[Path], answer: Path) -> int:
    from coverage import Coverage

    before = set(sys.modules)
    measured = Coverage(data_file=None, include=[str(path) for path in package.sources], config_file=False)

    class Contexts:
        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
            measured.switch_context(item.nodeid)
            try:
                return (yield)
            finally:
                measured.switch_context("")

    chosen = Chosen(None)
    measured.start()
    code = int(pytest.main([*OPTIONS, *map(str, tests)], plugins=[chosen, Contexts()]))
    measured.stop()
    data = measured.get_data()
    reach = {str(path): data.contexts_by_lineno(str(path)) for path in package.sources}
    found = [name for name in sys.modules if name not in before]
    own = [name for name in found if name.split(".")[0] in ("edgeunet", "tests")]
    files = sorted({_name(Path(file)) for name in own if (file := getattr(sys.modules[name], "__file__", None))})
    modules = [name for name in found if name not in own]
    answer.write_text(json.dumps({"seconds": chosen.seconds, "reach": reach, "modules": modules, "own": files}))
    return code
