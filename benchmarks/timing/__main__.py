"""``python -m benchmarks.timing MATERIAL...`` (``make validate-time``): run the published images again.

``MATERIAL`` is a checkout or a bare repository of mlcommons/tiny_results_v1.1 or v1.3. Writes the histograms of its
images and the tables of ``docs/TIME.md`` and ``docs/ENERGY.md``; without it, the tables alone are written from the
histograms that are here.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.timing import energy, table
from benchmarks.timing.histogram import (
    ENERGY_PAGE,
    PAGE,
    Histogram,
    make_histogram,
    read_histograms,
    write_histograms,
)
from benchmarks.timing.running import trace_inference
from benchmarks.timing.submission import BOSCH, ST, Submission
from edgeunet.errors import EdgeUNetError, RunError

_PAGES = ((BOSCH, PAGE), (ST, ENERGY_PAGE))


def make_histograms(submission: Submission) -> list[Histogram]:
    """Run every image of the submission and return what ran."""
    made = []
    for system in submission.by.boards:
        board = submission.by.board(system)
        for model in submission.by.folders:
            image = submission.image(system, model)
            rows, instructions = trace_inference(image, board)
            rate = submission.inferences_per_second(system, model)
            made.append(make_histogram(board, model, image, rows, instructions, rate))
            print(f"{board.name} {model}: {instructions:,} instructions", file=sys.stderr)
    return made


def run_again(material: Path) -> None:
    """Run the images of the submission that ``material`` is a copy of, and write their page.

    Raises
    ------
    RunError
        When it is a copy of none that is known here.
    """
    for submitter, page in _PAGES:
        submission = Submission(material, submitter)
        if submission.is_here():
            write_histograms(make_histograms(submission), page)
            return
    known = " and ".join(submitter.release for submitter, _ in _PAGES)
    raise RunError(f"'{material}' is no copy of mlcommons/tiny_results that is known here; fetch {known}")


def main(arguments: list[str]) -> int:
    """Return the exit code."""
    try:
        for argument in arguments:
            run_again(Path(argument))
        table.put(table.PAGE, table.BEGIN, table.END, table.markdown(table.compare(read_histograms())))
        predictions = energy.predict(read_histograms(ENERGY_PAGE))
        table.put(energy.PAGE, energy.BEGIN, energy.END, energy.markdown(predictions))
    except EdgeUNetError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
