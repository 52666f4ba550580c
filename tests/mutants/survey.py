"""What the tests of a package run on the source as it is: which lines, for how long, and what they import."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.fresh import OPTIONS, Chosen, prepare
from tests.mutants.mutations import Mutant
from tests.mutants.packages import Package
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


def survey(package: Package, folder: Path) -> Survey:
    """Run all tests of ``package`` in a process of its own.

    Raises
    ------
    SystemExit
        When one of them fails.
    """
    answer = folder / "survey.json"
    child = os.fork()
    if not child:
        code = 70
        try:
            quiet(folder / "survey.log")
            settle(folder)
            prepare()
            code = _measure(package, answer)
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
    return Survey(**json.loads(answer.read_text(encoding="utf-8")))


def _measure(package: Package, answer: Path) -> int:
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
    code = int(pytest.main([*OPTIONS, *map(str, package.tests)], plugins=[chosen, Contexts()]))
    measured.stop()
    data = measured.get_data()
    reach = {str(path): data.contexts_by_lineno(str(path)) for path in package.sources}
    found = [name for name in sys.modules if name not in before]
    own = [name for name in found if name.split(".")[0] in ("edgeunet", "tests")]
    files = [file for name in own if (file := getattr(sys.modules[name], "__file__", None))]
    modules = [name for name in found if name not in own]
    answer.write_text(json.dumps({"seconds": chosen.seconds, "reach": reach, "modules": modules, "files": files}))
    return code
