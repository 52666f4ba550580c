"""The independent judges of arithmetic: LiteRT's reference kernels and the TFLM interpreter, behind one call each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def litert_reference(model: bytes, *arrays: Array) -> list[Array]:
    """Outputs of LiteRT's ``BUILTIN_REF`` kernels; inputs are reshaped to the model's shapes."""
    from ai_edge_litert.interpreter import OpResolverType

    return _litert(model, arrays, OpResolverType.BUILTIN_REF)


def litert_optimized(model: bytes, *arrays: Array) -> list[Array]:
    """Outputs of LiteRT's optimized kernels without a delegate, for the operators that have no reference kernel."""
    from ai_edge_litert.interpreter import OpResolverType

    return _litert(model, arrays, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)


def _litert(model: bytes, arrays: tuple[Array, ...], resolver: Any) -> list[Array]:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=model, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    for detail, array in zip(interpreter.get_input_details(), arrays, strict=True):
        interpreter.set_tensor(detail["index"], array.reshape(detail["shape"]))
    interpreter.invoke()
    return [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]


def tflm(model: bytes, *arrays: Array, outputs: int = 1, arena_bytes: int = 1 << 20) -> list[Array]:
    """The first ``outputs`` outputs of the TensorFlow Lite for Microcontrollers interpreter."""
    from tflite_micro.python.tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(model, arena_size=arena_bytes)
    for index, array in enumerate(arrays):
        interpreter.set_input(array.reshape(interpreter.get_input_details(index)["shape"]), index)
    interpreter.invoke()
    return [np.asarray(interpreter.get_output(index)) for index in range(outputs)]
