"""Instructions of the host build, counted by valgrind's callgrind where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from edgeunet.files import scratch_directory

INSTALL = "apt-get install valgrind"


def count_with_callgrind(program: Path, function: str, calls: int, timeout_s: float) -> int | None:
    """Return the instructions of one call of ``function`` (the mean of ``calls``), or ``None`` without valgrind.

    The figure is a convenience, never a condition: where valgrind does not know an instruction, there is no figure.
    """
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return None
    with scratch_directory() as directory:
        result = directory / "callgrind.out"
        options = ["--tool=callgrind", "--collect-atstart=no", f"--toggle-collect={function}"]
        command = [valgrind, *options, f"--callgrind-out-file={result}", str(program)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=timeout_s)
        except (OSError, subprocess.TimeoutExpired):
            return None
        if done.returncode != 0 or not result.is_file():
            return None
        total = re.search(r"^(?:totals|summary): (\d+)", result.read_text(errors="replace"), re.MULTILINE)
    return int(total[1]) // calls if total and int(total[1]) else None
