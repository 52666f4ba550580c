"""Ctrl-C, also where Python or a library would make something else of it than a ``KeyboardInterrupt``.

An interrupt that meets the import of a compiled module becomes an ``ImportError`` or ``SystemError``, one inside code
that catches every exception becomes that code's own error, and one in a destructor is printed and forgotten.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


_AGAIN_S = 0.02


class Interruption:
    """Remembers that the user pressed Ctrl-C; to be entered around everything that may be interrupted."""

    def __init__(self) -> None:
        self.happened = False

    def __enter__(self) -> Interruption:
        self._hook = sys.unraisablehook
        self._handler = signal.getsignal(signal.SIGINT)
        self._is_ours = (
            threading.current_thread() is threading.main_thread() and self._handler is signal.default_int_handler
        )
        if self._is_ours:
            signal.signal(signal.SIGINT, self._interrupt)
            sys.unraisablehook = self._again
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_ours:
            sys.unraisablehook = self._hook
            signal.signal(signal.SIGINT, self._handler)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self.happened = True
        raise KeyboardInterrupt

    def _again(self, told: UnraisableHookArgs) -> None:
        """Interrupt once more where the interrupt met a place that cannot raise."""
        if isinstance(told.exc_value, KeyboardInterrupt):
            again = threading.Timer(_AGAIN_S, _thread.interrupt_main)  # raised in here it would be lost again
            again.daemon = True
            again.start()
        else:
            self._hook(told)
