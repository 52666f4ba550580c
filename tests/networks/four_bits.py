"""Networks of int8 weights made into ones of four bits, some of them -8, which ``quantize`` never makes."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edgeunet.quantize.four_bits import four_bit_layers, to_four_bits
from tests.networks.tflite_writer import packed


def opened(model: bytes) -> Any:
    """The file as a ``ModelT``."""
    return schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(bytearray(model), 0))


def with_four_bits(model: bytes, seed: int, kept_share: float = 0.2) -> bytes:
    """``model`` with four bits in the weights of its convolutions but about ``kept_share`` of them; in one of four of
    the others any number from -8 to 7, and half of the depthwise ones without a bias."""
    rng, document = np.random.default_rng(seed), opened(model)
    to_four_bits(document, [name for name in four_bit_layers(document) if rng.random() < kept_share])
    for graph in document.subgraphs:
        for operator in graph.operators:
            weights = graph.tensors[int(operator.inputs[1])] if len(operator.inputs) > 1 else None
            if weights is None or weights.type != schema.TensorType.INT4:
                continue
            if rng.random() < 0.25:
                buffer = document.buffers[weights.buffer]
                buffer.data = rng.integers(0, 256, len(buffer.data), np.uint8)
            if weights.shape[0] == 1 and len(operator.inputs) > 2 and rng.random() < 0.5:
                bias = document.buffers[graph.tensors[int(operator.inputs[2])].buffer]
                bias.data = np.zeros(len(bias.data), np.uint8)
    return packed(document)
