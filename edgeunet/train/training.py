"""A spec, or a model to go on from, trained on a source of records: model, card, split, history and curve on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgeunet.errors import SignalError, TrainError
from edgeunet.files import FileSet, claiming, require_writable
from edgeunet.modelcard import ModelCard
from edgeunet.short_repr import short_repr
from edgeunet.signals import PreparedSource, Source, Split, make_split, streams
from edgeunet.signals.mixture import split_of_mixture
from edgeunet.signals.normalization import window_normalization
from edgeunet.signals.postprocessing import DEFAULT_POSTPROCESSING, postprocessing_from_dict
from edgeunet.signals.record import UNKNOWN, Labels, Record
from edgeunet.signals.recorded_noise import read_noise
from edgeunet.spec import UNetSpec
from edgeunet.train.checkpoint import checkpoint_path
from edgeunet.train.evaluation import expectation_of, judge_records
from edgeunet.train.fit import Batch, Course, Progress, Trainer
from edgeunet.train.history import add_history, beside
from edgeunet.train.judge import Judge
from edgeunet.train.objective import class_shares, class_weights, masked_cross_entropy
from edgeunet.train.options import TrainOptions
from edgeunet.train.pipeline import Windowing, window_batches
from edgeunet.train.plots import plot_history
from edgeunet.train.predictors import KerasPredictor, locality_of
from edgeunet.train.recipes import settled

if TYPE_CHECKING:
    import keras

VALIDATION_SHARE = 0.2
SHUFFLED_WINDOWS = 1024
PASSES_PER_EPOCH = 1 << 20
"""Passes over the data set are numbered from ``epoch * PASSES_PER_EPOCH``; far more than an epoch can need."""


@dataclass(frozen=True)
class TrainResult:
    """What a training left behind.

    Attributes
    ----------
    model : the ``.keras`` file, weights of the best epoch.
    card : the card beside it.
    progress : epochs, time and history.
    files : what else was written, by what it is.
    """

    model: Path
    card: ModelCard
    progress: Progress
    files: Mapping[str, Path]

    __repr__ = short_repr


@dataclass(frozen=True)
class Listener:
    """Who wants to know how it goes.

    Attributes
    ----------
    note : a sentence for the reader.
    step : progress, step within the epoch (from 1) and its loss.
    epoch : progress, once an epoch is over and saved.
    """

    note: Callable[[str], None] = lambda text: None
    step: Callable[[Progress, int, float], None] = lambda progress, step, loss: None
    epoch: Callable[[Progress], None] = lambda progress: None


def train(
    start: UNetSpec | Path,
    source: Source,
    output: Path,
    *,
    options: TrainOptions | None = None,
    split: Split | None = None,
    normalization: str | None = None,
    noise: Path | None = None,
    resume: bool = False,
    listener: Listener | None = None,
) -> TrainResult:
    """Train a network and write it to ``output`` with all that belongs to it.

    Parameters
    ----------
    start : spec of a new network, or a ``.keras`` model to go on from.
    source : records; brought to the network's sample rate here.
    output : ``m.keras``; ``m.keras.json`` (card), ``m.split.json``, ``m.history.csv``, ``.json`` and ``.png`` come
        beside it.
    options : how to train.
    split : patients to train and validate on; made at random (20 % validation, always the same) when ``None``.
    normalization : of each window; ``None`` for that of the model to go on from, or z-score.
    noise : directory of WFDB records of noise, of whose first channels some is added to half of the training windows.
    resume : go on from the checkpoint that an interrupted training left beside ``output``.
    listener : whom to tell.

    Raises
    ------
    TrainError, SignalError, ModelError
        With what is wrong, before any training or, for a loss that is not finite, during it.
    """
    options, listener = settled(options or TrainOptions(), source.classes), listener or Listener()
    output = Path(output)
    if output.suffix != ".keras":
        raise TrainError(f"'{output}' does not end in .keras; name the output file so")
    require_writable(output)
    if normalization is not None:
        window_normalization(normalization)
    from edgeunet.model.quiet import import_tensorflow

    import_tensorflow()
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(options.seed)
    tf.config.experimental.enable_op_determinism()
    with claiming(output, "training"):
        model, card = _starting_point(start, source, normalization, options.seed)
        job = _prepare(model, card, source, split, options, listener, noise)
        trainer = Trainer(model, job.course(output, options))
        if resume:
            trainer.resume()
            listener.note(f"resuming after epoch {trainer.progress.done} of {trainer.progress.planned}")
        elif checkpoint_path(output).exists():
            listener.note("an unfinished training of this model is started over; --resume would have continued it")
        return _run(trainer, job, output, listener)


@dataclass(frozen=True)
class _Job:
    """A training worked out: network, data and weights."""

    model: keras.Model
    card: ModelCard
    source: PreparedSource
    split: Split
    windowing: Windowing
    weights: Any
    weak: bool = False

    def course(self, output: Path, options: TrainOptions) -> Course:
        training = replace(self.windowing, augmentation=options.augmentation)
        loss = masked_cross_entropy(
            self.weights, options.label_smoothing, from_logits=not gives_probabilities(self.model), weak=self.weak
        )

        def batches(epoch: int) -> Iterator[Batch]:
            names = self.split.records(self.source, "train")
            return window_batches(
                self.source, names, training, batch=options.batch_size, training=True, seed=options.seed, repeat=True,
                first_epoch=epoch * PASSES_PER_EPOCH, shuffle_windows=SHUFFLED_WINDOWS,
            )  # fmt: skip

        def validation() -> Iterable[Batch]:
            if not self.split.val:
                return ()
            names = self.split.records(self.source, "val")
            whole = replace(self.windowing, hop_samples=self.windowing.window_samples, noise=None)
            return window_batches(self.source, names, whole, batch=64)

        return Course(
            batches, validation, self.card.classes, loss, options, self._request(options), checkpoint_path(output)
        )

    def _request(self, options: TrainOptions) -> dict[str, Any]:
        return {
            "spec": self.card.spec,
            "data": self.card.data,
            "split": self.split.to_dict(),
            "normalization": self.card.normalization,
            **{f"option {key}": value for key, value in asdict(options).items() if key != "minutes"},
        }


def _starting_point(
    start: UNetSpec | Path, source: Source, normalization: str | None, seed: int
) -> tuple[keras.Model, ModelCard]:
    """Return the network to train and its card, so far without split and figures."""
    from edgeunet.model import build_model, card_of, load_with_card

    if isinstance(start, UNetSpec):
        model, card = build_model(start, seed=seed), card_of(start)
    else:
        model, found = load_with_card(start)
        card = found or ModelCard(name=model.name, classes=source.classes)
    if not card.classes or card.classes != source.classes:
        raise TrainError(
            f"the network's classes are {', '.join(card.classes) or 'not named'} but the data's "
            f"{', '.join(source.classes)}; give the spec the data's classes, in this order"
        )
    return model, replace(card, normalization=normalization or _normalization_of(start, card), metrics={}, split=None)


def _normalization_of(start: UNetSpec | Path, card: ModelCard) -> str:
    return "zscore" if isinstance(start, UNetSpec) or card.normalization == "none" else card.normalization


def _prepare(
    model: keras.Model,
    card: ModelCard,
    source: Source,
    split: Split | None,
    options: TrainOptions,
    listener: Listener,
    noise: Path | None,
) -> _Job:
    shape = KerasPredictor(model, label=f"network '{card.name}'")
    if shape.output_samples != shape.window_samples:
        raise TrainError(
            f"network '{card.name}' gives {shape.output_samples} outputs for {shape.window_samples} samples; "
            "train one with padding = 'same' and output_kernel_stride = 1"
        )
    if shape.classes != len(card.classes):
        raise TrainError(
            f"network '{card.name}' has {shape.classes} outputs for {len(card.classes)} classes; fix its spec"
        )
    if split is None:
        split = make_split(source, val=VALIDATION_SHARE)
        listener.note(f"no split given: {len(split.train)} patients to train, {len(split.val)} to validate on")
    split = split_of_mixture(split, source)
    prepared = PreparedSource(source, rate_hz=card.sample_rate_hz, expected=expectation_of(card))
    names = split.records(source, "train")
    first = prepared.read(names[0])
    channels = _channels(shape.channels, first.leads, card.name)
    listener.note(f"reading {len(names)} training records")
    records = (prepared.read(name) for name in names)
    shares = class_shares(counted := _Counted(records, channels), len(card.classes))
    weights = class_weights(options.class_weights, card.classes, shares)
    for name in split.records(source, "val") if split.val else ():
        prepared.read(name)  # what is wrong with it is said before an epoch is spent
    for warning in prepared.warnings():
        listener.note(f"warning: {warning}")
    card = replace(
        card,
        sample_rate_hz=card.sample_rate_hz or first.sample_rate_hz,
        leads=first.leads if channels == "all" else (),
        split=split.to_dict(),
        data={**source.describe(), **({} if noise is None else {"noise": noise.resolve().name})},
        postprocessing=card.postprocessing or DEFAULT_POSTPROCESSING.to_dict(card.classes),
    )
    window = shape.window_samples
    windowing = Windowing(window, max(1, window // 2), normalization=card.normalization, channels=channels)
    if noise is not None:
        windowing = replace(windowing, noise=read_noise(noise, card.sample_rate_hz or first.sample_rate_hz))
    return _Job(model, card, prepared, split, windowing, weights, counted.weak)


class _Counted:
    """The labels of all streams, one after the other; ``weak`` says afterwards whether any was a weak one."""

    def __init__(self, records: Iterable[Record], channels: str) -> None:
        self._records, self._channels, self.weak = records, channels, False

    def __iter__(self) -> Iterator[Labels]:
        for record in self._records:
            for stream in streams(record, self._channels):
                self.weak = self.weak or bool((stream.labels < UNKNOWN).any())
                yield stream.labels


def _channels(channels: int, leads: tuple[str, ...], name: str) -> str:
    """Return how leads become channels: a network of one channel takes each lead by itself."""
    if channels == 1:
        return "each"
    if channels != len(leads):
        raise SignalError(
            f"network '{name}' takes {channels} channels but the records have {len(leads)} leads "
            f"({', '.join(leads)}); choose as many leads, in the order of the channels"
        )
    return "all"


def gives_probabilities(model: keras.Model) -> bool:
    """Return whether the network ends in a softmax, found by asking it: scores at least 0 that add up to 1."""
    import numpy as np

    shape = (1, *model.input_shape[1:])
    scores = np.asarray(model(np.random.default_rng(0).standard_normal(shape).astype(np.float32), training=False))
    return bool((scores >= 0).all() and np.allclose(scores.sum(axis=-1), 1, atol=1e-4))


def _run(trainer: Trainer, job: _Job, output: Path, listener: Listener) -> TrainResult:
    from edgeunet.model import add_model

    files, best_written = {"split": beside(output, "split.json")}, 0

    def card() -> ModelCard:
        progress = trainer.progress
        best = progress.history[progress.best_epoch - 1]
        figures = {key: best[key] for key in best if key not in ("seconds", "learning_rate")}
        return job.card.with_metrics(
            training={
                **figures,
                "epochs": progress.done,
                "planned": progress.planned,
                "out_of_time": progress.out_of_time,
            }
        )

    def saved(progress: Progress) -> None:
        nonlocal best_written
        with FileSet(output.parent) as written:
            # not before: what fails in the first epoch leaves nothing behind
            written.write_json(files["split"], job.split.to_dict())
            if progress.best_epoch != best_written or not output.exists():
                add_model(written, trainer.model, output, card())
            about = {"model": job.card.name, "best_epoch": progress.best_epoch}
            add_history(written, output, progress.history, about)
        best_written = progress.best_epoch
        listener.epoch(progress)

    try:
        progress = trainer.run(listener.step, saved)
    except KeyboardInterrupt:
        listener.note(_left_behind(trainer.progress, output))
        raise
    about = {"model": job.card.name, "best_epoch": progress.best_epoch}
    files["curves"] = beside(output, "history.png")
    final = card()
    if job.split.val:
        listener.note("scoring the validation patients")
        final = final.with_metrics(**_boundary_figures(trainer.model, job, final))
    with FileSet(output.parent) as written:
        files["history_csv"], files["history_json"] = add_history(written, output, progress.history, about)
        with written.replacing(files["curves"]) as staged:
            plot_history(staged, progress.history, job.card.classes, progress.best_epoch)
        add_model(written, trainer.model, output, final)
        if progress.out_of_time:
            listener.note(_out_of_time(progress))
        else:
            written.remove(trainer.course.checkpoint)
    return TrainResult(output, final, progress, files)


def _out_of_time(progress: Progress) -> str:
    """Return what it means that the time limit ended a training."""
    return (
        f"the time limit ended the training after epoch {progress.done} of {progress.planned}, before the learning "
        "rate came down: expect a worse model; --resume with more --minutes, or none, goes on from here"
    )


def _left_behind(progress: Progress, output: Path) -> str:
    """Return what an interrupted training has to show for itself."""
    if not progress.done:
        return "interrupted before the first epoch was over: nothing was saved"
    return (
        f"interrupted after epoch {progress.done} of {progress.planned}: '{output}' holds the best so far, of epoch "
        f"{progress.best_epoch}; add --resume to continue"
    )


def _boundary_figures(model: keras.Model, job: _Job, card: ModelCard) -> dict[str, Any]:
    predictor = KerasPredictor(model, locality_of(card))
    judge = Judge(predictor, card, postprocessing_from_dict(card.postprocessing))
    document = judge_records(judge, job.source, job.split.records(job.source, "val"))
    return {key: document[key] for key in ("tolerance_ms", "boundaries")}
