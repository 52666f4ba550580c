"""One file of several changed, each by the mutator of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from tests.fuzz.bundle import pack, unpack
from tests.fuzz.contract import Mutate
from tests.fuzz.mutation.text import Plain


def of_files(mutators: Mapping[str, Mutate], otherwise: Mutate) -> Mutate:
    """A mutator of inputs of several files; ``mutators`` by the ending of a file's name."""

    def mutate(data: bytes, rng: Random, plain: Plain) -> bytes:
        files = unpack(data)
        if not files:
            return plain(data)
        name = rng.choice(list(files))
        what = rng.randrange(20)
        if what == 0 and len(files) > 1:
            del files[name]
        elif what == 1:
            files[rng.choice(list(files))] = files[name]
        else:
            chosen = next((each for ending, each in mutators.items() if name.endswith(ending)), otherwise)
            files[name] = chosen(files[name], rng, plain)
        return pack(files)

    return mutate


def mutate_bytes(data: bytes, rng: Random, plain: Plain) -> bytes:
    """Plain bytes."""
    return plain(data)
