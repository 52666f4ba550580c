"""Whole models planned with less effort than they need: what is emitted, what is said, what more effort brings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from edgeunet.cli.export_c import command
from edgeunet.emit import compile_model
from edgeunet.graph import read_tflite
from edgeunet.schedule.explain import explain
from edgeunet.schedule.plan import schedule_graph
from tests.networks.many_layers import MANY, chain, concatenated, summed
from tests.networks.pass_networks import NETWORKS


@pytest.mark.parametrize(("kind", "mode"), [(k, "window") for k in MANY] + [("chain", "stream"), ("summed", "stream")])
def test_the_same_effort_gives_the_same_bytes(small_limits: None, kind: str, mode: str) -> None:
    graph = read_tflite(MANY[kind](24))
    schedules = []
    for _ in range(2):
        schedule_cache_clear()
        schedules.append(compile_model(graph, "net", mode=mode, effort=2))
    assert schedules[0].sources.digest == schedules[1].sources.digest
    assert schedules[0].untried == schedules[1].untried


def schedule_cache_clear() -> None:
    from edgeunet.schedule.plan import _scheduled

    _scheduled.cache_clear()


@pytest.mark.parametrize("mode", ["window", "stream"])
def test_more_effort_gives_no_larger_arena_and_the_effort_named_leaves_nothing_out(
    small_limits: None, mode: str
) -> None:
    for kind in ("chain", "summed", "concatenated"):
        schedule_cache_clear()
        graph = read_tflite(MANY[kind](24))
        made = [schedule_graph(graph, mode=mode, effort=n) for n in (1, 4, 16)]
        arenas = [schedule.arena_bytes for schedule in made]
        assert arenas == sorted(arenas, reverse=True), kind
        assert made[0].untried, kind
        full = schedule_graph(graph, mode=mode, effort=max(s.untried.effort for s in made))
        assert not full.untried, full.untried
    schedule_cache_clear()


def test_small_networks_have_all_that_there_is_to_try() -> None:
    for name, make in NETWORKS.items():
        assert not schedule_graph(read_tflite(make())).untried, name


def test_a_stream_of_more_layers_than_pairs_can_be_compared_for_is_stacked() -> None:
    schedule = schedule_graph(read_tflite(chain(400)), mode="stream")
    assert any("pairs of buffers" in part for part in schedule.untried.parts)
    assert schedule.arena_bytes <= 2 * schedule.lower_bound_bytes


def test_the_message_says_what_was_not_tried(small_limits: None, tmp_path: Path) -> None:
    schedule_cache_clear()
    model = tmp_path / "many.tflite"
    model.write_bytes(concatenated(24))
    runner = CliRunner()
    made = runner.invoke(
        command, [str(model), "-o", str(tmp_path / "c"), "--kernels", "portable", "--json", "--explain"]
    )
    assert made.exit_code == 0, made.output
    untried = schedule_graph(read_tflite(model)).untried
    assert untried.sentence() in made.stderr
    assert made.stderr.count("planning stopped early: ") == 2, "once by itself, once in the explanation"
    assert json.loads(made.stdout)["untried"] == list(untried.parts)
    assert f"--effort {untried.effort} tries all of it" in made.stderr
    more = ["-o", str(tmp_path / "d"), "--kernels", "portable", "--effort", str(untried.effort), "--json"]
    again = runner.invoke(command, [str(model), *more])
    assert again.exit_code == 0
    assert again.stderr == ""
    assert json.loads(again.stdout)["untried"] == []
    assert f"--effort {untried.effort}" in (tmp_path / "d" / "many.h").read_text()
    assert "--effort" not in (tmp_path / "c" / "many.h").read_text()
    schedule_cache_clear()


def test_the_explanation_of_a_plan_cut_short_says_so(small_limits: None) -> None:
    schedule_cache_clear()
    graph = read_tflite(summed(24))
    schedule = schedule_graph(graph)
    assert schedule.untried.sentence() in explain(graph, schedule, "portable")
    schedule_cache_clear()


@pytest.mark.nightly
@pytest.mark.parametrize("kernels", ["portable", "dsp", "mve"])
@pytest.mark.parametrize(
    ("kind", "layers", "mode"),
    [("chain", 4000, "window"), ("chain", 4000, "stream")]
    + [(kind, 400, "window") for kind in ("parallel", "concatenated", "summed")],
)
def test_thousands_of_layers_compile(kernels: str, kind: str, layers: int, mode: str) -> None:
    compiled = compile_model(read_tflite(MANY[kind](layers)), "net", kernels=kernels, mode=mode)
    assert len(compiled.layers) >= layers
