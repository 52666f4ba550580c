"""Every exact pass switched alone off and alone on: different C, equal outputs, which are those of the evaluator."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import PASSES, Compiled, compile_model
from edgeunet.errors import CompileError
from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.ir import Graph
from edgeunet.rewrite.passes import STREAM_PASSES
from tests.networks.pass_networks import NETWORKS
from tests.networks.random_networks import random_inputs
from tests.rigs.host_batch import SANITIZED, build_batch, flat
from tests.rigs.twins import twins

__all__ = ["twins"]

NEEDS = {
    "low_rate": {"concat"},
    "depthwise_parts": {"upsampled"},
    "retiming": {"transposed"},
    "recompute": {"transposed", "retiming"},
    "waiting_room": {"transposed", "retiming"},
}
"""What a pass builds on: on where it alone is."""

SMALLEST_HOP = 4


def compiled(graph: Graph, name: str, without: set[str], prefix: str) -> Compiled:
    """With the kernels that can fuse, and in hops where the pass is one of streams."""
    core = "dsp" if name in ("add", "overlap") else "portable"
    hop = SMALLEST_HOP if name in STREAM_PASSES else None
    return compile_model(graph, prefix, kernels=core, hop=hop, without=without)


def code(model: Compiled) -> str:
    """Everything that runs, names left out."""
    text = "".join(model.sources.files[path] for path in (f"{model.name}.c", f"{model.name}_weights.h"))
    return text.replace(model.name, "net").replace(model.name.upper(), "NET").replace(model.run_digest, "")


@pytest.mark.usefixtures("twins")
@pytest.mark.parametrize("name", PASSES)
def test_a_pass_alone_off_and_alone_on_changes_the_code_and_no_value(name: str, tmp_path: Path) -> None:
    graph = read_tflite(NETWORKS[name]())
    needed = NEEDS.get(name, set())
    others = {*PASSES} - needed - {name}
    switched = {"everything": set[str](), "alone_off": {name}, "alone_on": others, "nothing": others | {name}}
    models = [compiled(graph, name, without, f"q_{prefix}") for prefix, without in switched.items()]
    everything, alone_off, alone_on, nothing = map(code, models)
    assert everything != alone_off
    assert alone_on != nothing
    rng = np.random.default_rng(len(name))
    given = [[random_inputs(graph.tensors[i].shape, rng) for i in graph.inputs] for _ in range(5)]
    expected = [flat(evaluate(graph, arrays)) for arrays in given]
    flags = (*SANITIZED, "-O0", "-Wno-unused-function", "-Wno-unused-parameter", "-Wno-conversion")
    answers = build_batch(tmp_path, models, flags).run([[flat(arrays) for arrays in given]] * len(models))
    for model, outputs in zip(models, answers, strict=True):
        for output, right in zip(outputs, expected, strict=True):
            assert np.array_equal(output, right), f"{model.name} is wrong"


def test_another_name_alone_is_no_change() -> None:
    graph = read_tflite(NETWORKS["concat"]())
    assert code(compiled(graph, "", set(), "q_first")) == code(compiled(graph, "", set(), "q_the_second"))


def test_every_pass_names_the_module_where_its_algebra_stands() -> None:
    for purpose in PASSES.values():
        module = importlib.import_module("edgeunet." + purpose.rpartition("(")[2].rstrip(")"))
        assert module.__doc__
        assert len(module.__doc__.splitlines()) > 3


def test_a_pass_that_is_not_there_is_a_sentence() -> None:
    graph = read_tflite(NETWORKS["concat"]())
    with pytest.raises(CompileError, match="no pass or kernel 'magic' to leave out; use one of padding"):
        compile_model(graph, without=("magic",))
