"""``--explain`` and ``--mode auto``: what sets the memory, and the plan that fits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edgeunet.cli import main
from edgeunet.emit import schedule_graph
from edgeunet.emit.explain import Choice, choose, explain, hop_curve, ram_of
from edgeunet.errors import CompileError
from edgeunet.graph import Graph, read_tflite


@pytest.fixture(scope="module")
def graph(shared: Path) -> Graph:
    return read_tflite(shared / "models" / "classic-unet-512.int8.tflite")


def test_the_window_names_its_peak_and_a_knob(graph: Graph) -> None:
    text = "\n".join(explain(graph, schedule_graph(graph), "portable"))
    assert "lower bound" in text
    assert "the peak is at step" in text
    assert "knob:" in text
    assert "arena of a stream against its hop" in text


def test_a_stream_names_the_skip_that_waits_longest(graph: Graph) -> None:
    schedule = schedule_graph(graph, mode="stream", recompute=0)
    text = "\n".join(explain(graph, schedule, "portable"))
    histories = [b.before * b.pitch_bytes for b in schedule.buffers if b.persistent]
    assert f"{max(histories)} bytes" in text
    assert "sets the peak" in text


def test_the_curve_rises_with_the_hop(graph: Graph) -> None:
    curve = hop_curve(graph, "portable")
    assert [hop for hop, _ in curve] == sorted({hop for hop, _ in curve})
    assert [size for _, size in curve] == sorted(size for _, size in curve)


def test_auto_takes_the_window_then_hops_then_recomputes(graph: Graph) -> None:
    whole = ram_of(schedule_graph(graph))
    assert choose(graph, "portable", Choice("auto"), whole) == Choice("window")
    hops = [choose(graph, "portable", Choice("auto"), ram) for ram in (whole - 1, 4000, 2000)]
    assert all(choice.mode == "stream" for choice in hops)
    assert [c.hop for c in hops] == sorted([c.hop or 0 for c in hops], reverse=True)
    for choice, ram in zip(hops, (whole - 1, 4000, 2000), strict=True):
        assert ram_of(schedule_graph(graph, mode="stream", hop=choice.hop, recompute=choice.recompute)) <= ram


def test_what_cannot_fit_says_how_much_it_needs(graph: Graph) -> None:
    with pytest.raises(CompileError, match=r"needs at least \d+ bytes"):
        choose(graph, "portable", Choice("auto"), 300)


@pytest.mark.parametrize("asked", [Choice("window", None, 1), Choice("stream", None, -1), Choice("auto", 4)], ids=str)
def test_arguments_that_contradict_each_other_are_refused(graph: Graph, asked: Choice) -> None:
    with pytest.raises(CompileError):
        choose(graph, "portable", asked, 5000 if asked.mode == "auto" else None)


def test_the_command_writes_files_and_one_json_object(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = shared / "models" / "classic-unet-512.int8.tflite"
    with pytest.raises(SystemExit) as ended:
        main(["export-c", str(model), "-o", str(tmp_path), "--mode", "stream", "--hop", "8", "--json", "--explain"])
    assert ended.value.code == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["schema"] == "edgeunet.export-c/1"
    assert document["hop_samples"] == 8
    assert all(Path(path).exists() for path in document["files"])
    assert "lower bound" in captured.err
