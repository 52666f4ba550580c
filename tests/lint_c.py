"""Static checkers over generated C, kernels included: ``make lint-c``.

cppcheck with its MISRA addon and clang-tidy read a network of every flavour, a stream with its pipeline and a window
with one, and some random networks for the portable kernels. A finding of a rule that the table of ``docs/C_RULES.md``
does not list fails, and so does a rule of that table that nothing breaks any more.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edgeunet.emit import compile_model
from edgeunet.graph import read_tflite
from edgeunet.pipeline.program import add_pipeline
from edgeunet.pipeline.settings import PipelineRequest
from tests.networks.random_networks import random_network
from tests.rigs.pipeline_stages import card, small_network
from tests.rigs.tiny import level_network

RULES = Path(__file__).parents[1] / "docs" / "C_RULES.md"
CPPCHECK = ("cppcheck", "-q", "--std=c99", "--enable=all", "--inconclusive", "--addon=misra")
CORES = ("-D__ARM_FEATURE_DSP", "-D__ARM_FEATURE_MVE")
CHECKS = "-*,bugprone-*,clang-analyzer-*,cert-*,misc-*,performance-*,portability-*,readability-redundant-*"


@dataclass(frozen=True, order=True)
class Finding:
    """A rule of a checker, and a place that breaks it."""

    tool: str
    rule: str
    place: str = ""


def write_sources(directory: Path) -> tuple[list[str], list[str]]:
    """Write what is checked; names of all C files, and of those without assembly for an Arm core."""
    portable, arm = [], []
    for mode, rate, bits in (("stream", 360.0, 16), ("window", None, 16), ("stream", 500.0, 24), ("window", None, 24)):
        graph = read_tflite(small_network(1))
        compiled = compile_model(graph, f"p{mode}{bits}", mode=mode, card=card())
        compiled, _ = add_pipeline(compiled, graph, card(), PipelineRequest(rate, threshold=0.4, adc_bits=bits))
        compiled.sources.write(directory)
        portable += compiled.c_sources
    for core in ("portable", "dsp", "mve"):
        compiled = compile_model(read_tflite(level_network()), f"l{core}", kernels=core)
        compiled.sources.write(directory)
        (portable if core == "portable" else arm).extend(compiled.c_sources)
    for seed in (0, 1):
        compiled = compile_model(read_tflite(random_network(seed)), f"r{seed}")
        compiled.sources.write(directory)
        portable += compiled.c_sources
    return [*portable, *arm], portable


def cppcheck(directory: Path, sources: list[str]) -> Iterator[Finding]:
    """What cppcheck finds."""
    command = [*CPPCHECK, *CORES, "--template={file}:{line}: {id}", *sources]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=True)
    for place, rule in re.findall(r"^(.*?:\d+): (\S+)$", done.stderr, re.M):
        yield Finding("cppcheck", rule, place)


def clang_tidy(directory: Path, sources: list[str]) -> Iterator[Finding]:
    """What clang-tidy finds; it knows no assembly of another core."""
    command = ["clang-tidy", "--quiet", f"-checks={CHECKS}", *sources, "--", "-std=c99"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    found = re.findall(r"^(.*?:\d+):\d+: (?:warning|error): .* \[(.*)\]$", done.stdout, re.M)
    if done.returncode and not found:
        raise SystemExit(f"clang-tidy failed: {done.stderr[:2000]}")
    for place, rules in found:
        yield from (Finding("clang-tidy", rule, Path(place).name) for rule in rules.split(",") if rule[0] != "-")


def listed() -> set[Finding]:
    """The rules of the table."""
    rows = re.findall(r"^\| (cppcheck|clang-tidy) \| `(\S+)` \| \S.*\|$", RULES.read_text(encoding="utf-8"), re.M)
    return {Finding(tool, rule) for tool, rule in rows}


def main() -> int:
    """Check; 1 where the table and the findings differ."""
    with tempfile.TemporaryDirectory() as folder:
        everything, portable = write_sources(Path(folder))
        found = [*cppcheck(Path(folder), everything), *clang_tidy(Path(folder), portable)]
    broken = {Finding(each.tool, each.rule): each.place for each in sorted(found, reverse=True)}
    known = listed()
    for rule in sorted(broken.keys() - known):
        print(
            f"{rule.tool} {rule.rule}, first at {broken[rule]}: mend it, or list it in docs/C_RULES.md with the reason"
        )
    for rule in sorted(known - broken.keys()):
        print(f"{rule.tool} {rule.rule}: docs/C_RULES.md lists it, and nothing breaks it any more")
    print(f"lint-c: {len(found)} findings of {len(broken)} rules")
    return 0 if broken.keys() == known else 1


if __name__ == "__main__":
    sys.exit(main())
