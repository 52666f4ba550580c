"""Products of two signals."""

from __future__ import annotations

from edgeunet.graph.evaluation.arithmetic import matmul_factor
from edgeunet.graph.ir import Op
from edgeunet.lower.builder import Builder
from edgeunet.lower.scales import quantization_of
from edgeunet.program.parameters import MatrixProduct
from edgeunet.program.program import RESHAPED


def lower_batch_matmul(builder: Builder, op: Op) -> None:
    """BATCH_MATMUL: a product for each place along the height."""
    first, second, made = (builder.graph.tensors[index] for index in (*op.inputs, op.outputs[0]))
    one, two, out = (quantization_of(tensor) for tensor in (first, second, made))
    factor = matmul_factor(one.scale, two.scale, out.scale)
    transposed = (op.attributes["adj_x"], op.attributes["adj_y"])
    _, batches, rows, columns = made.shape
    depth = first.shape[2 if transposed[0] else 3]
    parameters = MatrixProduct(
        batches, rows, depth, columns, transposed, (one.zero_point, two.zero_point),
        factor.multiplier, factor.shift, out.zero_point,
    )  # fmt: skip
    operands = (builder.operand(op.inputs[0]), builder.operand(op.inputs[1]))
    macs = batches * rows * depth * columns
    builder.add(op, "batch_matmul", operands, (RESHAPED, RESHAPED), parameters, macs=macs, contiguous_output=True)
