"""The generated C of tiny networks, as it is: any change shows in review, and what is compared is also run.

``pytest tests/emit/test_golden.py --update-golden`` writes the files anew; a file that no network makes is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import Compiled, SourceTree, compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.ir import Graph
from tests.networks.pass_networks import LOW, NONE, RELU, PassNetwork
from tests.networks.random_networks import random_inputs
from tests.rigs.dsp_batch import run_on_dsp
from tests.rigs.helium_batch import Case, run_on_helium
from tests.rigs.host_batch import build_batch, flat
from tests.rigs.streams import expected, recording, run_streams
from tests.rigs.tiny import level_network

GOLDEN = Path(__file__).parents[1] / "golden"


def window_network() -> bytes:
    """One level of a U-Net: depthwise, maximum, addition, a convolution over an upsampled signal beside a skip."""
    n = PassNetwork(20)
    skip = n.convolution(n.input(8, 2), 3, 3, RELU)
    low = n.pool(n.add(skip, n.depthwise(skip, 3, NONE)), 2, 2)
    return n.only(n.convolution(n.joined(low, n.same_quantization(low, 8, 2), 3, 1, RELU, repeat=2), 2, 1, LOW))


def stream_network() -> bytes:
    """One level with a transposed convolution and a skip that waits."""
    n = PassNetwork(21)
    skip = n.convolution(n.input(8, 1), 3, 3, RELU)
    high = n.transposed(n.convolution(n.pool(skip, 2, 2), 3, 3, RELU), 3, 2, 2)
    return n.only(n.convolution(n.add(high, skip), 2, 1, LOW))


@dataclass(frozen=True)
class Golden:
    """A network and how it is compiled."""

    network: Callable[[], bytes]
    mode: str = "window"
    core: str = "portable"


NETWORKS = {
    "tiny_window": Golden(window_network),
    "tiny_stream": Golden(stream_network, "stream"),
    "tiny_dsp": Golden(level_network, core="dsp"),
    "tiny_mve": Golden(level_network, core="mve"),
}
ON_DEVICE = {"dsp": run_on_dsp, "mve": run_on_helium}


def made(name: str) -> tuple[Graph, Compiled]:
    golden = NETWORKS[name]
    graph = replace(read_tflite(golden.network()), digest=64 * "0")  # whatever wrote the flatbuffer
    return graph, compile_model(graph, name, mode=golden.mode, kernels=golden.core)


@pytest.mark.parametrize("name", NETWORKS)
def test_generated_c_is_the_golden_one(name: str, request: pytest.FixtureRequest) -> None:
    _, compiled = made(name)
    if request.config.getoption("--update-golden"):
        compiled.sources.write(GOLDEN / name)
    for path, text in compiled.sources.files.items():
        golden = GOLDEN / name / path
        assert golden.is_file(), f"{golden} is missing; pytest --update-golden writes it"
        assert golden.read_text(encoding="utf-8") == text, f"{path} changed; pytest --update-golden if that is meant"


def test_every_golden_file_belongs_to_a_network() -> None:
    found = {path.relative_to(GOLDEN) for path in GOLDEN.glob("*/*")}
    assert found == {Path(name) / path for name in NETWORKS for path in made(name)[1].sources.files}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_golden_files_equal_the_evaluator(name: str, tmp_path: Path) -> None:
    graph, compiled = made(name)
    texts = {path: (GOLDEN / name / path).read_text(encoding="utf-8") for path in compiled.sources.files}
    golden = replace(compiled, sources=SourceTree(texts))
    if compiled.mode == "stream":
        recordings = [recording(graph, rows, rows) for rows in (2, 6, 30)]
        ((short, longer, longest),) = run_streams(tmp_path, [golden], [recordings])
        for samples, output in zip(recordings, (short, longer, longest), strict=True):
            assert np.array_equal(output, expected(graph, samples))
        return
    given = [[random_inputs(graph.tensors[i].shape, np.random.default_rng(n)) for i in graph.inputs] for n in range(5)]
    if compiled.kernels != "portable":
        cases = [Case(golden, flat(arrays), flat(evaluate(graph, arrays))) for arrays in given]
        assert ON_DEVICE[compiled.kernels](tmp_path, cases) == ["equal"] * len(cases)
        return
    (outputs,) = build_batch(tmp_path, [golden]).run([[flat(arrays) for arrays in given]])
    for arrays, output in zip(given, outputs, strict=True):
        assert np.array_equal(output, flat(evaluate(graph, arrays)))
