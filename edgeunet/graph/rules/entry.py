"""What the table of supported operators says of one: its meaning, its attributes and the rules it is held to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from edgeunet.graph.rules import operands, ranges, shapes
from edgeunet.graph.rules.operands import Rule

STRIDE = {"stride": "(height, width), each at least 1"}
DILATION = {"dilation": "(height, width), each at least 1"}
PADDING = {"padding": "(top, bottom, left, right) zeros (stored zero points) around the input; SAME and VALID resolved"}
ACTIVATION = {"activation": '"NONE", "RELU", "RELU6" or "RELU_N1_TO_1", fused'}
AXES = {"axes": "which of 1 (height), 2 (width, time), 3 (channels); they stay with length 1"}
CHANNELS = {"axis": "3 (channels)"}

ACTIVATIONS: tuple[Rule, ...] = (
    operands.computed_input,
    operands.integer_activations,
    operands.per_tensor_quantization,
)
INT8_ALONE: tuple[Rule, ...] = (
    operands.computed_input,
    operands.int8_activations,
    operands.per_tensor_quantization,
)
PLACES: tuple[Rule, ...] = (operands.computed_input, shapes.places_of_channels, operands.ends_the_graph, *INT8_ALONE)
WEIGHTS: tuple[Rule, ...] = (operands.constant_int8_weights,)
WEIGHTS_CONTRACT = (operands.integer_bias, ranges.accumulator_range, operands.fused_activation)
COPY: tuple[Rule, ...] = (*ACTIVATIONS, operands.same_quantization)


@dataclass(frozen=True)
class Supported:
    """One kind of operator in the IR.

    ``spellings`` are the TFLite operators that become it, ``operands`` the inputs of the ``Op``, ``attributes`` its
    attributes with their meaning, ``note`` what else a reader of the documents must know.
    """

    summary: str
    rules: tuple[Rule, ...]
    operands: str = "x"
    attributes: Mapping[str, str] = field(default_factory=dict)
    spellings: tuple[str, ...] = ()
    note: str = ""
