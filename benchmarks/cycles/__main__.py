"""Measure the kernels on the cores that run them, and write what their parts take (``make cycles``).

python -m benchmarks.cycles                  measure and fit every core
python -m benchmarks.cycles cortex-m4        only this one
python -m benchmarks.cycles --fit            fit again what was measured before (out/cycles)
python -m benchmarks.cycles --kernel NAME    measure again only the networks in which a kernel of this name runs
python -m benchmarks.cycles --hold           keep the figures that the pages have, and fit what they lack
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.cycles.corpus import Case, cases
from benchmarks.cycles.fitting import Functions, fit_page, residuals
from benchmarks.cycles.measuring import Sample, kernels_of, measured_layers, works_of
from edgeunet.emit.work import ALONE, marked
from edgeunet.errors import EdgeUNetError
from edgeunet.kernels.prediction import load_cycles
from edgeunet.kernels.work import Parts
from edgeunet.run.machines.boards import load_boards

TOOLCHAIN = "gcc"
MEASURED = Path("out/cycles")
PAGES = Path(__file__).parents[2] / "edgeunet" / "kernels" / "cycles"
CORES = tuple(load_boards().cores)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cycles", description=__doc__)
    parser.add_argument("cores", nargs="*", metavar="CORE", help=f"one of {', '.join(CORES)}")
    parser.add_argument("--fit", action="store_true", help="do not measure")
    parser.add_argument("--kernel", default="", help="measure only networks in which such a kernel runs")
    parser.add_argument(
        "--case", action="append", default=[], metavar="NAME", help="measure only networks whose names begin so"
    )
    parser.add_argument("--hold", action="store_true", help="keep the figures of functions that the page has")
    parser.add_argument(
        "--anew", action="append", default=[], metavar="NAME", help="with --hold: fit functions that begin so as well"
    )
    given = parser.parse_args()
    for core in given.cores or CORES:
        if not given.fit:
            measure(core, given.kernel, tuple(given.case))
        samples = counted_anew(core, _load(core))
        page = fit_page(core, samples, held(core, tuple(given.anew)) if given.hold else {})
        if given.hold:  # what was to be fitted anew and runs in no layer here stays too
            page["functions"] = {**load_cycles(core).parts, **page["functions"]}
        PAGES.mkdir(exist_ok=True)
        (PAGES / f"{core}.json").write_text(json.dumps(page, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{core}: {residuals(page, samples)}", file=sys.stderr)
    return 0


def held(core: str, anew: tuple[str, ...]) -> Functions:
    """The functions of the page of ``core`` but for those that begin with one of ``anew``."""
    return {name: parts for name, parts in load_cycles(core).parts.items() if not name.startswith(anew)}


def measure(core: str, kernel: str, names: tuple[str, ...]) -> None:
    """Measure every network for ``core``, or those in which ``kernel`` runs or whose names begin as ``names`` do, and
    keep the layers in ``out/cycles``."""
    kept = _load(core) if kernel or names else {}
    for case in cases(load_boards().cores[core].kernels[0]):
        if names and not case.name.startswith(names):
            continue
        if kernel and not any(name.startswith(kernel) for name in kernels_of(case.graph, case.flavour, case.hop)):
            continue
        try:
            kept[case.name] = _measured(case, core)
        except EdgeUNetError as error:
            print(f"{core} {case.name}: {error}", file=sys.stderr)
    MEASURED.mkdir(parents=True, exist_ok=True)
    text = json.dumps({name: [_plain(sample) for sample in samples] for name, samples in kept.items()})
    (MEASURED / f"{core}.json").write_text(text, encoding="utf-8")


def counted_anew(core: str, measured: dict[str, list[Sample]]) -> dict[str, list[Sample]]:
    """The layers of ``measured`` that the same kernels still run, with their work as it is counted now."""
    found = {}
    for case in cases(load_boards().cores[core].kernels[0]):
        if case.name in measured:
            works, layers = works_of(case.graph, case.flavour.on(core), case.hop), measured[case.name]
            if len(works) == len(layers):
                pairs = zip(layers, works, strict=True)
                found[case.name] = [replace(s, parts=work) for s, work in pairs if _agree(work, s.parts)]
    return found


def _agree(now: Parts, then: Parts) -> bool:
    """Whether both are of one layer: the same functions, and as often what both count (copies are counted anew)."""
    (plain_now, plain_then) = (
        {name.removesuffix(ALONE): work for name, work in parts.items()} for parts in (now, then)
    )
    return plain_now.keys() == plain_then.keys() and all(
        plain_now[name].get(part, count) == count
        for name, work in plain_then.items()
        for part, count in work.items()
        if not part.startswith("copy")
    )


def _measured(case: Case, core: str) -> list[Sample]:
    return measured_layers(case.graph, core, case.flavour, TOOLCHAIN, case.hop)


def _load(core: str) -> dict[str, list[Sample]]:
    path = MEASURED / f"{core}.json"
    if not path.is_file():
        return {}
    found = {name: [Sample(**sample) for sample in samples] for name, samples in json.loads(path.read_text()).items()}
    return {name: _marked(samples) for name, samples in found.items()}


def _plain(sample: Sample) -> dict[str, Any]:
    parts = {name.removesuffix(ALONE): work for name, work in sample.parts.items()}
    return {"name": sample.name, "parts": parts, "cycles": sample.cycles}


def _marked(samples: list[Sample]) -> list[Sample]:
    works = marked([sample.parts for sample in samples])
    return [replace(sample, parts=work) for sample, work in zip(samples, works, strict=True) if work is not None]


if __name__ == "__main__":
    sys.exit(main())
