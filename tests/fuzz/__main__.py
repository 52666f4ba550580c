"""``python -m tests.fuzz [target ...]``: see the package's docstring."""

from __future__ import annotations

import argparse
import importlib.util
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz import findings
from tests.fuzz.contract import BrokenPromiseError, hold
from tests.fuzz.corpus import CORPUS
from tests.fuzz.targets import COMPILED, RUNS, find_target

LONGEST_S = 60
"""Seconds for one input, for what is not counted: a loop within one function, or a process that waits."""
SLICE_MINUTES = 20
"""Of one target in a long session, after which the next has its turn."""


@dataclass(frozen=True)
class Extent:
    """How far a session goes: so many inputs, or where there is no such number, minutes."""

    runs: int = 0
    minutes: float = 0.0


def main(arguments: Sequence[str]) -> int:
    """Fuzz the targets one after the other; 1 where something was found, 2 where nothing could be done."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=sys.modules["tests.fuzz"].__doc__)
    parser.add_argument("target", nargs="*", help=f"of {', '.join(RUNS)}; all where none is given")
    parser.add_argument("--runs", type=int, help="inputs for each target (default: what CI gives each)")
    parser.add_argument("--seed", type=int, default=1, help="of all decisions (default: %(default)s)")
    parser.add_argument("--hours", type=float, help="go on for so long, target after target, instead of --runs")
    parser.add_argument("--replay", type=Path, nargs="+", metavar="FILE", help="only feed these findings again")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.target if name not in RUNS]
    if unknown:
        parser.error(f"no target '{unknown[0]}'; use {', '.join(RUNS)}")
    if asked.replay:
        return int(not all([replay(path) for path in asked.replay]))  # noqa: C419 - each is to be replayed
    if importlib.util.find_spec("atheris") is None:
        print(
            "fuzzing needs the Python package 'atheris', which has wheels for Python 3.11 to 3.13 on Linux x86-64; "
            "use one of these and install it with: pip install -e '.[dev]'",
            file=sys.stderr,
        )
        return 2
    names = asked.target or list(RUNS)
    if asked.hours is not None:
        ended_well = _for_hours(names, asked.hours, asked.seed)
    else:
        ended_well = all([_session(name, Extent(runs=asked.runs or RUNS[name]), asked.seed) for name in names])  # noqa: C419
    return int(_told(names) or not ended_well)


def replay(path: Path) -> bool:
    """Feed one finding, or one seed, to the target whose folder it lies in; whether the promise holds."""
    name = path.resolve().parent.name
    data = path.read_bytes()
    try:
        if name == COMPILED:
            from tests.fuzz.compiled import judge_alone

            accepted = judge_alone(data)
        else:
            accepted = hold(find_target(name), data)
    except BrokenPromiseError as error:
        print(f"{path}: {error}")
        return False
    print(f"{path}: {'accepted' if accepted else 'refused'}")
    return True


def _for_hours(names: Sequence[str], hours: float, seed: int) -> bool:
    """Run the targets in turn; whether all sessions ended as they should."""
    end = time.monotonic() + 3600 * hours
    minutes, ended_well = min(SLICE_MINUTES, 60 * hours / len(names)), True
    while time.monotonic() < end:
        for name in names:
            ended_well &= _session(name, Extent(minutes=minutes), seed)
            _told([name])
        seed += 1
    return ended_well


def _session(name: str, extent: Extent, seed: int) -> bool:
    """Run one target in a process of its own; whether that ended as it should."""
    folder = findings.FINDINGS / name
    folder.mkdir(parents=True, exist_ok=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{name}: ", end="", flush=True)
    if name == COMPILED:
        how_long = ("runs", str(extent.runs)) if extent.runs else ("minutes", str(extent.minutes))
        ended_well, said = _run(name, ["tests.fuzz.compiled", str(folder), *how_long, str(seed)])
    else:
        ended_well, said = _libfuzzer(name, folder, extent, seed)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used_s = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    print(f"{said}; {used_s:.0f} s of a processor", flush=True)
    return ended_well


def _libfuzzer(name: str, folder: Path, extent: Extent, seed: int) -> tuple[bool, str]:
    """A fixed number of runs begins from the seeds alone, and finds the same again; hours go on from the last."""
    lasting = findings.FINDINGS / "corpus" / name
    grown = Path(tempfile.mkdtemp(prefix="fuzzing-")) if extent.runs else lasting
    grown.mkdir(parents=True, exist_ok=True)
    how_long = f"-runs={extent.runs}" if extent.runs else f"-max_total_time={max(1, round(60 * extent.minutes))}"
    options = [how_long, f"-seed={seed}", f"-artifact_prefix={folder}/", f"-timeout={LONGEST_S}"]
    try:
        return _run(name, ["tests.fuzz.session", name, str(folder), *options, str(grown), str(CORPUS / name)])
    finally:
        if grown != lasting:
            shutil.rmtree(grown, ignore_errors=True)


def _run(name: str, module: Sequence[str]) -> tuple[bool, str]:
    """Run a module for the target ``name``; whether it ended as it should, and what its last lines say."""
    done = subprocess.run(
        [sys.executable, "-m", *module], cwd=findings.ROOT, capture_output=True, text=True, errors="replace"
    )
    lines = (done.stdout + done.stderr).splitlines()
    (findings.FINDINGS / f"{name}.log").write_text("\n".join(lines), encoding="utf-8")
    if done.returncode:
        last = next((line for line in reversed(lines) if "ERROR" in line or "Error" in line), "it said nothing")
        return False, f"ended with {done.returncode}: {last}"
    return True, next((line for line in reversed(lines) if line.lower().startswith("done")), "done")


def _told(names: Sequence[str]) -> bool:
    """Print what lies in the folders of findings; whether anything does."""
    found = [path for name in names for path in findings.kept(findings.FINDINGS / name)]
    for path in found:
        print(f"  {path.relative_to(findings.ROOT)}: {findings.reason(path)}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
