"""Commands killed at random moments: what they wrote is the old set or the new one, and the next run leaves nothing.

``EDGEUNET_KILLS`` says how often each is killed; 15 times where it is not set.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from edgeunet.files import settle
from edgeunet.modelcard import read_card
from edgeunet.report import collect
from edgeunet.spec import spec_to_dict
from edgeunet.train.checkpoint import checkpoint_path
from tests.networks.random_networks import random_network
from tests.report.documents import bench, build, evaluate, quantize, write_all
from tests.rigs.killing import edgeunet, leftovers, tree, wait_for_children
from tests.rigs.tools import need
from tests.train.conftest import SMALL_SPEC

KILLS = int(os.environ.get("EDGEUNET_KILLS", "15"))
TRAINING = ["--records", "6", "--lead", "ii", "--epochs", "3", "--steps-per-epoch", "4", "--batch-size", "4"]
MODEL_SET = {"m.keras", "m.keras.json", "m.split.json", "m.history.csv", "m.history.json", "m.history.png"}

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the commands read: two of each, an old and a new one."""
    place = tmp_path_factory.mktemp("inputs")
    (place / "small.json").write_text(json.dumps(spec_to_dict(SMALL_SPEC)))
    for number in (0, 1):
        (place / f"{number}.tflite").write_bytes(random_network(3 + number))
        documents = {"a": build(parameters=5000 + number), "b": quantize(), "c": bench(), "d": evaluate(0.9)}
        write_all(place / f"results{number}", **documents)
    (place / "budget.toml").write_text('[baseline]\nfile = "out/baseline.json"\n[baseline.allow]\nparameters = "1 %"\n')
    return place


def arguments(command: str, inputs: Path, number: int) -> list[object]:
    """The words of ``command`` that write its old (0) or new (1) set to ``out``."""
    if command == "quantize":
        data = ["--records", "5", "--calibration-windows", "8", "--no-evaluate"]
        return ["quantize", inputs / f"{number}.keras", "-o", "out/m.tflite", *data]
    if command == "export-c":
        return ["export-c", inputs / f"{number}.tflite", "-o", "out", "--name", "net"]
    if command == "report":
        return ["report", inputs / f"results{number}", "-o", "out"]
    if command == "check":
        return ["check", inputs / f"results{number}", "--budget", "budget.toml", "--update-baseline"]
    return ["synth", "-o", "out", "--lead", "ii", "--seed", number, "--records", 6 - number]


def moments(command: str, seconds: float) -> list[float]:
    """When to kill: at random, the same each time, as shares of how long the command takes."""
    drawn = random.Random(command)
    return [drawn.uniform(0.02, 1.0) * seconds for _ in range(KILLS)]


@pytest.mark.parametrize("command", ["quantize", "export-c", "report", "check", "synth"])
def test_a_killed_command_leaves_the_old_set_or_the_new_one(command: str, inputs: Path, tmp_path: Path) -> None:
    if command == "quantize":
        need("tensorflow", "ai-edge-litert")
        for number in (0, 1):
            words = ["build", inputs / "small.json", "--seed", number, "--no-lint", "-o", inputs / f"{number}.keras"]
            assert edgeunet(words, tmp_path).code == 0
    expected, seconds = [], 0.0
    for number in (0, 1):
        place = tmp_path / f"undisturbed{number}"
        place.mkdir()
        shutil.copy(inputs / "budget.toml", place)
        done = edgeunet(arguments(command, inputs, number), place)
        assert done.code == 0, done.stderr
        expected.append(tree(place / "out"))
        seconds = done.seconds
    assert expected[0] != expected[1]
    place, temporary = tmp_path / "place", tmp_path / "temporary"
    shutil.copytree(tmp_path / "undisturbed0", place)
    temporary.mkdir()
    now = 0
    for moment in moments(command, seconds):
        wanted = 1 - now
        words = arguments(command, inputs, wanted)
        edgeunet(words, place, temporary=temporary, kill_after_s=moment)
        wait_for_children(temporary)
        settle(place / "out")
        found = {name: content for name, content in tree(place / "out").items() if ".edgeunet-" not in name}
        assert found in expected, f"mixed after {moment:.3f} s of {seconds:.3f}"
        assert edgeunet(words, place, temporary=temporary).code == 0
        assert tree(place / "out") == expected[wanted], leftovers(place)
        assert list(temporary.iterdir()) == []
        now = wanted


