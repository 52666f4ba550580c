"""Twins of fast kernels, pasted instead of them: the C made for a core on the host."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.kernels.kernel import kernel_texts
from edgeunet.kernels.mve import twins as helium_twins
from tests.networks.random_networks import random_inputs
from tests.rigs.host_batch import SANITIZED, build_batch, flat

STRUCT = re.compile(r"^typedef struct \{\n.*?^\} (\w+);\n", re.MULTILINE | re.DOTALL)
"""A struct of a kernel, with its name."""

HELIUM_TWINS = {
    "tiles.rows.quad_function": helium_twins.quad_twin,
    "tiles.rows.block_function": helium_twins.block_twin,
    "columns.rows.column_function": helium_twins.column_twin,
    "runs.rows.runs_function": helium_twins.runs_twin,
    "lanes.rows.depthwise_function": helium_twins.depthwise_twin,
    "channels.rows.channels_function": helium_twins.channels_twin,
    "lines.rows.line_function": helium_twins.line_twin,
}
"""What writes assembly, below ``kernels.mve``, and what writes C of the same meaning."""


@cache
def twin_source(core: str, function: str) -> str:
    """The plain C of a function; structs that its twin does not define are those of the fast text.

    What is plain C over such texts has no second copy.
    """
    fast = kernel_texts(core).get(function, "") or kernel_texts("portable")[function]
    twin = kernel_texts(core, twins=True).get(function, "")
    if not twin:
        return fast
    own = {match[1] for match in STRUCT.finditer(twin)}
    wanted = [match[0] for match in STRUCT.finditer(fast) if match[1] in set(re.findall(r"\w+", twin)) - own]
    return "\n".join([*wanted, twin])


@pytest.fixture
def twins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain C for the text of kernels, and C functions for assembly that is generated."""
    monkeypatch.setattr("edgeunet.emit.code.kernel_source", twin_source)
    for function, twin in HELIUM_TWINS.items():
        monkeypatch.setattr(f"edgeunet.kernels.mve.{function}", twin)


def without_portable(source: str) -> str:
    """``source`` without the portable kernels, which have their plain C and assembly for other machines in one text."""
    for text in kernel_texts("portable").values():
        source = source.replace(text, "")
    return source


def run_twins(directory: Path, contents: list[bytes], kernels: str = "dsp", without: Collection[str] = ()) -> set[str]:
    """Compare each network, compiled ``without`` some passes, with the evaluator; the kernels that ran."""
    compiled, inputs, expected = [], [], []
    for number, content in enumerate(contents):
        graph = read_tflite(content)
        rng = np.random.default_rng(number)
        made = [random_inputs(graph.tensors[i].shape, rng, graph.tensors[i].dtype) for i in graph.inputs]
        compiled.append(compile_model(graph, f"t{number}", kernels=kernels, without=without))
        assert "__asm__" not in without_portable(compiled[-1].sources.files[f"t{number}.c"])
        inputs.append([flat(made)])
        expected.append(flat(evaluate(graph, made)))
    texts = {name: twin_source("dsp", name) for name in kernel_texts("dsp")} | dict(kernel_texts("portable"))
    merged = kernels == "dsp"  # functions that are written per shape have the same name in several models
    batch = build_batch(directory, compiled, (*SANITIZED, "-O0", "-Wno-unused-function"), merged=merged, texts=texts)
    for number, (answers, right) in enumerate(zip(batch.run(inputs), expected, strict=True)):
        assert np.array_equal(answers[0], right), f"network {number} differs"
    return {layer.kernel for model in compiled for layer in model.layers}
