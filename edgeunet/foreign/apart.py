"""The process in which networks of others are loaded and converted: ``python -m edgeunet.foreign.apart``.

Code of the user's runs here, and converters that crash, hang or run out of memory on networks they were not made for.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import EdgeUNetError, ModelError, ToolError
from edgeunet.foreign.request import SAVED_MODEL, ImportRequest
from edgeunet.litert import reference_interpreter
from edgeunet.quantize.layers import read_operators
from edgeunet.quantize.tidy import tidy_foreign
from edgeunet.worker import answer_requests

COMPARED_WINDOWS = 8
LARGEST_ERROR = 1e-3
"""Of the largest value of the output: the order of float32 sums makes a hundredth of that."""


def main() -> None:
    """Answer requests until there are no more."""
    answer_requests(_answer)


def _answer(request: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return _imported(request)
    except EdgeUNetError as error:
        return {"error": str(error), "tool": isinstance(error, ToolError)}
    except MemoryError:
        return {"error": "there is not memory enough for the conversion; import a smaller network"}
    except Exception as error:  # a network, and what converts it, may raise anything anywhere
        reason = " ".join(str(error).split())[:200]
        return {
            "error": f"'{request['path']}' cannot be imported ({type(error).__name__}: {reason}); leave out the "
            "operation it names, or report it where edgeunet comes from"
        }


def _imported(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    weights = asked["weights"]
    request = ImportRequest(
        Path(asked["path"]),
        asked["kind"],
        asked["name"],
        asked["window_samples"],
        asked["channels"],
        tuple(asked["classes"]),
        Path(weights) if weights else None,
    )
    if request.kind == SAVED_MODEL:
        from edgeunet.model.saved_model import convert_saved_model

        content, run = convert_saved_model(request.path, request.window_samples, request.channels)
        layout, parameters = "(1, time, channels)", None
    else:
        from edgeunet.foreign.pytorch import convert_pytorch

        converted = convert_pytorch(request)
        content, run, layout, parameters = converted.content, converted.run, converted.layout, converted.parameters
    tidied = tidy_foreign(content, asked["title"])
    shapes, error, largest = _compare(tidied, run, request)
    Path(asked["output"]).write_bytes(tidied)
    kinds = [operator.kind for operator in read_operators(tidied)]
    return {
        "layout": layout,
        "parameters": parameters,
        "output_shape": shapes,
        "max_error": error,
        "largest_output": largest,
        "operators": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
    }


def _compare(model: bytes, run: Any, request: ImportRequest) -> tuple[tuple[int, ...], float, float]:
    """Return the shape of an output, the largest error of the file against the network, and the largest value."""
    interpreter = reference_interpreter(model)
    error = largest = 0.0
    for window in _windows(request.window_samples, request.channels):
        expected = np.asarray(run(window), np.float32)
        got = interpreter.run(window)[0]
        if got.shape != expected.shape or not np.isfinite(expected).all():
            raise ModelError(
                f"{request.label} gives {expected.shape} and the float .tflite file {got.shape}, or values that are "
                "not finite; check the network's forward pass on a window of ordinary size"
            )
        error = max(error, float(np.abs(got - expected).max()))
        largest = max(largest, float(np.abs(expected).max()))
    if not error <= LARGEST_ERROR * largest + 1e-6:
        raise ModelError(
            f"the float .tflite file differs from {request.label} by {error:.3g} where the largest output is "
            f"{largest:.3g}; take out what is random or keeps state in forward(), such as dropout that is always on"
        )
    return tuple(got.shape), error, largest


def _windows(samples: int, channels: int) -> list[NDArray[np.float32]]:
    """Band-limited noise of ordinary size, and an impulse: ``(1, time, channels)`` each."""
    rng = np.random.default_rng(0)
    noise = np.cumsum(rng.standard_normal((COMPARED_WINDOWS, samples + 8, channels)), axis=1)
    windows = [window[None].astype(np.float32) for window in (noise[:, 8:] - noise[:, :-8]) / 3]
    impulse = np.zeros((1, samples, channels), np.float32)
    impulse[0, samples // 2] = 5
    return [*windows, impulse]


if __name__ == "__main__":
    main()
