"""What the quantization of an operator's tensors comes down to: zero points and factors per output channel."""

from __future__ import annotations

from edgeunet.errors import GraphError
from edgeunet.graph.evaluation.arithmetic import Multiplier, convolution_factors, fully_connected_factors
from edgeunet.graph.ir import Op, Quantization, Tensor


def quantization_of(tensor: Tensor) -> Quantization:
    """The quantization of a tensor that must have one.

    Raises
    ------
    GraphError
        When the tensor has none.
    """
    if tensor.quantization is None:
        raise GraphError(f"tensor '{tensor.name}' is not quantized; quantize the model to int8")
    return tensor.quantization


def channel_factors(op: Op, given: Tensor, weights: Tensor, out: Tensor) -> tuple[Multiplier, ...]:
    """One requantization factor per output channel of an operator with weights."""
    factors = fully_connected_factors if op.kind == "FULLY_CONNECTED" else convolution_factors
    scale_in, scale_out = quantization_of(given).scale, quantization_of(out).scale
    return factors(scale_in, quantization_of(weights), scale_out, out.shape[3])
