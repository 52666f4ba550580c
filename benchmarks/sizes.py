"""Bytes of code of each kernel text, a JSON page per flavour: ``python -m benchmarks.sizes`` writes them.

A text is compiled behind what it requires, every static function kept, and counted by the difference. Functions that
are written per shape count as the average over the layers that `benchmarks.cycles` measures.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import mean

from benchmarks.cycles.corpus import cases
from edgeunet.files import scratch_directory
from edgeunet.kernels import sizes
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.kernels.kernel import Kernel, kernel_source
from edgeunet.run.machines.boards import load_boards
from edgeunet.run.machines.toolchains import find_toolchain
from edgeunet.schedule.plan import schedule_graph

PAGES = Path(sizes.__file__).parent / "sizes"
HEAD = "#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n"
FLAGS = ("-std=c99", "-O2", "-w", "-ffreestanding", "-fkeep-static-functions")


def main() -> int:
    PAGES.mkdir(exist_ok=True)
    for name, flavour in FLAVOURS.items():
        page: dict[str, int] = {}
        for kernel in kernels_of(name):
            texts = [*kernel.requires, kernel.function]
            for i, text in enumerate(texts):
                if text not in page:
                    before = code_bytes(flavour.core, sources(name, texts[:i]))
                    page[text] = code_bytes(flavour.core, sources(name, texts[: i + 1])) - before
        page |= per_shape(name)
        (PAGES / f"{name}.json").write_text(json.dumps(page, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{name}: {len(page)} texts", file=sys.stderr)
    return 0


def kernels_of(flavour: str) -> Iterator[Kernel]:
    """The rows of the flavour's own, or of the portable kernels."""
    seen = set()
    for table in FLAVOURS[flavour].for_four_bits().tables:
        for rows in table.values():
            for row in rows:
                if row.flavour == flavour and (row.function, row.requires) not in seen:
                    seen.add((row.function, row.requires))
                    yield row


def sources(flavour: str, texts: list[str]) -> str:
    return "\n".join(kernel_source(flavour, text) for text in texts)


def per_shape(flavour: str) -> dict[str, int]:
    """By kernel, bytes of a function that is written for a shape, as an average."""
    found: dict[str, list[int]] = defaultdict(list)
    for case in cases(flavour):
        if case.flavour is not FLAVOURS[flavour] or case.hop is not None:
            continue
        schedule = schedule_graph(case.graph, kernels=case.flavour)
        for step, kernel in zip(schedule.steps, schedule.kernels, strict=True):
            made = kernel.arguments(step) if kernel.flavour == flavour else None
            if made is not None and made.definitions and len(found[kernel.function]) < 12:
                definitions, core = dict.fromkeys(made.definitions), FLAVOURS[flavour].core
                behind = sources(flavour, [*kernel.requires, kernel.function])
                with_them = code_bytes(core, "\n".join([behind, *definitions]))
                found[kernel.function].append((with_them - code_bytes(core, behind)) // len(definitions))
    return {sizes.per_shape(name): round(mean(counts)) for name, counts in found.items()}


@cache
def code_bytes(core: str, text: str) -> int:
    """Bytes of the functions in ``text``, compiled for ``core`` by gcc."""
    found = load_boards().cores[core]
    command = [*find_toolchain(found, "gcc").command, *found.gcc_flags, *FLAGS]
    with scratch_directory() as directory:
        source, target = directory / "kernels.c", directory / "kernels.o"
        source.write_text(HEAD + text, encoding="utf-8")
        subprocess.run([*command, "-c", source, "-o", target], check=True)
        listed = subprocess.run(
            ["arm-none-eabi-nm", "-S", "-t", "d", target], check=True, capture_output=True, text=True
        )
    rows = [line.split() for line in listed.stdout.splitlines()]
    return sum(int(row[1]) for row in rows if len(row) == 4 and row[2] in "tT")


if __name__ == "__main__":
    sys.exit(main())
