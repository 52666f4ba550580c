"""Text for pictures that matplotlib draws."""

from __future__ import annotations

from edgeunet.escaping.written import shortened, visible

LONGEST = 80


def picture_text(text: str) -> str:
    """``text`` for a label: what cannot be seen as an escape, no formula between dollars, and of bounded length.

    A ``str``, as matplotlib takes no other.
    """
    return shortened(visible(text), LONGEST).replace("$", "\\$")
