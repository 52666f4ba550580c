"""The seeds in ``corpus/``, by target."""

from __future__ import annotations

from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"


def seeds_of(target: str) -> list[Path]:
    """The files that ``target`` begins from."""
    return sorted(path for path in (CORPUS / target).iterdir() if path.is_file())
