"""Whatever the signal, the hop and the sizes of the pushes: the pipeline in C gives the events of the one in numpy."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgeunet.pipeline.reference import run_pipeline
from edgeunet.pipeline.settings import PipelineRequest
from edgeunet.signals import open_source
from edgeunet.signals.causal import to_counts
from tests.rigs.pipeline_stages import Stages, build_stages, card, small_network

Int16 = NDArray[np.int16]
Twin = Callable[[str, int | None, float | None], Stages]
CLEANED = replace(card(), postprocessing={"merge_ms": {"P": 20, "QRS": 8}, "min_ms": {"P": 12, "T": 16}})
WAYS = [("stream", 2, None), ("stream", 24, 360.0), ("window", None, 500.0)]

numbers = st.one_of(st.integers(-32768, 32767), st.integers(-400, 400), st.sampled_from([-32768, 0, 32767]))
pieces = st.tuples(st.sampled_from(["hold", "ramp", "noise"]), numbers, st.integers(1, 120), st.integers(0, 2**32 - 1))


def joined(parts: list[tuple[str, int, int, int]]) -> Int16:
    """A signal of held values, ramps and noise."""
    made, last = [np.zeros(0)], 0
    for kind, value, length, seed in parts:
        if kind == "noise":
            made.append(np.random.default_rng(seed).integers(-abs(value) - 1, abs(value) + 1, length))
        else:
            made.append(np.linspace(last if kind == "ramp" else value, value, length))
        last = value
    return np.clip(np.concatenate(made), -32768, 32767).astype(np.int16).reshape(-1, 1)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Twin:
    """The C of one way, built once under strict warnings and sanitizers."""
    built: dict[tuple[str, int | None, float | None], Stages] = {}

    def of(mode: str, hop: int | None, rate_hz: float | None) -> Stages:
        if (mode, hop, rate_hz) not in built:
            built[mode, hop, rate_hz] = build_stages(
                tmp_path_factory.mktemp("twin"),
                content=small_network(1),
                the_card=CLEANED,
                request=PipelineRequest(rate_hz, 1.5, threshold=0.2),
                mode=mode,
                hop=hop,
            )
        return built[mode, hop, rate_hz]

    return of


def check(stages: Stages, samples: Int16, chunk: int) -> int:
    """Hold the C to the reference; return how many events there were."""
    stride, window = stages.compiled.stride_samples, stages.compiled.mode == "window"
    wanted = run_pipeline(stages.graph, stages.pipeline, samples, stride=stride, window=window).events
    assert stages.run(samples) == wanted
    if not window:
        assert stages.stream(samples, chunk) == wanted
    return len(wanted)


@pytest.mark.parametrize("way", WAYS)
@given(parts=st.lists(pieces, max_size=8), chunk=st.integers(1, 200))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_signal(twin: Twin, way: tuple[str, int | None, float | None], parts: list, chunk: int) -> None:  # type: ignore[type-arg]
    check(twin(*way), joined(parts), chunk)


@pytest.mark.parametrize("way", [("stream", 2, 500.0), ("stream", 24, 500.0), ("window", None, 500.0)])
def test_leads_of_ludb(shared: Path, twin: Twin, way: tuple[str, int | None, float | None]) -> None:
    source, found = open_source(shared / "data" / "ludb"), 0
    for place, name in enumerate(source.names()[::15]):
        record = source.read(name)
        lead = place % len(record.leads)
        found += check(twin(*way), to_counts(record.signal[:, lead : lead + 1]), 7 + 13 * place)
    assert found > 10


LATENCY = """#include <stdio.h>
#include "net_pipeline.h"
static net_pipeline_t p;
static net_event_t events[NET_PIPELINE_EVENTS(1)];
int main(void)
{
    int64_t worst = 0;
    net_pipeline_reset(&p);
    for (int64_t i = 0; i < 4000; i++) {
        const int16_t sample = (int16_t)(i * 7919 % 2000);
        (void)net_pipeline_push(&p, &sample, 1, events);
        /* The first sample that lies beyond all rows judged so far. */
        const int64_t open = ((int64_t)p.judged * NET_PIPELINE_DOWN + NET_PIPELINE_UP - 1) / NET_PIPELINE_UP;
        worst = i + 1 - open > worst ? i + 1 - open : worst;
    }
    printf("%d %d\\n", (int)worst, NET_PIPELINE_LATENCY);
    return 0;
}
"""


@pytest.mark.parametrize(
    "way", [("stream", 2, None), ("stream", 24, 360.0), ("stream", 2, 500.0), ("stream", 8, 100.0)]
)
def test_the_latency_of_the_header_is_kept_and_no_larger_than_needed(
    twin: Twin, way: tuple[str, int | None, float | None]
) -> None:
    directory = twin(*way).program.parent
    (directory / "latency.c").write_text(LATENCY)
    sources = ["latency.c", "net.c", "net_pipeline.c"]
    subprocess.run(["gcc", "-std=c99", *sources, "-o", "latency"], cwd=directory, check=True)
    worst, told = map(int, subprocess.run([directory / "latency"], capture_output=True, check=True).stdout.split())
    assert worst <= told <= worst + 3
