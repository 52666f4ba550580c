"""Processes that this package starts end with it, also where it is killed."""

from __future__ import annotations

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""Of Linux' ``prctl``: which signal a process gets when the one that started it ends."""


def end_with_parent() -> None:
    """Let this process be killed when the one that started it ends; where the system cannot, it runs on."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
