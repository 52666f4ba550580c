"""How much planning may try: counted candidates, never a clock, so that one effort gives one plan on any machine.

Every stage that looks for something better has a limit on what it looks at. Networks of a few hundred layers never meet
one; of thousands of layers a stage stops there, keeps the best so far, and says in the ledger what it left out.
``Effort(n)`` multiplies every limit by ``n``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from edgeunet.errors import CompileError

LIMITS = {
    "order": 1_000_000,
    "pairs": 60_000,
    "search": 2_500_000,
    "candidates": 20_000,
    "lags": 600_000,
    "skips": 20_000,
    "rewrites": 400_000,
}
"""Per stage, what one call of it looks at with effort 1.

order       nodes, over all orders whose bytes alive are counted
pairs       pairs of parts that live together, in one memory plan
search      such pairs, over all plans that the search for offsets makes
candidates  nodes, and a tenth of the pairs, over all layouts that are laid out
lags        readers, over all lags whose history is counted
skips       nodes, over all programs with skips computed again
rewrites    nodes, over all programs that an offered rewrite would make
"""


@dataclass(frozen=True)
class Effort:
    """``factor`` times the limits of every stage.

    Raises
    ------
    CompileError
        When ``factor`` is less than 1.
    """

    factor: int = 1

    def __post_init__(self) -> None:
        if self.factor < 1:
            raise CompileError(f"--effort {self.factor} is no multiple of the usual effort; use 1 or more")

    def limit(self, stage: str) -> int:
        """What one call of ``stage`` may look at."""
        return LIMITS[stage] * self.factor


@dataclass(frozen=True)
class Untried:
    """What planning left out, in words, and the effort that leaves nothing out; false where nothing was."""

    parts: tuple[str, ...] = ()
    effort: int = 1

    def __bool__(self) -> bool:
        return bool(self.parts)

    def sentence(self) -> str:
        """The message: what was not tried, and the cure."""
        return f"planning stopped early: {', '.join(self.parts)}; --effort {self.effort} tries all of it"


@dataclass
class Ledger:
    """What the stages of one plan looked at, and what they left out."""

    effort: Effort = field(default_factory=Effort)
    spent: dict[str, list[int]] = field(default_factory=dict)
    """Stage → what each call of it looked at."""
    cuts: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Stage → what it left out, and the effort at which it would not."""

    def limit(self, stage: str) -> int:
        """What one call of ``stage`` may look at."""
        return self.effort.limit(stage)

    def spend(self, stage: str, count: int) -> None:
        """Note that one call of ``stage`` looked at ``count`` things."""
        self.spent.setdefault(stage, []).append(count)

    def cut(self, stage: str, left_out: str, needed: int, limit: str = "") -> None:
        """Note what ``stage`` left out, and the ``needed`` limit (of ``stage`` itself, or as named) that would do."""
        self.cuts[stage] = left_out, -(-needed // LIMITS[limit or stage])

    @property
    def untried(self) -> Untried:
        """What all stages left out."""
        if not self.cuts:
            return Untried()
        return Untried(tuple(text for text, _ in self.cuts.values()), max(effort for _, effort in self.cuts.values()))
