"""Reading a ``.tflite`` file into a ``Graph``.

The steps: check the container (``flatbuffer``), take out tensors and operators as the file has them, decode each
operator (``options``), fold space-to-batch into dilation (``space_to_batch``), bring all activations into one layout
(``graph.layout``), drop what nothing uses, and hold every operator to the rules of ``rules.table``.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import GraphError, UnsupportedOpError
from edgeunet.files import settle
from edgeunet.graph.folding.float_islands import fold_islands
from edgeunet.graph.folding.parts import in_parts
from edgeunet.graph.folding.reordered_weights import reorder_weights
from edgeunet.graph.folding.repetitions import expand_repetitions, join_reshapes, with_full_ranks, without_idle_reshapes
from edgeunet.graph.folding.space_to_batch import BLOCKS, fold_dilation
from edgeunet.graph.folding.transposes import push_transposes
from edgeunet.graph.ir import ABSENT, Graph, Op, Quantization, Tensor, size_bytes
from edgeunet.graph.layout import canonical
from edgeunet.graph.reading import schema
from edgeunet.graph.reading.flatbuffer import Buffer, Table
from edgeunet.graph.reading.initial_values import with_initial_values
from edgeunet.graph.reading.kind_of_file import check_kind
from edgeunet.graph.reading.names import clean, layer_names, tensor_name
from edgeunet.graph.reading.operator import Operator
from edgeunet.graph.reading.options import DECODERS
from edgeunet.graph.reading.part_options import SEVERAL_OUTPUTS
from edgeunet.graph.reading.shape_arithmetic import fold_shapes, may_fold
from edgeunet.graph.reading.subgraph import Subgraph, check_reservations, open_signatures, reservations
from edgeunet.graph.rules.table import check_graph, unsupported
from edgeunet.int4 import INT4, unpack_int4

LARGEST_FILE_BYTES = 64 << 20
LARGEST_TENSOR_ELEMENTS = 1 << 26
MOST_OPERATORS = 4096
MOST_TENSORS = 4 * MOST_OPERATORS
"""No microcontroller holds more; the limits keep a damaged file from asking for terabytes."""

_NUMPY_TYPES = (
    "float32", "float16", "float64", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "bool",
)  # fmt: skip
"""Types whose constants are read as numbers, as int4 is; of others the bytes are kept, and refused later."""


def read_tflite(source: Path | str | bytes) -> Graph:
    """Read an int8 ``.tflite`` model.

    Parameters
    ----------
    source
        Path of the file, or its bytes.

    Returns
    -------
    Graph
        Activations ``(1, height, width, channels)``; operators as listed in ``edgeunet.graph.rules.table``.

    Raises
    ------
    GraphError
        When the file can't be read or is malformed.
    UnsupportedOpError
        When it holds an operator, type or shape that edgeunet does not compile.
    """
    data, label, name = _load(source)
    try:
        return _read(data, name)
    except GraphError as error:
        raise type(error)(f"{label}: {error}") from None


def _load(source: Path | str | bytes) -> tuple[bytes, str, str]:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source), "the model", "model"
    path = Path(source)
    label = f"'{path}'"
    settle(path.parent)
    if not path.exists():
        raise GraphError(f"{label} does not exist; pass the path of a .tflite file")
    if not path.is_file():
        raise GraphError(f"{label} is not a file; pass the path of a .tflite file")
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            raise GraphError(
                f"{label} has {size} bytes, over the limit of {LARGEST_FILE_BYTES}; no microcontroller holds it, "
                "build a smaller network"
            )
        return path.read_bytes(), label, path.name.split(".")[0] or "model"
    except OSError as error:
        raise GraphError(f"{label} can't be read: {error.strerror}; check its permissions") from error


def _read(data: bytes, name: str) -> Graph:
    model = _model(data)
    subgraphs = model.tables(schema.MODEL["subgraphs"], "subgraph")
    if not subgraphs:
        raise GraphError("it has no subgraph; convert the model again")
    buffers = model.tables(schema.MODEL["buffers"], "buffer")
    main = _subgraph(model, subgraphs[0], buffers)
    inputs, outputs = main.inputs, main.outputs
    if not inputs or not outputs or not main.operators:
        raise GraphError("it has no inputs, no outputs or no operators; convert the model again")
    check_kind(main)
    main = with_initial_values(main, lambda number: _subgraph(model, _numbered(subgraphs, number), buffers))
    for operator in main.operators:
        if operator.kind not in DECODERS and not may_fold(operator):
            raise unsupported(operator.kind, operator.name)
    _check_order(main.operators, inputs, outputs, main.tensors)
    _check_outputs(outputs, inputs, main.tensors)
    check_reservations(main)
    operators = fold_shapes(main.operators, main.tensors, main.signatures)
    ops = tuple(_decode(operator) for operator in operators)
    tensors = tuple(operators[0].tensors) if operators else main.tensors
    graph = Graph(name, tensors, ops, inputs, outputs, hashlib.sha256(data).hexdigest())
    graph = fold_islands(fold_dilation(in_parts(graph)))
    for op in graph.ops:
        if op.kind in BLOCKS:
            raise unsupported(op.kind, op.name)
    _check_outputs(outputs, inputs, graph.tensors)
    ordered = _in_one_order(graph)
    laid_out = canonical(ordered)
    graph = pruned(laid_out if ordered is graph else without_idle_reshapes(laid_out))
    check_graph(graph)
    return graph


def _in_one_order(graph: Graph) -> Graph:
    """``graph`` without changes of the order of axes that it does not need, and without what only repeats."""
    deep = any(len(graph.tensors[index].shape) > 4 for op in graph.ops for index in op.outputs)
    if not deep and not any(op.kind in ("TRANSPOSE", "TILE", "GATHER") for op in graph.ops):
        return graph
    return reorder_weights(join_reshapes(expand_repetitions(push_transposes(with_full_ranks(graph)))))


def _numbered(subgraphs: list[Table], number: int) -> Table:
    if not 0 < number < len(subgraphs):
        raise GraphError(f"it names subgraph {number} of {len(subgraphs)}; the file is damaged")
    return subgraphs[number]


def _subgraph(model: Table, table: Table, buffers: list[Table]) -> Subgraph:
    """One subgraph as the file has it."""
    tables = table.tables(schema.SUBGRAPH["tensors"], "tensor")
    _limit(len(tables), MOST_TENSORS, "tensors")
    tensors = tuple(_tensor(tensor, buffers) for tensor in tables)
    return Subgraph(
        tensors,
        tuple(_operators(model, table, tensors)),
        _indices(table, schema.SUBGRAPH["inputs"], "graph inputs", tensors),
        _indices(table, schema.SUBGRAPH["outputs"], "graph outputs", tensors),
        open_signatures(tables),
        reservations(tables),
    )


def _limit(count: int, most: int, what: str) -> None:
    if count > most:
        raise UnsupportedOpError(f"it has {count} {what} and {most} are supported; build a smaller network")


def _model(data: bytes) -> Table:
    if len(data) < 8 or data[4:8] != schema.FILE_IDENTIFIER:
        raise GraphError(
            "it is not a TensorFlow Lite model (no TFL3 mark); pass a file written by the TFLite converter"
        )
    model = Buffer(data).root()
    version = model.uint32(schema.MODEL["version"])
    if version != schema.SCHEMA_VERSION:
        raise GraphError(f"it has schema version {version} and 3 is supported; convert the model again")
    return model


def _tensor(table: Table, buffers: list[Table]) -> Tensor:
    fields = schema.TENSOR
    full_name = clean(table.string(fields["name"], f"name of {table.what}"), 4096) or table.what.replace(" ", "_")
    name = clean(full_name)
    shape = table.numbers(fields["shape"], "int32", f"shape of '{name}'")
    code = table.int8(fields["type"])
    if not 0 <= code < len(schema.TENSOR_TYPES):
        raise GraphError(f"tensor '{name}' has unknown type {code}; the file is damaged or newer than this reader")
    dtype = schema.TENSOR_TYPES[code]
    if len(shape) > 8 or any(size < 0 for size in shape) or math.prod(shape) > LARGEST_TENSOR_ELEMENTS:
        raise GraphError(
            f"tensor '{name}' has shape {shape[:9]}, and 1 to {LARGEST_TENSOR_ELEMENTS} elements in up to 8 dimensions "
            "are supported; convert the model with static shapes"
        )
    index = table.uint32(fields["buffer"])
    if index >= max(len(buffers), 1):
        raise GraphError(f"tensor '{name}' is kept in buffer {index} of {len(buffers)}; the file is damaged")
    values = _values(buffers[index], name, shape, dtype) if buffers else None
    quantization = _quantization(table, name, shape, dtype)
    return Tensor(full_name, shape, dtype, quantization, values)


def _values(buffer: Table, name: str, shape: tuple[int, ...], dtype: str) -> NDArray[Any] | None:
    raw = buffer.array(schema.BUFFER["data"], "uint8", f"data of '{name}'")
    offset, size = buffer.uint64(schema.BUFFER["offset"]), buffer.uint64(schema.BUFFER["size"])
    if offset > 1 and not len(raw):
        buffer.buffer.span(offset, size, f"data of '{name}'")
        raw = np.frombuffer(buffer.buffer.data, np.uint8, size, offset)
    if not len(raw):
        return None
    if dtype not in (*_NUMPY_TYPES, INT4):
        return raw
    expected = size_bytes(dtype, shape)
    if len(raw) != expected:
        raise GraphError(
            f"tensor '{name}' of shape {shape} needs {expected} bytes but has {len(raw)}; the file is damaged"
        )
    if dtype == INT4:
        return unpack_int4(raw, shape)
    return raw.view(np.dtype(dtype).newbyteorder("<")).reshape(shape)


def _quantization(table: Table, name: str, shape: tuple[int, ...], dtype: str) -> Quantization | None:
    fields, what = schema.QUANTIZATION, f"quantization of '{name}'"
    details = table.table(schema.TENSOR["quantization"], what)
    if details is None or not details.has(fields["scale"]):
        return None
    scales = details.numbers(fields["scale"], "float32", f"scales of '{name}'")
    zero_points = details.numbers(fields["zero_point"], "int64", f"zero points of '{name}'") or (0,) * len(scales)
    if not scales:
        return None
    axis = 0 if len(shape) == 1 else details.int32(fields["quantized_dimension"])
    if details.uint8(fields["details_type"]):
        raise UnsupportedOpError(f"{what} is not affine; convert with the built-in int8 quantization")
    if len(zero_points) not in (1, len(scales)) or (len(scales) > 1 and not 0 <= axis < len(shape)):
        raise GraphError(f"{what} has {len(scales)} scales and {len(zero_points)} zero points along axis {axis}")
    if len(scales) > 1 and shape[axis] != len(scales):
        raise GraphError(f"{what} has {len(scales)} scales for {shape[axis]} channels; the file is damaged")
    if any(not math.isfinite(scale) or scale < 0 for scale in scales):
        raise GraphError(f"{what} has a scale that is negative or not a number; the file is damaged")
    if dtype in ("int8", "uint8", "int16", "int32"):
        limits = np.iinfo(np.dtype(dtype))
        if zero_points and not limits.min <= min(zero_points) <= max(zero_points) <= limits.max:
            raise GraphError(f"{what} has a zero point outside {dtype}; the file is damaged")
    return Quantization(scales, zero_points if len(zero_points) == len(scales) else zero_points * len(scales), axis)


def _indices(table: Table, field: int, what: str, tensors: tuple[Tensor, ...], absent: bool = False) -> tuple[int, ...]:
    indices = table.numbers(field, "int32", what)
    for index in indices:
        if not 0 <= index < len(tensors) and not (absent and index == ABSENT):
            raise GraphError(f"{what} of {table.what} name tensor {index} of {len(tensors)}; the file is damaged")
    return indices


def _operators(model: Table, subgraph: Table, tensors: tuple[Tensor, ...]) -> list[Operator]:
    codes = [_kind(code) for code in model.tables(schema.MODEL["operator_codes"], "operator code")]
    tables = subgraph.tables(schema.SUBGRAPH["operators"], "operator")
    _limit(len(tables), MOST_OPERATORS, "operators")
    kinds, operands = [], []
    for table in tables:
        index = table.uint32(schema.OPERATOR["opcode_index"])
        if index >= len(codes):
            raise GraphError(f"{table.what} uses operator code {index} of {len(codes)}; the file is damaged")
        kinds.append(codes[index])
        operands.append(
            (
                _indices(table, schema.OPERATOR["inputs"], "inputs", tensors, absent=True),
                _indices(table, schema.OPERATOR["outputs"], "outputs", tensors),
            )
        )
    names = layer_names(
        [
            (kind, [tensors[index].name for index in (*outputs[:1], *inputs[1:2]) if index != ABSENT])
            for kind, (inputs, outputs) in zip(kinds, operands, strict=True)
        ]
    )
    return [
        Operator(number, kind, name, inputs, outputs, _options(table, kind, name), tensors)
        for number, (table, kind, name, (inputs, outputs)) in enumerate(
            zip(tables, kinds, names, operands, strict=True)
        )
    ]


def _kind(code: Table) -> str:
    """The builtin operator's name; what it is called where it is not a builtin one."""
    fields = schema.OPERATOR_CODE
    number = max(code.int8(fields["deprecated_builtin_code"]), code.int32(fields["builtin_code"]))
    if not 0 <= number < len(schema.BUILTIN_OPERATORS):
        return f"operator number {number}"
    kind = schema.BUILTIN_OPERATORS[number]
    if kind == "CUSTOM":
        return f"custom operator {clean(code.string(fields['custom_code'], 'custom code')) or 'without a name'}"
    return kind


