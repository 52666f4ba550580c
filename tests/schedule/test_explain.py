"""``--explain`` and ``--mode auto``: what sets the memory, and the plan that fits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edgeunet.cli import main
from edgeunet.emit import schedule_graph
from edgeunet.errors import CompileError
from edgeunet.graph import Graph, read_tflite
from edgeunet.schedule.choice import Choice, choose, ram_of
from edgeunet.schedule.explain import explain, hop_curve
from tests.networks.helium_table import SideBySide
from tests.networks.random_networks import random_network


@pytest.fixture(scope="module")
def graph(shared: Path) -> Graph:
    return read_tflite(shared / "models" / "classic-unet-512.int8.tflite")


def test_the_window_names_its_peak_and_a_knob(graph: Graph) -> None:
    text = "\n".join(explain(graph, schedule_graph(graph), "portable"))
    assert "lower bound" in text
    assert "the peak is at step" in text
    assert "knob:" in text
    assert "RAM against the hop" in text
    assert f"window      {ram_of(schedule_graph(graph)):8d} bytes" in text


def test_a_stream_names_the_skip_that_waits_longest(graph: Graph) -> None:
    schedule = schedule_graph(graph, mode="stream", recompute=0)
    text = "\n".join(explain(graph, schedule, "portable"))
    histories = [b.before * b.pitch_bytes for b in schedule.buffers if b.persistent]
    assert f"{max(histories)} bytes" in text
    assert "the skip from 'conv2d_27' sets the peak: 36 rows wait for layer 'conv2d_34'" in text
    assert f"hop      4  {ram_of(schedule):8d} bytes" in text
    assert "look-ahead 40 output rows; receptive field 84 input rows; 26144 MACs per hop" in text
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.startswith("conv2d_")}
    assert rows["conv2d_29"] == ["1/2", "16", "6", "12", "192"]


def test_a_history_that_is_no_skip_is_not_called_one() -> None:
    network = SideBySide(1)
    network.results = [network.depthwise(network.input(32, 4), 9, ("NONE", 3))]
    graph = read_tflite(network.build())
    text = "\n".join(explain(graph, schedule_graph(graph, mode="stream"), "portable"))
    assert "sets the peak, no skip: 8 rows wait for layer" in text


def test_a_plan_off_the_curve_has_a_row_of_its_own(graph: Graph) -> None:
    schedule = schedule_graph(graph, mode="stream", recompute=2)
    marked = [line for line in explain(graph, schedule, "portable") if "<- this one" in line]
    assert len(marked) == 1
    assert marked[0].split()[:3] == ["hop", "4", str(ram_of(schedule))]


def test_the_curve_rises_with_the_hop(graph: Graph) -> None:
    curve = hop_curve(graph, "portable")
    assert [hop for hop, _ in curve] == sorted({hop for hop, _ in curve})
    assert [size for _, size in curve] == sorted(size for _, size in curve)


def test_auto_takes_the_smaller_plan(graph: Graph) -> None:
    assert choose(graph, "portable", Choice("auto")) == Choice("stream", 4)
    assert choose(graph, "portable", Choice("auto"), 100_000) == Choice("stream", 4)
    assert choose(graph, "portable", Choice("auto", 16), 100_000) == Choice("stream", 16)
    assert choose(graph, "portable", Choice("auto", 4096)) == Choice("window"), "a hop of eight windows is no smaller"


def test_auto_recomputes_only_where_nothing_else_fits(graph: Graph) -> None:
    kept, again = (ram_of(schedule_graph(graph, mode="stream", recompute=count)) for count in (0, 1))
    assert again < kept
    assert choose(graph, "portable", Choice("auto"), kept) == Choice("stream", 4)
    assert choose(graph, "portable", Choice("auto"), kept - 1) == Choice("stream", 4, 1)
    with pytest.raises(CompileError, match=f"at least {kept} bytes .*leave --recompute out, raise --ram"):
        choose(graph, "portable", Choice("auto", None, 0), kept - 1)


def test_what_cannot_fit_says_how_much_it_needs_and_in_which_plan(graph: Graph) -> None:
    plan = r"\(a stream with a hop of 4 samples and 1 skip computed again\)"
    with pytest.raises(CompileError, match=rf"needs at least \d+ bytes of state, .* {plan} and 300 .* raise --ram"):
        choose(graph, "portable", Choice("auto"), 300)


def test_what_cannot_stream_is_compiled_for_windows_or_its_layer_named() -> None:
    graph = next(g for g in map(network_with_mean, range(200)) if g is not None)
    assert choose(graph, "portable", Choice("auto")) == Choice("window")
    with pytest.raises(CompileError, match=r"needs \d+ bytes .* allowed, and layer '.*' .* cannot run as a stream"):
        choose(graph, "portable", Choice("auto"), 1)


def network_with_mean(seed: int) -> Graph | None:
    graph = read_tflite(random_network(seed, layout="1xT"))
    return graph if any(op.kind == "MEAN" and 2 in op.attributes["axes"] for op in graph.ops) else None


@pytest.mark.parametrize(
    "asked", [Choice("window", None, 1), Choice("stream", None, -1), Choice("auto", None, -1)], ids=str
)
def test_arguments_that_contradict_each_other_are_refused(graph: Graph, asked: Choice) -> None:
    with pytest.raises(CompileError):
        choose(graph, "portable", asked)


def test_what_fits_as_asked_is_taken_as_asked(graph: Graph) -> None:
    assert choose(graph, "portable", Choice("stream", 4), 5000) == Choice("stream", 4)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"mode": "stream", "hop": 100_000_000}, "use --hop 65536 or less"),
        ({"mode": "window", "hop": 1024}, "use --hop 512 or less"),
        ({"mode": "stream", "recompute": 999}, "use --recompute 0 to 2"),
    ],
)
def test_sizes_out_of_range_name_the_range(graph: Graph, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CompileError, match=sentence):
        choose(graph, "portable", Choice(**options)).scheduled(graph, "portable")


def test_the_command_says_what_auto_chose(shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = shared / "models" / "classic-unet-512.int8.tflite"
    with pytest.raises(SystemExit) as ended:
        main(["export-c", str(model), "-o", str(tmp_path), "--mode", "auto", "--ram", "1200",
              "--kernels", "portable", "--json"])  # fmt: skip
    assert ended.value.code == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["mode"] == "stream"
    assert document["state_bytes"] <= 1200
    assert "auto: a stream with a hop of 4 samples and 1 skip computed again" in captured.err
    header = (tmp_path / "classic_unet_512.h").read_text()
    assert "export-c --kernels portable --mode stream --hop 4 --recompute 1" in header


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
    assert document["stride_samples"] == 4
    assert document["receptive_field_samples"] == 84
    assert all(Path(path).exists() for path in document["files"])
    assert "lower bound" in captured.err
