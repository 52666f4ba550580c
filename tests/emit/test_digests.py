"""The generated C of the fixed workloads, as one digest each: a change of any core's text shows in review.

``pytest tests/emit/test_digests.py --update-golden`` writes ``tests/golden/digests.txt`` anew; of what changed, the
tiny networks of ``test_golden`` show the text.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import read_tflite
from edgeunet.graph.ir import Graph
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.modelcard import ModelCard
from edgeunet.pipeline.program import add_pipeline
from edgeunet.pipeline.settings import PipelineRequest

DIGESTS = Path(__file__).parents[1] / "golden" / "digests.txt"
WORKLOADS = ("seed-unet-800", "small-unet-256", "classic-unet-512")
FORMS = ("window", "stream", "pipeline")
"""A pipeline is the stream's, from 500 Hz counts."""

CASES = [f"{workload} {core} {form}" for workload in WORKLOADS for core in FLAVOURS for form in FORMS]


@cache
def workload(path: Path) -> Graph:
    return read_tflite(path)


def digest(graph: Graph, core: str, form: str) -> str:
    """The digest of everything that ``export-c`` writes."""
    if form != "pipeline":
        return compile_model(graph, "net", kernels=core, mode=form).sources.digest
    (output,) = graph.outputs
    classes = ("background", *(f"kind {n}" for n in range(1, graph.tensors[output].shape[-1])))
    card = ModelCard("net", classes=classes, sample_rate_hz=250.0, normalization="causal")
    compiled = compile_model(graph, "net", kernels=core, mode="stream", card=card)
    return add_pipeline(compiled, graph, card, PipelineRequest(input_rate_hz=500.0))[0].sources.digest


def recorded() -> dict[str, str]:
    """What the file holds: case to digest."""
    lines = DIGESTS.read_text(encoding="utf-8").splitlines() if DIGESTS.is_file() else []
    return {case: value for value, _, case in (line.partition("  ") for line in lines)}


@pytest.mark.parametrize("case", CASES)
def test_the_generated_c_is_the_one_recorded(case: str, shared: Path, request: pytest.FixtureRequest) -> None:
    name, core, form = case.split()
    found = digest(workload(shared / "models" / f"{name}.int8.tflite"), core, form)
    if request.config.getoption("--update-golden"):
        known = {**recorded(), case: found}
        DIGESTS.write_text("".join(f"{known[key]}  {key}\n" for key in CASES if key in known), encoding="utf-8")
    assert recorded().get(case) == found, f"the C of '{case}' changed; pytest --update-golden if that is meant"


def test_every_recorded_digest_belongs_to_a_case() -> None:
    assert list(recorded()) == CASES
