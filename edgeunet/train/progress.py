"""What a training says while it runs: one line per epoch, a moving bar only where somebody watches a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

from edgeunet.escaping.terminal import redraw, say

if TYPE_CHECKING:
    from edgeunet.train.fit import Progress
    from edgeunet.train.training import Listener

BAR_COLUMNS = 24
REDRAW_S = 0.2


class EpochBar:
    """Draws progress on a text stream.

    Parameters
    ----------
    stream : usually standard error.
    steps : steps per epoch.
    classes : class names, background first.
    """

    def __init__(self, stream: TextIO, steps: int, classes: Sequence[str]) -> None:
        self.stream, self.steps, self.classes = stream, steps, classes
        self._moving = stream.isatty()
        self._drawn = 0.0

    def listener(self) -> Listener:
        """Return the listener that draws."""
        from edgeunet.train.training import Listener

        return Listener(note=self.note, step=self.step, epoch=self.epoch)

    def note(self, text: str) -> None:
        """Print a sentence on a line of its own."""
        say(text, stream=self.stream)

    def step(self, progress: Progress, step: int, loss: float) -> None:
        """Redraw the bar, a few times a second at most; nothing where the stream is no terminal."""
        now = time.monotonic()
        if not self._moving or now - self._drawn < REDRAW_S:
            return
        self._drawn = now
        filled = BAR_COLUMNS * step // self.steps
        bar = "█" * filled + "·" * (BAR_COLUMNS - filled)
        redraw(self.stream, f"{_place(progress.done + 1, progress)} {bar} loss {loss:.3f}")

    def epoch(self, progress: Progress) -> None:
        """Print the line of the epoch just finished."""
        row = progress.history[-1]
        parts = [f"loss {row['loss']:.4f}"]
        if row.get("val_loss") is not None:
            parts.append(f"val {row['val_loss']:.4f}")
        scores = [(name, row.get(f"val_f1_{name}")) for name in self.classes[1:]]
        shown = [f"{name} {100 * score:.2f}" for name, score in scores if score is not None]
        if shown:
            parts.append("F1 % " + "  ".join(shown))
        left = (progress.planned - progress.done) * row["seconds"]
        parts.append(f"{row['seconds']:.1f} s, {_duration(left)} to go" if left else f"{row['seconds']:.1f} s")
        best = " *" if progress.best_epoch == progress.done else ""
        if self._moving:
            redraw(self.stream)
        say(f"{_place(progress.done, progress)} {'  '.join(parts)}{best}", stream=self.stream)


def record_counter(stream: TextIO) -> Callable[[int, int], None]:
    """Return what counts records on a terminal, in one line that is gone at the end; elsewhere it says nothing."""

    def count(done: int, total: int) -> None:
        if stream.isatty():
            redraw(stream, f"record {done}/{total}" if done < total else "")

    return count


def _place(epoch: int, progress: Progress) -> str:
    return f"epoch {epoch:>{len(str(progress.planned))}}/{progress.planned}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
