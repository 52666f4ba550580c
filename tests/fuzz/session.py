"""One target under atheris, in a process of its own: ``python -m tests.fuzz.session TARGET FOLDER [OPTION ...]``.

Only edgeunet's own modules are instrumented. A broken promise is kept in FOLDER and the session goes on; where the
process itself dies or hangs, libFuzzer leaves the input there.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["edgeunet"]):
    from tests.fuzz import findings
    from tests.fuzz.contract import BrokenPromiseError, Target, hold, limit_memory


def main(arguments: Sequence[str]) -> None:
    """Fuzz until libFuzzer ends the process."""
    name, folder, *options = arguments
    with atheris.instrument_imports(include=["edgeunet"]):
        from tests.fuzz.targets import find_target

        target = find_target(name)
        _warm_up(target)
        _fuzz(target, Path(folder), options)


def _warm_up(target: Target) -> None:
    """Have everything imported that reading the seeds imports, before memory is limited."""
    from tests.fuzz.corpus import seeds_of

    for seed in seeds_of(target.name):
        with contextlib.suppress(BrokenPromiseError):  # the session meets it again
            hold(target, seed.read_bytes())
    limit_memory()


def _fuzz(target: Target, folder: Path, options: Sequence[str]) -> None:
    def one(data: bytes) -> None:
        try:
            hold(target, data)
        except BrokenPromiseError as error:
            findings.keep(folder, data, error)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        def plain(part: bytes) -> bytes:
            return bytes(atheris.Mutate(part, max(len(part) + 64, 64)))

        return target.mutate(data, Random(seed), plain)[:most]

    atheris.Setup([f"fuzz-{target.name}", *options, f"-max_len={target.most_bytes}"], one, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
