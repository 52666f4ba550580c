"""The slow way, which can make every change: import the project with the changed module in place, then run pytest.

The parent has imported everything that is not the project's own, and never anything that is.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from tests.mutants.mutations import Mutant
from tests.mutants.packages import ROOT, module_name
from tests.mutants.trial import RUNNING, Trial

OPTIONS = (
    "-q", "-x", "--no-header", "--assert=plain", "--capture=sys", "-p", "no:cacheprovider", "-p", "no:xdist",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip


def run(trial: Trial) -> tuple[int, str]:
    """A ``trial.Way``."""
    prepare()
    if trial.mutant is not None:
        change_import(trial.mutant)
    chosen = Chosen(trial.tests)
    chosen.watch(trial)
    files = sorted({str(ROOT / name.split("::")[0]) for name in trial.tests})
    return int(pytest.main([*OPTIONS, *files], plugins=[chosen])), chosen.failed


def prepare() -> None:
    """What a process needs before it collects tests."""
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(ROOT / ".mutants" / "bytecode")
    from hypothesis import settings

    # a deadline by the clock would kill mutants that only ran on a busy machine
    settings.register_profile("mutants", derandomize=True, database=None, deadline=None)
    settings.load_profile("mutants")


def change_import(mutant: Mutant) -> None:
    """Let the module that ``mutant`` changes be imported as it is then; it must not be imported yet."""
    sys.meta_path.insert(0, _Changed(mutant))


class _Changed(importlib.abc.MetaPathFinder):
    """Serves one module from changed source."""

    def __init__(self, mutant: Mutant) -> None:
        self.name, self.path, self.source = module_name(mutant.path), str(mutant.path), mutant.source

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> Any:
        if fullname != self.name:
            return None
        loader = _Loader(fullname, self.path, self.source)
        return importlib.util.spec_from_file_location(fullname, self.path, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, source: str) -> None:
        super().__init__(fullname, path)
        self.changed = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.changed, self.path, "exec", dont_inherit=True)


class Chosen:
    """Runs the chosen tests only (all if ``None``), in their order, and remembers the first that fails."""

    def __init__(self, chosen: Sequence[str] | None) -> None:
        self.place = None if chosen is None else {name: i for i, name in enumerate(chosen)}
        self.failed = ""
        self.running: Path | None = None
        """A file that is told the test that runs."""
        self.limits: Mapping[str, int] = {}
        """Processor time that a test may take."""
        self.seconds: dict[str, float] = {}
        """Processor time per test."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = [item for item in items if "shared" not in getattr(item, "fixturenames", ())]
        if self.place is not None:
            place = self.place
            kept = sorted((item for item in kept if item.nodeid in place), key=lambda item: place[item.nodeid])
        items[:] = kept

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        begun = time.process_time()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = time.process_time() - begun

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if self.running:
            self.running.write_text(nodeid, encoding="utf-8")
        if nodeid in self.limits:
            _, most = resource.getrlimit(resource.RLIMIT_CPU)
            soft = int(time.process_time()) + 1 + self.limits[nodeid]
            resource.setrlimit(resource.RLIMIT_CPU, (min(soft, most), most))

    def watch(self, trial: Trial) -> None:
        """Note which test runs, and end the process where one takes too long."""
        self.running = Path.cwd() / RUNNING
        self.limits = dict(zip(trial.tests, trial.seconds, strict=True))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid
