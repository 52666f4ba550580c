"""JSON changed value by value."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tests.fuzz.mutation.text import PIECES, Plain, mutate_text

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 7, 127, 128, 255, 65536, 2**31, 2**53 + 1, 2**63, 10**30, 10**400, 0.5, -0.0,
    1e-320, 1e308, float("inf"), float("-inf"), float("nan"), "", "x", "0", "nan", [], {}, [[]], [None], [1, "a"],
    {"a": 1}, {"": {}},
    [0] * 300, {"a": {"a": {"a": {"a": {"a": 1}}}}}, "a" * 5000,
)  # fmt: skip

Place = tuple[Any, Any]
"""An object or list, and the key or index in it."""


def mutate_json(data: bytes, rng: Random, plain: Plain) -> bytes:
    """One or a few values replaced, dropped, doubled, renamed or nested; now and then a change of the text."""
    try:
        document = json.loads(data)
        places = list(_places(document))
    except (ValueError, RecursionError):
        return mutate_text(data, rng, plain)
    if not places or rng.random() < 0.15:
        return mutate_text(data, rng, plain)
    for _ in range(rng.choice((1, 1, 2, 3))):
        _change(*rng.choice(places), rng)
    try:
        return json.dumps(document, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return mutate_text(data, rng, plain)


def _places(value: Any) -> list[Place]:
    found: list[Place] = []
    waiting = [value]
    while waiting and len(found) < 2000:
        here = waiting.pop()
        keys = list(here) if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()
        found += [(here, key) for key in keys]
        waiting += [here[key] for key in keys]
    return found


def _change(container: Any, key: Any, rng: Random) -> None:
    there = key in container if isinstance(container, dict) else key < len(container)
    if not there:
        return  # an earlier change took it away
    what = rng.randrange(8)
    if what == 0:
        del container[key]
    elif what == 1:
        container[key] = [container[key]]
    elif what == 2:
        container[key] = {str(key): container[key]}
    elif what == 3 and isinstance(container, dict):
        container[rng.choice((*PIECES, *container, str(key) + "x"))] = container.pop(key)
    elif what == 4 and isinstance(container[key], str):
        text = container[key]
        at = rng.randint(0, len(text))
        container[key] = text[:at] + rng.choice(PIECES) + text[at:]
    elif what == 5 and isinstance(container, list):
        container.append(container[key])
    else:
        container[key] = _fresh(rng.choice(ODD))


def _fresh(value: Any) -> Any:
    """A copy, so that a later change of it does not change the table."""
    return json.loads(json.dumps(value)) if isinstance(value, (list, dict)) else value
