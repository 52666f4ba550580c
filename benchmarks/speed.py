"""Cycles and instructions of every model and core beside TFLM + CMSIS-NN's: the table of ``benchmarks/README.md``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.table import HERE, Case, count, fewest_cycles, read_cases, result_path, share
from edgeunet.errors import ReportError
from edgeunet.files import read_json

PAGE = HERE / "README.md"
RESULTS = HERE / "results" / "speed.json"
BEGIN, END = "<!-- speed: begin -->", "<!-- speed: end -->"
KEPT = ("model", "target", "kernels", "exact", "instructions", "cycles", "model_digest", "toolchain_version", "flags")
"""Of a measurement's document, what ``speed.json`` keeps."""


@dataclass(frozen=True)
class Speed:
    """One model on one core: cycles for memory that never waits, and instructions, ours and theirs."""

    model: str
    core: str
    cycles: int | None
    instructions: int
    their_cycles: int | None
    their_instructions: int | None

    def row(self) -> str:
        """Return the line of the table."""
        of_cycles = self.cycles / self.their_cycles if self.cycles and self.their_cycles else None
        of_instructions = self.instructions / self.their_instructions if self.their_instructions else None
        return (
            f"| {self.model} | {self.core} | {count(self.cycles)} | {count(self.their_cycles)} | {share(of_cycles)} | "
            f"{count(self.instructions)} | {count(self.their_instructions)} | {share(of_instructions)} |"
        )


def read_beside() -> Iterator[tuple[Case, Path]]:
    """Yield every case without a page of its own among the results, and where its model lies."""
    workloads = read_json(HERE / "workloads.json", ReportError)
    for model in workloads["models"]:
        for target in workloads["targets_beside"]:
            yield Case(model, target), Path(f"{model}.int8.tflite")
    for folder, models in workloads["models_beside"].items():
        for model in models:
            for target in (*workloads["targets"], *workloads["targets_beside"]):
                yield Case(model, target), Path(folder) / f"{model}.int8.tflite"


def kept(case: Case, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``speed.json`` keeps of a measurement, under the name of the model's file."""
    return {**{name: document[name] for name in KEPT}, "model": case.model}


def read_speeds() -> list[Speed]:
    """Return every model and core that was measured: the workloads first, by model.

    Raises
    ------
    ReportError
        When a result is not exact or is of another model than the image beside it.
    """
    theirs = fewest_cycles()
    measured: list[Mapping[str, Any]] = []
    for case in read_cases():
        if case.hop is None and case.toolchain is None and result_path(case).exists():
            measured.append(read_json(result_path(case), ReportError))
    measured += read_json(RESULTS, ReportError)["measurements"]
    order = list(dict.fromkeys(row["model"] for row in measured))
    return [_speed(row, theirs) for row in sorted(measured, key=lambda row: order.index(row["model"]))]


def _speed(row: Mapping[str, Any], theirs: Mapping[tuple[str, str], Mapping[str, Any]]) -> Speed:
    model, target, image = row["model"], row["target"], theirs.get((row["model"], row["target"]))
    if not row["exact"]:
        raise ReportError(f"{model} on {target} is not exact; figures of a wrong program are not shown, mend it first")
    if image is not None and image["model_digest"] != row["model_digest"]:
        raise ReportError(f"TFLM's image of {model} on {target} is of another model; measure it again")
    cycles = row["cycles"]
    return Speed(
        model,
        target.removeprefix("cortex-").upper().replace("PLUS", "+") if target.startswith("cortex-") else target,
        None if cycles is None else cycles["zero_wait_count"],
        row["instructions"],
        None if image is None else image["cycles"],
        None if image is None else image["instructions"],
    )


def markdown(speeds: Sequence[Speed]) -> str:
    """Return the table."""
    lines = [
        "| model | core | cycles | TFLM's | share | instructions | TFLM's | share |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    return "\n".join([*lines, *(speed.row() for speed in speeds)])
