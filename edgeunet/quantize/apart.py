"""TensorFlow's converter and the quantizer of AI Edge in a process of their own: a model on which they crash, hang or
run out of memory costs a sentence, not the process that asked.

``python -m edgeunet.quantize.apart`` is that process: it answers each request with ``{}``, with what was asked for, or
with ``{"error": sentence}``.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import EdgeUNetError, QuantizeError, ToolError
from edgeunet.files import scratch_directory
from edgeunet.quantize.convert import convert
from edgeunet.quantize.float_file import FloatFile, read_float_file
from edgeunet.worker import EndedError, LateError, Worker, answer_requests

if TYPE_CHECKING:
    import keras

TIMEOUT_S = 900.0
_OWN = ("keras.", "edgeunet.")


class ConverterProcess:
    """Converts and quantizes models; to be entered, and started with the first of them."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s

    def __enter__(self) -> ConverterProcess:
        self._scratch = ExitStack()
        self._directory = self._scratch.enter_context(scratch_directory())
        self._worker = Worker("edgeunet.quantize.apart", self._timeout_s, self._directory)
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.end()
        self._scratch.close()

    def convert(self, model: keras.Model, number_format: str, windows: NDArray[np.float32] | None = None) -> bytes:
        """Convert a static-shape model, see `edgeunet.quantize.convert.convert`.

        Raises
        ------
        QuantizeError
            When TensorFlow cannot convert the model, crashes on it, takes too long or too much memory.
        """
        if not all(_is_known(layer) for layer in model._flatten_layers()):
            return convert(model, number_format, windows)  # layers of the caller's, which no other process knows
        directory = self._directory
        request = {"model": str(directory / "m.keras"), "format": number_format, "output": str(directory / "m.tflite")}
        model.save(request["model"])
        if windows is not None:
            request["windows"] = str(directory / "windows.npy")
            np.save(request["windows"], windows)
        self._ask(request, "TensorFlow's converter", "converted", f"'{model.name}' to {number_format}")
        return Path(request["output"]).read_bytes()

    def read(self, path: Path) -> FloatFile:
        """Read a float ``.tflite`` file, see `edgeunet.quantize.float_file.read_float_file`.

        Raises
        ------
        QuantizeError
            When it is no such file, or LiteRT crashes on it.
        """
        output = self._directory / "read.tflite"
        answer = self._ask({"float_file": str(path), "output": str(output)}, "LiteRT", "read", f"'{path}'")
        return FloatFile(output.read_bytes(), tuple(answer["input_shape"]), tuple(answer["output_shape"]))

    def quantize(self, floating: bytes, number_format: str, windows: NDArray[np.float32], name: str) -> bytes:
        """Quantize the bytes of a float ``.tflite`` file, see `edgeunet.quantize.ai_edge.quantize_float`.

        Raises
        ------
        QuantizeError, ToolError
            When the quantizer cannot do it, crashes, takes too long or too much memory, or is not installed.
        """
        directory = self._directory
        request = {key: str(directory / key) for key in ("floating", "windows.npy", "output")}
        Path(request["floating"]).write_bytes(floating)
        np.save(request["windows.npy"], windows)
        request |= {"format": number_format, "name": name}
        self._ask(request, "ai-edge-quantizer", "quantized", f"'{name}' to {number_format}")
        return Path(request["output"]).read_bytes()

    def _ask(self, request: dict[str, str], who: str, did: str, what: str) -> dict[str, Any]:
        try:
            answer = self._worker.ask(request)
        except LateError as late:
            raise QuantizeError(
                f"{who} had not {did} {what} {late}; build a smaller network, or choose another --format"
            ) from None
        except EndedError as ended:
            raise QuantizeError(
                f"{who} {ended} on {what}; leave out the layer that it has no integer kernel for "
                "(see docs/SUPPORTED_OPS.md), or choose another --format"
            ) from None
        if "error" in answer:
            raise (ToolError if answer.get("tool") else QuantizeError)(str(answer["error"]))
        return answer


def _is_known(layer: Any) -> bool:
    return f"{type(layer).__module__}.".startswith(_OWN)


def main() -> None:
    """Answer requests until there are no more."""
    answer_requests(_answer)


def _answer(request: dict[str, str]) -> dict[str, Any]:
    try:
        return _answered(request)
    except EdgeUNetError as error:
        return {"error": str(error), "tool": isinstance(error, ToolError)}
    except MemoryError:
        return {"error": "there is not memory enough for the conversion; build a smaller network"}


def _answered(request: dict[str, str]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    if "float_file" in request:
        file = read_float_file(Path(request["float_file"]))
        answer = {"input_shape": file.input_shape, "output_shape": file.output_shape}
        made = file.content
    elif "floating" in request:
        from edgeunet.quantize.ai_edge import quantize_float

        windows = np.load(request["windows.npy"], allow_pickle=False)
        floating = Path(request["floating"]).read_bytes()
        made = quantize_float(floating, request["format"], windows, request["name"])
    else:
        from edgeunet.model import load_model

        calibration = np.load(request["windows"], allow_pickle=False) if "windows" in request else None
        made = convert(load_model(Path(request["model"])), request["format"], calibration)
    Path(request["output"]).write_bytes(made)
    return answer


if __name__ == "__main__":
    main()
