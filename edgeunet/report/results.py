"""What results are made of: figures by name, whose they are, and the documents they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edgeunet.short_repr import short_repr

Figure = float | int

HOP = " hop "
"""Stands in a target's name between where it was measured and the hop of a stream: ``cortex-m4 hop 16``."""


@dataclass(frozen=True, order=True)
class Subject:
    """What a figure is about: a model, in a number format (or in none: parameters), on a target (or on none)."""

    model: str
    format: str = ""
    target: str = ""

    def __str__(self) -> str:
        detail = ", ".join(part for part in (self.format, self.target) if part)
        return f"{self.model} ({detail})" if detail else self.model


@dataclass(frozen=True, eq=False)
class Result:
    """One document: its subject, its figures by dotted name, and the document itself."""

    subject: Subject
    command: str
    figures: Mapping[str, Figure]
    document: Mapping[str, Any]
    origin: str

    __repr__ = short_repr


@dataclass(frozen=True)
class Results:
    """All documents together."""

    results: tuple[Result, ...]
    figures: Mapping[Subject, Mapping[str, Figure]] = field(default_factory=dict)

    __repr__ = short_repr

    def models(self) -> tuple[str, ...]:
        """Return the models, in order of first appearance."""
        return tuple(dict.fromkeys(result.subject.model for result in self.results))

    def of(self, subject: Subject) -> Mapping[str, Figure]:
        """Return the figures of ``subject``, with those of the model and of its format where it has none itself."""
        wider = (Subject(subject.model), Subject(subject.model, subject.format), subject)
        return {name: value for s in wider for name, value in self.figures.get(s, {}).items()}

    def documents(self, command: str, model: str) -> tuple[Mapping[str, Any], ...]:
        """Return the documents that ``command`` wrote about ``model``."""
        return tuple(r.document for r in self.results if r.command == command and r.subject.model == model)
