"""The same network over another length: what has a rate along time grows by it, what has none is named."""

from __future__ import annotations

from typing import Any

import pytest

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph import read_tflite
from edgeunet.graph.length import with_length

X = (1, 1, 16, 4)
RESIZE = {"alignCorners": False, "halfPixelCenters": False}
POOL = {"filterHeight": 1, "filterWidth": 4, "strideH": 1, "strideW": 4, "padding": "VALID"}

LOCAL = [
    ("RELU", X, (), {}, 48),
    ("MAX_POOL_2D", (1, 1, 4, 4), (), POOL, 12),
    ("AVERAGE_POOL_2D", (1, 1, 4, 4), (), POOL, 12),
    ("RESIZE_NEAREST_NEIGHBOR", (1, 1, 32, 4), ([1, 32],), RESIZE, 96),
    ("PAD", (1, 1, 19, 4), ([[0, 0], [0, 0], [1, 2], [0, 0]],), {}, 51),
    ("SLICE", (1, 1, 13, 4), ([0, 0, 2, 0], [1, 1, 13, 4]), {}, 45),
    ("MEAN", (1, 1, 16, 1), ([3],), {"keepDims": True}, 48),
    ("RESHAPE", X, (list(X),), {}, 48),
]
NOT_LOCAL = [
    ("MEAN", (1, 1, 1, 4), ([2],), {"keepDims": True}, "MEAN"),
    ("REDUCE_MAX", (1, 1, 1, 4), ([2],), {"keepDims": True}, "MAX_POOL_2D"),
    ("RESIZE_NEAREST_NEIGHBOR", (1, 1, 24, 4), ([1, 24],), RESIZE, "RESIZE_NEAREST_NEIGHBOR"),
    ("RESHAPE", (1, 1, 8, 8), ([1, 1, 8, 8],), {}, "RESHAPE"),
]


@pytest.mark.parametrize(("kind", "made", "constants", "options", "samples"), LOCAL)
def test_what_is_local_in_time_grows_by_its_rate(
    one_operator: Any, kind: str, made: tuple[int, ...], constants: Any, options: dict[str, Any], samples: int
) -> None:
    graph = read_tflite(one_operator(kind, X, made, constants=constants, **options))
    assert graph.ops[-1].kind == kind
    longer = with_length(graph, 48)
    assert longer.tensors[longer.outputs[0]].shape == (1, 1, samples, made[3])


@pytest.mark.parametrize(("kind", "made", "constants", "options", "named"), NOT_LOCAL)
def test_what_needs_the_whole_recording_is_named(
    one_operator: Any, kind: str, made: tuple[int, ...], constants: Any, options: dict[str, Any], named: str
) -> None:
    graph = read_tflite(one_operator(kind, X, made, constants=constants, **options))
    with pytest.raises(
        UnsupportedOpError,
        match=rf"{named} 'layer_under_test': it is not local in time \(.*\), so the network runs on whole windows",
    ):
        with_length(graph, 48)
