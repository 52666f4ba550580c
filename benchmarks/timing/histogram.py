"""What a published image executes in one inference, as far as time goes, and the cycles that follow from it.

Of an instruction only its class, registers and words are kept, so a histogram holds no code; a packed page of JSON
holds them all, each distinct instruction once.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.timing.entries import BASE
from edgeunet.errors import RunError
from edgeunet.run.machines.boards import Board
from edgeunet.run.machines.tracing import Rows
from edgeunet.timing.block import Block, wait_cycles, zero_wait_cycles
from edgeunet.timing.decoders import decoder_for
from edgeunet.timing.instruction import parse_instruction
from edgeunet.timing.table import load_table

PAGE = Path(__file__).with_name("histograms.json.gz")
ENERGY_PAGE = Path(__file__).with_name("energy_histograms.json.gz")
"""Images that cycles are held against, and images that energies are."""


@dataclass(frozen=True)
class Histogram:
    """One image on one board.

    Attributes
    ----------
    board, model : ``nucleo-l4r5zi``, ``kws``.
    digest : SHA-256 of the image.
    memory : the facts of the board that the waits were counted with, as ``memory_facts`` gives them.
    fetch_waits, data_waits : cycles that fetches and loads waited for flash.
    inferences_per_second : the published median.
    """

    board: str
    model: str
    digest: str
    memory: str
    instructions: int
    fetch_waits: int
    data_waits: int
    inferences_per_second: float
    blocks: tuple[Block, ...]

    def cycles(self, core: str) -> tuple[float, float]:
        """Return the cycles on ``core`` with the board's memory, and with memory that never waits."""
        table = load_table(core)
        zero_wait = zero_wait_cycles(self.blocks, table)
        waits = Block((), True, 0, 0, 0, 0, self.fetch_waits, self.data_waits)
        return zero_wait + wait_cycles([waits], table), zero_wait

    def published_cycles(self, clock_hz: int) -> float:
        """Return the cycles that the published median stands for."""
        return clock_hz / self.inferences_per_second


def memory_facts(board: Board) -> str:
    """Return what of the board's memory decides its waits, as one word."""
    if board.timing is None:
        raise RunError(f"{board.name} has no memory system in boards.json; docs/BOARDS.md lists the fields")
    path = board.timing.flash
    caches = [f"{c.lines}x{c.line_bytes}/{c.ways}" if c else "0" for c in (path.instruction_cache, path.data_cache)]
    return f"{path.fetch_bytes}:{path.wait_states}:{path.prefetch:d}:{path.unified:d}:{':'.join(caches)}"


def make_histogram(
    board: Board, model: str, image: bytes, rows: Rows, instructions: int, inferences_per_second: float
) -> Histogram:
    """Return the histogram of the blocks in ``rows``, which ran in ``image``."""
    decode = decoder_for(board.core.name)
    blocks = []
    for address, size, count, taken, entered, split, _, _ in rows.tolist():
        code = image[address - BASE : address - BASE + size]
        blocks.append(Block(decode(code, address), address % 4 == 0, count, taken, entered, split, 0, 0))
    fetch_waits, data_waits = (int(rows[:, column].sum()) for column in (6, 7))
    digest = hashlib.sha256(image).hexdigest()
    return Histogram(
        board.name, model, digest, memory_facts(board), instructions, fetch_waits, data_waits,
        inferences_per_second, tuple(blocks),
    )  # fmt: skip


def write_histograms(histograms: Sequence[Histogram], path: Path = PAGE) -> str:
    """Return the page that holds ``histograms``, one line each."""
    words: dict[str, int] = {}
    lines = []
    for histogram in histograms:
        blocks = [
            [block.count, block.taken, block.entered, block.split, int(block.aligned)]
            + [words.setdefault(instruction.text(), len(words)) for instruction in block.instructions]
            for block in histogram.blocks
        ]
        fields = {name: value for name, value in vars(histogram).items() if name != "blocks"}
        lines.append(_line({**fields, "blocks": blocks}))
    listed = ",\n".join(lines)
    text = f'{{"instructions":{_line(list(words))},\n"images":[\n{listed}\n]}}\n'
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return text


def read_histograms(path: Path = PAGE) -> tuple[Histogram, ...]:
    """Return the histograms of the page."""
    try:
        document = json.loads(gzip.decompress(path.read_bytes()))
    except (OSError, EOFError, ValueError) as error:
        raise RunError(f"'{path}' is no page of histograms ({error}); make validate-time") from error
    words: list[str] = document["instructions"]
    return tuple(_histogram(row, words) for row in document["images"])


def _histogram(row: Mapping[str, Any], words: Sequence[str]) -> Histogram:
    blocks = []
    for count, taken, entered, split, aligned, *places in row["blocks"]:
        instructions = tuple(parse_instruction(words[place], 0) for place in places)
        blocks.append(Block(instructions, bool(aligned), count, taken, entered, split, 0, 0))
    return Histogram(**{**row, "blocks": tuple(blocks)})


def _line(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
