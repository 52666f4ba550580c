"""One run of tests in a child process: with a changed module, or with the source as it is to see what reaches what.

The parent has imported everything that is not the project's own, and never anything that is, so a child imports the
project with the change in place.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import resource
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from tests.mutants.mutations import Mutant
from tests.mutants.packages import ROOT, Package, module_name

MEMORY_BYTES = 8 << 30
OPTIONS = (
    "-q", "-x", "--no-header", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip


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


class _Chosen:
    """Runs the chosen tests only, in their order, and remembers the first that fails."""

    def __init__(self, chosen: Sequence[str] | None) -> None:
        self.place = None if chosen is None else {name: i for i, name in enumerate(chosen)}
        self.failed = ""
        self.seconds: dict[str, float] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = [item for item in items if "shared" not in getattr(item, "fixturenames", ())]
        if self.place is not None:
            place = self.place
            kept = sorted((item for item in kept if item.nodeid in place), key=lambda item: place[item.nodeid])
        items[:] = kept

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed and not self.failed:
            self.failed = report.nodeid


def _prepare() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    os.chdir(ROOT)
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(ROOT / ".mutants" / "bytecode")
    from hypothesis import settings

    # a deadline by the clock would kill mutants that only ran on a busy machine
    settings.register_profile("mutants", derandomize=True, database=None, deadline=None)
    settings.load_profile("mutants")


def _quiet(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(descriptor, stream)


def start(mutant: Mutant | None, tests: Sequence[str], answer: Path, cpu_seconds: int = 3600) -> int:
    """Fork a child that runs ``tests`` on ``mutant``, or on the source as it is.

    Its answer is the first test that failed, or empty; its exit code is pytest's: 0 where every test passed.
    """
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.setsid()
        _quiet(answer.with_suffix(".log"))
        _prepare()
        # of the processor, not of the clock: a busy machine must not make a mutant look endless
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
        if mutant is not None:
            sys.meta_path.insert(0, _Changed(mutant))
        chosen = _Chosen(tests)
        files = sorted({name.split("::")[0] for name in tests})
        code = int(pytest.main([*OPTIONS, *files], plugins=[chosen]))
        answer.write_text(chosen.failed)
    except MemoryError:
        code = 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def poll(child: int) -> int | None:
    """The exit code of a child that has ended (negative: the signal that ended it), else ``None``."""
    done, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if done else None


def end(child: int) -> None:
    """End a child and what it started."""
    os.killpg(child, 9)
    os.waitpid(child, 0)


def survey(package: Package, answer: Path) -> dict[str, Any]:
    """Run all tests of ``package`` on the source as it is.

    Returns
    -------
    dict
        ``seconds`` per test; ``reach``: per file and line the tests that run it; ``files``: the project's modules that
        were imported, ``modules``: the names of all others.
    """
    child = os.fork()
    if not child:
        code = 70
        try:
            os.setsid()
            _quiet(answer.with_suffix(".log"))
            _prepare()
            code = _survey(package, answer)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status):
        log = answer.with_suffix(".log").read_text(encoding="utf-8", errors="replace")
        raise SystemExit(f"the tests of '{package.name}' fail on the source as it is:\n{log[-3000:]}")
    found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return found


def _survey(package: Package, answer: Path) -> int:
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

    chosen = _Chosen(None)
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
