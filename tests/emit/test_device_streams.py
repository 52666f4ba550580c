"""Random U-Nets as streams on emulated cores: DSP kernels on a Cortex-M4, Helium kernels on a Cortex-M55.

What comes out must equal LiteRT's reference kernels over the whole recording: at several hops, for recordings that end
within a hop, before the first output is due or long after, and with two instances running side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import read_tflite
from edgeunet.schedule.plan import schedule_graph
from edgeunet.schedule.timing import total_stride
from tests.networks.random_unets import missing_features, random_unet, traits
from tests.rigs.dsp_batch import run_on_dsp
from tests.rigs.helium_batch import Case, run_on_helium
from tests.rigs.nights import starts
from tests.rigs.programs import rewritten
from tests.rigs.streams import Net, judged, lengths, recording, unets

Run = Callable[[Path, list[Case]], list[str]]

CORES = [pytest.param("dsp", run_on_dsp, id="cortex-m4"), pytest.param("mve", run_on_helium, id="cortex-m55")]
PER_RUN = 10


def cases(net: Net) -> list[Case]:
    """A short recording, a long one, and two of each other's length side by side."""
    short, middle, long = lengths(net)
    found = []
    for rows in (short, long):
        samples = recording(net.graph, rows, rows)
        found.append(Case(net.compiled, samples, judged(net.content, samples), rows))
    pair = [recording(net.graph, middle, seed) for seed in (1, 2)]
    outputs = [judged(net.content, samples) for samples in pair]
    return [*found, Case(net.compiled, np.concatenate(pair), np.concatenate(outputs), middle, pair=True)]


def check(directory: Path, core: str, run: Run, seeds: range) -> None:
    nets = unets(seeds, core)
    kernels = {layer.kernel for net in nets for layer in net.compiled.layers}
    assert len(kernels) > 8
    asked = [case for net in nets for case in cases(net)]
    answers = run(directory, asked)
    wrong = [
        f"{case.model.name}, hop {case.model.hop_samples}, {case.rows} samples: {answer}"
        for case, answer in zip(asked, answers, strict=True)
        if answer != "equal"
    ]
    assert not wrong


@pytest.mark.usefixtures("first_plans")
def test_the_networks_of_a_run_have_every_promised_feature() -> None:
    nets = unets(range(PER_RUN))
    assert not missing_features(traits(net.graph) for net in nets)
    assert {net.compiled.hop_samples // net.stride for net in nets} == {1, 2, 3, 5}


@pytest.mark.slow
@pytest.mark.usefixtures("first_plans")
@pytest.mark.parametrize(("core", "run"), CORES)
def test_random_unets_stream_exactly_on_emulated_cores(tmp_path: Path, core: str, run: Run) -> None:
    check(tmp_path, core, run, range(PER_RUN if core == "dsp" else PER_RUN // 2))


@pytest.mark.slow
def test_kernels_run_in_the_memory_that_was_planned_for_them(tmp_path: Path) -> None:
    """Kernels that are chosen by cycles: what a step takes depends on whether its output lies over its input."""
    nets = [net for seed in (5037, 5043, 5092, 5167) for net in unets(range(seed, seed + 1), "dsp")]
    for net in nets:
        schedule = schedule_graph(net.graph, kernels="dsp", mode="stream", hop=net.compiled.hop_samples)
        for step, kernel in zip(schedule.steps, schedule.kernels, strict=True):
            assert kernel.scratch_bytes(step) == (0 if step.scratch is None else step.scratch.rows), step.name
    assert set(run_on_dsp(tmp_path, [case for net in nets for case in cases(net)])) == {"equal"}


@pytest.mark.usefixtures("first_plans")
@pytest.mark.parametrize(("core", "run"), CORES)
def test_windows_by_hops_are_exact_on_emulated_cores(tmp_path: Path, core: str, run: Run) -> None:
    """Through the schedule of a stream: the window model at every position, edges included."""
    asked = []
    for seed, strides in ((0, 1), (6, 1), (7, 2), (12, 1)):
        content = random_unet(seed)
        graph = read_tflite(content)
        hop = strides * total_stride(rewritten(graph))
        samples = recording(graph, graph.tensors[graph.inputs[0]].shape[2], seed)
        compiled = compile_model(graph, f"w{seed}", kernels=core, mode="window", hop=hop)
        asked.append(Case(compiled, samples, judged(content, samples)))
    assert run(tmp_path, asked) == ["equal"] * len(asked)


@pytest.mark.nightly
@pytest.mark.parametrize("start", starts(5000, 200, PER_RUN))
@pytest.mark.parametrize(("core", "run"), CORES)
def test_many_random_unets_stream_exactly_on_emulated_cores(tmp_path: Path, core: str, run: Run, start: int) -> None:
    check(tmp_path, core, run, range(start, start + PER_RUN))
