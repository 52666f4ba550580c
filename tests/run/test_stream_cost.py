"""What a stream costs besides a window: instructions per sample at a hop of four total strides, on a Cortex-M55."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeunet.run.bench import Request, bench
from tests.run.machines import tools
from tests.tools import need


def per_sample(path: Path, hop: int | None) -> float:
    """Instructions per input sample of a stream with ``hop``, or of a window."""
    mode = "window" if hop is None else "stream"
    result = bench(Request(path, "cortex-m55", toolchain="gcc", emulator="qemu", mode=mode, hop=hop))
    assert result.measurement.exact, result.measurement.mismatch
    return float(result.document()["instructions_per_sample"])


@pytest.mark.parametrize(
    ("name", "hop", "most"), [("seed-unet-800", 64, 1.10), ("small-unet-256", 64, 1.10), ("classic-unet-512", 16, 1.25)]
)
def test_a_stream_of_four_strides_costs_little_more_than_a_window(
    name: str, hop: int, most: float, shared: Path
) -> None:
    """Convolutions of few rows keep ``classic-unet-512`` above 1.10: see docs/HELIUM_KERNELS.md."""
    need(*tools("cortex-m55", "gcc", "qemu"))
    path = shared / "models" / f"{name}.int8.tflite"
    assert per_sample(path, hop) <= most * per_sample(path, None)
