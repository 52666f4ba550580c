"""The ratio table: our figures as shares of TFLM + CMSIS-NN's, from result documents and the baselines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeunet.errors import ReportError
from edgeunet.files import read_json, write_text

HERE = Path(__file__).resolve().parent
BASELINES = HERE / "baselines" / "tflm_cmsis_nn.json"
BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"


@dataclass(frozen=True)
class Row:
    """One workload on one core: ours, and the baseline's builds (fastest for speed, balanced for size)."""

    model: str
    target: str
    result: Mapping[str, Any]
    fastest: Mapping[str, Any]
    balanced: Mapping[str, Any]
    smallest: Mapping[str, Any]

    @property
    def baseline_ram_bytes(self) -> int:
        return int(self.balanced["arena_bytes"] + self.balanced["data_bss_bytes"] + self.balanced["stack_bytes"])

    @staticmethod
    def flash_bytes(build: Mapping[str, Any]) -> int:
        """Return code and flatbuffer of a baseline build."""
        return int(build["code_bytes"] + build["model_bytes"])

    def shares(self) -> tuple[float, float, float, float]:
        """Return instructions, RAM, flash and flash against the smallest build, each ours / theirs."""
        return (
            self.result["instructions"] / self.fastest["instructions"],
            self.result["ram_bytes"] / self.baseline_ram_bytes,
            self.result["flash_bytes"] / self.flash_bytes(self.balanced),
            self.result["flash_bytes"] / self.flash_bytes(self.smallest),
        )


def result_path(model: str, target: str) -> Path:
    """Return where the result document of ``model`` on ``target`` lies."""
    return HERE / "results" / f"{model}.{target}.json"


def read_rows() -> Iterator[Row]:
    """Yield a row for every pair of workload and core that has been measured.

    Raises
    ------
    ReportError
        When a result is not exact or a document is broken.
    """
    baselines = read_json(BASELINES, ReportError)
    workloads = read_json(HERE / "workloads.json", ReportError)
    for model in workloads["models"]:
        for target in workloads["targets"]:
            path = result_path(model, target)
            if not path.exists():
                continue
            result = read_json(path, ReportError)
            if not result["exact"]:
                raise ReportError(f"'{path}' is not exact; figures of a wrong program are not shown, mend it first")
            builds = baselines[model][target]
            yield Row(model, target, result, builds["fastest"], builds["balanced"], builds["smallest"])


def markdown(rows: list[Row]) -> str:
    """Return the table, in absolute figures with the share of the baseline behind each."""
    lines = [
        "| workload | core | instructions | of TFLM | instr/MAC | RAM, bytes | of TFLM | flash, bytes | of TFLM "
        "| of its smallest |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        speed, ram, flash, smallest = row.shares()
        result = row.result
        core = row.target.removeprefix("cortex-").upper()
        lines.append(
            f"| {row.model} | {core} | {result['instructions']:,} | {speed:.2f} | "
            f"{result['instructions_per_mac']:.2f} | {result['ram_bytes']:,} | {ram:.2f} | {result['flash_bytes']:,} | "
            f"{flash:.2f} | {smallest:.2f} |"
        )
    return "\n".join([*lines, "", provenance(rows)])


def provenance(rows: list[Row]) -> str:
    """Return what the figures were made with."""
    made = sorted({f"{row.result['toolchain_version']}; {row.result['emulator_version']}" for row in rows})
    flags = sorted({row.result["flags"].split()[-1] for row in rows})
    kernels = ", ".join(
        f"{row.target.removeprefix('cortex-').upper()} {row.result['kernels']}"
        for row in {r.target: r for r in rows}.values()
    )
    return (
        f"Ours: {', '.join(made)}; {', '.join(flags)}; kernels: {kernels}. Instructions, not cycles: compare on one "
        "core. TFLM: instructions of its fastest build, RAM and flash of its balanced one; RAM includes input, output "
        "and stack on both sides, flash includes weights or flatbuffer ([provenance](benchmarks/README.md))."
    )


def rewrite(path: Path, text: str) -> bool:
    """Put ``text`` between the markers in ``path`` and return whether that changed it.

    Raises
    ------
    ReportError
        When the markers are missing.
    """
    old = path.read_text(encoding="utf-8")
    before, begin, rest = old.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ReportError(f"'{path}' lacks the lines '{BEGIN}' and '{END}'; put them where the table belongs")
    new = f"{before}{BEGIN}\n{text}\n{END}{after}"
    if new != old:
        write_text(path, new)
    return new != old


def dumps(document: Mapping[str, Any]) -> str:
    """Return ``document`` as the text that ``results/`` holds."""
    return json.dumps(document, indent=1) + "\n"
