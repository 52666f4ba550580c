"""What the workloads may cost at most, as shares of TFLM + CMSIS-NN or of our own window; see ``bars.json``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.table import HERE, Row
from edgeunet.errors import ReportError
from edgeunet.files import read_json


def broken_bars(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a sentence for every share of ``rows`` over its bar; a window's flash and RAM to two decimals, as shown.

    Builds of other compilers have no bars: speed and size are measured with gcc.
    """
    bars = read_json(HERE / "bars.json", ReportError)
    ours = {(row.case.model, row.case.target, row.case.hop): row for row in rows if row.case.toolchain is None}
    for (model, target, hop), row in ours.items():
        bar, found = bars[model], dict[str, tuple[float, float]]()
        speed, ram, flash, _ = row.shares()
        if hop is None:
            found["instructions"] = (speed, bar["instructions"][target])
            found["RAM"] = (round(ram, 2), bar["ram"])
            found["flash"] = (round(flash, 2), bar["flash"])
        window, stream = ours.get((model, target, None)), bar["stream"].get(target)
        if stream and window and hop == stream["hop"]:
            unit = "cycles" if row.result.get("cycles") and window.result.get("cycles") else "instructions"
            share = _per_sample(row, unit) / _per_sample(window, unit)
            found[f"{unit} per sample of our window"] = (share, stream["of_window"])
        if hop == bar["smallest_hop"]["hop"]:
            found["RAM"] = (ram, bar["smallest_hop"]["ram"])
        for name, (share, most) in found.items():
            if share > most:
                yield f"{row.case}: share {share:.3f} ({name}) is over the bar of {most:.2f}"


def _per_sample(row: Row, unit: str) -> float:
    """Instructions, or what kernels are chosen by: estimated cycles with memory that never waits, of one sample."""
    result = row.result
    instructions = float(result["instructions_per_sample"])
    if unit == "instructions":
        return instructions
    return instructions * float(result["cycles"]["zero_wait_count"]) / float(result["instructions"])
