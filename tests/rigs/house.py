"""The packages in the order of imports."""

from __future__ import annotations

from pathlib import Path

import edgeunet

PACKAGE = Path(edgeunet.__file__).parent

ORDER = (
    "spec", "signals", "model", "train", "quantize", "graph", "program", "lower", "rewrite", "kernels", "schedule",
    "emit", "pipeline", "run", "report", "cli", "verbs",
)  # fmt: skip

LEAVES = {"child", "escaping", "errors", "files", "modelcard", "litert", "callable_module", "short_repr", "__init__"}
"""Modules at the top that all may import."""
