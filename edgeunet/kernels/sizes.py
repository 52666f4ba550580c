"""Bytes of code of the kernels' texts, before anything is compiled: a JSON page per flavour.

The pages in ``edgeunet/kernels/sizes`` are written by ``python -m benchmarks.sizes``: what gcc -O2 makes of each text
for the flavour's core. What a compiler then puts in place, or leaves out because nothing calls it, is not in them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def per_shape(function: str) -> str:
    """The page's name for one of the functions that ``function`` is written as, a text per shape."""
    return f"{function} per shape"


@cache
def sizes_of(flavour: str) -> Mapping[str, int]:
    """Bytes by name of the text."""
    page = files("edgeunet") / "kernels" / "sizes" / f"{flavour}.json"
    sizes: dict[str, int] = json.loads(page.read_text(encoding="utf-8"))
    return sizes
