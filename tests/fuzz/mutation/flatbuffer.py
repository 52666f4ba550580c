"""``.tflite`` files changed field by field: what comes out is a flatbuffer that holds together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.fuzz.mutation.text import PIECES, Plain
from tests.networks.tflite_writer import packed

INTEGERS = (0, 1, 2, 3, 4, 5, 7, 8, 16, 31, 127, 128, -1, -2, -128, 255, 256, 65535, 65536, 2**26, 2**31 - 1, -(2**31))
SCALES = (
    0.0,
    -1.0,
    1e-45,
    1e-38,
    1e-20,
    1e-7,
    0.001,
    0.5,
    1.0,
    3.9,
    4.1,
    100.0,
    1e20,
    3e38,
    float("inf"),
    float("nan"),
)
ZERO_POINTS = (-129, -128, -127, -1, 0, 1, 3, 126, 127, 128, 255, 2**31, -(2**63))
_NOT_CHANGED = ("builtinOptionsType", "builtinOptions2Type", "detailsType")
"""Which class packs a member; changed, the writer itself fails."""

Change = Callable[[Any, Random], None]


def mutate_model(data: bytes, rng: Random, plain: Plain) -> bytes:
    """One to three fields changed; now and then plain bytes."""
    if rng.random() < 0.15:
        return plain(data)
    try:
        model = schema.ModelT.InitFromPackedBuf(data, 0)
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            rng.choice(_CHANGES)(model, rng)
        return packed(model)
    except Exception:  # a mutant that the schema's own code cannot unpack or pack
        return plain(data)


def _subgraph(model: Any) -> Any:
    return model.subgraphs[0]


def _shape(model: Any, rng: Random) -> None:
    tensor = rng.choice(_subgraph(model).tensors)
    shape = [int(size) for size in tensor.shape]
    if not shape or rng.random() < 0.1:
        tensor.shape = [*shape, rng.choice(INTEGERS)]
    elif rng.random() < 0.1:
        tensor.shape = shape[1:]
    else:
        at = rng.randrange(len(shape))
        shape[at] = shape[at] + rng.choice((-1, 1)) if rng.random() < 0.5 else rng.choice(INTEGERS)
        tensor.shape = shape


def _scale(model: Any, rng: Random) -> None:
    quantization = _quantized(model, rng)
    scale = np.array(quantization.scale, np.float32)
    at = rng.randrange(len(scale))
    factor = rng.choice((0.25, 0.5, 0.99, 1.01, 2.0, 3.7, 16.0, 300.0))
    scale[at] = scale[at] * np.float32(factor) if rng.random() < 0.7 else np.float32(rng.choice(SCALES))
    quantization.scale = scale


def _zero_point(model: Any, rng: Random) -> None:
    quantization = _quantized(model, rng)
    zero = np.array(quantization.zeroPoint, np.int64)
    zero[rng.randrange(len(zero))] = rng.choice(ZERO_POINTS)
    quantization.zeroPoint = zero


def _axis(model: Any, rng: Random) -> None:
    _quantized(model, rng).quantizedDimension = rng.choice((0, 1, 2, 3, 4, -1))


def _quantized(model: Any, rng: Random) -> Any:
    tensors = _subgraph(model).tensors
    return rng.choice(
        [t.quantization for t in tensors if t.quantization is not None and t.quantization.scale is not None]
    )


def _type(model: Any, rng: Random) -> None:
    rng.choice(_subgraph(model).tensors).type = rng.choice((0, 1, 2, 3, 4, 5, 6, 7, 9, 17, 23))


def _values(model: Any, rng: Random) -> None:
    """A constant's bytes: one, a run, or all of them."""
    buffer = rng.choice([b for b in model.buffers if b.data is not None and len(b.data)])
    data = np.array(buffer.data, np.uint8)
    at = rng.randrange(len(data))
    what = rng.randrange(4)
    if what == 0:
        data[:] = rng.choice((0, 1, 127, 128, 255))
    elif what == 1:
        data[at : at + rng.randint(1, 8)] = rng.choice((0, 127, 128, 255))
    elif what == 2:
        number = np.frombuffer(np.int32(rng.choice(INTEGERS)).tobytes(), np.uint8)
        data[at // 4 * 4 : at // 4 * 4 + 4] = number[: len(data) - at // 4 * 4]
    else:
        data[at] = rng.randrange(256)
    buffer.data = data


def _option(model: Any, rng: Random) -> None:
    """A number among an operator's options."""
    options = rng.choice([o.builtinOptions for o in _subgraph(model).operators if o.builtinOptions is not None])
    name = rng.choice([name for name, value in vars(options).items() if isinstance(value, (int, float))])
    value = getattr(options, name)
    if isinstance(value, bool):
        setattr(options, name, not value)
    elif isinstance(value, float):
        setattr(options, name, rng.choice((0.0, -0.3, 0.01, 1.0, 2.5, 1e30, float("nan"))))
    else:
        setattr(options, name, rng.choice((0, 1, 2, 3, 4, 5, 7, value + 1, value - 1, 100, 2**31 - 1, -1)))


def _operator(model: Any, rng: Random) -> None:
    """What an operator is, or the version it says it has."""
    code = rng.choice(model.operatorCodes)
    if rng.random() < 0.2:
        code.version = rng.choice(INTEGERS[:8])
        return
    code.builtinCode = rng.choice(list(_KINDS))
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)


