"""Every target, without atheris: its seeds are taken, and some mutants of each keep the promise."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from edgeunet.graph import read_tflite
from tests.fuzz import findings
from tests.fuzz.__main__ import main
from tests.fuzz.contract import hold
from tests.fuzz.corpus import CORPUS, seeds_of
from tests.fuzz.seeds import cards, protocol, specs
from tests.fuzz.targets import COMPILED, MODULES, RUNS, find_target

SEEDS = [path for name in MODULES for path in seeds_of(name)]
ENDS_IN_A_FAULT = {"protocol/fault", "protocol/trap"}
LARGEST_CORPUS_BYTES = 300_000
MUTANTS = 30


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_seed_is_accepted(seed: Path) -> None:
    accepted = hold(find_target(seed.parent.name), seed.read_bytes())
    assert accepted == (f"{seed.parent.name}/{seed.name}" not in ENDS_IN_A_FAULT)


def test_the_corpus_is_small_and_made_here() -> None:
    files = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert {path.parent.name for path in files} == set(MODULES)
    assert sum(path.stat().st_size for path in files) < LARGEST_CORPUS_BYTES
    made = {"card": cards(), "spec": specs(), "protocol": protocol()}
    for name, inputs in made.items():
        for seed, data in inputs.items():
            assert (CORPUS / name / seed).read_bytes() == data, f"{name}/{seed}: run python -m tests.fuzz.seeds"


def plain(rng: Random) -> Callable[[bytes], bytes]:
    """A byte changed; what libFuzzer does better."""

    def changed(data: bytes) -> bytes:
        at = rng.randrange(len(data) + 1)
        return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]

    return changed


def mutants(name: str) -> list[bytes]:
    target, rng = find_target(name), Random(1)
    seeds = [path.read_bytes() for path in seeds_of(name)]
    return [target.mutate(rng.choice(seeds), rng, plain(rng))[: target.most_bytes] for _ in range(MUTANTS)]


@pytest.mark.parametrize("name", MODULES)
def test_mutants_keep_the_promise_and_are_neither_all_sound_nor_all_broken(name: str) -> None:
    outcomes = [hold(find_target(name), data) for data in mutants(name)]
    assert 0 < sum(outcomes) < MUTANTS


def test_decisions_come_from_the_seed_alone() -> None:
    assert mutants("results") == mutants("results")
    assert len(set(mutants("results"))) > MUTANTS // 2


def test_seeds_have_the_operators_of_a_unet_and_the_rare_ones() -> None:
    kinds = {op.kind for path in seeds_of("tflite") for op in read_tflite(path).ops}
    assert kinds >= {
        "ADD", "AVERAGE_POOL_2D", "CONCATENATION", "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "GELU",
        "LOGISTIC", "MAX_POOL_2D", "MEAN", "MUL", "PAD", "QUANTIZE", "RESHAPE", "RESIZE_NEAREST_NEIGHBOR", "RSQRT",
        "SLICE", "SOFTMAX", "SQUARED_DIFFERENCE", "SUB", "TRANSPOSE_CONV",
    }  # fmt: skip


def test_every_target_has_a_number_of_runs() -> None:
    assert list(RUNS) == [*MODULES, COMPILED]


def test_a_finding_is_fed_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "card"
    folder.mkdir()
    sound, refused = folder / "sound", folder / "refused"
    sound.write_bytes((CORPUS / "card" / "card").read_bytes())
    refused.write_bytes(json.dumps({"schema": "x"}).encode())
    assert main(["--replay", str(sound), str(refused)]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{sound}: accepted", f"{refused}: refused"]


def test_a_machine_without_atheris_is_told_what_it_takes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "atheris", None)
    assert main(["spec"]) == 2
    assert "fuzzing needs the Python package 'atheris', which has wheels for" in capsys.readouterr().err


def test_an_unknown_target_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["nonsense"])
    assert "no target 'nonsense'; use tflite, card" in capsys.readouterr().err


@pytest.mark.nightly  # ``python -m tests.fuzz`` is a step of its own by day
def test_a_session_finds_nothing_in_a_few_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("atheris", reason="atheris has wheels for Python 3.11 to 3.13 on Linux x86-64")
    monkeypatch.setattr(findings, "FINDINGS", tmp_path)
    assert main(["protocol", "--runs", "20"]) == 0
    assert capsys.readouterr().out.startswith("protocol: Done 20 runs")


def test_a_session_that_does_not_even_begin_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("atheris", reason="atheris has wheels for Python 3.11 to 3.13 on Linux x86-64")
    monkeypatch.setattr(findings, "FINDINGS", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "zlib.py").write_text("raise ImportError('no such module today')", encoding="utf-8")
    assert main(["protocol", "--runs", "20"]) == 1
    assert "protocol: ended with 1: ImportError: no such module today" in capsys.readouterr().out
