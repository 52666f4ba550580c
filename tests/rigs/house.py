"""The packages in the order of imports."""

from __future__ import annotations

from pathlib import Path

import edgeunet

PACKAGE = Path(edgeunet.__file__).parent

ORDER = (
    "spec", "signals", "model", "train", "quantize", "foreign", "graph", "program", "lower", "rewrite", "timing",
    "kernels", "schedule", "emit", "pipeline", "power", "run", "packages", "report", "cli", "verbs",
)  # fmt: skip

LEAVES = {
    "callable_module", "child", "errors", "escaping", "files", "int4", "litert", "modelcard", "orphans", "short_repr",
    "worker", "__init__",
}  # fmt: skip
"""Modules at the top that all may import."""
