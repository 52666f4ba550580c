"""``python -m benchmarks.timing MATERIAL`` (``make validate-time``): run the published images again.

``MATERIAL`` is a checkout or a bare repository of mlcommons/tiny_results_v1.1. Writes ``histograms.json.gz`` and the
table of ``docs/TIME.md``; without it, the table alone is written from the histograms that are here.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.timing.histogram import Histogram, make_histogram, read_histograms, write_histograms
from benchmarks.timing.running import trace_inference
from benchmarks.timing.submission import BOARDS, MODELS, Submission
from benchmarks.timing.table import rewrite
from edgeunet.errors import EdgeUNetError
from edgeunet.run.machines.boards import load_boards


def make_histograms(material: Path) -> list[Histogram]:
    """Run every image of the submission at ``material`` and return what ran."""
    submission, boards = Submission(material), load_boards()
    made = []
    for system, name in BOARDS.items():
        for model in MODELS:
            board, image = boards.board(name), submission.image(system, model)
            rows, instructions = trace_inference(image, board)
            rate = submission.inferences_per_second(system, model)
            made.append(make_histogram(board, model, image, rows, instructions, rate))
            print(f"{name} {model}: {instructions:,} instructions", file=sys.stderr)
    return made


def main(arguments: list[str]) -> int:
    """Return the exit code."""
    try:
        if arguments:
            write_histograms(make_histograms(Path(arguments[0])))
        rewrite(read_histograms())
    except EdgeUNetError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
