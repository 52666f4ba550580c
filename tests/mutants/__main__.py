"""``python -m tests.mutants [package ...]``: see the package's docstring."""

from __future__ import annotations

import argparse
import importlib
import os
import pickle
import signal
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.mutants import trial
from tests.mutants.memory import ENDLESS, KILLED, SURVIVED, Memory, digest
from tests.mutants.mutations import Mutant, mutants_of
from tests.mutants.packages import PACKAGES, ROOT, Package
from tests.mutants.verdict import Verdict, judge, read_reasons

STATE = ROOT / ".mutants"
LEAST_SECONDS = 20.0
"""Processor time that every mutant is given, at least."""
PATIENCE = 60
"""So many times longer by the clock, for a mutant that waits for ever without computing."""
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
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.package if name not in PACKAGES]
    if unknown:
        parser.error(f"no package '{unknown[0]}'; use {', '.join(PACKAGES)}")
    STATE.mkdir(exist_ok=True)
    failed = False
    for name in asked.package or PACKAGES:
        failed |= not _try(PACKAGES[name], asked.jobs, asked.only)
    return int(failed)


def _try(package: Package, jobs: int, only: str) -> bool:
    """Run what has no result yet, and print the verdict; whether the package passes."""
    begun = time.monotonic()
    run = Run(package, jobs)
    memory = run.memory
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

    def __init__(self, package: Package, jobs: int) -> None:
        self.jobs = jobs
        self.answers = STATE / f"answers-{package.name}"
        self.answers.mkdir(exist_ok=True)
        found = trial.survey(package, self.answers / "survey.json")
        _import(found["modules"])
        self.memory = Memory(package, STATE / f"{package.name}.jsonl", found["files"])
        self.seconds: Mapping[str, float] = found["seconds"]
        self.reach: Mapping[str, Mapping[str, list[str]]] = found["reach"]

    def run(self, mutants: Sequence[Mutant]) -> None:
        """Run all of ``mutants``; an interrupt ends the children and keeps what is done."""
        waiting = list(reversed(mutants))
        running: dict[int, tuple[Mutant, float, Path]] = {}
        done, begun = 0, time.monotonic()
        try:
            while waiting or running:
                while waiting and len(running) < self.jobs:
                    self._start(waiting.pop(), running)
                for child in list(running):
                    if self._ended(child, running):
                        done += 1
                        if done % CONTROL_EVERY == 0:
                            self._control()
                            print(f"  {done} of {len(mutants)} run, {time.monotonic() - begun:.0f} s", flush=True)
                time.sleep(0.01)
        finally:
            for child in running:
                trial.end(child)
            self._control()

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that run the changed statement, quickest first; all of them where it runs at import."""
        if mutant.lines is None:
            names = set(self.seconds)
        else:
            by_line = self.reach[str(mutant.path)]
            first, last = mutant.lines
            names = {name for line in range(first, last + 1) for name in by_line.get(str(line), ())} - {""}
        return sorted(names, key=lambda name: (self.seconds[name], name))

    def _start(self, mutant: Mutant, running: dict[int, tuple[Mutant, float, Path]]) -> None:
        tests = self.tests_of(mutant)
        if not tests:
            self.memory.add(mutant.key, SURVIVED, "")
            return
        answer = self.answers / f"{time.monotonic_ns()}.txt"
        limit = int(LEAST_SECONDS + 10 * sum(self.seconds[name] for name in tests))
        child = trial.start(mutant, tests, answer, limit)
        running[child] = mutant, time.monotonic() + PATIENCE * limit, answer

    def _control(self) -> None:
        """Keep the results so far, if the source as it is still passes; else nothing can be said of a mutant."""
        quickest = min(self.seconds, key=lambda name: self.seconds[name])
        answer = self.answers / "control.txt"
        child = trial.start(None, [quickest], answer)
        while (code := trial.poll(child)) is None:
            time.sleep(0.01)
        if code:
            raise SystemExit(f"the source as it is fails now:\n{answer.with_suffix('.log').read_text()[-3000:]}")
        self.memory.keep()

    def _ended(self, child: int, running: dict[int, tuple[Mutant, float, Path]]) -> bool:
        mutant, until, answer = running[child]
        code = trial.poll(child)
        if code is None and time.monotonic() < until:
            return False
        if code is None:
            trial.end(child)
            self.memory.add(mutant.key, ENDLESS, "")  # it waits for what never comes
        elif code == -signal.SIGXCPU:
            self.memory.add(mutant.key, ENDLESS, "")
        elif code == 70:
            raise SystemExit(f"no result for {mutant.key}:\n{answer.with_suffix('.log').read_text()[-3000:]}")
        else:
            failed = answer.read_text(encoding="utf-8") if answer.exists() else ""
            if code and not failed:
                self._control()  # it cannot be imported: is that its own fault?
            self.memory.add(mutant.key, SURVIVED if code == 0 else KILLED, failed)
        del running[child]
        for path in (answer, answer.with_suffix(".log")):
            path.unlink(missing_ok=True)
        return True


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
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("interrupted; what is done is kept, the same command goes on from there")
