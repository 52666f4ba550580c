"""Rewrite a converted flatbuffer with short layer names and without what no interpreter reads.

The converter names tensors after every TensorFlow operation fused into them, with counters that depend on what the
process did before; a sixth of a small model is such names. Tidied, a model is smaller, reads well in every tool, and is
the same bytes each time it is made. Operators, shapes, constants and quantization are untouched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from edgeunet.litert import schema_classes

_CONSTANT_ROLES = {
    "CONV_2D": ("input", "weights", "bias"),
    "DEPTHWISE_CONV_2D": ("input", "weights", "bias"),
    "FULLY_CONNECTED": ("input", "weights", "bias"),
    "TRANSPOSE_CONV": ("output_shape", "weights", "input", "bias"),
    "RESHAPE": ("input", "shape"),
    "RESIZE_NEAREST_NEIGHBOR": ("input", "size"),
    "PAD": ("input", "paddings"),
    "MEAN": ("input", "axes"),
}
_UNKNOWN_DIMENSION = -1
_LONGEST_KEPT = 80

OwnerOf = Callable[[str], str | None]
"""Which layer a tensor's name stems from."""

WRAPPED = "foreign_network"
"""Attribute under which `edgeunet.foreign` wraps a PyTorch module; no part of its layers' names."""


def tidy(model: bytes, layers: Mapping[str, bool], model_name: str) -> bytes:
    """Return ``model`` with tensors named after Keras layers, and without metadata, signatures and calibration ranges.

    Parameters
    ----------
    model : a converted ``.tflite`` file.
    layers : Keras layer name → whether the layer has a kernel (such a layer gives its name to what is fused with it).
    model_name : goes into the file as its description.
    """
    document = _document(model, model_name)
    _rename_all(document, lambda name: layer_of(name, layers))
    return packed(document)


def tidy_foreign(model: bytes, model_name: str) -> bytes:
    """Return ``model`` without what no interpreter reads, its tensors named after the source's modules where known.

    Names that were short before stay as they are: of a tidied file, and of one that was quantized since.

    Parameters
    ----------
    model : a converted ``.tflite`` file of any source.
    model_name : goes into the file as its description.
    """
    document = _document(model, model_name)
    names = [tensor.name or b"" for graph in document.subgraphs for tensor in graph.tensors]
    if len(set(names)) < len(names) or any(b";" in name or not 0 < len(name) <= _LONGEST_KEPT for name in names):
        _rename_all(document, module_of)
    return packed(document)


def module_of(tensor_name: str) -> str | None:
    """Return the module of the source network that a converter's tensor name stems from, or ``None``.

    litert-torch writes ``package.Net/package.Block_down1/torch.nn.modules.conv.Conv1d_0;1``, class and attribute at
    each level: that is ``down1.0``. TensorFlow writes ``scope/layer/op``: that is ``layer``.
    """
    path = tensor_name.split(";")[0]
    levels = path.split("/")
    if any("." in level for level in levels):
        attributes = (level.rpartition(".")[2].partition("_")[2] for level in levels)
        return ".".join(filter(None, attributes)).removeprefix(WRAPPED).strip(".") or None
    return levels[-2] if len(levels) > 1 else None


def _document(model: bytes, model_name: str) -> Any:
    document = open_document(model)
    document.description = model_name
    document.signatureDefs = None
    document.metadata = None
    document.metadataBuffer = None
    _drop_unused_buffers(document)
    for graph in document.subgraphs:
        graph.name = "main"
        for tensor in graph.tensors:
            _drop_ranges(tensor)
    return document


def _rename_all(document: Any, owner_of: OwnerOf) -> None:
    kinds = {code: name for name, code in vars(schema_classes().BuiltinOperator).items() if isinstance(code, int)}
    for graph in document.subgraphs:
        codes = [builtin_code(document.operatorCodes[operator.opcodeIndex]) for operator in graph.operators]
        _rename(graph, [kinds[code] for code in codes], owner_of)


def layer_of(tensor_name: str, layers: Mapping[str, bool]) -> str | None:
    """Return the Keras layer that a converter's tensor name stems from, or ``None``.

    A name is ``scope/layer/op;scope/layer/op;…``, last operation first, where TensorFlow may have added a counter to
    each part (``enc1_conv_1`` for ``enc1_conv``).
    """
    found = [layer for path in tensor_name.split(";") if (layer := _layer_in_path(path, layers)) is not None]
    return next((layer for layer in found if layers[layer]), found[0] if found else None)


