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
CYCLES = HERE / "baselines" / "tflm_cmsis_nn_cycles.json"
"""Sizes and instructions of many builds, and estimated cycles of those that were traced."""
BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"


@dataclass(frozen=True)
class Case:
    """One workload on one core: whole windows (``hop`` is ``None``), or a stream.

    ``toolchain`` names the compiler where it is not the one that speed is measured with.
    """

    model: str
    target: str
    hop: int | None = None
    toolchain: str | None = None

    def __str__(self) -> str:
        hop = f", hop {self.hop}" if self.hop else ""
        return f"{self.model} on {self.target}{hop}" + (f", {self.toolchain}" if self.toolchain else "")


@dataclass(frozen=True)
class Row:
    """A case with its result and the baseline's builds (fastest for instructions, balanced for size).

    ``baseline_cycles`` are those of the traced build with the fewest, ``None`` where none was traced.
    """

    case: Case
    result: Mapping[str, Any]
    fastest: Mapping[str, Any]
    balanced: Mapping[str, Any]
    smallest: Mapping[str, Any]
    baseline_cycles: int | None = None

    @property
    def cycles(self) -> int | None:
        """Estimated for memory that never waits; ``None`` where nothing was estimated."""
        estimated = self.result.get("cycles")
        return None if estimated is None else int(estimated["zero_wait_count"])

    @property
    def cycles_share(self) -> float | None:
        """Ours / theirs."""
        if self.cycles is None or self.baseline_cycles is None:
            return None
        return self.cycles / self.baseline_cycles

    @property
    def core(self) -> str:
        return self.case.target.removeprefix("cortex-").upper()

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


def read_cases() -> Iterator[Case]:
    """Yield every case of ``workloads.json``: windows first, then streams."""
    workloads = read_json(HERE / "workloads.json", ReportError)
    for model in workloads["models"]:
        yield from (Case(model, target) for target in workloads["targets"])
    for model in workloads["models"]:
        for target in workloads["stream_targets"]:
            yield from (Case(model, target, hop) for hop in workloads["hops"][model])
    for toolchain in workloads["toolchains_beside"]:
        for model in workloads["models"]:
            yield from (Case(model, target, toolchain=toolchain) for target in workloads["targets"])


def result_path(case: Case) -> Path:
    """Return where the result document of ``case`` lies."""
    stream = f".hop{case.hop}" if case.hop else ""
    built = f".{case.toolchain}" if case.toolchain else ""
    return HERE / "results" / f"{case.model}.{case.target}{stream}{built}.json"


def read_rows() -> Iterator[Row]:
    """Yield a row for every case that has been measured.

    Raises
    ------
    ReportError
        When a result is not exact or a document is broken.
    """
    baselines, fewest = read_json(BASELINES, ReportError), fewest_cycles()
    for case in read_cases():
        path = result_path(case)
        if not path.exists():
            continue
        result = read_json(path, ReportError)
        if not result["exact"]:
            raise ReportError(f"'{path}' is not exact; figures of a wrong program are not shown, mend it first")
        builds, traced = baselines[case.model][case.target], fewest.get((case.model, case.target))
        theirs = None if traced is None else int(traced["cycles"])
        yield Row(case, result, builds["fastest"], builds["balanced"], builds["smallest"], theirs)


def fewest_cycles(page: Path = CYCLES) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return the image of TFLM + CMSIS-NN with the fewest cycles, by model and core."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for image in read_json(page, ReportError)["images"]:
        key = image["model"], image["target"]
        if key not in found or image["cycles"] < found[key]["cycles"]:
            found[key] = image
    return found


def markdown(rows: list[Row]) -> str:
    """Return the tables: absolute figures with the share of the baseline behind each, streams, other compilers."""
    ours = [row for row in rows if row.case.toolchain is None]
    windows = [row for row in ours if row.case.hop is None]
    streams = [row for row in ours if row.case.hop is not None]
    beside = [row for row in rows if row.case.toolchain is not None]
    parts = [_window_table(windows), _stream_table(streams, windows), _beside_table(beside, windows)]
    return "\n\n".join("\n".join(part) for part in [*filter(None, parts), [provenance(ours)]])


