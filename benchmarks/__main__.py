"""``python -m benchmarks`` (``make bench``): measure every workload on every core, rewrite the table in the README.

The workloads themselves are not part of the project: EDGEUNET_SHARED names the directory that holds ``models/``.
Without it, the table is written from the results that are here.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from benchmarks import speed
from benchmarks.bars import broken_bars
from benchmarks.table import HERE, Case, dumps, markdown, read_cases, read_rows, result_path, rewrite
from edgeunet.errors import EdgeUNetError, ReportError
from edgeunet.files import read_json, write_text
from edgeunet.run.bench import Request, bench

_TIMEOUT_S = 900.0


def measure_all(models: Path) -> list[str]:
    """Measure every case, write one result document each, and return the cases that were not exact."""
    wrong = []
    for case in read_cases():
        document = _measure(case, models / f"{case.model}.int8.tflite")
        if document["exact"]:
            write_text(result_path(case), dumps(document))
        else:
            result_path(case).unlink(missing_ok=True)
            wrong.append(str(case))
    return wrong


def measure_beside(models: Path) -> list[str]:
    """Measure the cases of the table of speed alone, write their figures, and return the cases that were not exact.

    A model that is not in ``models`` keeps the figures that are here.
    """
    wrong = []
    found = {(row["model"], row["target"]): row for row in read_json(speed.RESULTS, ReportError)["measurements"]}
    for case, name in speed.read_beside():
        if not (models / name).exists():
            print(f"{case}: '{models / name}' is not here", file=sys.stderr)
            continue
        document = _measure(case, models / name)
        found.pop((case.model, case.target), None)
        if document["exact"]:
            found[case.model, case.target] = speed.kept(case, document)
        else:
            wrong.append(str(case))
    write_text(speed.RESULTS, dumps({"measurements": list(found.values())}))
    return wrong


def _measure(case: Case, model: Path) -> dict[str, Any]:
    workloads = read_json(HERE / "workloads.json", ReportError)
    request = Request(
        model=model,
        target=case.target,
        toolchain=case.toolchain or workloads["toolchain"],
        emulator=workloads["emulator"],
        flags=tuple(workloads["flags"]),
        mode="window" if case.hop is None else "stream",
        hop=case.hop,
        repeat=2 if case.hop is None else 1,
        timeout_s=_TIMEOUT_S,
    )
    document = bench(request).document()
    print(f"{case}: {document['instructions']:,} instructions", file=sys.stderr)
    return document


def main() -> int:
    """Measure where the workloads are here; print the table and put it into the README."""
    try:
        shared, wrong = os.environ.get("EDGEUNET_SHARED"), []
        if shared:
            models = Path(shared) / "models"
            wrong = measure_all(models) + measure_beside(models)
        else:
            print(
                "EDGEUNET_SHARED is not set: nothing is measured, the table shows the results that are here",
                file=sys.stderr,
            )
        rows = list(read_rows())
        table, broken = markdown(rows), list(broken_bars(rows))
        print(table)
        changed = rewrite(HERE.parent / "README.md", table)
        rewrite(speed.PAGE, speed.markdown(speed.read_speeds()), speed.BEGIN, speed.END)
    except EdgeUNetError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return error.exit_code
    print(f"README.md {'rewritten' if changed else 'is up to date'}", file=sys.stderr)
    for case in wrong:
        print(f"benchmarks: {case} is not exact and has no result", file=sys.stderr)
    for sentence in broken:
        print(f"benchmarks: {sentence}", file=sys.stderr)
    return 1 if wrong or broken else 0


if __name__ == "__main__":
    sys.exit(main())
