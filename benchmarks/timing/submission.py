"""A checkout or bare repository of mlcommons/tiny_results: its images, and the medians published with them."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from edgeunet.errors import RunError

BOARDS = {
    "NUCLEO_L4R5ZI": "nucleo-l4r5zi",
    "NUCLEO_U575ZI": "nucleo-u575zi-q",
    "DISCO_F746NG": "stm32f746g-disco",
    "NUCLEO_G0B1RE": "nucleo-g0b1re",
    "NUCLEO_H7A3ZI": "nucleo-h7a3zi-q",
}
"""Boards of the submission by the name they have here. The last is for judging: nothing was settled by it."""
MODELS = ("ad", "ic", "kws", "vww")
_PLACE = "closed/bosch"


@dataclass(frozen=True)
class Submission:
    """The directory at ``path``: a work tree, or a git directory without one."""

    path: Path

    def files(self) -> list[str]:
        """Return the names of all files, from the top of the repository."""
        if (self.path / _PLACE).is_dir():
            return [p.relative_to(self.path).as_posix() for p in (self.path / _PLACE).rglob("*") if p.is_file()]
        return self._git("ls-tree", "-r", "--name-only", "HEAD", _PLACE).decode().splitlines()

    def read(self, name: str) -> bytes:
        """Return the bytes of the file called ``name``."""
        whole = self.path / name
        return whole.read_bytes() if whole.is_file() else self._git("show", f"HEAD:{name}")

    def image(self, system: str, model: str) -> bytes:
        """Return the program that was measured.

        Raises
        ------
        RunError
            When there is not exactly one.
        """
        start = f"{_PLACE}/code/{system}/{model}/"
        found = [name for name in self.files() if name.startswith(start) and name.endswith(".bin")]
        if len(found) != 1:
            raise RunError(f"'{self.path}' has {len(found)} images in {start}; fetch tiny_results_v1.1 again")
        return self.read(found[0])

    def inferences_per_second(self, system: str, model: str) -> float:
        """Return the published median.

        Raises
        ------
        RunError
            When the results do not say it.
        """
        name = f"{_PLACE}/results/{system}/{model}/performance/results.txt"
        match = re.search(r"Median throughput is\s+([\d.]+)", self.read(name).decode())
        if match is None:
            raise RunError(f"'{name}' in '{self.path}' names no median; fetch tiny_results_v1.1 again")
        return float(match[1])

    def _git(self, *arguments: str) -> bytes:
        done = subprocess.run(["git", "-C", str(self.path), *arguments], capture_output=True)
        if done.returncode != 0:
            raise RunError(f"'{self.path}' is no copy of mlcommons/tiny_results_v1.1: {done.stderr.decode().strip()}")
        return done.stdout
