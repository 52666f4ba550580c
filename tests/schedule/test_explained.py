"""The text of ``--explain`` for small networks, line by line; ``--update-golden`` writes it anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edgeunet.errors import CompileError
from edgeunet.graph import Graph, read_tflite
from edgeunet.schedule.choice import Choice, choose, least_ram_of, ram_of
from edgeunet.schedule.explain import explain, explain_model, hop_curve
from edgeunet.schedule.plan import schedule_graph
from tests.networks.pass_networks import NETWORKS, streaming_unet

TEXT = Path(__file__).with_name("explained.txt")
PLANS: dict[str, tuple[str, dict[str, Any]]] = {
    "a window": ("unet", {}),
    "a stream": ("unet", {"mode": "stream"}),
    "a stream off the curve": ("unet", {"mode": "stream", "hop": 12, "recompute": 1}),
    "a window of one long wait": ("order", {}),
    "a window that cannot stream": ("low_rate", {}),
    "a window in hops": ("overlap", {"hop": 8}),
    "histories that are no skips": ("overlap", {"mode": "stream"}),
}


@pytest.fixture(scope="module")
def unet() -> Graph:
    return read_tflite(streaming_unet())


@pytest.mark.parametrize("plan", PLANS)
def test_the_text_of_a_plan(plan: str, request: pytest.FixtureRequest) -> None:
    network, options = PLANS[plan]
    graph = read_tflite(streaming_unet() if network == "unet" else NETWORKS[network]())
    made = "\n".join(explain(graph, schedule_graph(graph, **options), "portable")) + "\n"
    sections = TEXT.read_text(encoding="utf-8").split("=== ") if TEXT.exists() else []
    known = {title: text for title, _, text in (section.partition("\n") for section in sections[1:])}
    if request.config.getoption("--update-golden"):
        known[plan] = made
        text = "".join(f"=== {title}\n{known[title]}" for title in PLANS if title in known)
        TEXT.write_text(text, encoding="utf-8")
    assert made == known[plan]


def test_a_choice_explains_itself_like_its_schedule(unet: Graph) -> None:
    schedule = schedule_graph(unet, mode="stream", hop=8, recompute=1)
    assert explain_model(unet, "portable", Choice("stream", 8, 1)) == explain(unet, schedule, "portable")


def test_the_curve_doubles_up_to_the_window(unet: Graph) -> None:
    sizes = [ram_of(schedule_graph(unet, mode="stream", hop=hop)) for hop in (4, 8, 16, 32, 64)]
    assert hop_curve(unet, "portable") == list(zip((4, 8, 16, 32, 64), sizes, strict=True))
    short = read_tflite(NETWORKS["in_place"]())
    assert [hop for hop, _ in hop_curve(short, "portable")] == [1, 2, 4, 8, 16]
    assert hop_curve(read_tflite(NETWORKS["low_rate"]()), "portable") == []


def test_memory_of_a_plan(unet: Graph) -> None:
    window, stream = schedule_graph(unet), schedule_graph(unet, mode="stream", hop=8)
    assert ram_of(window) == window.arena_bytes + 64 + 3 * 64
    assert ram_of(stream) == stream.arena_bytes + 8 + 8 + 3 * 8
    assert ram_of(window) - least_ram_of(window) == window.arena_bytes - window.lower_bound_bytes > 0


def test_auto_takes_what_fits_and_recomputes_no_more_than_it_must(unet: Graph) -> None:
    kept, again, twice = (ram_of(schedule_graph(unet, mode="stream", hop=4, recompute=n)) for n in (0, 1, 2))
    plain = schedule_graph(unet, mode="stream")
    assert kept > again > twice
    assert ram_of(plain) == again
    assert choose(unet, "portable", Choice("auto")) == Choice("stream", 4)
    assert choose(unet, "portable", Choice("auto"), again) == Choice("stream", 4)
    assert choose(unet, "portable", Choice("auto"), again - 1) == Choice("stream", 4, 2)
    assert choose(unet, "portable", Choice("auto"), twice) == Choice("stream", 4, 2)
    assert choose(unet, "portable", Choice("auto", 4, 0), kept) == Choice("stream", 4, 0)
    with pytest.raises(
        CompileError, match=rf"at least {twice} bytes .* and 2 skips computed again\) and {twice - 1} a"
    ):
        choose(unet, "portable", Choice("auto"), twice - 1)
    sentence = rf"at least {kept} bytes .*\) and {kept - 1} are allowed; leave --hop and --recompute out, raise --ram"
    with pytest.raises(CompileError, match=sentence):
        choose(unet, "portable", Choice("auto", 4, 0), kept - 1)


def test_auto_takes_the_window_where_the_stream_is_no_smaller(unet: Graph) -> None:
    window, wide = ram_of(schedule_graph(unet)), ram_of(schedule_graph(unet, mode="stream", hop=64))
    assert wide > window
    assert choose(unet, "portable", Choice("auto", 64)) == Choice("window")
    assert choose(unet, "portable", Choice("auto", 64), window) == Choice("window")