def _window_table(rows: list[Row]) -> list[str]:
    lines = [
        "| workload | core | cycles | of TFLM | instructions | of TFLM | RAM, bytes | of TFLM | flash, bytes | of TFLM "
        "| of its smallest |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        speed, ram, flash, smallest = row.shares()
        result = row.result
        lines.append(
            f"| {row.case.model} | {row.core} | {count(row.cycles)} | {share(row.cycles_share)} | "
            f"{result['instructions']:,} | {speed:.2f} | {result['ram_bytes']:,} | {ram:.2f} | "
            f"{result['flash_bytes']:,} | {flash:.2f} | {smallest:.2f} |"
        )
    return lines


def count(value: int | None) -> str:
    """Return a figure of the table, a dash where there is none."""
    return "–" if value is None else f"{value:,}"


def share(value: float | None) -> str:
    """Return a share of the table, a dash where there is none."""
    return "–" if value is None else f"{value:.2f}"


def _stream_table(rows: list[Row], windows: list[Row]) -> list[str]:
    whole = {(row.case.model, row.case.target): row.result["instructions_per_sample"] for row in windows}
    lines = [
        "Streaming, equal to the network over the whole recording; RAM is for recordings of any length:",
        "",
        "| workload | core | hop, samples | RAM, bytes | of TFLM's window | cycles per sample "
        "| instructions per sample | of our window | look-ahead, samples |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        result = row.result
        per_sample = result["instructions_per_sample"]
        window = whole.get((row.case.model, row.case.target))
        of_window = share(per_sample / window if window else None)
        cycles = None if row.cycles is None or row.case.hop is None else round(row.cycles / row.case.hop)
        lines.append(
            f"| {row.case.model} | {row.core} | {row.case.hop} | {result['ram_bytes']:,} | {row.shares()[1]:.2f} | "
            f"{count(cycles)} | {per_sample:,.0f} | {of_window} | {result['lookahead_samples']} |"
        )
    return lines if rows else []


def _beside_table(rows: list[Row], windows: list[Row]) -> list[str]:
    if not rows:
        return []
    measured = {(row.case.model, row.case.target): row.result for row in windows}
    made = ", ".join(sorted({row.result["toolchain_version"] for row in rows}))
    lines = [
        f"The same C built by {made}, the compiler that comes with `pip`: as exact, every output byte compared:",
        "",
        "| workload | core | instructions | of gcc's | RAM, bytes | flash, bytes | of gcc's |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        result, gcc = row.result, measured.get((row.case.model, row.case.target))
        shares = [f"{result[key] / gcc[key]:.2f}" if gcc else "–" for key in ("instructions", "flash_bytes")]
        lines.append(
            f"| {row.case.model} | {row.core} | {result['instructions']:,} | {shares[0]} | {result['ram_bytes']:,} | "
            f"{result['flash_bytes']:,} | {shares[1]} |"
        )
    return lines


def provenance(rows: list[Row]) -> str:
    """Return what the figures were made with."""
    made = sorted({f"{row.result['toolchain_version']}; {row.result['emulator_version']}" for row in rows})
    flags = sorted({row.result["flags"].split()[-1] for row in rows})
    kernels = ", ".join(f"{row.core} {row.result['kernels']}" for row in {row.core: row for row in rows}.values())
    return (
        f"Ours: {', '.join(made)}; {', '.join(flags)}; kernels: {kernels}. Cycles are estimated, by the same method "
        "on both sides, for memory that never waits ([what they are worth](docs/TIME.md)). TFLM: cycles of its fastest "
        "traced build, instructions of its fastest build, RAM and flash of its balanced one; RAM includes input, "
        "output and stack on both sides, flash includes weights or flatbuffer ([provenance](benchmarks/README.md))."
    )


def rewrite(path: Path, text: str, begin_line: str = BEGIN, end_line: str = END) -> bool:
    """Put ``text`` between the markers in ``path`` and return whether that changed it.

    Raises
    ------
    ReportError
        When the markers are missing.
    """
    old = path.read_text(encoding="utf-8")
    before, begin, rest = old.partition(begin_line)
    _, end, after = rest.partition(end_line)
    if not begin or not end:
        raise ReportError(f"'{path}' lacks the lines '{begin_line}' and '{end_line}'; put them where the table belongs")
    new = f"{before}{begin_line}\n{text}\n{end_line}{after}"
    if new != old:
        write_text(path, new)
    return new != old


def dumps(document: Mapping[str, Any]) -> str:
    """Return ``document`` as the text that ``results/`` holds."""
    return json.dumps(document, indent=1) + "\n"
