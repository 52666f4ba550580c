"""Text for pictures that matplotlib draws."""

from __future__ import annotations

from functools import cache

from edgeunet.escaping.written import code_point, shortened, visible

LONGEST = 80
"""Characters of a label."""


def picture_text(text: str) -> str:
    """``text`` for a label: what cannot be seen, or the font has not, as an escape, no formula between dollars, and of
    bounded length.

    A ``str``, as matplotlib takes no other.
    """
    drawn = _drawn()
    plain = "".join(c if c == " " or ord(c) in drawn else code_point(c) for c in visible(shortened(text, 4 * LONGEST)))
    return shortened(plain, LONGEST).replace("$", "\\$")


@cache
def _drawn() -> frozenset[int]:
    """The characters that the font of a label has."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties())).get_charmap())
