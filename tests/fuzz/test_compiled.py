"""Models that are accepted, as C: what differs from the judges, or does not run clean, is found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.fuzz import findings
from tests.fuzz.compiled import Mutant, Trial, judge_alone, mutants, run
from tests.fuzz.contract import BrokenPromiseError
from tests.fuzz.corpus import seeds_of
from tests.fuzz.judge import Judge
from tests.networks.random_networks import random_network
from tests.rigs.tools import need


@pytest.fixture
def judge() -> Iterator[Judge]:
    made = Judge()
    yield made
    made.close()


def test_a_judge_that_dies_is_replaced(judge: Judge) -> None:
    model = seeds_of("tflite")[0].read_bytes()
    given = [np.zeros((1, 1, 8, 2), np.int8)]
    (first,) = judge.ask("litert", model, given)
    assert judge._child is not None
    judge._child.kill()
    judge._child.wait()
    assert judge.ask("litert", model, given) == "it died"
    assert judge.deaths == 1
    (second,) = judge.ask("litert", model, given)
    assert np.array_equal(first, second)
    assert str(judge.ask("litert", b"nonsense", given)).startswith("ValueError")


def test_a_seed_is_equal_to_its_judge_and_what_is_no_model_is_refused() -> None:
    need("clang")
    assert judge_alone(seeds_of("tflite")[0].read_bytes())
    assert not judge_alone(b"nonsense")


def test_one_wrong_value_is_found(tmp_path: Path) -> None:
    need("clang")
    trial = Trial(tmp_path)
    assert trial.add(random_network(3))
    (mutant,) = trial._waiting
    (outputs,) = run([mutant])
    trial.compare(mutant, outputs)
    outputs[-1] = outputs[-1] ^ np.array([0] * (outputs[-1].size - 1) + [1], np.int8)
    with pytest.raises(BrokenPromiseError, match=r"its C differs from the judges: \{'litert': 'differs'\}"):
        trial.compare(mutant, outputs)
    trial.judge.close()


def test_c_that_does_not_run_clean_is_found_among_c_that_does(tmp_path: Path) -> None:
    need("clang")
    trial = Trial(tmp_path)
    for seed in (3, 307):
        assert trial.add(random_network(seed))
    trial._waiting[1] = dividing_by_zero(trial._waiting[1])
    trial.flush()
    trial.judge.close()
    assert (trial.accepted, trial.judged) == (2, 1)
    (finding,) = findings.kept(tmp_path)
    assert finding.read_bytes() == random_network(307)
    assert "its C does not run clean" in findings.reason(finding)


def dividing_by_zero(mutant: Mutant) -> Mutant:
    sources, name = mutant.compiled.sources, mutant.compiled.name
    text = sources.files[f"{name}.c"]
    head = re.search(rf"^void {name}_run\(.*?\n{{\n", text, re.MULTILINE | re.DOTALL)
    assert head
    zero = "static volatile int32_t zero;\n"
    spoilt = text[: head.start()] + zero + head[0] + "    zero = 1 / zero;\n" + text[head.end() :]
    files = {**sources.files, f"{name}.c": spoilt}
    return replace(mutant, compiled=replace(mutant.compiled, sources=replace(sources, files=files)))


def test_mutants_come_from_the_seed_alone_and_some_are_accepted() -> None:
    first, second = mutants(5), mutants(5)
    assert [next(first) for _ in range(5)] == [next(second) for _ in range(5)]
