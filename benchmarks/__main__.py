"""``python -m benchmarks`` (``make bench``): measure every workload on every core, rewrite the table in the README.

The workloads themselves are not part of the project: EDGEUNET_SHARED names the directory that holds ``models/``.
Without it, the table is written from the results that are here.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.table import HERE, dumps, markdown, read_rows, result_path, rewrite
from edgeunet.errors import EdgeUNetError, ReportError
from edgeunet.files import read_json, write_text
from edgeunet.run.bench import Request, bench


def measure_all(models: Path) -> list[str]:
    """Measure every workload on every core, write one result each, and return the pairs that were not exact."""
    workloads = read_json(HERE / "workloads.json", ReportError)
    wrong = []
    for model in workloads["models"]:
        for target in workloads["targets"]:
            request = Request(
                model=models / f"{model}.int8.tflite",
                target=target,
                toolchain=workloads["toolchain"],
                emulator=workloads["emulator"],
                flags=tuple(workloads["flags"]),
                repeat=2,
            )
            document = bench(request).document()
            print(f"{model} on {target}: {document['instructions']:,} instructions", file=sys.stderr)
            if document["exact"]:
                write_text(result_path(model, target), dumps(document))
            else:
                result_path(model, target).unlink(missing_ok=True)
                wrong.append(f"{model} on {target}")
    return wrong


def main() -> int:
    """Measure where the workloads are here; print the table and put it into the README."""
    try:
        shared, wrong = os.environ.get("EDGEUNET_SHARED"), []
        if shared:
            wrong = measure_all(Path(shared) / "models")
        else:
            print(
                "EDGEUNET_SHARED is not set: nothing is measured, the table shows the results that are here",
                file=sys.stderr,
            )
        table = markdown(list(read_rows()))
        print(table)
        changed = rewrite(HERE.parent / "README.md", table)
    except EdgeUNetError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return error.exit_code
    print(f"README.md {'rewritten' if changed else 'is up to date'}", file=sys.stderr)
    for pair in wrong:
        print(f"benchmarks: {pair} is not exact and has no result", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
