"""The LiteRT *reference* interpreter, and the affine quantization of arrays that goes with it.

Reference kernels (``BUILTIN_REF``) are what edgeunet measures with, because they are what a device computes: TFLM and
the compiled C agree with them on every value, while the optimized kernels a notebook runs by default do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from edgeunet.errors import EdgeUNetError, GraphError, ToolError
from edgeunet.files import read_bytes

_FLATBUFFER_IDENTIFIER = b"TFL3"


@dataclass(frozen=True)
class TensorDetail:
    """One tensor of a model: where it stands in the file, its shape and its quantization.

    ``scales`` and ``zero_points`` have one entry per tensor, or one per channel along ``axis``; both are empty for a
    tensor that is not quantized, for which ``scale`` is 0.
    """

    name: str
    index: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scales: tuple[float, ...] = ()
    zero_points: tuple[int, ...] = ()
    axis: int = 0

    @property
    def is_quantized(self) -> bool:
        """Whether the tensor holds integers that stand for real values."""
        return bool(self.scales)

    @property
    def scale(self) -> float:
        return self.scales[0] if self.scales else 0.0

    @property
    def zero_point(self) -> int:
        return self.zero_points[0] if self.zero_points else 0


def quantize_saturating(x: ArrayLike, scale: float, zero_point: int, dtype: DTypeLike = np.int8) -> NDArray[Any]:
    """Quantize real values as LiteRT's QUANTIZE operator does: ``round(x / scale) + zero_point``, limited to ``dtype``.

    The division is in float32 and halves round away from zero, so the result equals the device's; values outside the
    range saturate instead of wrapping around.

    Parameters
    ----------
    x : real values of any shape; infinities saturate.
    scale, zero_point : the tensor's quantization.
    dtype : integer type to quantize to.

    Raises
    ------
    EdgeUNetError
        When ``x`` holds NaN, or ``scale`` is not positive.
    """
    values = np.asarray(x, dtype=np.float32)
    if not scale > 0:
        raise EdgeUNetError(f"cannot quantize with scale {scale}: it must be positive; use a quantized tensor's scale")
    missing = int(np.isnan(values).sum())
    if missing:
        raise EdgeUNetError(
            f"cannot quantize {missing} NaN of {values.size} samples: an integer has no NaN; cut or fill the gaps first"
        )
    limits = np.iinfo(np.dtype(dtype))
    with np.errstate(over="ignore"):
        steps = (values / np.float32(scale)).astype(np.float64)
    rounded = np.trunc(steps + np.copysign(0.5, steps)) + zero_point
    saturated: NDArray[Any] = np.clip(rounded, limits.min, limits.max).astype(dtype)
    return saturated


def dequantize(q: ArrayLike, scale: float, zero_point: int) -> NDArray[np.float32]:
    """Return the real values that integers stand for: ``scale * (q - zero_point)`` in float32."""
    integers = np.asarray(q).astype(np.int64)
    real: NDArray[np.float32] = np.float32(scale) * (integers - zero_point).astype(np.float32)
    return real


class ReferenceInterpreter:
    """A loaded ``.tflite`` model run by LiteRT's reference kernels; made by `reference_interpreter`."""

    def __init__(self, interpreter: Any, label: str) -> None:
        self._interpreter = interpreter
        self._label = label
        self.input_details = tuple(_detail(d) for d in interpreter.get_input_details())
        self.output_details = tuple(_detail(d) for d in interpreter.get_output_details())

    def run(self, *arrays: ArrayLike) -> list[NDArray[Any]]:
        """Run the model once on arrays of exactly the inputs' dtypes and sizes; return copies of its outputs.

        An array may leave out dimensions of length 1 (the batch), as long as it has the right number of elements.

        Raises
        ------
        EdgeUNetError
            When the number, dtype or size of the arrays is not what the model takes.
        """
        if len(arrays) != len(self.input_details):
            raise EdgeUNetError(
                f"{self._label} has {len(self.input_details)} inputs, {len(arrays)} arrays were given; pass one each"
            )
        for detail, array in zip(self.input_details, arrays, strict=True):
            self._interpreter.set_tensor(detail.index, self._fitted(detail, np.asarray(array)))
        try:
            self._interpreter.invoke()
        except (RuntimeError, ValueError) as error:
            raise GraphError(
                f"{self._label} failed in LiteRT's reference kernels ({_first_line(error)}); convert the model again"
            ) from error
        return [np.array(self._interpreter.get_tensor(detail.index)) for detail in self.output_details]

    def predict(self, *arrays: ArrayLike) -> list[NDArray[np.float32]]:
        """Run on real values: quantize inputs with saturation where the model takes integers, dequantize outputs."""
        inputs: list[NDArray[Any]] = []
        for detail, array in zip(self.input_details, arrays, strict=False):
            values = np.asarray(array, dtype=np.float32)
            if detail.is_quantized:
                values = quantize_saturating(values, detail.scale, detail.zero_point, detail.dtype)
            inputs.append(values)
        outputs = self.run(*inputs, *arrays[len(inputs) :])
        return [
            dequantize(output, detail.scale, detail.zero_point) if detail.is_quantized else output.astype(np.float32)
            for detail, output in zip(self.output_details, outputs, strict=True)
        ]

    def tensor(self, index: int) -> NDArray[Any]:
        """Return a copy of any tensor after `run`; intermediate ones need ``preserve_all_tensors``."""
        return np.array(self._interpreter.get_tensor(index))

    def tensors(self) -> tuple[TensorDetail, ...]:
        """Return the details of every tensor of the model, in file order."""
        return tuple(_detail(d) for d in self._interpreter.get_tensor_details())

    def _fitted(self, detail: TensorDetail, array: NDArray[Any]) -> NDArray[Any]:
        if array.dtype != detail.dtype:
            raise EdgeUNetError(
                f"input '{detail.name}' of {self._label} takes {detail.dtype.name}, not {array.dtype.name}; "
                "quantize the samples first"
            )
        if array.size != int(np.prod(detail.shape)):
            raise EdgeUNetError(
                f"input '{detail.name}' of {self._label} has shape {detail.shape}, an array of shape {array.shape} "
                "does not fit; cut the signal into windows of that length"
            )
        return np.ascontiguousarray(array.reshape(detail.shape))


