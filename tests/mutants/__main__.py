"""``python -m tests.mutants [package ...]``: see the package's docstring."""

from __future__ import annotations

import argparse
import importlib
import os
import pickle
import shutil
import signal
import sys
import time
import warnings
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

from tests.mutants import fresh
from tests.mutants.memory import ENDLESS, KILLED, SURVIVED, Memory, digest
from tests.mutants.mutations import Mutant, mutants_of
from tests.mutants.packages import PACKAGES, ROOT, Package
from tests.mutants.server import serve
from tests.mutants.survey import survey
from tests.mutants.trial import BROKEN, UNFIT, Ended, Trial, outcomes
from tests.mutants.verdict import Verdict, judge, read_reasons

STATE = ROOT / ".mutants"
LEAST_SECONDS, LONGER = 5.0, 5
"""Processor time that a test may take: so many seconds, and so many times what it takes on the source as it is."""
CONTROL_EVERY = 50
"""So often the source as it is runs too, and must pass."""


def main(arguments: Sequence[str]) -> int:
    """Try the packages one after the other; the exit code says whether all of them pass."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=sys.modules["tests.mutants"].__doc__)
    parser.add_argument("package", nargs="*", help=f"of {', '.join(PACKAGES)}; all where none is given")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="mutants at a time (default: %(default)s)"
    )
    parser.add_argument("--only", default="", help="only mutants whose key has this text in it; no verdict")
    parser.add_argument("--fresh", action="store_true", help="import the project anew for every mutant (slow)")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.package if name not in PACKAGES]
    if unknown:
        parser.error(f"no package '{unknown[0]}'; use {', '.join(PACKAGES)}")
    STATE.mkdir(exist_ok=True)
    failed = False
    for name in asked.package or PACKAGES:
        failed |= not _try(Run(PACKAGES[name], asked.jobs, fresh_only=asked.fresh), asked.only)
    return int(failed)


def _try(run: Run, only: str) -> bool:
    """Run what has no result yet, and print the verdict; whether the package passes."""
    begun = time.monotonic()
    memory, package = run.memory, run.package
    mutants = [mutant for path in package.sources for mutant in _mutants(path) if only in mutant.key]
    waiting = [mutant for mutant in mutants if mutant.key not in memory.results]
    print(f"{package.name}: {len(mutants)} mutants, {len(waiting)} to run", flush=True)
    run.run(waiting)
    survivors = sorted(m.key for m in mutants if memory.results[m.key].outcome == SURVIVED)
    endless = sum(memory.results[m.key].outcome == ENDLESS for m in mutants)
    reasons = read_reasons(Path(__file__).parent / f"{package.name}.toml")
    if only:
        print("\n".join(f"  survives: {key}" for key in survivors) or "  all killed")
        return True
    verdict = judge(package.name, len(mutants), survivors, reasons)
    _print(verdict, endless, time.monotonic() - begun)
    return not verdict.faults


def _print(verdict: Verdict, endless: int, seconds: float) -> None:
    print(f"{verdict.sentence()} ({endless} of them by running out of time); {seconds / 60:.1f} minutes")
    for fault in verdict.faults:
        print(f"  {fault}")


def _mutants(path: Path) -> list[Mutant]:
    """``mutants_of``, kept as long as neither the module nor what makes its mutants changes."""
    cache = STATE / "made" / f"{digest([path, Path(__file__).parent / 'mutations.py'], exact=True)}.pickle"
    if cache.exists():
        found: list[Mutant] = pickle.loads(cache.read_bytes())
        return found
    cache.parent.mkdir(exist_ok=True)
    made = mutants_of(path)
    cache.write_bytes(pickle.dumps(made))
    return made


class Run:
    """The mutants of one package, ``jobs`` at a time."""

    def __init__(self, package: Package, jobs: int, *, fresh_only: bool = False) -> None:
        self.package, self.jobs, self.fresh_only = package, jobs, fresh_only
        self.folder = STATE / f"scratch-{package.name}"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.survey = survey(package, self.folder, STATE / f"survey-{package.name}.json")
        _import(self.survey.modules)
        self.memory = Memory(package, STATE / f"results-{package.name}.jsonl", self.survey.files)

    def run(self, mutants: Sequence[Mutant]) -> None:
        """Run all of ``mutants``; an interrupt ends the children and keeps what is done."""
        trials = []
        for mutant in mutants:
            passed = self.memory.passed.get(mutant.key, ())
            tests = tuple(name for name in self.survey.tests_of(mutant) if name.split("::")[0] not in passed)
            if tests:
                limits = [int(LEAST_SECONDS + LONGER * self.survey.seconds[name]) for name in tests]
                trials.append(Trial(mutant, tests, tuple(limits)))
            else:
                self.memory.add(mutant.key, SURVIVED, "")
        self.total, self.done, self.begun = len(trials), 0, time.monotonic()
        quick, slow = list[Trial](), list[Trial]()
        for trial in trials:
            assert trial.mutant is not None
            (slow if self.fresh_only or self.survey.at_import(trial.mutant) else quick).append(trial)
        try:
            if quick:
                slow += self._take(quick, serve(self.package, quick, self.jobs, self.folder / "quick"))
            self._take(slow, outcomes(slow, fresh.run, self.jobs, self.folder / "fresh"))
        finally:
            self._control()

    def _take(self, trials: Sequence[Trial], ends: Generator[Ended, None, None]) -> list[Trial]:
        """Remember how ``trials`` end; those that have to be run in another way."""
        unfit = []
        with closing(ends):
            for ended in ends:
                trial = trials[ended.number]
                assert trial.mutant is not None
                if ended.outcome == BROKEN:
                    raise SystemExit(f"no result for {trial.mutant.key}:\n{ended.log}")
                if ended.outcome == UNFIT:
                    unfit.append(trial)
                    continue
                if ended.outcome == KILLED and not ended.test:
                    self._control()  # it cannot be imported, or it crashed: is that its own fault?
                self.memory.add(trial.mutant.key, ended.outcome, ended.test)
                self.done += 1
                if self.done % CONTROL_EVERY == 0:
                    self._control()
                    seconds = time.monotonic() - self.begun
                    print(f"  {self.done} of {self.total} run, {seconds:.0f} s", flush=True)
        return unfit

    def _control(self) -> None:
        """Keep the results so far, if the source as it is still passes; else nothing can be said of a mutant."""
        seconds = self.survey.seconds
        trial = Trial(None, (min(seconds, key=lambda name: seconds[name]),), (3600,))
        (ended,) = outcomes([trial], fresh.run, 1, self.folder / "control")
        if ended.outcome != SURVIVED:
            raise SystemExit(f"the source as it is fails now in {ended.test}:\n{ended.log}")
        self.memory.keep()


def _import(modules: Sequence[str]) -> None:
    """Import what the tests need besides the project, so that no child has to."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in modules:
            try:
                importlib.import_module(name)
            except Exception:  # a module that only exists once another has made it
                continue


if __name__ == "__main__":
    for ending in (signal.SIGINT, signal.SIGTERM):  # in the background a shell would have it ignored
        signal.signal(ending, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("interrupted; what is done is kept, the same command goes on from there")