def _options(table: Table, kind: str, name: str) -> Table:
    given = table.uint8(schema.OPERATOR["builtin_options_type"])
    expected = schema.OPTIONS.get(kind)
    if expected is None or given == 0:
        return Table.empty(f"options of {kind} '{name}'")
    if given != expected:
        raise GraphError(f"{kind} '{name}' has options of another operator (number {given}); the file is damaged")
    what = f"options of {kind} '{name}'"
    return table.table(schema.OPERATOR["builtin_options"], what) or Table.empty(what)


def _decode(operator: Operator) -> Op:
    if operator.kind not in DECODERS:
        raise unsupported(operator.kind, operator.name)
    several = operator.kind in SEVERAL_OUTPUTS and operator.outputs
    if not (len(operator.outputs) == 1 or several) or not operator.inputs:
        raise GraphError(
            f"{operator.label}: has {len(operator.inputs)} inputs and {len(operator.outputs)} outputs; "
            "the file is damaged"
        )
    return DECODERS[operator.kind](operator)


def _check_order(
    operators: Sequence[Operator], inputs: tuple[int, ...], outputs: tuple[int, ...], tensors: tuple[Tensor, ...]
) -> None:
    """Every operand must be a constant, an input of the graph or made by an earlier operator; each made once."""
    known = {index for index, tensor in enumerate(tensors) if tensor.is_constant}
    if any(index in known for index in inputs) or len(set(inputs)) != len(inputs):
        raise GraphError("an input of the graph is a constant or given twice; the file is damaged")
    known.update(inputs)
    for operator in operators:
        for index in operator.inputs:
            if index != ABSENT and index not in known:
                raise GraphError(
                    f"{operator.label}: its operand '{tensors[index].name}' is not computed before it; "
                    "the file is damaged"
                )
        for index in operator.outputs:
            if index in known:
                raise GraphError(f"{operator.label}: its output '{tensors[index].name}' is already known before it")
            known.add(index)
    for index in outputs:
        if index not in known:
            raise GraphError(f"the graph's output '{tensors[index].name}' is computed by no operator")


