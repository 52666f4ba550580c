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
from pathlib import Path

from tests.fuzz import findings
from tests.fuzz.contract import BrokenPromiseError, hold
from tests.fuzz.corpus import CORPUS
from tests.fuzz.targets import COMPILED, RUNS, find_target

LONGEST_S = 60
"""Seconds for one input, for what is not counted: a loop within one function, or a process that waits."""
SLICE_MINUTES = 20
"""Of one target in a long session, after which the next has its turn."""


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
        _for_hours(names, asked.hours, asked.seed)
    else:
        for name in names:
            _session(name, ["-runs", str(asked.runs or RUNS[name])], asked.seed)
    return int(_told(names))


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


def _for_hours(names: Sequence[str], hours: float, seed: int) -> None:
    end = time.monotonic() + 3600 * hours
    minutes = min(SLICE_MINUTES, 60 * hours / len(names))
    while time.monotonic() < end:
        for name in names:
            _session(name, ["-minutes", str(minutes)], seed)
            _told([name])
        seed += 1


def _session(name: str, extent: Sequence[str], seed: int) -> None:
    """Run one target in a process of its own, for so many runs or minutes."""
    folder = findings.FINDINGS / name
    folder.mkdir(parents=True, exist_ok=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{name}: ", end="", flush=True)
    kind, value = extent
    if name == COMPILED:
        said = _run(name, ["tests.fuzz.compiled", str(folder), kind.lstrip("-"), value, str(seed)])
    else:
        said = _libfuzzer(name, folder, kind, value, seed)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used_s = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    print(f"{said}; {used_s:.0f} s of a processor", flush=True)


def _libfuzzer(name: str, folder: Path, kind: str, value: str, seed: int) -> str:
    """A fixed number of runs begins from the seeds alone, and finds the same again; hours go on from the last."""
    lasting = findings.FINDINGS / "corpus" / name
    grown = lasting if kind == "-minutes" else Path(tempfile.mkdtemp(prefix="fuzzing-"))
    grown.mkdir(parents=True, exist_ok=True)
    extent = f"-max_total_time={max(1, round(60 * float(value)))}" if kind == "-minutes" else f"-runs={value}"
    options = [extent, f"-seed={seed}", f"-artifact_prefix={folder}/", f"-timeout={LONGEST_S}", "-print_final_stats=1"]
    try:
        return _run(name, ["tests.fuzz.session", name, str(folder), *options, str(grown), str(CORPUS / name)])
    finally:
        if grown != lasting:
            shutil.rmtree(grown, ignore_errors=True)


def _run(name: str, module: Sequence[str]) -> str:
    """Run a module for the target ``name``; what its last lines say."""
    done = subprocess.run(
        [sys.executable, "-m", *module], cwd=findings.ROOT, capture_output=True, text=True, errors="replace"
    )
    lines = (done.stdout + done.stderr).splitlines()
    (findings.FINDINGS / f"{name}.log").write_text("\n".join(lines), encoding="utf-8")
    if done.returncode:
        return (
            f"ended with {done.returncode}: {next((line for line in reversed(lines) if 'ERROR' in line), lines[-1:])}"
        )
    return next((line for line in reversed(lines) if line.startswith(("Done", "done"))), "done")


def _told(names: Sequence[str]) -> bool:
    """Print what lies in the folders of findings; whether anything does."""
    found = [path for name in names for path in findings.kept(findings.FINDINGS / name)]
    for path in found:
        print(f"  {path.relative_to(findings.ROOT)}: {findings.reason(path)}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
