"""Windows as a ``tf.data`` pipeline: read, cut, augmented and shuffled on the way, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from edgeunet.errors import EdgeUNetError, SignalError
from edgeunet.signals.augment import Augmentation
from edgeunet.signals.mixture import SEPARATOR, shares_of
from edgeunet.signals.record import Labels, Signal
from edgeunet.signals.recorded_noise import RecordedNoise
from edgeunet.signals.source import Source
from edgeunet.signals.windows import windows

if TYPE_CHECKING:
    import tensorflow as tf


@dataclass(frozen=True)
class Windowing:
    """How records become windows.

    Attributes
    ----------
    window_samples, hop_samples : length of a window and distance between two.
    normalization : see `edgeunet.signals.normalization`.
    channels : ``"each"`` lead by itself or ``"all"`` leads as channels.
    augmentation : name of a recipe, applied while training only (see `edgeunet.signals.augment`).
    noise : recorded noise, added while training only.
    """

    window_samples: int
    hop_samples: int
    normalization: str = "zscore"
    channels: str = "each"
    augmentation: str = "none"
    noise: RecordedNoise | None = None

    def augment(self) -> Augmentation:
        """Return what changes the training windows."""
        return Augmentation(self.augmentation, self.noise)


WINDOWS_PER_STREAM = 16
"""That a lead of one record gives at a time, where several data sets are mixed: some have records of half an hour."""


def training_windows(
    source: Source, names: Sequence[str], windowing: Windowing, seed: int, epoch: int
) -> Iterator[tuple[Signal, Labels]]:
    """Yield the windows of one epoch: records in random order, cut from a random first sample, augmented.

    The same seed and epoch give the same windows in the same order, so a resumed training goes on as it would have.
    """
    shares = shares_of(source)
    if shares:
        yield from mixed_windows(source, names, windowing, shares, (seed, epoch))
        return
    rng = np.random.default_rng((seed, epoch))
    order = [names[i] for i in rng.permutation(len(names))]
    yield from windows(
        (source.read(name) for name in order),
        windowing.window_samples,
        windowing.hop_samples,
        normalization=windowing.normalization,
        channels=windowing.channels,
        augment=windowing.augment(),
        rng=rng,
    )


def mixed_windows(
    source: Source, names: Sequence[str], windowing: Windowing, shares: Mapping[str, float], seed: tuple[int, ...]
) -> Iterator[tuple[Signal, Labels]]:
    """Yield windows without end, each of a data set drawn by its share; a data set's records come in random order."""
    members = [member for member in shares if any(name.startswith(member + SEPARATOR) for name in names)]
    weights = np.array([shares[member] for member in members])
    courses = [
        _endless(source, [name for name in names if name.startswith(member + SEPARATOR)], windowing, (*seed, place))
        for place, member in enumerate(members)
    ]
    rng = np.random.default_rng((*seed, len(members)))
    while True:
        window = next(courses[int(rng.choice(len(members), p=weights / weights.sum()))], None)
        if window is None:
            return
        yield window


def _endless(
    source: Source, names: Sequence[str], windowing: Windowing, seed: tuple[int, ...]
) -> Iterator[tuple[Signal, Labels]]:
    """Yield windows of records in random order, pass after pass; end only where a pass gives none."""
    rng, augment = np.random.default_rng(seed), windowing.augment()
    found = True
    while found:
        found = False
        for window in windows(
            (source.read(names[i]) for i in rng.permutation(len(names))),
            windowing.window_samples,
            windowing.hop_samples,
            normalization=windowing.normalization,
            channels=windowing.channels,
            augment=augment,
            rng=rng,
            most=WINDOWS_PER_STREAM,
        ):
            found = True
            yield window


def plain_windows(source: Source, names: Sequence[str], windowing: Windowing) -> Iterator[tuple[Signal, Labels]]:
    """Yield the windows of ``names`` in order, neither augmented nor shuffled."""
    yield from windows(
        (source.read(name) for name in names),
        windowing.window_samples,
        windowing.hop_samples,
        normalization=windowing.normalization,
        channels=windowing.channels,
    )


def window_dataset(
    source: Source,
    names: Sequence[str],
    windowing: Windowing,
    *,
    batch: int = 32,
    training: bool = False,
    seed: int = 0,
    first_epoch: int = 0,
    repeat: bool = False,
    shuffle_windows: int = 2048,
    failures: list[EdgeUNetError] | None = None,
) -> tf.data.Dataset:
    """Return batches ``(float32 (batch, window, channels), int32 (batch, window))`` of the records ``names``.

    Unknown labels stay -1: mask them. Memory holds the shuffle buffer, a few batches and one record, whatever the size
    of the data set. While training, each pass over the data set is a new epoch: ``first_epoch``, then one more each
    time, so that no two are alike.

    Parameters
    ----------
    repeat : begin another pass at the end, for ever, all batches full.
    failures : receives what was wrong with a record, for TensorFlow itself only raises an error of its own;
        `window_batches` makes use of it.

    Raises
    ------
    SignalError
        When ``names`` is empty.
    """
    import tensorflow as tf

    if not names:
        raise SignalError("there are no records to make windows of; choose a part of the split that has some")
    channels = 1 if windowing.channels == "each" else len(source.read(names[0]).leads)
    passes = count(first_epoch)

    def generate() -> Iterator[tuple[Signal, Any]]:
        made = (
            training_windows(source, names, windowing, seed, next(passes))
            if training
            else plain_windows(source, names, windowing)
        )
        try:
            for x, y in made:
                # A copy: a view in the shuffle buffer would keep the whole record alive.
                yield np.array(_of_width(x, channels, windowing)), y.astype(np.int32)
        except EdgeUNetError as error:
            if failures is not None:
                failures.append(error)
            raise

    signature = (
        tf.TensorSpec((windowing.window_samples, channels), tf.float32),
        tf.TensorSpec((windowing.window_samples,), tf.int32),
    )
    dataset = tf.data.Dataset.from_generator(generate, output_signature=signature)
    if training:
        dataset = dataset.shuffle(shuffle_windows, seed=seed, reshuffle_each_iteration=True)
    if repeat:
        dataset = dataset.repeat()
    return dataset.batch(batch, drop_remainder=repeat).prefetch(2)


def window_batches(
    source: Source, names: Sequence[str], windowing: Windowing, **options: Any
) -> Iterator[tuple[Any, Any]]:
    """Yield the batches of `window_dataset` (whose ``options`` these are).

    Raises
    ------
    SignalError
        As `window_dataset` does, and when a record turns out to be unreadable.
    """
    import tensorflow as tf

    failures: list[EdgeUNetError] = []
    dataset = window_dataset(source, names, windowing, failures=failures, **options)
    try:
        yield from dataset
    except tf.errors.OpError:
        if failures:
            raise failures[0] from None
        raise


def _of_width(x: Signal, channels: int, windowing: Windowing) -> Signal:
    if x.shape[1] != channels:
        raise SignalError(
            f"records with {channels} and with {x.shape[1]} leads cannot be windows of one network; "
            "choose leads that all of them have"
        )
    return x
