"""The table of targets."""

from __future__ import annotations

from importlib import import_module

from tests.fuzz.contract import Target

MODULES = {
    "tflite": "model",
    "card": "card",
    "spec": "spec",
    "wfdb": "recordings",
    "csv": "recordings",
    "npz": "recordings",
    "edf": "recordings",
    "results": "results",
    "protocol": "protocol",
}
"""Target → the module that has it. A module is imported only for its own targets: what it imports is instrumented."""


COMPILED = "compiled"
"""The target that is no reader: models that are accepted, built and judged (`tests.fuzz.compiled`)."""

RUNS = {
    "tflite": 2500,
    "card": 2000,
    "spec": 8000,
    "wfdb": 3000,
    "csv": 3000,
    "npz": 3000,
    "edf": 3000,
    "results": 2500,
    "protocol": 5000,
    COMPILED: 500,
}
"""Inputs for each target in CI."""


def find_target(name: str) -> Target:
    """The target called ``name``."""
    module = import_module(f"tests.fuzz.targets.{MODULES[name]}")
    targets: tuple[Target, ...] = getattr(module, "TARGETS", None) or (module.TARGET,)
    return next(target for target in targets if target.name == name)
