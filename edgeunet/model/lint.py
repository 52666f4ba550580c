"""The lint: is a converted network something a microcontroller's interpreter and our compiler can run as it stands?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgeunet.errors import ModelError
from edgeunet.model.quiet import import_tensorflow
from edgeunet.short_repr import short_repr

if TYPE_CHECKING:
    import keras

_IDENTIFIER = b"TFL3"

CLEAN = frozenset(
    {
        "ADD",
        "AVERAGE_POOL_2D",
        "CONCATENATION",
        "CONV_2D",
        "DEPTHWISE_CONV_2D",
        "DEQUANTIZE",
        "FULLY_CONNECTED",
        "LEAKY_RELU",
        "LOGISTIC",
        "MAX_POOL_2D",
        "MEAN",
        "MUL",
        "PAD",
        "QUANTIZE",
        "RELU",
        "RELU6",
        "RESIZE_NEAREST_NEIGHBOR",
        "RSQRT",
        "SLICE",
        "SOFTMAX",
        "SQUARED_DIFFERENCE",
        "SUB",
        "TANH",
        "TRANSPOSE_CONV",
    }
)
"""Operators with an int8 kernel in LiteRT's reference kernels, in TFLM and in the compiled C."""

_CURES = {
    "TILE": ("repeats a tensor by shape arithmetic", "use edgeunet's NearestUp instead of UpSampling"),
    "SHAPE": ("computes a shape on the device", "fix the input shape and the batch"),
    "PACK": ("computes a shape on the device", "fix the input shape and the batch"),
    "STRIDED_SLICE": ("computes a shape, or crops by strides", "fix the shapes; crop with edgeunet's CenterCrop"),
    "SPACE_TO_BATCH_ND": ("emulates a dilation by moving the data", "dilate a 2-D convolution of height 1 instead"),
    "BATCH_TO_SPACE_ND": ("emulates a dilation by moving the data", "dilate a 2-D convolution of height 1 instead"),
    "TRANSPOSE": ("moves all data", "keep channels last throughout"),
    "NEG": ("has no int8 kernel in TFLM", "use edgeunet's LayerNorm instead of LayerNormalization"),
    "ELU": ("has no kernel among LiteRT's reference kernels", "use relu6, or build the network from a spec"),
    "EXP": ("has no int8 kernel in TFLM", "use relu6, or build the network from a spec"),
    "SELECT_V2": ("has no int8 kernel in the compiled C", "use relu6, or build the network from a spec"),
    "BATCH_MATMUL": ("has no constant weights", "use convolutions"),
}
_RESHAPES = ("RESHAPE", "EXPAND_DIMS", "SQUEEZE")


@dataclass(frozen=True)
class Finding:
    """One thing in a converted network that keeps it from running well, or at all, on a microcontroller.

    Attributes
    ----------
    layer : the Keras layer that caused it, or the tensor's name where no layer is known.
    operator : kind of the operator, e.g. ``TILE``.
    position : its place in the operator list, from 0; -1 for a finding about a tensor.
    problem, cure : half a sentence each.
    """

    layer: str
    operator: str
    position: int
    problem: str
    cure: str

    __repr__ = short_repr

    def __str__(self) -> str:
        return f"layer '{self.layer}' becomes {self.operator}, which {self.problem}; {self.cure}"


def lint_model(model: keras.Model) -> list[Finding]:
    """Convert ``model`` to float32 and lint the result, naming its layers."""
    from edgeunet.model.convert import convert_float

    return lint_tflite(convert_float(model), [layer.name for layer in model.layers])


def lint_tflite(content: bytes, layers: Sequence[str] = ()) -> list[Finding]:
    """Return what keeps a ``.tflite`` file from running well on a microcontroller, in operator order.

    Parameters
    ----------
    content : the file's bytes, float or quantized.
    layers : names of the Keras layers it was made of, the output's last; without them a finding names the tensor.

    Raises
    ------
    ModelError
        When the bytes are no ``.tflite`` file.
    """
    listing = _read(content)
    return [*_operator_findings(listing, layers), *_shape_findings(listing, layers)]


