"""Histories of a stream that wait in a place of their own.

A stream's buffer is rows of history, kept from hop to hop, and the hop's new rows after them. Kept in one piece, the
bytes of the new rows could serve other buffers only while the history is where it is, which pins it down. A history may
instead wait elsewhere (the *waiting room*): copied in front of the new rows when they are about to be computed, copied
back when the last reader is done. The same bytes are read; what it costs is two copies of the history per hop, what it
brings is a buffer that exists only while it is in use. It pays for short histories, so several limits are tried.
"""

from __future__ import annotations

from collections.abc import Collection

from edgeunet.schedule.timing import Timing

LIMITS_BYTES = (0, 32, 64, 96, 128, 192, 256, 384, 512, 1024)


def stagings(timing: Timing, without: Collection[str] = ()) -> tuple[int, ...]:
    """Histories of at most so many bytes to try to let wait elsewhere; ``without`` may name ``waiting_room``."""
    return LIMITS_BYTES if timing.streams and "waiting_room" not in without else (0,)