def test_a_killed_training_resumes_to_the_same_weights(inputs: Path, tmp_path: Path) -> None:
    need("tensorflow")
    words = ["train", inputs / "small.json", *TRAINING, "-o", "m.keras"]
    whole = tmp_path / "undisturbed"
    whole.mkdir()
    done = edgeunet(words, whole)
    assert done.code == 0, done.stderr
    assert set(tree(whole)) == MODEL_SET
    resumed = 0
    for number, moment in enumerate(moments("train", done.seconds)):
        place, temporary = tmp_path / str(number), tmp_path / "temporary"
        place.mkdir()
        temporary.mkdir(exist_ok=True)
        edgeunet(words, place, temporary=temporary, kill_after_s=moment)
        wait_for_children(temporary)
        settle(place)
        there = {name for name in tree(place) if not name.startswith(".edgeunet-")} - {"m.checkpoint.npz"}
        assert there in (set(), MODEL_SET, MODEL_SET - {"m.history.png"}), there
        read_card(place / "m.keras")
        goes_on = checkpoint_path(place / "m.keras").exists()
        resumed += goes_on
        again = edgeunet([*words, *(["--resume"] if goes_on else [])], place, temporary=temporary)
        assert again.code == 0, again.stderr
        assert set(tree(place)) == MODEL_SET
        assert list(temporary.iterdir()) == []
        for ours, theirs in zip(weights(place / "m.keras"), weights(whole / "m.keras"), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    assert resumed or KILLS < 15, "no kill came between the first epoch and the end"


def weights(model: Path) -> list[np.ndarray]:
    from edgeunet.model import load_model

    return [np.asarray(weight) for weight in load_model(model).weights]


def test_a_killed_demo_holds_results_of_one_run(tmp_path: Path) -> None:
    need("tensorflow", "ai-edge-litert")
    words = ["demo", "-o", "out", "--minutes", "0.5"]
    done = edgeunet(words, tmp_path)
    assert done.code == 0, done.stderr
    complete = set(tree(tmp_path / "out"))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for number, moment in enumerate(moments("demo", done.seconds)):
        edgeunet([*words, "--seed", number], tmp_path, temporary=temporary, kill_after_s=moment)
        wait_for_children(temporary)
        require_one_run(tmp_path / "out")
    assert edgeunet(words, tmp_path, temporary=temporary).code == 0
    assert set(tree(tmp_path / "out")) == complete
    assert list(temporary.iterdir()) == []
    require_one_run(tmp_path / "out")


def require_one_run(place: Path) -> None:
    """Cards fit their models, results and C are of the model that is there."""
    for folder in (place, *(p for p in place.iterdir() if p.is_dir())):
        settle(folder)
    for card in place.glob("*.json"):
        if card.name.endswith((".keras.json", ".tflite.json")):
            assert card.with_suffix("").exists()
            assert read_card(card.with_suffix("")) is not None
    documents = [p for p in place.glob("*.json") if p.stem.startswith(("build", "evaluate", "bench", "quantize"))]
    if documents:
        collect(documents)
    model = place / "ecg.int8.tflite"
    made_from_it = [*place.glob("c*/*.[ch]"), *(p for p in documents if p.stem.startswith("bench"))]
    assert model.exists() or not made_from_it
    if model.exists():
        digest = hashlib.sha256(model.read_bytes()).hexdigest()
        for path in made_from_it:
            assert digest in path.read_text(), f"{path.name} is of another model"
