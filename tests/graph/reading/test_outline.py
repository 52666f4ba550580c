"""The outline of a .tflite file, also of files that are damaged on purpose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import GraphError
from edgeunet.graph.reading.outline import Port, read_outline


@pytest.fixture(scope="module")
def model(shared: Path) -> bytes:
    return (shared / "models/classic-unet-512.int8.tflite").read_bytes()


def test_operators_and_ports(model: bytes) -> None:
    outline = read_outline(model)
    assert outline.size_bytes == len(model)
    assert [kind for kind, _ in outline.kinds] == [
        "CONCATENATION", "CONV_2D", "MAX_POOL_2D", "RESHAPE", "TRANSPOSE_CONV",
    ]  # fmt: skip
    assert outline.operators.count(("TRANSPOSE_CONV", "")) == 2
    (source,) = outline.inputs
    assert source == Port("serving_default_keras_tensor_172:0", (1, 512, 1), "int8", 0.0325312502682209, 2)
    assert outline.outputs[0].elements == outline.outputs[0].size_bytes == 2048


def test_any_byte_flipped_is_read_or_refused(model: bytes) -> None:
    rng = np.random.default_rng(0)
    refused: list[str] = []
    for _ in range(400):
        damaged = bytearray(model)
        for place in rng.integers(0, len(model), 4):
            damaged[place] ^= int(rng.integers(1, 256))
        head = rng.integers(0, 400)
        damaged[head] ^= 0xFF
        try:
            read_outline(bytes(damaged))
        except GraphError as error:
            refused.append(str(error))
    assert len(refused) > 50
    assert not [message for message in refused if "\n" in message]


def test_any_length_cut_is_refused(model: bytes) -> None:
    for length in [*range(64), *np.random.default_rng(0).integers(64, len(model) - 1, 100).tolist()]:
        with pytest.raises(GraphError):
            read_outline(model[:length])


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="check the path"):
        read_outline(tmp_path / "none.tflite")