def layer_in(tensor_name: str, layers: Sequence[str]) -> str:
    """Return the Keras layer that a converter's tensor name stems from, or the name itself.

    A name is ``model/layer/operation;model/layer/operation;…``, and Keras adds a counter to parts that it has seen
    before (``enc1_conv1_1``).
    """
    for path in tensor_name.split(";"):
        for part in path.split("/"):
            for candidate in (part, re.sub(r"_\d+$", "", part)):
                if candidate in layers:
                    return candidate
    return tensor_name


@dataclass(frozen=True)
class _Operator:
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class _Listing:
    operators: tuple[_Operator, ...]
    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def _read(content: bytes) -> _Listing:
    import_tensorflow()
    from tensorflow.lite.python import schema_py_generated as schema

    if content[4:8] != _IDENTIFIER:
        raise ModelError("these bytes are no .tflite file: the identifier TFL3 is missing; convert the model again")
    kinds = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
    try:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
        graph = model.subgraphs[0]
        codes = [kinds[max(c.builtinCode, c.deprecatedBuiltinCode)] for c in model.operatorCodes]
        return _Listing(
            tuple(
                _Operator(codes[op.opcodeIndex], _integers(op.inputs), _integers(op.outputs)) for op in graph.operators
            ),
            tuple(tensor.name.decode() for tensor in graph.tensors),
            tuple(_integers(t.shapeSignature) or _integers(t.shape) for t in graph.tensors),
            _integers(graph.inputs),
            _integers(graph.outputs),
        )
    except Exception as error:  # a damaged flatbuffer fails wherever it is damaged
        raise ModelError(f"the .tflite file is damaged ({type(error).__name__}); convert the model again") from error


def _integers(values: Any) -> tuple[int, ...]:
    return () if values is None else tuple(int(v) for v in values)


def _operator_findings(listing: _Listing, layers: Sequence[str]) -> Iterator[Finding]:
    for position, operator in enumerate(listing.operators):
        layer = _layer_of(listing, operator, layers)
        if operator.kind in _RESHAPES:
            if not _at_an_end(listing, operator):
                cure = "build 1-D networks of 2-D layers of height 1, as edgeunet build does"
                yield Finding(layer, operator.kind, position, "only renames axes in the middle of the network", cure)
        elif operator.kind not in CLEAN:
            known = ("has no int8 kernel everywhere it must run", "use layers that edgeunet builds")
            yield Finding(layer, operator.kind, position, *_CURES.get(operator.kind, known))


def _layer_of(listing: _Listing, operator: _Operator, layers: Sequence[str]) -> str:
    """The Keras layer of an operator; the converter calls the network's output by a name of its own."""
    if not operator.outputs:
        return operator.kind
    layer = layer_in(listing.names[operator.outputs[0]], layers)
    is_output = operator.outputs[0] in listing.outputs
    return layers[-1] if is_output and layers and layer not in layers else layer


def _at_an_end(listing: _Listing, operator: _Operator) -> bool:
    """Whether a reshape sits right at the network's input or output, a quantization between them or not."""
    before, after = set(listing.inputs), set(listing.outputs)
    for other in listing.operators:
        if other.kind in ("QUANTIZE", "DEQUANTIZE") and before.intersection(other.inputs):
            before.update(other.outputs)
        if other.kind in ("QUANTIZE", "DEQUANTIZE") and after.intersection(other.outputs):
            after.update(other.inputs)
    return bool(before.intersection(operator.inputs) or after.intersection(operator.outputs))


def _shape_findings(listing: _Listing, layers: Sequence[str]) -> Iterator[Finding]:
    for index, shape in enumerate(listing.shapes):
        if any(size < 0 for size in shape):
            name = listing.names[index]
            yield Finding(
                layer_in(name, layers),
                "a tensor",
                -1,
                f"has the open shape {list(shape)}",
                "convert with a fixed batch of 1",
            )
