"""Programs run slowly: each node as its parameters and accesses say, every signal in an array of its own.

What a schedule, a rewrite or a kernel may not change is what this computes. Rows outside a signal read as the access's
pad value, or as a poison where their value must not matter; rows that no node has written are poison too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.graph.evaluation.arithmetic import Multiplier, rounded_average
from edgeunet.graph.evaluation.arithmetic import multiply_by_quantized_multiplier as scaled
from edgeunet.graph.evaluation.softmax import SoftmaxTable, softmax
from edgeunet.program.convolutions import Requantization
from edgeunet.program.parameters import Add
from edgeunet.program.program import Access, Constant, Node, Program

Rows = NDArray[np.int64]
POISON = 85


def run_program(program: Program, arrays: Sequence[Any]) -> list[Rows]:
    """Outputs ``(rows, channels)`` for int8 inputs of as many values as the program's have."""
    values = [np.full((s.rows, s.channels), POISON, np.int64) for s in program.signals]
    for signal, array in zip(program.inputs, arrays, strict=True):
        values[signal] = np.asarray(array, np.int64).reshape(values[signal].shape)
    for node in program.nodes:
        _run(node, values)
    return [values[signal] for signal in program.outputs]


def _run(node: Node, values: list[Rows]) -> None:
    """Write what ``node`` makes into its output."""
    operands = [o.values.astype(np.int64) if isinstance(o, Constant) else values[o] for o in node.operands]
    output = values[node.output]
    assert len(output) % node.repeat == 0, f"{node.name}: rows are no whole number of groups"
    call = Call(node, operands, output.shape, len(output) // node.repeat)
    made = KINDS[node.kind](call)
    for add in node.epilogue:
        own, other = made, operands[-1]
        made = _add(add.add, *((other, own) if add.swapped else (own, other)))
    if node.kind in ("copy", "concat", "reshape"):
        _copy(call, output)
    elif node.phase is not None:
        output[node.phase :: node.repeat] = made
    else:
        output[:] = made.reshape(output.shape)


class Call:
    """A node with its operands."""

    def __init__(self, node: Node, operands: list[Rows], shape: tuple[int, ...], groups: int) -> None:
        self.node, self.operands, self.shape, self.groups = node, operands, shape, groups
        self.p = node.parameters

    def window(self, position: int, offsets: Sequence[int]) -> Rows:
        """Rows at ``offsets`` after each group's first, ``(groups, len(offsets), channels)``; as many as are read."""
        access = self.node.accesses[position]
        assert not access.whole
        assert all(0 <= offset <= access.last - access.first for offset in offsets), "rows that the access leaves out"
        starts = np.arange(self.groups) * access.stride + access.first
        return read(self.operands[position], starts[:, None] + np.asarray(offsets)[None, :], access)

    def reads(self, position: int, count: int, dilation: int = 1) -> Rows:
        """``window`` of a kernel, which must be exactly what the access says."""
        access = self.node.accesses[position]
        assert access.last - access.first == (count - 1) * dilation, "more rows than the kernel reads"
        return self.window(position, [tap * dilation for tap in range(count)])


def read(array: Rows, rows: NDArray[Any], access: Access) -> Rows:
    """``array[rows]``, or the pad value."""
    outside = (rows < 0) | (rows >= len(array))
    found = array[np.clip(rows, 0, len(array) - 1)].copy()
    found[outside] = POISON if access.pad_value is None else access.pad_value
    return found


def _requantized(sums: Rows, r: Requantization) -> Rows:
    assert np.abs(sums).max(initial=0) < 1 << 31
    times = sums.shape[-1] // len(r.multipliers)
    scaled_sums = scaled(sums, np.tile(r.multipliers, times), np.tile(r.shifts, times))
    return np.clip(scaled_sums + r.zero_point, r.low, r.high)


def _conv(call: Call) -> Rows:
    p = call.p
    assert call.node.accesses[0].pad_value == p.input_zero_point
    assert call.node.repeat > 1 or call.node.accesses[0].stride == p.stride
    window = call.reads(0, p.weights.shape[1], p.dilation) - p.input_zero_point
    return _requantized(np.einsum("gti,oti->go", window, p.weights.astype(np.int64)) + p.bias, p.requantization)


def _pointwise_or_conv(call: Call) -> Rows:
    if call.node.accesses[0] == Access():
        p = call.p
        assert p.weights.shape[1] == p.stride == 1
        x = call.operands[0] - p.input_zero_point
        return _requantized(x @ p.weights[:, 0].astype(np.int64).T + p.bias, p.requantization)
    return _conv(call)


def _conv_sum(call: Call) -> Rows:
    p = call.p
    sums: Any = p.bias.astype(np.int64)
    if p.repeat > 1:
        assert call.node.repeat == p.repeat
        assert p.weights[0].shape[1] == p.weights[1].shape[1] == 1
        low, high = call.reads(0, 1) - p.input_zero_point, call.reads(1, p.repeat) - p.input_zero_point
        sums = sums + low @ p.weights[0][:, 0].astype(np.int64).T + high @ p.weights[1][:, 0].astype(np.int64).T
        return _requantized(sums, p.requantization)
    for position, weights in enumerate(p.weights):
        assert call.node.accesses[position].stride == p.stride
        window = call.reads(position, weights.shape[1], p.dilation) - p.input_zero_point
        sums = sums + np.einsum("gti,oti->go", window, weights.astype(np.int64))
    return _requantized(sums, p.requantization)


def _conv_upsampled(call: Call) -> Rows:
    p, phases = call.p, len(call.p.starts)
    assert phases == call.node.repeat
    sums = []
    for phase, start in enumerate(p.starts):
        taps = p.weights.shape[2]
        window = call.window(0, [start + m * p.dilation for m in range(taps)]) - p.input_zero_point
        total = np.einsum("gti,oti->go", window, p.weights[phase].astype(np.int64)) + p.bias
        if p.other is not None:
            assert call.node.accesses[1].stride == p.other_stride * phases
            rows = [phase * p.other_stride + t * p.other_dilation for t in range(p.other.shape[1])]
            total = total + np.einsum("gti,oti->go", call.window(1, rows) - p.input_zero_point,
                                      p.other.astype(np.int64))  # fmt: skip
        sums.append(total)
    return _requantized(np.stack(sums, axis=1), p.requantization)


def _depthwise(call: Call) -> Rows:
    p = call.p
    assert call.node.accesses[0].pad_value == p.input_zero_point
    assert call.node.accesses[0].stride == p.stride
    window = np.repeat(call.reads(0, len(p.weights), p.dilation) - p.input_zero_point, p.repeat, axis=2)
    return _requantized(np.einsum("gto,to->go", window, p.weights.astype(np.int64)) + p.bias, p.requantization)


def _depthwise_upsampled(call: Call) -> Rows:
    p, phases = call.p, len(call.p.starts)
    assert phases == call.node.repeat
    if p.window is not None:
        _check_window(p, phases)
    sums = []
    for phase, start in enumerate(p.starts):
        window = call.window(0, [start + m * p.dilation for m in range(p.weights.shape[1])]) - p.input_zero_point
        window = np.repeat(window, p.repeat, axis=2)
        sums.append(np.einsum("gto,to->go", window, p.weights[phase].astype(np.int64)) + p.bias)
    return _requantized(np.stack(sums, axis=1), p.requantization)


def _check_window(p: Any, phases: int) -> None:
    """The window that the summed taps stand for, tap by tap, makes the same sums."""
    for phase, start in enumerate(p.starts):
        met: dict[int, Any] = {}
        for tap, weights in enumerate(p.window):
            row = (tap + p.base + phase) // phases
            met[row] = met.get(row, 0) + weights.astype(np.int64)
        for m, weights in enumerate(p.weights[phase]):
            assert np.array_equal(weights, met.pop(start + m * p.dilation, np.zeros_like(weights)))
        assert not met


def _conv_2d(call: Call) -> Rows:
    p, image = call.p, call.p.image
    x = call.operands[0].reshape(image.in_height, image.in_width, -1) - p.input_zero_point
    outputs, _, _, inside = p.weights.shape
    groups = x.shape[2] // inside
    sums = np.tile(p.bias.astype(np.int64), (image.out_height, image.out_width, 1))
    for oy, ox, ky, kx, iy, ix in _taps(image):
        for output in range(outputs):
            first = output // (outputs // groups) * inside
            sums[oy, ox, output] += x[iy, ix, first : first + inside] @ p.weights[output, ky, kx].astype(np.int64)
    return _requantized(sums.reshape(-1, outputs), p.requantization)


def _depthwise_2d(call: Call) -> Rows:
    p, image = call.p, call.p.image
    x = np.repeat(call.operands[0].reshape(image.in_height, image.in_width, -1) - p.input_zero_point, p.repeat, axis=2)
    sums = np.tile(p.bias.astype(np.int64), (image.out_height, image.out_width, 1))
    for oy, ox, ky, kx, iy, ix in _taps(image):
        sums[oy, ox] += x[iy, ix] * p.weights[ky, kx].astype(np.int64)
    return _requantized(sums.reshape(-1, sums.shape[2]), p.requantization)


def _transpose_conv_2d(call: Call) -> Rows:
    p, image = call.p, call.p.image
    x = call.operands[0].reshape(image.in_height, image.in_width, -1) - p.input_zero_point
    sums = np.tile(p.bias.astype(np.int64), (image.out_height, image.out_width, 1))
    for iy, ix in np.ndindex(image.in_height, image.in_width):
        for ky, kx in np.ndindex(image.kernel_height, image.kernel_width):
            oy, ox = iy * image.stride_height - image.top + ky, ix * image.stride_width - image.left + kx
            if 0 <= oy < image.out_height and 0 <= ox < image.out_width:
                sums[oy, ox] += p.weights[:, ky, kx].astype(np.int64) @ x[iy, ix]
    return _requantized(sums.reshape(-1, sums.shape[2]), p.requantization)


def _taps(image: Any) -> Any:
    """Output row and column, tap, and the input row and column it meets, where that is inside."""
    for oy, ox in np.ndindex(image.out_height, image.out_width):
        for ky, kx in np.ndindex(image.kernel_height, image.kernel_width):
            iy = oy * image.stride_height - image.top + ky * image.dilation_height
            ix = ox * image.stride_width - image.left + kx * image.dilation_width
            if 0 <= iy < image.in_height and 0 <= ix < image.in_width:
                yield oy, ox, ky, kx, iy, ix


def _pool_2d(call: Call) -> Rows:
    p, image = call.p, call.p.image
    x = call.operands[0].reshape(image.in_height, image.in_width, -1)
    met: dict[tuple[int, int], list[Rows]] = {}
    for oy, ox, _, _, iy, ix in _taps(image):
        met.setdefault((oy, ox), []).append(x[iy, ix])
    made = [_pooled(np.stack(met[at]), call.node.kind) for at in np.ndindex(image.out_height, image.out_width)]
    return np.clip(np.stack(made), p.low, p.high)


def _pooled(values: Rows, kind: str) -> Rows:
    return values.max(axis=0) if kind.startswith("max") else rounded_average(values.sum(axis=0), len(values))


def _max_pool(call: Call) -> Rows:
    assert call.node.accesses[0].stride == call.p.stride
    assert call.node.accesses[0].pad_value == -128
    return np.clip(call.reads(0, call.p.kernel).max(axis=1), call.p.low, call.p.high)


def _average_pool(call: Call) -> Rows:
    p, (access,), (x,) = call.p, call.node.accesses, call.operands
    assert (access.stride, -access.first, p.length) == (p.stride, p.pad, len(x))
    assert access.last - access.first == p.kernel - 1
    rows = []
    for group in range(call.groups):
        start = group * p.stride - p.pad
        rows.append(_pooled(x[max(start, 0) : min(start + p.kernel, p.length)], "average"))
    return np.clip(np.stack(rows), p.low, p.high)


def _add(p: Add, a: Rows, b: Rows) -> Rows:
    first = scaled((a - p.zero_points[0]) << p.left_shift, p.multipliers[0], p.shifts[0])
    second = scaled((b - p.zero_points[1]) << p.left_shift, p.multipliers[1], p.shifts[1])
    return np.clip(scaled(first + p.sign * second, p.out_multiplier, p.out_shift) + p.out_zero_point, p.low, p.high)


def _squared_difference(call: Call) -> Rows:
    p, (a, b) = call.p, call.operands
    first = scaled((a - p.zero_points[0]) << p.left_shift, p.multipliers[0], p.shifts[0])
    second = scaled((b - p.zero_points[1]) << p.left_shift, p.multipliers[1], p.shifts[1])
    return np.clip(scaled((first - second) ** 2, p.out_multiplier, p.out_shift) + p.out_zero_point, -128, 127)


def _multiply(call: Call) -> Rows:
    p, (a, b) = call.p, call.operands
    product = (a - p.zero_points[0]) * (b - p.zero_points[1])
    return np.clip(scaled(product, p.multiplier, p.shift) + p.out_zero_point, p.low, p.high)


def _prelu(call: Call) -> Rows:
    p, (a, b) = call.p, call.operands
    x = a - p.zero_points[0]
    below = scaled(x * (b - p.zero_points[1]), p.multipliers[1], p.shifts[1])
    return np.clip(np.where(x >= 0, scaled(x, p.multipliers[0], p.shifts[0]), below) + p.out_zero_point, -128, 127)


def _mean(call: Call) -> Rows:
    p = call.p
    sums = (call.operands[0].reshape(p.outer, p.count, p.inner) - p.zero_point).sum(axis=1)
    return np.clip(scaled(sums, p.multiplier, p.shift) + p.out_zero_point, -128, 127)


def _reduce_max(call: Call) -> Rows:
    p = call.p
    return getattr(call.operands[0].reshape(p.outer, p.count, p.inner), "min" if p.smaller else "max")(axis=1)


def _arg_max(call: Call) -> Rows:
    return getattr(call.operands[0], "argmin" if call.p.smaller else "argmax")(axis=1).reshape(-1, 1)


def _softmax(call: Call) -> Rows:
    exponentials = np.zeros(256, np.int32)
    exponentials[: len(call.p.exponentials)] = call.p.exponentials
    table = SoftmaxTable(Multiplier(0, 0), len(call.p.exponentials) - 1, exponentials)
    return softmax(call.operands[0].astype(np.int8), table).astype(np.int64)


def _resize(call: Call) -> Rows:
    p = call.p
    x = call.operands[0].reshape(-1, p.in_width, call.shape[1])
    return x[np.ix_(p.rows, p.columns)].reshape(call.shape)


def _resize_bilinear(call: Call) -> Rows:
    p = call.p
    x = call.operands[0].reshape(-1, p.in_width, call.shape[1])
    v, u = (np.array(places[2]).reshape(shape) for places, shape in ((p.rows, (-1, 1, 1)), (p.columns, (-1, 1))))
    lines = x[list(p.rows[0])] * (1024 - v) + x[list(p.rows[1])] * v
    sums = lines[:, list(p.columns[0])] * (1024 - u) + lines[:, list(p.columns[1])] * u
    return (np.sign(sums) * ((np.abs(sums) + (1 << 19)) >> 20)).reshape(call.shape)


def _batch_matmul(call: Call) -> Rows:
    p = call.p
    shapes = ((p.rows, p.depth), (p.depth, p.columns))
    factors = [
        (values - zero_point).reshape(p.batches, *(shape[::-1] if turned else shape))
        for values, zero_point, shape, turned in zip(call.operands, p.zero_points, shapes, p.transposed, strict=True)
    ]
    a, b = (m.swapaxes(1, 2) if turned else m for m, turned in zip(factors, p.transposed, strict=True))
    return np.clip(scaled(a @ b, p.multiplier, p.shift) + p.out_zero_point, -128, 127).reshape(call.shape)


def _copy(call: Call, output: Rows) -> None:
    """Runs of bytes, of each row where the node is local in time."""
    p, (operand,), (access,) = call.p, call.operands, call.node.accesses
    if access.whole and not isinstance(call.node.operands[0], Constant):
        source, target = operand.reshape(-1), output.reshape(-1)
        for i, r in np.ndindex(p.outer, p.rows):
            start = p.in_offset + i * p.in_jump + r * (operand.shape[1] if p.in_pitch is None else p.in_pitch)
            to = p.out_offset + i * p.out_jump + r * (output.shape[1] if p.out_pitch is None else p.out_pitch)
            target[to : to + p.run_bytes] = source[start : start + p.run_bytes]
        return
    if call.node.repeat > 1 or (access.stride > 1 and access.contiguous):
        output.reshape(-1)[:] = operand.reshape(-1)  # rows as several, or several as one
        return
    assert p.rows == len(output)
    assert (p.outer, p.in_pitch, p.out_pitch, p.in_jump, p.out_jump) == (1, None, None, 0, 0)
    rows = np.arange(len(output)) * access.stride + access.first
    source = np.broadcast_to(operand, (len(output), operand.shape[1])) if access.whole else read(operand, rows, access)
    output[:, p.out_offset : p.out_offset + p.run_bytes] = source[:, p.in_offset : p.in_offset + p.run_bytes]


KINDS: Mapping[str, Callable[[Call], Any]] = {
    "conv": _pointwise_or_conv,
    "conv_sum": _conv_sum,
    "conv_upsampled": _conv_upsampled,
    "conv_sum_upsampled": _conv_upsampled,
    "depthwise": _depthwise,
    "depthwise_upsampled": _depthwise_upsampled,
    "conv_2d": _conv_2d,
    "depthwise_2d": _depthwise_2d,
    "transpose_conv_2d": _transpose_conv_2d,
    "max_pool": _max_pool,
    "average_pool": _average_pool,
    "max_pool_2d": _pool_2d,
    "average_pool_2d": _pool_2d,
    "add": lambda call: _add(call.p, call.operands[0], call.operands[1]),
    "squared_difference": _squared_difference,
    "mul": _multiply,
    "maximum": lambda call: (np.minimum if call.p.smaller else np.maximum)(*call.operands),
    "prelu": _prelu,
    "table": lambda call: call.p.values.astype(np.int64)[call.operands[0] + 128],
    "softmax": _softmax,
    "mean": _mean,
    "reduce_max": _reduce_max,
    "resize_bilinear": _resize_bilinear,
    "batch_matmul": _batch_matmul,
    "arg_max": _arg_max,
    "repeat": lambda call: np.repeat(call.operands[0], call.p.factor, axis=0),
    "resize": _resize,
    "fill": lambda call: np.full(call.shape, call.p.value, np.int64),
    "copy": lambda call: None,
    "concat": lambda call: None,
    "reshape": lambda call: None,
}
"""What each kind of node makes: rows of its output, or of its phase."""
