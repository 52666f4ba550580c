"""What a notebook prints of an object: one short line that says what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeunet import compile_model, load_spec, read_tflite
from edgeunet.emit import schedule_graph
from edgeunet.graph.reading.outline import read_outline
from edgeunet.lower.lower import lower
from edgeunet.run.bench import Request, bench
from edgeunet.run.machines.boards import load_boards
from edgeunet.short_repr import LONGEST, LONGEST_VALUE, brief, short_repr
from edgeunet.signals import SyntheticSource
from edgeunet.signals.source import PreparedSource
from edgeunet.train import TrainOptions
from tests.rigs.tools import need


@pytest.fixture(scope="module")
def model(shared: Path) -> Path:
    return shared / "models" / "seed-unet-800.int8.tflite"


def reached(value: Any, seen: set[int]) -> Iterator[Any]:
    """``value`` and every dataclass that can be reached from it."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if is_dataclass(value):
        yield value
        for field in fields(value):
            yield from reached(getattr(value, field.name), seen)
    elif isinstance(value, tuple | list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from reached(item, seen)


def assert_short(root: Any) -> None:
    """Hold that ``root`` and all that it is made of print one short line that begins with the class."""
    long = []
    for value in reached(root, set()):
        text = repr(value)
        name = type(value).__name__
        if len(text) > 200 or "\n" in text or "0x" in text or not text.lstrip("<").startswith(name):
            long.append(f"{name}: {len(text)} characters: {text[:300]}")
    assert not long, "\n".join(long)


def test_a_graph_and_its_tensors_are_short(model: Path) -> None:
    graph = read_tflite(model)
    assert_short(graph)
    assert_short(read_outline(model))
    assert repr(graph) == ("<Graph seed-unet-800: 67 ops, 158 tensors, int8 (1, 1, 800, 1) -> int8 (1, 1, 800, 5)>")
    weights = next(tensor for tensor in graph.tensors if tensor.is_constant)
    assert f"{weights.dtype} {weights.shape}, constant, {weights.size_bytes} bytes" in repr(weights)


@pytest.mark.parametrize(("kernels", "mode"), [("portable", "window"), ("dsp", "stream"), ("mve", "window")])
def test_a_program_and_its_schedule_are_short(model: Path, kernels: str, mode: str) -> None:
    graph = read_tflite(model)
    assert_short(lower(graph))
    schedule = schedule_graph(graph, kernels=kernels, mode=mode, search=False)
    assert_short(schedule)
    assert f"arena {schedule.arena_bytes} bytes, {schedule.macs} MACs" in repr(schedule)


def test_what_is_compiled_is_short(model: Path) -> None:
    compiled = compile_model(read_tflite(model), "seed")
    assert_short(compiled)
    assert repr(compiled).startswith("<Compiled seed: portable, a window per call, 58 layers, 5643200 MACs, ")
    assert repr(compiled.sources).startswith("<SourceTree: seed.h, seed.c, ")


def test_a_measurement_is_short(model: Path) -> None:
    need("gcc")
    result = bench(Request(model=model.with_name("small-unet-256.int8.tflite")), note=lambda text: None)
    assert_short(result)
    measured = result.measurement
    assert repr(measured).startswith(
        f"<Measurement small-unet-256 on host: portable, window, exact, {measured.count} nanoseconds per call"
    )


def test_specs_options_and_boards_are_short() -> None:
    assert repr(load_spec("ecg-base")) == (
        "<UNetSpec ecg-base: window (1024, 1) at 250 Hz, filters 16, 24, 32, 48, 64, classes background, P, QRS, T>"
    )
    assert_short(load_spec("ecg-base"))
    assert_short(TrainOptions(class_weights={"P": 2.0}))
    assert_short(load_boards())


def test_sources_and_their_records_are_short() -> None:
    source = SyntheticSource(records=2, leads=["II"])
    assert repr(source) == "<SyntheticSource: 2 records, seed 0, leads ii>"
    assert repr(PreparedSource(source, rate_hz=250)) == f"<PreparedSource: {source!r} at 250 Hz, leads all>"
    assert_short(source.read("synthetic-0000"))


@dataclass(frozen=True)
class Sample:
    """Something with every kind of value."""

    name: str
    values: Any
    factor: float = 1.0

    __repr__ = short_repr


def test_arrays_are_shown_by_type_and_shape_and_defaults_left_out() -> None:
    assert repr(Sample("a", np.zeros((3, 4), np.int8))) == "Sample(name='a', values=int8 (3, 4))"
    assert repr(Sample("a", (1, None), 2.0)) == "Sample(name='a', values=(1, None), factor=2.0)"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"\0" * 1000, "<1000 bytes>"),
        ((1, 2, 3, 4), "(1, 2, 3, 4)"),
        ((1, 2, 3, 4, 5), "<5 int>"),
        ([1, "two", 3, 4, 5], "<5 int/str>"),
        ((), "()"),
        ({"a": 1, "b": [2]}, "{a, b}"),
        ("line\nline", r"'line\nline'"),
        (Sample("a", 1), "Sample(name='a', values=1)"),
        (Sample("a" * 40, 1), "Sample(…)"),
        (np.float32(2.5), repr(np.float32(2.5))),
    ],
)
def test_a_value_within_is_brief(value: Any, text: str) -> None:
    assert brief(value) == text


def test_what_is_too_long_is_cut_and_stays_closed() -> None:
    long = brief("a" * 1000)
    assert (len(long), long[-2:]) == (LONGEST_VALUE, "…'")

    @dataclass
    class Wide:
        first: str = ""
        second: str = ""
        third: str = ""
        fourth: str = ""
        fifth: str = ""
        __repr__ = short_repr

    text = repr(Wide(*["b" * 100] * 5))
    assert (len(text), text[-2:]) == (LONGEST, "…)")
