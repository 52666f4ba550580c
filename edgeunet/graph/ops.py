"""The table of supported operators.

Attributes per kind (axes count in four dimensions; pairs are (height, width)):
CONV_2D: stride, dilation, padding (top, bottom, left, right), activation; inputs (x, weights, bias or ABSENT)
DEPTHWISE_CONV_2D: the same and depth_multiplier
TRANSPOSE_CONV: stride, padding (cropped from the full output; the after ones may be negative), activation; inputs (x, weights, bias or ABSENT)
MAX_POOL_2D, AVERAGE_POOL_2D: filter, stride, padding, activation
ADD, SUB, MUL, SQUARED_DIFFERENCE: activation
CONCATENATION: axis, activation
RESIZE_NEAREST_NEIGHBOR: align_corners, half_pixel_centers
RESHAPE (also SQUEEZE, EXPAND_DIMS): none
PAD: paddings ((before, after) x 4), value (int8 or None: zero point)
SLICE: begin, size
MEAN: axes (dimensions kept)
SOFTMAX: beta; LEAKY_RELU: alpha; FULLY_CONNECTED: activation
LOGISTIC, TANH, RSQRT, RELU, RELU6, RELU_N1_TO_1, QUANTIZE, DEQUANTIZE: none
"""

from __future__ import annotations

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.ir import Graph


def unsupported(kind: str, layer: str) -> UnsupportedOpError:
    return UnsupportedOpError(f"{kind} '{layer}': this operator is not supported; see docs/SUPPORTED_OPS.md")


def check_graph(graph: Graph) -> None:
    """Hold every operator to its rules."""