def reference_interpreter(model: bytes | Path | str, *, preserve_all_tensors: bool = False) -> ReferenceInterpreter:
    """Load a ``.tflite`` model into LiteRT's reference kernels.

    Parameters
    ----------
    model : the bytes of the file, or its path.
    preserve_all_tensors : keep every intermediate tensor readable by `ReferenceInterpreter.tensor` after a run.

    Raises
    ------
    GraphError
        When the file cannot be read or is no model that the reference kernels load.
    ToolError
        When no LiteRT runtime is installed.
    """
    label, content = _content(model)
    make, resolver = _runtime()
    try:
        interpreter = make(
            model_content=content,
            num_threads=1,
            experimental_op_resolver_type=resolver,
            experimental_preserve_all_tensors=preserve_all_tensors,
        )
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise GraphError(
            f"{label} is not a model that LiteRT's reference kernels load ({_first_line(error)}); "
            "convert it again for built-in operators on static shapes"
        ) from error
    return ReferenceInterpreter(interpreter, label)


def schema_classes() -> Any:
    """Return the module of the generated classes of the ``.tflite`` format, from the first package that has it.

    Raises
    ------
    ToolError
        When none is installed.
    """
    try:
        from ai_edge_litert import schema_py_generated
    except ImportError:
        try:
            from tensorflow.lite.python import schema_py_generated
        except ImportError:
            raise ToolError(
                "reading the layers of a .tflite model needs a LiteRT runtime and none is installed; "
                "install one with: pip install 'edgeunet[litert]'"
            ) from None
    return schema_py_generated


def _content(model: bytes | Path | str) -> tuple[str, bytes]:
    if isinstance(model, bytes):
        label, content = "the model", model
    else:
        label, content = f"'{model}'", read_bytes(Path(model), GraphError)
    if content[4:8] != _FLATBUFFER_IDENTIFIER:
        raise GraphError(f"{label} is not a .tflite file (no 'TFL3' mark in {len(content)} bytes); check the file")
    return label, content


def _runtime() -> tuple[Any, Any]:
    """Return the interpreter class and its reference resolver from the first runtime that is installed."""
    try:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType
    except ImportError:
        try:
            from tflite_runtime.interpreter import Interpreter, OpResolverType
        except ImportError:
            return _tensorflow_runtime()
    return Interpreter, OpResolverType.BUILTIN_REF


def _tensorflow_runtime() -> tuple[Any, Any]:
    try:
        import tensorflow
    except ImportError:
        raise ToolError(
            "running a .tflite model needs a LiteRT runtime and none is installed; "
            "install one with: pip install 'edgeunet[litert]'"
        ) from None
    return tensorflow.lite.Interpreter, tensorflow.lite.experimental.OpResolverType.BUILTIN_REF


def _detail(raw: dict[str, Any]) -> TensorDetail:
    quantization = raw.get("quantization_parameters", {})
    scales: Sequence[float] = quantization.get("scales", ())
    return TensorDetail(
        name=str(raw["name"]),
        index=int(raw["index"]),
        shape=tuple(int(n) for n in raw["shape"]),
        dtype=np.dtype(raw["dtype"]),
        scales=tuple(float(s) for s in scales),
        zero_points=tuple(int(z) for z in quantization.get("zero_points", ())),
        axis=int(quantization.get("quantized_dimension", 0)),
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".;")