def _layer_in_path(path: str, layers: Mapping[str, bool]) -> str | None:
    scopes = path.split("/")[:-1]
    uncounted = [re.sub(r"_\d+$", "", scope) for scope in scopes]
    for position, scope in enumerate(scopes):
        outer_has_counter = position > 0 and scopes[position - 1] != uncounted[position - 1]
        candidates = (uncounted[position], scope) if outer_has_counter else (scope, uncounted[position])
        for candidate in candidates:
            if candidate in layers:
                return candidate
    return None


def _rename(graph: Any, kinds: Sequence[str], owner_of: OwnerOf) -> None:
    names: dict[int, str] = {}
    taken: set[str] = set()

    def give(index: int, *wishes: str) -> None:
        if index < 0 or index in names:
            return
        counted = (f"{wishes[-1]}_{n}" for n in range(2, len(graph.tensors) + 3))
        name = next(wish for wish in (*wishes, *counted) if wish not in taken)
        names[index] = name
        taken.add(name)

    for role, ends in (("input", graph.inputs), ("output", graph.outputs)):
        for position, index in enumerate(ends):
            give(int(index), role if len(ends) == 1 else f"{role}{position}")
    operator_names = []
    for operator, kind in zip(graph.operators, kinds, strict=True):
        found = (owner_of((graph.tensors[i].name or b"").decode(errors="replace")) for i in operator.outputs)
        layer = next((name for name in found if name is not None), None)
        own = (layer, f"{layer}/{kind.lower()}") if layer else (kind.lower(),)
        for index in operator.outputs:
            give(int(index), *own)
        operator_names.append(names[int(operator.outputs[0])] if layer is None else layer)
    for operator, kind, owner in zip(graph.operators, kinds, operator_names, strict=True):
        roles = _CONSTANT_ROLES.get(kind, ())
        for position, index in enumerate(operator.inputs):
            role = roles[position] if position < len(roles) else f"constant{position}"
            give(int(index), f"{owner}/{role}", f"{owner}/{kind.lower()}/{role}")
    for index, tensor in enumerate(graph.tensors):
        tensor.name = names.get(index, f"unused{index}").encode()


def _drop_ranges(tensor: Any) -> None:
    """Remove the calibrated minimum and maximum, and a shape signature that repeats the shape."""
    if tensor.quantization is not None:
        tensor.quantization.min = None
        tensor.quantization.max = None
    if tensor.shapeSignature is not None and _UNKNOWN_DIMENSION not in list(tensor.shapeSignature):
        tensor.shapeSignature = None


def _drop_unused_buffers(document: Any) -> None:
    """Keep buffer 0 (empty by convention) and those that tensors use; tensors without data share buffer 0."""
    kept: list[Any] = [document.buffers[0]]
    new_index: dict[int, int] = {}
    for graph in document.subgraphs:
        for tensor in graph.tensors:
            old = tensor.buffer
            data = document.buffers[old].data
            if data is None or len(data) == 0:
                tensor.buffer = 0
                continue
            if old not in new_index:
                new_index[old] = len(kept)
                kept.append(document.buffers[old])
            tensor.buffer = new_index[old]
    document.buffers = kept


def builtin_code(code: Any) -> int:
    """Return the number of an operator code, whichever of its two fields has it."""
    return max(int(code.builtinCode), int(code.deprecatedBuiltinCode))


def open_document(model: bytes) -> Any:
    """Return a ``.tflite`` file as the schema's ``ModelT``."""
    schema = schema_classes()
    return schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(bytearray(model), 0))


def written(document: Any) -> bytes:
    """Return the file of a ``ModelT``, without buffers that no tensor uses."""
    _drop_unused_buffers(document)
    return packed(document)


def packed(document: Any) -> bytes:
    """Serialize with constant data on 16-byte boundaries, as the schema demands and Python's packer alone omits."""
    import flatbuffers

    class AligningBuilder(flatbuffers.Builder):  # type: ignore[misc]
        def CreateNumpyVector(self, x: Any) -> Any:  # noqa: N802 - the name flatbuffers calls
            if x.dtype != np.uint8:
                return super().CreateNumpyVector(x)
            self.StartVector(1, x.size, 16)
            self.head = int(self.Head()) - x.size
            self.Bytes[self.head : self.head + x.size] = x.tobytes()
            self.vectorNumElems = x.size
            return self.EndVector()

    builder = AligningBuilder(1024)
    builder.Finish(document.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())
