"""Copies of mlcommons/tiny_results: the images of a submission, and the medians published with them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.timing.intel_hex import read_intel_hex
from edgeunet.errors import RunError
from edgeunet.run.machines.boards import Board, load_boards
from edgeunet.run.machines.memory_system import Cache


@dataclass(frozen=True)
class Submitter:
    """Where the images of one submitter lie, and what they ran on.

    Attributes
    ----------
    release : name of the repository.
    boards : of the submission, by the name they have here.
    folders : of the models, by model.
    image : the end of an image's name.
    """

    release: str
    place: str
    boards: Mapping[str, str]
    folders: Mapping[str, str]
    image: re.Pattern[str]

    def board(self, system: str) -> Board:
        """Return the board of ``system`` with the memory that its images set up."""
        board = load_boards().board(self.boards[system])
        return _single_bank(board) if system == "NUCLEO_L4R5ZI-P" else board


BOSCH = Submitter(
    "tiny_results_v1.1",
    "closed/bosch",
    {
        "NUCLEO_L4R5ZI": "nucleo-l4r5zi",
        "NUCLEO_U575ZI": "nucleo-u575zi-q",
        "DISCO_F746NG": "stm32f746g-disco",
        "NUCLEO_G0B1RE": "nucleo-g0b1re",
        "NUCLEO_H7A3ZI": "nucleo-h7a3zi-q",
    },
    {name: name for name in ("ad", "ic", "kws", "vww")},
    re.compile(r".*\.bin"),
)
"""The model of cycles is held against these. The last board is for judging: nothing was settled by it."""
ST = Submitter(
    "tiny_results_v1.3",
    "closed/STMicroelectronics",
    {
        "NUCLEO_L4R5ZI-P": "nucleo-l4r5zi",
        "NUCLEO_U575ZI_Q": "nucleo-u575zi-q",
        "NUCLEO_U385RG_Q": "nucleo-u385rg-q",
    },
    {
        "ad": "anomaly_detection/Binaries",
        "ic": "image_classification/Binaries",
        "kws": "keyword_spotting/Binaries",
        "vww": "visual_wake_words/Binaries",
    },
    re.compile(r".*_[Pp]erformance_\d+\.hex"),
)
"""The estimate of energy is held against these: energies were published with them."""


def _single_bank(board: Board) -> Board:
    """Return ``board`` with its flash as one bank: 16 bytes a read, and lines of the caches twice as long.

    The submission's description says that the mode is on. That a line is four reads still is from memory, unchecked.
    """
    assert board.timing is not None
    flash = board.timing.flash
    assert flash.instruction_cache is not None
    assert flash.data_cache is not None
    return replace(
        board,
        timing=replace(
            board.timing,
            flash=replace(
                flash,
                fetch_bytes=2 * flash.fetch_bytes,
                instruction_cache=_longer(flash.instruction_cache),
                data_cache=_longer(flash.data_cache),
            ),
        ),
    )


def _longer(cache: Cache) -> Cache:
    return replace(cache, line_bytes=2 * cache.line_bytes)


@dataclass(frozen=True)
class Submission:
    """The copy of ``by.release`` at ``path``: a work tree, or a git directory without one."""

    path: Path
    by: Submitter = BOSCH

    def files(self) -> list[str]:
        """Return the names of all files, from the top of the repository."""
        place = self.path / self.by.place
        if place.is_dir():
            return [p.relative_to(self.path).as_posix() for p in place.rglob("*") if p.is_file()]
        return self._git("ls-tree", "-r", "--name-only", "HEAD", self.by.place).decode().splitlines()

    def is_here(self) -> bool:
        """Return whether the copy holds the results of every board of the submission."""
        start = f"{self.by.place}/results/"
        systems = {name[len(start) :].split("/")[0] for name in self.files() if name.startswith(start)}
        return systems >= set(self.by.boards)

    def read(self, name: str) -> bytes:
        """Return the bytes of the file called ``name``."""
        whole = self.path / name
        return whole.read_bytes() if whole.is_file() else self._git("show", f"HEAD:{name}")

    def image(self, system: str, model: str) -> bytes:
        """Return the program that was measured, as it lies in flash.

        Raises
        ------
        RunError
            When there is not exactly one.
        """
        start = f"{self.by.place}/code/{system}/{self.by.folders[model]}/"
        found = [name for name in self.files() if name.startswith(start) and self.by.image.fullmatch(name)]
        if len(found) != 1:
            raise RunError(f"'{self.path}' has {len(found)} images in {start}; fetch {self.by.release} again")
        data = self.read(found[0])
        return read_intel_hex(data) if found[0].endswith(".hex") else data

    def inferences_per_second(self, system: str, model: str) -> float:
        """Return the published median.

        Raises
        ------
        RunError
            When the results do not say it.
        """
        name = f"{self.by.place}/results/{system}/{model}/performance/results.txt"
        match = re.search(r"Median throughput is\s+([\d.]+)", self.read(name).decode())
        if match is None:
            raise RunError(f"'{name}' in '{self.path}' names no median; fetch {self.by.release} again")
        return float(match[1])

    def _git(self, *arguments: str) -> bytes:
        done = subprocess.run(["git", "-C", str(self.path), *arguments], capture_output=True)
        if done.returncode != 0:
            said = done.stderr.decode().strip()
            raise RunError(f"'{self.path}' is no copy of mlcommons/{self.by.release}: {said}")
        return done.stdout
