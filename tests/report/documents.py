"""Result documents as the commands write them, small enough to read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

BOUNDARIES = [(wave, end) for wave in ("P", "QRS", "T") for end in ("onset", "offset")]


def build(model: str = "ecg-tiny", parameters: int = 5000) -> dict[str, Any]:
    return {
        "schema": "edgeunet.build/1",
        "model": model,
        "parameters": parameters,
        "macs": 800_000,
        "layers": [{"macs": 1}],
    }


def evaluate(
    f1: float = 0.98, *, model: str = "ecg-tiny", fmt: str = "tflite int8", part: str = "val", tolerance_ms: float = 150
) -> dict[str, Any]:
    boundaries: dict[str, Any] = {}
    for index, (wave, end) in enumerate(BOUNDARIES):
        figures = {"se": f1, "ppv": f1, "f1": f1 - 0.003 * index, "mean_ms": 1.5, "sd_ms": 9.0, "n": 100}
        boundaries.setdefault(wave, {})[end] = figures
    return {
        "schema": "edgeunet.evaluate/1",
        "model": model,
        "format": fmt,
        "part": part,
        "tolerance_ms": tolerance_ms,
        "records": 12,
        "boundaries": boundaries,
        "samples": {"macro_f1": f1, "accuracy": f1},
    }


def quantize(*, model: str = "ecg-tiny", validated: bool = False) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schema": "edgeunet.quantize/1",
        "model": model,
        "format": "int8",
        "model_bytes": 23760,
        "output_sqnr_db": 22.0,
        "worst_layer": "dec4_conv1",
        "worst_layer_sqnr_db": 18.5,
        "lossiest_layer": "enc1_conv1",
        "lossiest_layer_lost_db": 3.25,
        "layers": [],
    }
    if validated:
        document["validation"] = {
            "float": evaluate(0.99, fmt="keras"),
            "quantized": evaluate(0.97),
            "worst_drop_points": 2.0,
        }
    return document


def bench(
    target: str = "cortex-m4", *, model: str = "ecg-tiny", exact: bool = True, instructions: int = 4_000_000
) -> dict[str, Any]:
    return {
        "schema": "edgeunet.bench/1",
        "model": model,
        "target": target,
        "exact": exact,
        "toolchain": "arm-none-eabi-gcc 12.2",
        "flags": "-O2",
        "instructions": instructions,
        "ram_bytes": 9000,
        "arena_bytes": 8000,
        "stack_bytes": 400,
        "flash_bytes": 18000,
        "weights_bytes": 6000,
        "memory": [
            {
                "name": "enc1",
                "kind": "signal",
                "offset_bytes": 0,
                "size_bytes": 6000,
                "first_step": 0,
                "last_step": 9,
            },
            {
                "name": "dec1",
                "kind": "scratch",
                "offset_bytes": 6000,
                "size_bytes": 2000,
                "first_step": 3,
                "last_step": 3,
            },
        ],
    }


def stream(hop: int, *, target: str = "cortex-m4", instructions: int = 100_000) -> dict[str, Any]:
    figures = {"mode": "stream", "hop_samples": hop, "instructions_per_sample": instructions / hop, "ram_bytes": 4000}
    return {**bench(target, instructions=instructions), **figures}


def timed(
    target: str = "nucleo-l4r5zi", *, cycles: int = 1_800_000, clock_hz: int | None = 120_000_000, **more: Any
) -> dict[str, Any]:
    """What ``bench`` says of a board (or with no ``clock_hz`` of a core) whose cycles are estimated."""
    time: dict[str, Any] = {
        "cycles": {
            "count": cycles,
            "estimated": True,
            "model": "m",
            "error_band_percent": 9,
            "zero_wait_count": cycles,
        },
        "cycles_reason": None,
        "clock_hz": clock_hz,
        "milliseconds": None if clock_hz is None else 1000 * cycles / clock_hz,
    }
    return {**bench(target, instructions=1_000_000), **time, **more}


def energy(microjoules: float, mode: str = "smps") -> dict[str, Any]:
    """What ``bench --energy`` adds."""
    return {
        "microjoules": microjoules,
        "energy": {"mode": mode, "error_percent": 2.0, "average_ua": 40.0, "battery_days": 234.0},
    }


def write_all(directory: Path, **documents: dict[str, Any]) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    for name, document in documents.items():
        (directory / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    return directory
