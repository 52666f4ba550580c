"""The arena figure is TFLM's own, and enough to run with."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeunet.errors import RunError
from edgeunet.run.tflm_arena import measure_arena
from tests.networks.many_layers import chain
from tests.rigs.tools import need


@pytest.fixture(autouse=True)
def interpreter() -> None:
    need("tflite-micro")


def test_the_arena_of_the_seed_model(shared: Path) -> None:
    arena = measure_arena((shared / "models/seed-unet-800.int8.tflite").read_bytes())
    assert arena is not None
    assert arena.tensor_bytes == 48_000
    assert arena.total_bytes == arena.tensor_bytes + arena.bookkeeping_bytes
    assert 20_000 < arena.bookkeeping_bytes < 30_000


def test_a_model_tflm_cannot_run_is_one_sentence(shared: Path) -> None:
    content = (shared / "models/small-unet-256.int8.tflite").read_bytes()
    with pytest.raises(RunError, match="--no-arena") as caught:
        measure_arena(content, inputs=3)
    assert "\n" not in str(caught.value)


def test_a_deep_model_of_few_bytes_needs_more_to_start_than_tflm_prints() -> None:
    model = chain(40)
    arena = measure_arena(model)
    assert arena is not None
    assert arena.tensor_bytes == 2 * 16 * 4
    assert arena.total_bytes == arena.tensor_bytes + arena.bookkeeping_bytes
    short = arena.total_bytes - 16
    with pytest.raises(
        RunError, match=rf"in an arena of {short:,} bytes, the .*; make .*, or leave out --peer$"
    ) as caught:
        measure_arena(model, limit_bytes=short, cure="leave out --peer")
    assert "\n" not in str(caught.value)
