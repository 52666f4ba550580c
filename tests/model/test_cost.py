"""The cost model against an independent count, and against what the converter makes of the network."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from edgeunet.model import build_model, convert_float, cost, cost_document
from edgeunet.spec import PRESETS, load_spec, preset


def test_macs_of_a_small_network_by_hand() -> None:
    keys = {"layout": "classic", "output_kernel_size": 3, "input_shape": [16, 2], "classes": 5, "sample_rate_hz": 100}
    blocks = [
        {"filters": 4, "kernel": 5, "pool": 2, "strides": 2, "separable": True, "upsample": "transpose"},
        {"filters": 6, "kernel": 3},
    ]
    figures = cost(load_spec({**keys, "blocks": blocks}))
    expected = {
        "enc1_conv1": 16 * 2 * 5 + 16 * 2 * 4,
        "bottom_conv1": 8 * 3 * 4 * 6,
        "dec1_up": 8 * 2 * 6 * 4,
        "dec1_conv1": 16 * 8 * 5 + 16 * 8 * 4,
        "head": 16 * 3 * 4 * 5,
    }
    assert {layer.name: layer.macs for layer in figures.layers if layer.macs} == expected
    assert figures.macs == sum(expected.values())
    assert figures.macs_per_second == pytest.approx(figures.macs * 100 / 16)


def test_heartkit_macs_are_the_published_figure_of_its_graph() -> None:
    """The peak of 48,000 bytes is what TFLM's planner needs for this network (the design's first figure)."""
    figures = cost(preset("heartkit"))
    assert figures.peak_activation_bytes == 48_000
    assert figures.macs_per_second is None
    assert figures.lookahead_ms is None


def test_unpadded_windows_advance_by_their_output() -> None:
    figures = cost(load_spec("classic-valid", input_shape=(572, 1), sample_rate_hz=100))
    assert figures.macs_per_second == pytest.approx(figures.macs * 100 / 388)


def test_times_are_samples_over_the_rate() -> None:
    figures = cost(preset("ecg-tiny"))
    assert figures.receptive_field_ms == figures.receptive_field_samples * 4
    assert figures.lookahead_ms == figures.lookahead_samples * 4


def liveness_peak(content: bytes) -> int:
    """Peak of live tensors of a converted file, one byte per element, reshapes at the ends in place."""
    from tensorflow.lite.python import schema_py_generated as schema

    graph = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0)).subgraphs[0]
    made = {int(i) for op in graph.operators for i in op.outputs} | {int(i) for i in graph.inputs}
    sizes = {i: math.prod(int(n) for n in graph.tensors[i].shape) for i in made}
    steps = [([int(i) for i in op.inputs if int(i) in made], [int(i) for i in op.outputs]) for op in graph.operators]
    steps = steps[1:-1]
    last = {i: position for position, (reads, _) in enumerate(steps) for i in reads}
    live = {i: sizes[i] for i in steps[0][0]}
    peak = 0
    for position, (_, makes) in enumerate(steps):
        live |= {i: sizes[i] for i in makes}
        peak = max(peak, sum(live.values()))
        live = {i: size for i, size in live.items() if last.get(i, len(steps)) > position}
    return peak


@pytest.mark.parametrize(
    "source",
    [
        "ecg-tiny",
        "ecg-small",
        pytest.param("ecg-base", marks=pytest.mark.nightly),
        "heartkit",
        {"blocks": [{"filters": 8, "pool": 2, "strides": 2}] * 3, "skip_mode": "add", "input_shape": [64, 1]},
        {"blocks": [{"filters": 8, "pool": 2, "strides": 2, "skip": False}] * 2, "residual": False},
        {
            "blocks": [{"filters": 8, "pool": 2, "strides": 2, "activation": "leaky_relu"}] * 2,
            "upsample": "transpose",
        },
    ],
)
def test_peak_is_that_of_the_converted_graph(source: Any) -> None:
    spec = load_spec(source)
    assert cost(spec).peak_activation_bytes == liveness_peak(convert_float(build_model(spec)))


def test_document_is_json_with_the_fixed_keys() -> None:
    document = json.loads(json.dumps(cost_document(cost(preset("ecg-tiny")))))
    assert document["schema"] == "edgeunet.build/1"
    assert document["model"] == "ecg-tiny"
    keys = {"parameters", "macs", "macs_per_second", "receptive_field_samples", "lookahead_samples", "output_shape"}
    assert keys | {"peak_activation_bytes", "estimated_flash_bytes", "layers"} < set(document)
    assert document["output_shape"] == [512, 4]
    assert set(document["layers"][0]) == {"name", "kind", "output_shape", "parameters", "macs"}


def test_table_of_presets_is_up_to_date() -> None:
    text = (Path(__file__).parents[2] / "docs" / "PRESETS.md").read_text(encoding="utf-8")
    for name, item in PRESETS.items():
        for dimensions, spec in item.specs.items():
            figures = cost(spec)
            shapes = ("×".join(map(str, shape)) for shape in (figures.input_shape, figures.output_shape))
            counts = (
                figures.parameters,
                figures.macs,
                figures.receptive_field_samples,
                figures.lookahead_samples,
                figures.peak_activation_bytes,
                figures.estimated_flash_bytes,
            )
            row = (f"`{name}`", f"{dimensions}-D", " → ".join(shapes), *(f"{count:,}" for count in counts))
            assert f"| {' | '.join(row)} |" in text
