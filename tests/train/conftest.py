"""A network and records small enough to train in seconds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edgeunet.signals import SyntheticECG, SyntheticSource
from edgeunet.spec import BlockSpec, UNetSpec
from edgeunet.train.options import TrainOptions

SMALL_SPEC = UNetSpec(
    blocks=(
        BlockSpec(6, kernel=7, pool=2, strides=2, separable=True),
        BlockSpec(8, kernel=7, pool=2, strides=2, separable=True, dropout=0.1),
        BlockSpec(10, kernel=7, pool=None, separable=True),
    ),
    input_shape=(256, 1),
    classes=("background", "P", "QRS", "T"),
    sample_rate_hz=125.0,
    name="small",
    layout="classic",
)
TINY_SPEC = replace(
    SMALL_SPEC, blocks=(BlockSpec(4, kernel=3, pool=2, strides=2), BlockSpec(4, kernel=3, pool=None)), name="tiny"
)
"""Where what is learnt does not matter: most of a short training is tracing its graph."""
SMALL_OPTIONS = TrainOptions(epochs=3, steps_per_epoch=6, batch_size=8, minutes=None, seed=3)


def small_source() -> SyntheticSource:
    """Six synthetic patients of ten seconds, two leads."""
    return SyntheticSource(records=6, seed=5, parameters=SyntheticECG(duration_s=6.0), leads=("ii", "v2"))


@pytest.fixture
def source() -> SyntheticSource:
    return small_source()