def _operands(model: Any, rng: Random) -> None:
    operator = rng.choice(_subgraph(model).operators)
    name = rng.choice(("inputs", "inputs", "outputs"))
    indices = [int(index) for index in getattr(operator, name)]
    _change_indices(indices, len(_subgraph(model).tensors), rng)
    setattr(operator, name, indices)


def _ends(model: Any, rng: Random) -> None:
    """Inputs or outputs of the graph."""
    name = rng.choice(("inputs", "outputs"))
    indices = [int(index) for index in getattr(_subgraph(model), name)]
    _change_indices(indices, len(_subgraph(model).tensors), rng)
    setattr(_subgraph(model), name, indices)


def _change_indices(indices: list[int], count: int, rng: Random) -> None:
    what = rng.randrange(5)
    if what == 0 and indices:
        del indices[rng.randrange(len(indices))]
    elif what == 1:
        indices.insert(rng.randint(0, len(indices)), rng.randrange(-1, count))
    elif what == 2:
        rng.shuffle(indices)
    elif indices:
        indices[rng.randrange(len(indices))] = rng.randrange(-1, count + 1)


def _order(model: Any, rng: Random) -> None:
    """An operator dropped, doubled or moved."""
    operators = _subgraph(model).operators
    operator = operators.pop(rng.randrange(len(operators)))
    for _ in range(rng.choice((0, 1, 1, 2))):
        operators.insert(rng.randint(0, len(operators)), operator)


def _name(model: Any, rng: Random) -> None:
    text = rng.choice(PIECES)
    rng.choice(_subgraph(model).tensors).name = text.encode("utf-8", "replace").decode() + rng.choice(("", "x", "int"))


def _buffer(model: Any, rng: Random) -> None:
    rng.choice(_subgraph(model).tensors).buffer = rng.randrange(len(model.buffers) + 1)


def _scalars(value: Any, depth: int = 0) -> Iterator[tuple[Any, str]]:
    """Every number that any table of the model holds."""
    if isinstance(value, list):
        for each in value[:100]:
            yield from _scalars(each, depth)
    elif hasattr(value, "Pack") and depth < 8:
        for name, member in vars(value).items():
            if isinstance(member, (bool, int)) and name not in _NOT_CHANGED:
                yield value, name
            else:
                yield from _scalars(member, depth + 1)


def _any(model: Any, rng: Random) -> None:
    """Any number of any table, the rare ones too: sparsity, signatures, metadata, variables."""
    table, name = rng.choice(list(_scalars(model)))
    value = getattr(table, name)
    setattr(table, name, not value if isinstance(value, bool) else rng.choice(INTEGERS))


_KINDS = {
    number
    for name, number in vars(schema.BuiltinOperator).items()
    if isinstance(number, int) and not name.startswith("_")
}
_CHANGES: tuple[Change, ...] = (
    _shape, _scale, _scale, _scale, _zero_point, _zero_point, _axis, _type, _values, _values, _values, _option, _option,
    _operator, _operands, _ends, _order, _name, _buffer, _any,
)  # fmt: skip
logging.getLogger("flatbuffers").setLevel(logging.ERROR)
