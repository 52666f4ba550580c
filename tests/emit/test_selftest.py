"""The generated self-test: right on an intact program, wrong at the right byte on a damaged one, streams by hops."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from edgeunet.emit import compile_model, schedule_graph
from edgeunet.emit.selftest import golden_vectors, recording_rows
from edgeunet.graph import Graph, read_tflite
from tests.networks.random_unets import random_unet
from tests.rigs.host_batch import SANITIZED, STRICT

_MAIN = """#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "net.h"
int main(void)
{
    net_state_t *state = malloc(sizeof *state);
    int8_t *output = malloc(BYTES);
    memset(state, 0x5A, sizeof *state);
    printf("%d", (int)net_selftest(state, output));
    free(state);
    free(output);
    return 0;
}
"""
ROOM = {"window": "NET_OUTPUT_BYTES", "stream": "NET_HOP_OUTPUT_ROWS * NET_OUTPUT_CHANNELS"}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return read_tflite(random_unet(1))


def answer(directory: Path, mode: str, files: dict[str, str]) -> int:
    """What the self-test returns, given the least room for output that the header allows."""
    for name, text in {**files, "main.c": _MAIN}.items():
        (directory / name).write_text(text)
    sources = ["main.c", "net.c", "net_selftest.c"]
    room = f"-DBYTES=({ROOM[mode]})"
    subprocess.run(["cc", *STRICT, *SANITIZED, room, *sources, "-o", "selftest"], cwd=directory, check=True)
    done = subprocess.run([directory / "selftest"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout)


@pytest.mark.parametrize(("mode", "hop"), [("window", None), ("window", 12), ("stream", 12), ("stream", 36)])
def test_it_finds_nothing_wrong_with_what_was_generated(
    graph: Graph, tmp_path: Path, mode: str, hop: int | None
) -> None:
    files = dict(compile_model(graph, "net", mode=mode, hop=hop).sources.files)
    assert ("net_push(" in files["net_selftest.c"]) == (mode == "stream")
    assert answer(tmp_path, mode, files) == 0


@pytest.mark.parametrize(("mode", "hop"), [("window", None), ("stream", 36)])
def test_it_names_the_first_byte_that_is_wrong(graph: Graph, tmp_path: Path, mode: str, hop: int | None) -> None:
    files = dict(compile_model(graph, "net", mode=mode, hop=hop).sources.files)
    head, values = files["net_selftest.c"].split("net_golden_output", 1)
    at = values[: values.index("}")].count(",") - 7
    files["net_selftest.c"] = head + "net_golden_output" + damaged(values, at)
    assert answer(tmp_path, mode, files) == at + 1


def damaged(values: str, at: int, bits: int = 1) -> str:
    """The initialiser ``values`` with ``bits`` of number ``at`` changed."""
    found = list(re.finditer(r"-?\d+(?=[,\s}])", values[values.index("{") :]))[at]
    start = values.index("{") + found.start()
    return values[:start] + str(int(found[0]) ^ bits) + values[start + len(found[0]) :]


def test_a_damaged_weight_is_found(graph: Graph, tmp_path: Path) -> None:
    files = dict(compile_model(graph, "net", mode="stream").sources.files)
    weights = files["net_weights.h"]
    first = weights.index("int8_t")
    files["net_weights.h"] = weights[:first] + damaged(weights[first:], 3, 64)
    assert answer(tmp_path, "stream", files) > 0


def test_the_recording_outlasts_the_start_and_ends_within_a_hop(graph: Graph) -> None:
    for hop in (12, 24, 60):
        schedule = schedule_graph(graph, mode="stream", hop=hop)
        rows = recording_rows(schedule)
        given, expected = golden_vectors(graph, rows)
        channels = schedule.signals[schedule.inputs[0]].channels
        assert len(given) == rows * channels
        assert len(expected) > 0
        assert rows // hop >= schedule.settling_hops + 2
        assert rows % hop == (12 if hop > 12 else 0)