def _check_outputs(outputs: tuple[int, ...], inputs: tuple[int, ...], tensors: tuple[Tensor, ...]) -> None:
    """Every output is computed, and is one only."""
    for place, index in enumerate(outputs):
        name = tensor_name(tensors[index].name)
        if tensors[index].is_constant:
            raise UnsupportedOpError(f"the graph's output '{name}' is a constant; leave it out, it never changes")
        if index in inputs:
            raise UnsupportedOpError(f"the graph's output '{name}' is its input; leave it out, the caller has it")
        if index in outputs[:place]:
            raise UnsupportedOpError(f"the graph has '{name}' as an output twice; leave the second out, it is the same")


def pruned(graph: Graph) -> Graph:
    """``graph`` without operators and tensors that its outputs don't need; inputs stay. Tensors are renumbered."""
    needed, ops = set(graph.outputs), []
    for op in reversed(graph.ops):
        if needed.intersection(op.outputs):
            ops.append(op)
            needed.update(index for index in op.inputs if index != ABSENT)
    kept = sorted(needed.union(graph.inputs))
    place = {old: new for new, old in enumerate(kept)} | {ABSENT: ABSENT}

    def moved(indices: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(place[index] for index in indices)

    return replace(
        graph,
        tensors=tuple(replace(graph.tensors[index], name=tensor_name(graph.tensors[index].name)) for index in kept),
        ops=tuple(replace(op, inputs=moved(op.inputs), outputs=moved(op.outputs)) for op in reversed(ops)),
        inputs=moved(graph.inputs),
        outputs=moved(graph.outputs),
    )
