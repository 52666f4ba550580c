"""The Python that has PyTorch and litert-torch: this one, or that of an environment of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import edgeunet

_ROOT = str(Path(edgeunet.__file__).parents[1])


def torch_python() -> str:
    """The interpreter that ``EDGEUNET_TORCH`` names, else this one where it has both packages; a skip without."""
    named = os.environ.get("EDGEUNET_TORCH")
    if named:
        return named
    if importlib.util.find_spec("torch") and importlib.util.find_spec("litert_torch"):
        return sys.executable
    pytest.skip(
        "torch and litert-torch are not installed (pip install 'edgeunet[torch]', or EDGEUNET_TORCH=PYTHON of an "
        "environment that has them)"
    )


def run_with_torch(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``python ARGUMENTS`` there, in ``directory``, with this edgeunet."""
    environment = {**os.environ, "PYTHONPATH": _ROOT, "OMP_NUM_THREADS": "1"}
    command = [torch_python(), "-W", "ignore", *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, env=environment)
