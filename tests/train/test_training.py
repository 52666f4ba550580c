"""Training end to end on records and a network small enough for seconds."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import EdgeUNetError, SignalError, TrainError
from edgeunet.modelcard import read_card
from edgeunet.signals import Record, Split, SyntheticECG, SyntheticSource
from edgeunet.train import Listener, TrainResult, train
from edgeunet.train.checkpoint import checkpoint_path
from edgeunet.train.fit import Progress, Trainer
from edgeunet.train.report import describe_training, training_document
from tests.train.conftest import SMALL_OPTIONS, SMALL_SPEC, TINY_SPEC, small_source

pytestmark = pytest.mark.slow

# Trains as `uninterrupted` does, and kills itself without warning inside the second epoch.
KILLED = """
import os, signal, sys
from pathlib import Path
from edgeunet.train import Listener, train
from tests.train.conftest import SMALL_OPTIONS, SMALL_SPEC, small_source

def step(progress, step, loss):
    if progress.done == 1 and step == 3:
        os.kill(os.getpid(), signal.SIGKILL)

train(SMALL_SPEC, small_source(), Path(sys.argv[1]), options=SMALL_OPTIONS, listener=Listener(step=step))
"""


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    output = tmp_path_factory.mktemp("whole") / "m.keras"
    return train(SMALL_SPEC, small_source(), output, options=SMALL_OPTIONS)


def weights(path: Path) -> list[np.ndarray]:  # type: ignore[type-arg]
    from edgeunet.model import load_model

    return load_model(path).get_weights()  # type: ignore[no-any-return]


def without_time(progress: Progress) -> list[dict[str, object]]:
    return [{key: value for key, value in row.items() if key != "seconds"} for row in progress.history]


def assert_same_training(one: TrainResult, other: TrainResult) -> None:
    assert without_time(one.progress) == without_time(other.progress)
    for a, b in zip(weights(one.model), weights(other.model), strict=True):
        np.testing.assert_array_equal(a, b)


def test_training_leaves_model_card_split_history_and_picture(uninterrupted: TrainResult) -> None:
    card = read_card(uninterrupted.model)
    assert card is not None
    assert card.classes == SMALL_SPEC.classes
    assert (card.sample_rate_hz, card.normalization) == (125.0, "zscore")
    assert card.split == json.loads(uninterrupted.files["split"].read_text())
    assert card.metrics["boundaries"]["QRS"]["onset"]["n"] > 0
    assert card.postprocessing["merge_ms"]
    rows = list(csv.DictReader(uninterrupted.files["history_csv"].read_text().splitlines()))
    document = json.loads(uninterrupted.files["history_json"].read_text())
    assert [int(row["epoch"]) for row in rows] == [row["epoch"] for row in document["epochs"]] == [1, 2, 3]
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert uninterrupted.files["curves"].read_bytes().startswith(b"\x89PNG")
    assert not checkpoint_path(uninterrupted.model).exists()


@pytest.mark.nightly  # what resumes after an interruption gives them too
def test_the_same_seed_gives_the_same_history_and_weights(uninterrupted: TrainResult, tmp_path: Path) -> None:
    again = train(SMALL_SPEC, small_source(), tmp_path / "m.keras", options=SMALL_OPTIONS)
    assert_same_training(again, uninterrupted)
    other = train(SMALL_SPEC, small_source(), tmp_path / "o.keras", options=replace(SMALL_OPTIONS, seed=4, epochs=1))
    assert other.progress.history[0]["loss"] != uninterrupted.progress.history[0]["loss"]


@pytest.mark.nightly  # by day an interruption leaves the same checkpoint
def test_a_killed_training_resumes_to_the_very_same_result(uninterrupted: TrainResult, tmp_path: Path) -> None:
    output = tmp_path / "m.keras"
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(output)], cwd=Path(__file__).parents[2], env=environment, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2000:]
    assert read_card(output) is not None, "the best model so far must be usable"
    assert len(weights(output)) == len(weights(uninterrupted.model))
    resumed = train(SMALL_SPEC, small_source(), output, options=SMALL_OPTIONS, resume=True)
    assert_same_training(resumed, uninterrupted)


def test_interrupted_from_the_keyboard_it_resumes_to_the_very_same_result(
    uninterrupted: TrainResult, tmp_path: Path
) -> None:
    def interrupt(progress: Progress, step: int, loss: float) -> None:
        if progress.done == 1:
            raise KeyboardInterrupt

    output = tmp_path / "m.keras"
    notes: list[str] = []
    listener = Listener(note=notes.append, step=interrupt)
    with pytest.raises(KeyboardInterrupt):
        train(SMALL_SPEC, small_source(), output, options=SMALL_OPTIONS, listener=listener)
    assert "interrupted after epoch 1 of 3" in notes[-1]
    assert "--resume" in notes[-1]
    assert len(weights(output)) == len(weights(uninterrupted.model))
    assert checkpoint_path(output).exists()
    with pytest.raises(TrainError, match=r"made with option seed = 3, not 4"):
        train(SMALL_SPEC, small_source(), output, options=replace(SMALL_OPTIONS, seed=4), resume=True)
    assert_same_training(train(SMALL_SPEC, small_source(), output, options=SMALL_OPTIONS, resume=True), uninterrupted)


def test_interrupting_the_first_epoch_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(progress: Progress, step: int, loss: float) -> None:
        raise KeyboardInterrupt

    notes: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        train(
            TINY_SPEC,
            small_source(),
            tmp_path / "m.keras",
            options=SMALL_OPTIONS,
            listener=Listener(note=notes.append, step=interrupt),
        )
    assert "nothing was saved" in notes[-1]
    assert not any(tmp_path.iterdir())


def test_resuming_without_a_checkpoint_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainError, match="nothing to resume"):
        train(SMALL_SPEC, small_source(), tmp_path / "m.keras", options=SMALL_OPTIONS, resume=True)


def test_a_damaged_checkpoint_is_an_error(tmp_path: Path) -> None:
    output = tmp_path / "m.keras"
    checkpoint_path(output).write_bytes(b"PK\x03\x04 not a whole archive")
    with pytest.raises(TrainError, match="no checkpoint that can be read"):
        train(SMALL_SPEC, small_source(), output, options=SMALL_OPTIONS, resume=True)


def test_training_goes_on_from_a_model(uninterrupted: TrainResult, tmp_path: Path) -> None:
    further = train(
        uninterrupted.model, small_source(), tmp_path / "n.keras", options=replace(SMALL_OPTIONS, epochs=1, warmup=0.0)
    )
    assert further.progress.history[0]["loss"] < uninterrupted.progress.history[0]["loss"]
    assert further.card.spec == uninterrupted.card.spec


def test_patience_ends_a_training_that_gets_no_better(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trainer, "_validate", lambda self: {"val_macro_f1": 1 / (1 + self.progress.done)})
    options = replace(SMALL_OPTIONS, epochs=8, steps_per_epoch=1, patience=2)
    progress = train(TINY_SPEC, small_source(), tmp_path / "m.keras", options=options).progress
    assert (progress.best_epoch, progress.done, progress.planned) == (1, 3, 3)


def test_the_time_limit_ends_a_training_and_leaves_its_plan_alone(tmp_path: Path) -> None:
    options, notes = replace(SMALL_OPTIONS, epochs=10_000, minutes=0.01), list[str]()
    result = train(
        TINY_SPEC, small_source(), tmp_path / "m.keras", options=options, listener=Listener(note=notes.append)
    )
    assert 1 <= result.progress.done < result.progress.planned == 10_000
    assert result.progress.history[0]["learning_rate"] > 0.9 * options.learning_rate
    assert result.card.metrics["training"]["out_of_time"] is True
    assert training_document(result)["out_of_time"] is True
    assert any("the time limit ended it" in line for line in describe_training(result))
    assert any("the time limit ended the training after epoch" in note for note in notes)
    assert checkpoint_path(tmp_path / "m.keras").exists()


class Overflowing(SyntheticSource):
    """Records of no voltage, in units far too small for their numbers."""

    def read(self, name: str) -> Record:
        record = super().read(name)
        return replace(record, signal=record.signal * np.float32(1e38), units=("kPa",) * len(record.leads))


def test_a_loss_that_is_not_finite_is_an_error(tmp_path: Path) -> None:
    source = Overflowing(records=6, seed=5, parameters=SyntheticECG(duration_s=6.0), leads=("ii",))
    with pytest.raises(TrainError, match=r"the loss is (nan|inf) at step 1 of epoch 1; use a learning rate below"):
        train(
            TINY_SPEC,
            source,
            tmp_path / "m.keras",
            options=replace(SMALL_OPTIONS, augmentation="none"),
            normalization="none",
        )
    assert not (tmp_path / "m.keras").exists()


def test_the_data_must_have_the_classes_of_the_network(tmp_path: Path) -> None:
    with pytest.raises(TrainError, match="classes are background, wave but the data's background, P, QRS, T"):
        train(replace(SMALL_SPEC, classes=("background", "wave")), small_source(), tmp_path / "m.keras")


def test_the_data_must_have_the_channels_of_the_network(tmp_path: Path) -> None:
    with pytest.raises(SignalError, match=r"takes 3 channels but the records have 2 leads \(ii, v2\)"):
        train(replace(SMALL_SPEC, input_shape=(256, 3)), small_source(), tmp_path / "m.keras")


def test_a_network_of_several_channels_learns_from_all_leads_together(tmp_path: Path) -> None:
    result = train(
        replace(TINY_SPEC, input_shape=(256, 2)), small_source(), tmp_path / "m.keras",
        options=replace(SMALL_OPTIONS, epochs=1),
    )  # fmt: skip
    assert result.card.leads == ("ii", "v2")


@pytest.mark.parametrize(
    ("split", "message"),
    [(Split(train=("nobody",)), "has no record in this data"), (Split(val=("synthetic-0000",)), "has no patients")],
)
def test_a_split_of_other_patients_is_an_error(split: Split, message: str, tmp_path: Path) -> None:
    with pytest.raises(EdgeUNetError, match=message):
        train(SMALL_SPEC, small_source(), tmp_path / "m.keras", split=split)


def test_training_without_validation_patients_keeps_the_best_by_loss(tmp_path: Path, source: SyntheticSource) -> None:
    split = Split(train=source.names())
    result = train(TINY_SPEC, source, tmp_path / "m.keras", options=replace(SMALL_OPTIONS, epochs=2), split=split)
    losses = [row["loss"] for row in result.progress.history]
    assert result.progress.best_epoch == 1 + losses.index(min(losses))
    assert "boundaries" not in result.card.metrics
