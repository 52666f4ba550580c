"""What sort of quantization a file has, said before any operator is blamed for a type that all of them have.

Float models, float16 and dynamic-range quantization have float32 activations throughout and differ in how weights are
stored; the uint8 quantization of TensorFlow 1 has uint8 activations with weights that have zero points. No operator is
at fault there: the whole model is to be converted in another way.
"""

from __future__ import annotations

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.ir import ABSENT, Tensor
from edgeunet.graph.layout import WEIGHTED
from edgeunet.graph.reading.operator import Operator
from edgeunet.graph.reading.options import DECODERS
from edgeunet.graph.reading.shape_arithmetic import may_fold
from edgeunet.graph.reading.subgraph import Subgraph
from edgeunet.graph.rules.table import cure_of

COMMAND = "edgeunet quantize MODEL --data DATA -o MODEL.int8.tflite"
FULLY = (
    "quantize the float model, .keras or float32 .tflite, to int8 in full (weights, activations, input and output) by "
    f"`{COMMAND}`"
)
LARGEST_COUNTED = 16


def check_kind(main: Subgraph) -> None:
    """Raise ``UnsupportedOpError`` when the model as a whole is of a kind that is not compiled.

    A model with a weighted operator of int8 or int16 is none of these: of what else it may hold, the operator is named.
    """
    weighted = [operator for operator in main.operators if operator.kind in WEIGHTED and _weights(operator) is not None]
    types = {_activation(operator).dtype for operator in weighted}
    if not weighted:
        return
    first = weighted[0]
    if types == {"float32"}:
        raise UnsupportedOpError(f"{_float(main, weighted)}; {FULLY}{_besides(main)}")
    if types == {"uint8"} and _type_of_weights(main, first) == "uint8":
        raise UnsupportedOpError(
            f"it is quantized to uint8 in the way of TensorFlow 1 ({first.label} has uint8 activations and weights); "
            f"convert its float model, .keras or float32 .tflite, to int8 in full by `{COMMAND}`{_besides(main)}"
        )


def _weights(operator: Operator) -> Tensor | None:
    index = operator.optional(1)
    return None if index == ABSENT else operator.tensors[index]


def _activation(operator: Operator) -> Tensor:
    position = 2 if operator.kind == "TRANSPOSE_CONV" and len(operator.inputs) > 2 else 0
    index = operator.optional(position)
    return operator.tensors[index if index != ABSENT else operator.inputs[1]]


def _type_of_weights(main: Subgraph, operator: Operator) -> str:
    """The type that the file keeps the weights of ``operator`` in, before a DEQUANTIZE."""
    index = operator.inputs[1]
    for other in main.operators:
        if other.kind == "DEQUANTIZE" and index in other.outputs and other.inputs and other.inputs[0] != ABSENT:
            return main.tensors[other.inputs[0]].dtype
    return main.tensors[index].dtype


def _float(main: Subgraph, weighted: list[Operator]) -> str:
    """What sort of model with float32 activations it is, with the operator that shows it."""
    for operator in weighted[:LARGEST_COUNTED]:
        stored = _type_of_weights(main, operator)
        if stored == "float16":
            return (
                f"its weights are stored in float16 and computed with in float32 ({operator.label}), which is float16 "
                "quantization and saves a microcontroller nothing"
            )
        if stored != "float32":
            return (
                f"its weights are stored in {stored} and computed with in float32 ({operator.label}), which is "
                "dynamic-range quantization: the activations have no scales"
            )
    return f"it is a float32 model, not quantized ({weighted[0].label} has float32 activations and weights)"


def _besides(main: Subgraph) -> str:
    """What would be refused after that."""
    for operator in main.operators:
        if operator.kind not in DECODERS and not may_fold(operator):
            return f"; {operator.label} in it is not supported either: {cure_of(operator.kind)}"
    return ""
