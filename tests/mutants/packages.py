"""The packages whose tests are tried, and the tests that count for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Package:
    """A package below ``edgeunet`` and the tests beside it."""

    name: str
    slow: tuple[str, ...] = ()
    """Test files that take seconds per test or judge with interpreters or compilers of their own: left out."""

    @property
    def sources(self) -> list[Path]:
        """Its modules, in alphabetical order."""
        return sorted((ROOT / "edgeunet" / self.name).rglob("*.py"))

    @property
    def tests(self) -> list[Path]:
        """The test files that count, in alphabetical order."""
        found = sorted((ROOT / "tests" / self.name).rglob("test_*.py"))
        return [path for path in found if path.name not in self.slow]


_SLOW_PLANS = (
    "test_streaming_page.py", "test_reach.py", "test_planning_cut_short.py", "test_explained.py", "test_replay.py",
    "test_stream_sizes.py", "test_fitting.py",
)  # fmt: skip

PACKAGES: Mapping[str, Package] = {
    package.name: package
    for package in (
        Package("program", slow=("test_parameters.py",)),
        Package("lower", slow=("test_outputs.py",)),
        Package("rewrite", slow=("test_padding.py", "test_passes.py", "test_fuse_add.py", "test_upsampled.py")),
        Package("schedule", slow=_SLOW_PLANS),
        Package("graph", slow=("test_fuzz.py", "test_random_networks.py", "test_long_chains.py")),
    )
}
"""By name, those without a package below them first."""


def module_name(path: Path) -> str:
    """Dotted name of the module in the file ``path``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
