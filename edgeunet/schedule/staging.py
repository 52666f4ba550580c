"""Histories of a stream that wait in a place of their own.

A stream's buffer is rows of history, kept from hop to hop, and the hop's new rows after them. Kept in one piece, the
bytes of the new rows could serve other buffers only while the history is where it is, which pins it down. A history may
instead wait elsewhere (the *waiting room*): copied in front of the new rows when they are about to be computed, copied
back when the last reader is done. The same bytes are read; what it costs is two copies of the history per hop, what it
brings is a buffer that exists only while it is in use. It pays for short histories, so several limits are tried.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from edgeunet.schedule.timing import Timing

LIMITS_BYTES = (32, 64, 96, 128, 192, 256, 384, 512, 1024)


def stagings(histories: Sequence[int], timing: Timing, without: Collection[str] = ()) -> tuple[int, ...]:
    """Limits to try, each letting other ones of ``histories`` (bytes) wait elsewhere; none where ``without`` names
    ``waiting_room``."""
    if not timing.streams or "waiting_room" in without:
        return ()
    waiting = [sum(size <= limit for size in histories) for limit in (0, *LIMITS_BYTES)]
    return tuple(limit for limit, before, now in zip(LIMITS_BYTES, waiting, waiting[1:], strict=False) if now > before)
