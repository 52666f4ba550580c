"""From delineation marks ``( p ) ( N ) ( t )`` to waves, for marks as people really write them.

The marks are read as a string, one letter each, and matched by the patterns of `_PATTERNS`, first match first. All
patterns but the first two were met in LUDB or the QT database:

===========  ==========================================================================================================
``(p)``      onset, peak, offset
``((tt))``   a wave marked several times: the median of each mark counts (116.v1 and 116.v2 of LUDB); a biphasic
             ``(tt)`` of the QT database likewise
``N()``      the onset lies after the peak (paced beats): the marks stand as they are, the peak outside the wave
``N)``       no onset of its own. LUDB writes one mark where onset and peak fall together, so there the onset *is*
             the peak; in a joint annotation file (QT database: ``t)``) the annotator gave none and it is *not marked*
``()N``      the peak was set after the offset (8.v5)
``()``       a wave with no symbol (8.v5): between two T waves only a QRS can lie; elsewhere its samples are unknown
``(t``       never closed (116.v4). The next ``(`` may be its end written wrongly, so neither this offset nor the
             next wave's onset counts as marked
===========  ==========================================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from edgeunet.signals.record import Wave

BEATS = frozenset("NLRBAaJSVrFejnE/fQ?")
"""WFDB symbols of beats; each stands for a QRS."""

KINDS = {"p": "P", "t": "T", **dict.fromkeys(BEATS, "QRS")}

_PATTERNS = (
    ("whole", re.compile(r"\(+([ptNu])\1*\)+")),
    ("peak first", re.compile(r"([ptNu])\(\)")),
    ("no onset", re.compile(r"([ptNu])\)")),
    ("peak last", re.compile(r"\(\)([ptNu])(?!\)|\(\))")),
    ("no symbol", re.compile(r"\(\)")),
    ("never closed", re.compile(r"\(([ptNu])(?=\(|$|[ptNu])")),
    ("alone", re.compile(r"[ptNu()]")),
)


@dataclass(frozen=True)
class Marks:
    """The waves found, and the half-open sample ranges that remain unknown between them."""

    waves: tuple[Wave, ...]
    unknown: tuple[tuple[int, int], ...] = ()

    @property
    def annotated(self) -> tuple[int, int] | None:
        """From the first marked sample to just after the last; ``None`` when nothing was marked."""
        if not self.waves:
            return None
        return min(wave.onset for wave in self.waves), max(wave.offset for wave in self.waves) + 1


def marks_to_waves(samples: Sequence[int], symbols: Sequence[str], *, peak_is_onset: bool) -> Marks:
    """Return the waves that marks at ``samples`` (ascending) with WFDB ``symbols`` describe.

    Parameters
    ----------
    peak_is_onset : what ``N)`` means: True, the onset falls on the peak (LUDB); False, the onset was not marked (QT
        database). See the table above.

    Notes
    -----
    U waves are left as background, for no class here stands for them. Symbols that are neither a beat, a wave nor a
    boundary (rhythm changes, noise) are passed over.
    """
    kept = [(at, _letter(symbol)) for at, symbol in zip(samples, symbols, strict=True) if _letter(symbol)]
    at = [sample for sample, _ in kept]
    text = "".join(letter for _, letter in kept)
    waves: list[Wave] = []
    unknown: list[tuple[int, int]] = []
    pending: list[tuple[int, int, int]] = []  # no symbol: onset, offset, how many waves came before
    place, distrust_onset = 0, False
    while place < len(text):
        rule, found = next((rule, match) for rule, p in _PATTERNS if (match := p.match(text, place)))
        wave = _wave(rule, found, text, at, peak_is_onset)
        if rule == "no symbol":
            pending.append((at[place], at[place + 1], len(waves)))
        elif wave is not None:
            if distrust_onset and wave.peak is not None:
                wave = replace(wave, onset=min(wave.peak, wave.offset), onset_marked=False)
            waves.append(wave)
        distrust_onset = rule == "never closed"
        place = found.end()
    for onset, offset, position in reversed(pending):
        beside = [w.kind for w in waves[max(position - 1, 0) : position + 1]]
        if beside == ["T", "T"]:
            waves.insert(position, Wave("QRS", onset, None, offset))
        else:
            unknown.append((onset, offset + 1))
    return Marks(tuple(wave for wave in waves if wave.kind != "U"), tuple(reversed(unknown)))


def _letter(symbol: str) -> str:
    if symbol in BEATS:
        return "N"
    return symbol if symbol in ("p", "t", "u", "(", ")") else ""


def _wave(rule: str, found: re.Match[str], text: str, at: Sequence[int], peak_is_onset: bool) -> Wave | None:
    places = range(found.start(), found.end())
    onset, peak, offset = (_median([at[i] for i in places if text[i] in letters]) for letters in ("(", "ptNu", ")"))
    if peak is None:
        return None
    kind = KINDS.get(text[next(i for i in places if text[i] in "ptNu")], "U")
    if rule == "alone":
        return Wave(kind, peak, peak, peak, onset_marked=False, offset_marked=False)
    if rule == "never closed":
        assert onset is not None
        return Wave(kind, onset, peak, max(peak, onset), offset_marked=False)
    assert offset is not None
    if onset is None:
        return Wave(kind, min(peak, offset), peak, offset, onset_marked=peak_is_onset)
    return Wave(kind, onset, peak, max(offset, onset))


def _median(samples: list[int]) -> int | None:
    return sorted(samples)[(len(samples) - 1) // 2] if samples else None
