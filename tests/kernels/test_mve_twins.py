"""The portable twins of the Helium kernels, under ASan and UBSan on the host, equal the exact evaluator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.kernels.mve import twins as helium_twins
from edgeunet.kernels.mve.columns import rows as column_rows
from edgeunet.kernels.mve.tiles import rows as helium_quads
from tests.kernels import test_helium_convolutions as convolutions
from tests.kernels.test_dsp_twins import twin_source
from tests.kernels.test_helium_convolutions import ALIKE, APART
from tests.kernels.test_mve import KERNELS, flat
from tests.networks.helium_table import CHANNELS, column_network, copies_network, table_network
from tests.networks.random_networks import random_inputs, random_network
from tests.rigs.host_batch import SANITIZED, build_batch


@pytest.fixture
def twins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portable files for those of the core, C functions for the generated assembly."""
    monkeypatch.setattr("edgeunet.emit.code.kernel_source", twin_source)
    monkeypatch.setattr("edgeunet.kernels.mve.tiles.rows.quad_function", helium_twins.quad_twin)
    monkeypatch.setattr("edgeunet.kernels.mve.tiles.rows.block_function", helium_twins.block_twin)
    monkeypatch.setattr("edgeunet.kernels.mve.columns.rows.column_function", helium_twins.column_twin)
    monkeypatch.setattr("edgeunet.kernels.mve.runs.rows.runs_function", helium_twins.runs_twin)
    monkeypatch.setattr("edgeunet.kernels.mve.lanes.rows.depthwise_function", helium_twins.depthwise_twin)
    monkeypatch.setattr("edgeunet.kernels.mve.channels.rows.channels_function", helium_twins.channels_twin)
    monkeypatch.setattr("edgeunet.kernels.mve.lines.rows.line_function", helium_twins.line_twin)


def run_twins(directory: Path, contents: list[bytes]) -> set[str]:
    """Compare each network with the evaluator; the kernels that ran."""
    compiled, inputs, expected = [], [], []
    for number, content in enumerate(contents):
        graph = read_tflite(content)
        rng = np.random.default_rng(number)
        made = [random_inputs(graph.tensors[i].shape, rng) for i in graph.inputs]
        compiled.append(compile_model(graph, f"t{number}", kernels="mve"))
        assert "__asm__" not in compiled[-1].sources.files[f"t{number}.c"]
        inputs.append([flat(made)])
        expected.append(flat(evaluate(graph, made)))
    batch = build_batch(directory, compiled, (*SANITIZED, "-Wno-unused-function"))
    for number, (answers, right) in enumerate(zip(batch.run(inputs), expected, strict=True)):
        assert np.array_equal(answers[0], right), f"network {number} differs"
    return {layer.kernel for model in compiled for layer in model.layers}


@pytest.mark.usefixtures("twins")
def test_twins_equal_the_evaluator_around_the_edges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions that only large layers are worth are made for small ones too."""
    monkeypatch.setattr(column_rows, "FEWEST_VALUES", 0)
    monkeypatch.setattr(helium_quads, "WORTH", 0)
    contents = [table_network(channels, seed) for seed, channels in enumerate(CHANNELS)]
    contents += [column_network(channels, seed) for seed, channels in enumerate((1, 4, 12))]
    contents += [copies_network(channels, seed) for seed, channels in enumerate((1, 16, 17))]
    made = [convolutions.column_network(rows, scales, rows) for rows, scales in ((32, APART), (72, ALIKE))]
    made += [convolutions.runs_network(seed, scales) for seed, scales in ((0, APART), (2, ALIKE))]
    made += [convolutions.blocks_network(seed, scales) for seed, scales in ((0, APART), (1, ALIKE))]
    assert set(KERNELS) <= run_twins(tmp_path, contents + [network.build() for network in made])


@pytest.mark.usefixtures("twins")
def test_twins_equal_the_evaluator_on_random_networks(tmp_path: Path) -> None:
    run_twins(tmp_path, [random_network(seed) for seed in range(100, 112)])


@pytest.mark.usefixtures("twins")
def test_twins_run_the_shared_models(shared: Path, tmp_path: Path) -> None:
    names = ("seed-unet-800", "small-unet-256", "classic-unet-512")
    run_twins(tmp_path, [(shared / "models" / f"{name}.int8.tflite").read_bytes() for name in names])
