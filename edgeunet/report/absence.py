"""A figure that no result has: why, where a result says so, and the command that measures it."""

from __future__ import annotations

from edgeunet.errors import did_you_mean
from edgeunet.report.documents import REQUIRED_FIGURES
from edgeunet.report.figures import PIPELINE, is_energy, is_time
from edgeunet.report.results import HOP, Result, Results, Subject
from edgeunet.report.variants import CYCLES, WEIGHTS

_TOOLCHAINS = ("gcc", "clang", "zig")
_OPTIONS = {
    **{name: f"--toolchain {name}" for name in _TOOLCHAINS},
    **dict(zip(WEIGHTS, ("--weights flash", "--weights ram"), strict=True)),
    **dict(zip(CYCLES, ("--port PORT", ""), strict=True)),
    "smps": "--energy-mode smps",
    "ldo": "--energy-mode ldo",
    "dcdc": "--energy-mode dcdc",
}
"""Words of a target's name, and the options of ``bench`` that they stand for; others are kernel flavours."""

_HOW_TO_MEASURE = (
    ("boundaries.", "evaluate"),
    ("samples.", "evaluate"),
    ("instructions", "bench"),
    ("ram_bytes", "bench"),
    ("stack_bytes", "bench"),
    ("flash_bytes", "bench"),
    ("exact", "bench"),
    (PIPELINE, "bench"),
    ("model_bytes", "quantize"),
    ("sqnr_db", "quantize"),
    ("parameters", "build"),
    ("macs", "build"),
)


def absence(results: Results, subject: Subject, figure: str) -> str:
    """Say why ``subject``, which was measured, has no such ``figure`` of time or energy; empty where nothing says."""
    if not is_time(figure):
        return ""
    measured = [r for r in results.results if r.command == "bench" and _is_of(r.subject, subject)]
    return next((_why(result, figure) for result in measured), "")


def meant(results: Results, subject: Subject, figure: str) -> str:
    """Ask for the figure of ``subject`` that ``figure``, which no result of anything has, may be a misspelling of."""
    known = {name for figures in results.figures.values() for name in figures}
    if figure in known or figure in REQUIRED_FIGURES:
        return ""
    return did_you_mean(figure, sorted(results.of(subject)) or sorted(known), 0.8)


def _is_of(measured: Subject, asked: Subject) -> bool:
    same_format = not asked.format or measured.format == asked.format
    return same_format and (measured.model, measured.target) == (asked.model, asked.target)


def _why(result: Result, figure: str) -> str:
    document, origin, target = result.document, result.origin, result.subject.target.partition(HOP)[0]
    if figure.startswith(PIPELINE):
        document = document.get("pipeline") or {}
        if not document:
            return f"'{origin}' is of the network alone; measure it again with --pipeline"
    if document.get("cycles") is None:
        reason = document.get("cycles_reason")
        why = f"'{origin}' has no cycles" + (f" ({reason})" if reason else "")
        return f"{why}; measure it again with edgeunet bench --target {target}"
    if is_energy(figure):
        return f"'{origin}' is without energy; measure it again with edgeunet bench --target {target} --energy"
    if not document.get("clock_hz"):
        return f"{target} has no clock of its own, only cycles; name a board as 'target' (see edgeunet firmware boards)"
    return f"'{origin}' does not hold it: figures per second need a model's card with a sample rate"


def cure(figure: str, subject: Subject) -> str:
    """Return what to do to have ``figure`` of ``subject``."""
    command = "bench" if is_time(figure) else None
    command = command or next((name for beginning, name in _HOW_TO_MEASURE if beginning in figure), None)
    if command is None:
        return "pass the document that holds it, or correct the name in the budget"
    way, _, hop = subject.target.partition(HOP)
    place, *variant = way.split(" ")
    options = [_OPTIONS.get(word, f"--kernels {word}") for word in variant]
    options += [f"--mode stream --hop {hop}"] if hop else []
    options += ["--pipeline"] if figure.startswith(PIPELINE) else []
    options += ["--energy"] if is_energy(figure) else []
    told = "".join(f" {option}" for option in (f"--target {place}", *options) if option)
    target = told if command == "bench" and place else ""
    return f"pass what 'edgeunet {command}{target} --json' wrote for this model, or correct the name in the budget"
