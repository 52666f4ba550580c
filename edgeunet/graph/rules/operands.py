"""What an operator must satisfy to be compiled: one function per rule.

A rule's docstring is its line in ``docs/SUPPORTED_OPS.md``. A rule returns None when it holds, else the sentence that
follows the operator's name in the error: what is wrong, and after a semicolon what to do. Rules run in the order of the
table in ``edgeunet.graph.rules.table``, and later ones rely on earlier ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edgeunet.graph.evaluation import arithmetic
from edgeunet.graph.evaluation.quantization import quantization_of
from edgeunet.graph.ir import ABSENT, Graph, Op, Tensor
from edgeunet.graph.layout import WEIGHTED, activations

QUANTIZE_IT = "quantize the model to int8 in full (weights, activations, input and output)"
BYTES_COPIED = 1e-6
LARGEST_SCALE = 2.0**60


@dataclass(frozen=True)
class Subject:
    """An operator with its tensors, as rules look at it."""

    op: Op
    graph: Graph

    @property
    def out(self) -> Tensor:
        return self.graph.tensors[self.op.outputs[0]]

    @property
    def data(self) -> tuple[Tensor, ...]:
        """Operands that are not weights or bias."""
        return tuple(self.graph.tensors[index] for index in activations(self.op))

    @property
    def weights(self) -> Tensor:
        return self.graph.tensors[self.op.inputs[1]]

    @property
    def bias(self) -> Tensor | None:
        return None if self.op.inputs[2] == ABSENT else self.graph.tensors[self.op.inputs[2]]


Rule = Callable[[Subject], str | None]


def int8_activations(subject: Subject) -> str | None:
    """Input and output are int8."""
    return _wrong_type(subject, ("int8",))


def integer_activations(subject: Subject) -> str | None:
    """Inputs and output are all int8, or all int16 with zero point 0."""
    given = subject.data[0].dtype
    wrong = _wrong_type(subject, ("int8", "int16"))
    if wrong is not None:
        return wrong
    for tensor in (*subject.data, subject.out):
        if tensor.dtype != given:
            return (
                f"tensor '{tensor.name}' is {tensor.dtype} beside {given}; put a QUANTIZE before it, or convert the "
                "model again"
            )
    return None


def _wrong_type(subject: Subject, types: tuple[str, ...]) -> str | None:
    """Names the first activation of another type, and what to do."""
    for tensor in (*subject.data, subject.out):
        if tensor.dtype in types:
            continue
        if tensor.dtype == "float32" and subject.op.kind in WEIGHTED and subject.weights.dtype == "int8":
            return f"computes in float32 on int8 weights (dynamic-range quantization); {QUANTIZE_IT}"
        cures = {
            "float32": QUANTIZE_IT,
            "float16": QUANTIZE_IT,
            "int16": "this operator has no int16 form; quantize with int8 activations, or build the layer of others",
            "uint8": "convert with the current int8 quantization instead of the old uint8 one",
        }
        cure = cures.get(tensor.dtype, "build the model of integer operators only")
        return f"tensor '{tensor.name}' is {tensor.dtype} and only {' or '.join(types)} is supported; {cure}"
    return None


def edge_types(subject: Subject) -> str | None:
    """Types are float32 to int8 or int16, int8 or int16 to int8 or int16, uint8 to int8 or int8 to uint8."""
    (given,) = subject.data
    pair = (given.dtype, subject.out.dtype)
    between = ("int8", "int16")
    if pair not in (("uint8", "int8"), ("int8", "uint8")) and not (
        given.dtype in (*between, "float32") and subject.out.dtype in between
    ):
        return f"converts {pair[0]} to {pair[1]}, which is not supported; {QUANTIZE_IT}"
    return None


def float_output(subject: Subject) -> str | None:
    """Types are int8, int16 or uint8 to float32."""
    (given,) = subject.data
    if given.dtype not in ("int8", "int16", "uint8") or subject.out.dtype != "float32":
        return f"converts {given.dtype} to {subject.out.dtype}, which is not supported; {QUANTIZE_IT}"
    return None


def one_type(subject: Subject) -> str | None:
    """Input and output have the same type: int8 or int16, or uint8 or float32 at the edges of the graph."""
    (given,) = subject.data
    if given.dtype != subject.out.dtype or given.dtype not in ("int8", "int16", "uint8", "float32"):
        return f"turns {given.dtype} into {subject.out.dtype}, which is not supported; {QUANTIZE_IT}"
    return None


def ends_the_graph(subject: Subject) -> str | None:
    """The result is an output of the graph, and nothing else reads it."""
    made = subject.op.outputs[0]
    if made not in subject.graph.outputs or subject.graph.consumers(made):
        return "the network goes on with its result, which is no quantized value; end the network with it"
    return None


def computed_input(subject: Subject) -> str | None:
    """At least one operand is computed from the input (constants are for the converter to fold)."""
    if all(tensor.is_constant for tensor in subject.data):
        return f"works on constants only (weights kept in another type?); {QUANTIZE_IT}"
    return None


def per_tensor_quantization(subject: Subject) -> str | None:
    """Every integer activation has one scale, between 2**-60 and 2**60, and one zero point: 0 where it is int16."""
    for tensor in (*subject.data, subject.out):
        if tensor.dtype == "float32":
            continue
        if tensor.quantization is None:
            return f"tensor '{tensor.name}' has no scale; {QUANTIZE_IT}"
        if len(tensor.quantization.scales) != 1:
            return f"tensor '{tensor.name}' has one scale per channel; quantize activations per tensor"
        if not 1 / LARGEST_SCALE <= tensor.quantization.scale <= LARGEST_SCALE:
            return f"tensor '{tensor.name}' has scale {tensor.quantization.scale:.3g}; quantize the model again"
        if tensor.dtype == "int16" and tensor.quantization.zero_point:
            return (
                f"tensor '{tensor.name}' is int16 with zero point {tensor.quantization.zero_point}, and int16 is "
                "symmetric; quantize with the converter's 16x8 mode"
            )
    return None


def fused_activation(subject: Subject) -> str | None:
    """The fused activation is NONE, RELU, RELU6 or RELU_N1_TO_1, and leaves a range."""
    activation = subject.op.attributes["activation"]
    if activation not in ("NONE", "RELU", "RELU6", "RELU_N1_TO_1"):
        return f"its fused activation {activation} is not supported; use a separate layer or RELU"
    low, high = arithmetic.activation_range(activation, quantization_of(subject.out), subject.out.dtype)
    if low > high:
        values = f"{subject.out.dtype} value between {low} and {high}"
        return f"its activation {activation} leaves no {values}; quantize the model again"
    return None


def no_fused_activation(subject: Subject) -> str | None:
    """No activation is fused in."""
    activation = subject.op.attributes["activation"]
    return None if activation == "NONE" else f"its fused activation {activation} is not supported; add it as a layer"


def constant_int8_weights(subject: Subject) -> str | None:
    """Weights are constant int8, or int4 beside int8 activations but in TRANSPOSE_CONV; symmetric (zero point 0), with
    one scale or one per output channel."""
    weights = subject.weights
    if weights.dtype == "int4" and subject.op.kind == "TRANSPOSE_CONV":
        return (
            "its weights are int4, which no interpreter runs in a transposed convolution; keep them int8, or upsample "
            "and convolve"
        )
    if weights.dtype == "int4" and subject.data[0].dtype != "int8":
        return f"its weights are int4 beside {subject.data[0].dtype} activations; keep one of them int8"
    if weights.dtype not in ("int8", "int4"):
        return f"its weights are {weights.dtype} and only int8 and int4 are supported; {QUANTIZE_IT}"
    if weights.data is None:
        return "its weights are computed at run time; multiply activations with constant weights only"
    quantization = weights.quantization
    if quantization is None:
        return f"its weights have no scale; {QUANTIZE_IT}"
    if any(quantization.zero_points):
        return "its weights have a zero point other than 0; quantize weights symmetrically (the converter's default)"
    if max(quantization.scales) > LARGEST_SCALE:
        return f"its weights have scale {max(quantization.scales):.3g}; quantize the model again"
    axis = 3 if subject.op.kind == "DEPTHWISE_CONV_2D" else 0
    if len(quantization.scales) > 1 and quantization.axis != axis:
        return (
            f"its weights have one scale per slice of axis {quantization.axis}, not per output channel; convert again"
        )
    return None


def integer_bias(subject: Subject) -> str | None:
    """The bias, where there is one, is constant int32 (int64 where activations are int16) with one value per output
    channel and zero point 0."""
    bias = subject.bias
    if bias is None:
        return None
    wanted = "int64" if subject.data[0].dtype == "int16" else "int32"
    if bias.dtype != wanted or bias.data is None:
        return f"its bias is {bias.dtype}, and a constant {wanted} one is needed; {QUANTIZE_IT}"
    if bias.data.ndim != 1:
        return f"its bias has shape {bias.shape}, which interpreters refuse here; convert again, with one dimension"
    if bias.data.size != subject.out.shape[3]:
        return f"its bias has {bias.data.size} values for {subject.out.shape[3]} channels; the file is damaged"
    if bias.quantization is not None and any(bias.quantization.zero_points):
        return "its bias has a zero point other than 0, which interpreters refuse; convert the model again"
    return None


def same_quantization(subject: Subject) -> str | None:
    """Input and output have the same scale and zero point: bytes are copied, never rescaled."""
    if subject.out.dtype == "float32":
        return None
    made = quantization_of(subject.out)
    for tensor in subject.data:
        given = quantization_of(tensor)
        if given.zero_point != made.zero_point or abs(given.scale - made.scale) > BYTES_COPIED * made.scale:
            return (
                f"scale {given.scale:.6g} and zero point {given.zero_point} of '{tensor.name}' differ from the "
                f"output's {made.scale:.6g} and {made.zero_point}; quantize with the converter, which makes them equal"
            )
    return None
