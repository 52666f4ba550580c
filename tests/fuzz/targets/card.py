"""Model cards, read and taken into the C of a pipeline."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from edgeunet.emit import compile_model
from edgeunet.errors import CompileError, ModelError
from edgeunet.graph import Graph, read_tflite
from edgeunet.modelcard import card_path, read_card, write_card
from edgeunet.pipeline.program import add_pipeline
from edgeunet.pipeline.settings import PipelineRequest
from tests.fuzz.contract import Target
from tests.fuzz.mutation.values import mutate_json
from tests.rigs.pipeline_stages import small_network

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@cache
def network() -> Graph:
    """A network of four classes, which a card may be about."""
    return read_tflite(small_network(1))


def read(data: bytes, folder: Path) -> None:
    """Read the card, write it and read it again; then compile a pipeline with it."""
    model = folder / "m.tflite"
    card_path(model).write_bytes(data)
    card = read_card(model)
    assert card is not None
    write_card(model, card)
    assert read_card(model) == card or "NaN" in card_path(model).read_text(encoding="utf-8")
    compiled, _ = add_pipeline(compile_model(network(), "net", card=card), network(), card, PipelineRequest())
    for name, text in compiled.sources.files.items():
        assert not re.search(r"/\*|\*/", _COMMENT.sub("", text)), f"{name}: a comment within a comment"
        assert "\0" not in text
        assert text.isascii() or text.encode("utf-8"), name


TARGET = Target(
    name="card",
    about="model cards",
    read=read,
    mutate=mutate_json,
    refuses=(ModelError, CompileError),
    calls=2_000_000,
)
