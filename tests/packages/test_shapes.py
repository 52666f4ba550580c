"""Examples of networks of other shapes than an ECG's: int16, several outputs, images, a single channel."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import read_tflite
from edgeunet.packages.library import make_library
from edgeunet.packages.table import ECOSYSTEMS
from edgeunet.packages.version import FIRST
from tests.networks.int16_networks import wide_network
from tests.networks.random_networks import random_network
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.pipeline_stages import STRICT
from tests.rigs.tools import need


def two_outputs() -> bytes:
    """A convolution to three channels, and one more of it to a single channel; both are outputs."""
    rng, w = np.random.default_rng(0), ModelWriter()
    x = w.tensor((1, 1, 16, 1), scale=0.03, zero_point=-9)
    outputs, value, channels = [], x, 1
    for more in (3, 1):
        weights = w.tensor(
            (more, 1, 3, channels), scale=0.02, data=rng.integers(-127, 128, (more, 1, 3, channels), np.int8)
        )
        bias = w.tensor((more,), "int32", scale=0.02 * (0.03 if channels == 1 else 0.05), data=np.zeros(more, np.int32))
        made = w.tensor((1, 1, 16, more), scale=0.05, zero_point=3)
        w.op(
            "CONV_2D",
            [value, weights, bias],
            made,
            padding="SAME",
            strideH=1,
            strideW=1,
            dilationHFactor=1,
            dilationWFactor=1,
        )
        outputs.append(made)
        value, channels = made, more
    return w.build([x], outputs)


NETWORKS = {
    "int16": lambda: wide_network(4, 1),
    "two outputs": two_outputs,
    "image": lambda: random_network(0),
    "classes": lambda: random_network(18),
}


@pytest.mark.parametrize(
    "network",
    [pytest.param(name, marks=[] if name in ("int16", "two outputs") else pytest.mark.nightly) for name in NETWORKS],
)
def test_an_example_of_any_shape_compiles_and_runs(tmp_path: Path, network: str) -> None:
    need("gcc")
    compiled = compile_model(read_tflite(NETWORKS[network]()), "net")
    files = ECOSYSTEMS["platformio"](make_library(compiled, FIRST, None, None))
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    sources = [*sorted((tmp_path / "src").glob("*.c")), tmp_path / "examples/events/src/main.c"]
    sanitized = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    command = ["gcc", *STRICT, *sanitized, "-I", tmp_path / "src", *sources, "-o", tmp_path / "t"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    first, *lines = subprocess.run([tmp_path / "t"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert first == "net 1.0.0"
    ends = [tuple(int(line.split()[at]) for at in (-3, -1)) for line in lines]
    rows = compiled.outputs[0].size_bytes // compiled.outputs[0].row_bytes
    assert ends[0][0] == 0
    assert ends[-1][1] == 8 * rows - 1  # eight windows, of which no row is left out
    assert all(after[0] == before[1] + 1 for before, after in itertools.pairwise(ends))
