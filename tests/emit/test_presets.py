"""Every 1-D preset, built, quantized and compiled: the C equals LiteRT's reference kernels, as window and as stream.

Presets of millions of parameters are narrowed (fewer filters, the same graph), so that a test takes seconds.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import read_tflite
from edgeunet.spec import PRESETS, UNetSpec, load_spec
from tests.rigs.dsp_batch import run_on_dsp
from tests.rigs.helium_batch import Case, run_on_helium
from tests.rigs.host_batch import build_batch
from tests.rigs.judges import litert_reference

NARROW = 64
PER_RUN = ("ecg-tiny",)


def narrowed(spec: UNetSpec) -> UNetSpec:
    widest = max(block.filters for block in spec.blocks)
    if widest <= NARROW:
        return spec
    blocks = tuple(replace(block, filters=max(4, block.filters * NARROW // widest)) for block in spec.blocks)
    return replace(spec, blocks=blocks)


def check_preset(directory: Path, name: str) -> None:
    pytest.importorskip("tensorflow")
    from edgeunet.model import build_model
    from edgeunet.quantize.convert import convert

    spec = narrowed(PRESETS[name].specs[1])
    rng = np.random.default_rng(0)
    windows = rng.standard_normal((8, *spec.input_shape)).astype(np.float32)
    content = convert(build_model(spec, batch_size=1, seed=0), "int8", windows)
    graph = read_tflite(content)
    models = [compile_model(graph, "whole")]
    if name != "classic-valid":
        models.append(compile_model(graph, "hops", mode="stream"))
    inputs = [rng.integers(-128, 128, spec.input_shape, np.int8) for _ in range(2)]
    answers = build_batch(directory, models).run([[x.reshape(-1) for x in inputs]] * len(models))
    for position, given in enumerate(inputs):
        judged = litert_reference(content, given)[0].reshape(-1)
        for outputs in answers:
            assert np.array_equal(outputs[position], judged)


@pytest.mark.slow
@pytest.mark.parametrize("name", PER_RUN)
def test_preset_is_exact(tmp_path: Path, name: str) -> None:
    check_preset(tmp_path, name)


@pytest.mark.nightly
@pytest.mark.parametrize("name", [name for name in PRESETS if name not in PER_RUN and 1 in PRESETS[name].specs])
def test_other_presets_are_exact(tmp_path: Path, name: str) -> None:
    check_preset(tmp_path, name)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["he-dropout", "classic"])
def test_a_preset_over_images_is_exact_on_emulated_cores(tmp_path: Path, name: str) -> None:
    """A quarter of the width or less, small images: what the kernels for images are run by."""
    pytest.importorskip("tensorflow")
    from edgeunet.model import build_model
    from edgeunet.quantize.convert import convert

    spec = load_spec(name, input_shape=(32, 48, 3))
    widest = max(block.filters for block in spec.blocks)
    spec = replace(spec, blocks=tuple(replace(b, filters=max(4, b.filters * 32 // widest)) for b in spec.blocks))
    rng = np.random.default_rng(0)
    windows = rng.standard_normal((8, *spec.input_shape)).astype(np.float32)
    content = convert(build_model(spec, batch_size=1, seed=0), "int8", windows)
    given = rng.integers(-128, 128, spec.input_shape, np.int8)
    judged = litert_reference(content, given)[0].reshape(-1)
    for kernels, run in (("dsp", run_on_dsp), ("mve", run_on_helium)):
        compiled = compile_model(read_tflite(content), "preset", kernels=kernels)
        directory = tmp_path / kernels
        directory.mkdir()
        assert run(directory, [Case(compiled, given.reshape(-1), judged)]) == ["equal"]
