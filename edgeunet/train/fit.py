"""The training loop: batches in, averaged weights of the best epoch out, a checkpoint after every epoch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import TrainError
from edgeunet.short_repr import short_repr
from edgeunet.train.checkpoint import (
    Arrays,
    Checkpoint,
    check_same_request,
    read_checkpoint,
    restore,
    snapshot,
    write_checkpoint,
)
from edgeunet.train.metrics import confusion_matrix, sample_scores
from edgeunet.train.options import TrainOptions, is_out_of_time, learning_rate_at

Batch = tuple[Any, Any]
"""Windows float32 ``(batch, time, channels)`` and labels ``(batch, time)``."""


@dataclass
class Progress:
    """How far a training is; saved with every checkpoint."""

    done: int = 0
    planned: int = 0
    elapsed_s: float = 0.0
    best_score: float | None = None
    best_epoch: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)
    out_of_time: bool = False

    __repr__ = short_repr

    @property
    def finished(self) -> bool:
        """Whether nothing is left of the plan, or no time for it."""
        return self.out_of_time or self.done >= self.planned


@dataclass(frozen=True)
class Course:
    """What a fit needs besides the network.

    Attributes
    ----------
    batches : epoch number (from 0) → its batches, the same each time it is called; at least ``steps_per_epoch``.
    validation : the validation batches, the same each time; empty for none.
    classes : class names in channel order.
    loss : ``loss(labels, scores)``, see `edgeunet.train.objective`.
    options : how to train.
    request : what identifies this training, for `check_same_request`.
    checkpoint : where to keep the state.
    """

    batches: Callable[[int], Iterable[Batch]]
    validation: Callable[[], Iterable[Batch]]
    classes: tuple[str, ...]
    loss: Callable[[Any, Any], Any]
    options: TrainOptions
    request: Mapping[str, Any]
    checkpoint: Path

    __repr__ = short_repr


class Trainer:
    """A network in training.

    Parameters
    ----------
    model : Keras model taking ``(batch, time, channels)``.
    course : data, loss and options.
    """

    def __init__(self, model: Any, course: Course) -> None:
        import keras
        import tensorflow as tf

        self.model, self.course, self.options = model, course, course.options
        self.optimizer = keras.optimizers.AdamW(
            learning_rate=self.options.learning_rate,
            weight_decay=self.options.weight_decay,
            clipnorm=self.options.clip_norm,
        )
        self.optimizer.exclude_from_weight_decay(var_list=[v for v in model.trainable_variables if len(v.shape) < 2])
        self.optimizer.build(model.trainable_variables)
        self.average = [tf.Variable(weight, trainable=False) for weight in model.weights]
        self.best: Arrays = snapshot(self.average)
        self.progress = Progress(planned=self.options.epochs)
        self._step = self._compiled_step()
        self._forward = self._compiled_forward()

    def resume(self) -> None:
        """Take up the state kept at the course's checkpoint."""
        path = self.course.checkpoint
        state = read_checkpoint(path)
        check_same_request(path, state.request, self.course.request)
        restore(self.model.variables, state.model, "model")
        restore(self.optimizer.variables, state.optimizer, "optimizer")
        restore(self.average, state.average, "average")
        self.best = list(state.best)
        self.progress = Progress(**{**state.progress, "out_of_time": False})

    def run(self, tell: Callable[[Progress, int, float], None], saved: Callable[[Progress], None]) -> Progress:
        """Train until the plan, the time or the patience is used up; the model is left with the best weights.

        Parameters
        ----------
        tell : called after each step with the progress, the step and its loss.
        saved : called after each epoch, when its checkpoint is written; ``self.model`` holds the best weights then.
        """
        started = time.monotonic() - self.progress.elapsed_s
        while not self.progress.finished:
            began = time.monotonic()
            row = self._epoch(tell)
            row["seconds"] = round(time.monotonic() - began, 3)
            self._finish_epoch(row, time.monotonic() - started)
            self._save()
            with self._weights(self.best):
                saved(self.progress)
        restore(self.model.weights, self.best, "best weights")
        return self.progress

    def _epoch(self, tell: Callable[[Progress, int, float], None]) -> dict[str, Any]:
        progress, options = self.progress, self.options
        losses = []
        batches = iter(self.course.batches(progress.done))
        for step, (x, y) in enumerate(islice(batches, options.steps_per_epoch)):
            at = progress.done + step / options.steps_per_epoch
            self.optimizer.learning_rate.assign(learning_rate_at(at / progress.planned, at, options))
            losses.append(float(self._step(x, y, self._keep(progress.done * options.steps_per_epoch + step))))
            if not math.isfinite(losses[-1]):
                raise TrainError(
                    f"the loss is {losses[-1]} at step {step + 1} of epoch {progress.done + 1}; use a learning rate "
                    f"below {options.learning_rate:g}, or look for values far out of range in the training data"
                )
            tell(progress, step + 1, losses[-1])
        if isinstance(batches, Generator):
            batches.close()  # or TensorFlow complains of a pipeline left running when Python ends
        if not losses:
            raise TrainError("the training records gave no window; they need one with an annotated sample")
        row: dict[str, Any] = {"epoch": progress.done + 1, "loss": float(np.mean(losses))}
        return {**row, **self._validate(), "learning_rate": float(self.optimizer.learning_rate)}

    def _validate(self) -> dict[str, float | None]:
        """Score the averaged weights on the validation windows."""
        total, windows = 0.0, 0
        confusion: NDArray[np.int64] = np.zeros((len(self.course.classes),) * 2, np.int64)
        with self._weights(snapshot(self.average)):
            for x, y in self.course.validation():
                loss, predicted = self._forward(x, y)
                total, windows = total + float(loss) * len(y), windows + len(y)
                confusion += confusion_matrix(np.asarray(y), predicted.numpy(), len(self.course.classes))
        if not windows:
            return {}
        scores = sample_scores(confusion, self.course.classes)
        per_class = {f"val_f1_{name}": figures["f1"] for name, figures in scores["classes"].items()}
        return {"val_loss": total / windows, "val_macro_f1": scores["macro_f1"], **per_class}

    def _finish_epoch(self, row: dict[str, Any], elapsed_s: float) -> None:
        progress, options = self.progress, self.options
        progress.done += 1
        progress.elapsed_s = elapsed_s
        progress.history.append(row)
        score = row.get("val_macro_f1")
        score = -row["loss"] if score is None else score
        if progress.best_score is None or score > progress.best_score:
            progress.best_score, progress.best_epoch = score, progress.done
            self.best = snapshot(self.average)
        if options.patience is not None and progress.done - progress.best_epoch >= options.patience:
            progress.planned = progress.done
            return
        # The plan, and with it the learning rate, never follows the machine: a limit ends the training and no more.
        epoch_s = float(np.median([r["seconds"] for r in progress.history[-5:]]))
        progress.out_of_time = progress.done < progress.planned and is_out_of_time(options, elapsed_s, epoch_s)

    def _save(self) -> None:
        state = Checkpoint(
            model=snapshot(self.model.variables),
            optimizer=snapshot(self.optimizer.variables),
            average=snapshot(self.average),
            best=self.best,
            progress=dict(vars(self.progress)),
            request=self.course.request,
        )
        write_checkpoint(self.course.checkpoint, state)

    def _keep(self, step: int) -> np.float32:
        """Return the share of the average that a step keeps: little at first, so that the start is soon forgotten."""
        return np.float32(min(self.options.averaging, (1 + step) / (10 + step)))

    def _weights(self, arrays: Arrays) -> _Swapped:
        return _Swapped(self.model, arrays)

    def _compiled_step(self) -> Callable[[Any, Any, Any], Any]:
        import tensorflow as tf

        @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
        def step(x: Any, y: Any, keep: Any) -> Any:
            with tf.GradientTape() as tape:
                scores = self.model(x, training=True)
                loss = self.course.loss(y, scores)
                total = loss + tf.add_n(self.model.losses) if self.model.losses else loss
            gradients = tape.gradient(total, self.model.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.model.trainable_variables, strict=True))
            for average, weight in zip(self.average, self.model.weights, strict=True):
                average.assign(weight + keep * (average - weight) if weight.dtype == "float32" else weight)
            return loss

        return step  # type: ignore[no-any-return]

    def _compiled_forward(self) -> Callable[[Any, Any], Any]:
        import tensorflow as tf

        @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
        def forward(x: Any, y: Any) -> Any:
            scores = self.model(x, training=False)
            return self.course.loss(y, scores), tf.argmax(scores, axis=-1)

        return forward  # type: ignore[no-any-return]


class _Swapped:
    """Puts other weights into a model for the length of a ``with`` block."""

    def __init__(self, model: Any, arrays: Arrays) -> None:
        self._model, self._arrays = model, arrays

    def __enter__(self) -> None:
        self._kept = snapshot(self._model.weights)
        restore(self._model.weights, self._arrays, "weights")

    def __exit__(self, *_: object) -> None:
        restore(self._model.weights, self._kept, "weights")
