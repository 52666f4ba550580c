"""Python in a process of its own, which imports what this one does and nothing from the folder where it happens to run.

Python looks into the working directory first for what ``-m`` and ``-c`` import: a ``keras.py`` or ``numpy.py`` beside
somebody's recordings would be run. (``-P``, which prevents that, is known from Python 3.11 on only.)
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_HOME = Path(__file__).parents[1]
"""Where edgeunet is imported from; kept even where that is the working directory, as in a checkout."""


def run_module(module: str, *arguments: str) -> list[str]:
    """Return the command that runs ``module`` as ``python -m`` does, on ``arguments``."""
    return run_program(
        f"import runpy; sys.argv[0] = {module!r}; runpy.run_module({module!r}, run_name='__main__', alter_sys=True)",
        *arguments,
    )


def run_program(program: str, *arguments: str) -> list[str]:
    """Return the command that runs the text ``program``, which finds ``arguments`` in ``sys.argv[1:]``."""
    return [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        f"import sys; sys.path[:] = {_trusted_path()!r}\n{program}",
        *arguments,
    ]


def _trusted_path() -> list[str]:
    here = os.path.realpath(os.getcwd())
    own = str(_HOME)
    found = [entry for entry in sys.path if entry and os.path.realpath(entry) != here]
    return found if own in found else [own, *found]
