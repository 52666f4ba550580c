"""What is asked of a package: nine of ten mutants killed, and a reason for each that survives."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LEAST_KILLED = 0.9


@dataclass(frozen=True)
class Verdict:
    """Figures of one package, and what is wrong with it: nothing where it passes."""

    package: str
    total: int
    killed: int
    faults: tuple[str, ...]

    def sentence(self) -> str:
        """The figures in words."""
        share = 100 * self.killed / self.total if self.total else 0.0
        return f"{self.package}: {self.killed} of {self.total} mutants killed, {share:.1f} %"


def judge(package: str, total: int, survivors: Collection[str], reasons: Mapping[str, str]) -> Verdict:
    """Hold the survivors of a complete run against the reasons written for them."""
    killed = total - len(survivors)
    faults = []
    if killed < LEAST_KILLED * total or not total:
        faults.append(f"fewer than {100 * LEAST_KILLED:.0f} % of its mutants are killed; write tests for the survivors")
    faults += [f"survives without a reason: {key}" for key in sorted(survivors) if key not in reasons]
    faults += [f"does not survive (any more); take it out: {key}" for key in sorted(set(reasons) - set(survivors))]
    return Verdict(package, total, killed, tuple(faults))


def read_reasons(path: Path) -> dict[str, str]:
    """Mutant → reason of a ``<package>.toml``; none where there is no such file.

    Raises
    ------
    ValueError
        For a mutant listed twice, or a reason that says nothing.
    """
    if not path.exists():
        return {}
    reasons: dict[str, str] = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", []):
        key, reason = entry["mutant"], entry["reason"].strip()
        if key in reasons:
            raise ValueError(f"{path.name} lists a mutant twice: {key}")
        if len(reason.split()) < 3:
            raise ValueError(f"{path.name} gives no reason for: {key}")
        reasons[key] = reason
    return reasons
