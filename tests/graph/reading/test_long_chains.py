"""What a file strings together without end is read."""

from __future__ import annotations

import numpy as np

from edgeunet.graph import evaluate, read_tflite
from tests.networks.shuffled_networks import values_for
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.judges import litert_reference


def test_views_of_views_without_end_are_read() -> None:
    writer = ModelWriter()
    x = at = writer.tensor((1, 3, 8), "int8", 0.1, 2)
    for number in range(1501):
        shape = (1, 8, 3) if number % 2 == 0 else (1, 3, 8)
        at = writer.op("TRANSPOSE", [at, writer.constant([0, 2, 1])], writer.tensor(shape, "int8", 0.1, 2))
    model = writer.build([x], [at])
    graph, values = read_tflite(model), values_for((1, 3, 8), 0)
    assert [op.kind for op in graph.ops] == ["TRANSPOSE"]
    np.testing.assert_array_equal(evaluate(graph, values)[0].ravel(), litert_reference(model, values)[0].ravel())
