"""The quick way: one process collects a package's tests once, then forks a child per mutant that changes functions.

A change counts in such a child if the changed statement has not run yet, so no mutants come here that run at import.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Generator, Sequence
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path

import pytest

from tests.mutants import fresh
from tests.mutants.functions import Functions
from tests.mutants.packages import Package
from tests.mutants.trial import UNFIT_CODE, Ended, Trial, outcomes, quiet, settle


def serve(package: Package, trials: Sequence[Trial], jobs: int, folder: Path) -> Generator[Ended, None, None]:
    """Run ``trials`` as ``outcomes`` does, but quicker; those that can not be run so end as ``UNFIT``.

    Raises
    ------
    SystemExit
        When the tests cannot be collected.
    """
    folder.mkdir(parents=True)
    reading, writing = os.pipe()
    server = os.fork()
    if not server:
        os.close(reading)
        _work(package, _Loop(package, trials, jobs, folder, os.fdopen(writing, "w")), folder)
    os.close(writing)
    try:
        with os.fdopen(reading) as lines:
            for line in lines:
                yield Ended(**json.loads(line))
    except BaseException:
        os.kill(server, signal.SIGTERM)
        raise
    finally:
        _, status = os.waitpid(server, 0)
    if os.waitstatus_to_exitcode(status):
        log = (folder / "log").read_text(encoding="utf-8", errors="replace")
        raise SystemExit(f"the tests of '{package.name}' could not be collected:\n{log[-3000:]}")


def _work(package: Package, loop: _Loop, folder: Path) -> None:
    """Be the server; never returns."""
    code = 70
    try:
        os.setsid()  # an interrupt at the terminal is the parent's to handle
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        quiet(folder / "log")
        settle(folder)
        fresh.prepare()
        code = int(pytest.main([*fresh.OPTIONS, *map(str, package.tests)], plugins=[loop.chosen, loop]))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class _Loop:
    """Stands in for pytest's loop over the tests: a loop over mutants, each in a fork."""

    def __init__(
        self, package: Package, trials: Sequence[Trial], jobs: int, folder: Path, answers: TextIOWrapper
    ) -> None:
        self.package, self.trials, self.jobs, self.folder, self.answers = package, trials, jobs, folder, answers
        self.chosen = fresh.Chosen(None)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = {item.nodeid: item for item in session.items}
        self.functions = Functions(self.package.sources)
        gc.collect()
        gc.freeze()  # a child's collections would copy the pages of all that the server has imported
        with contextlib.closing(outcomes(self.trials, self._run, self.jobs, self.folder)) as ends:
            for ended in ends:
                self.answers.write(json.dumps(asdict(ended)) + "\n")
                self.answers.flush()
        return True

    def _run(self, trial: Trial) -> tuple[int, str]:
        """A ``trial.Way``."""
        if trial.mutant is not None and not self.functions.change(trial.mutant):
            return UNFIT_CODE, ""
        self.chosen.watch(trial)
        items = [self.items[name] for name in trial.tests]
        for item, after in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if self.chosen.failed:
                return 1, self.chosen.failed
        return 0, ""
