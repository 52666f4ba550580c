"""A PyTorch network as a float ``.tflite`` file, ``(1, time, channels)`` to ``(1, time, classes)``, by litert-torch.

Runs in the process of `edgeunet.foreign.apart`: code of the user's, and native code of the converter's.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edgeunet.errors import ModelError, ToolError
from edgeunet.files import scratch_directory
from edgeunet.foreign.fusion import fold_norms
from edgeunet.foreign.request import CODE, ImportRequest
from edgeunet.quantize.tidy import WRAPPED

if TYPE_CHECKING:
    import torch

CHANNELS_FIRST, CHANNELS_LAST, IMAGE = "(1, channels, time)", "(1, time, channels)", "(1, channels, 1, time)"

_TAKES: dict[str, Callable[[Any], Any]] = {
    CHANNELS_FIRST: lambda rows: rows.transpose(1, 2),
    CHANNELS_LAST: lambda rows: rows,
    IMAGE: lambda rows: rows.transpose(1, 2).unsqueeze(2),
}
"""How ``(1, time, channels)`` becomes what a network takes, tried in this order."""

_STATES = ("state_dict", "model_state_dict", "model")
"""Under which keys training scripts keep a network's state in a file of several things."""


@dataclass(frozen=True)
class Converted:
    """The ``.tflite`` file, how the network takes its input, and a function that runs it on ``(1, time, channels)``."""

    content: bytes
    layout: str
    parameters: int
    run: Callable[[Any], Any]


def convert_pytorch(request: ImportRequest) -> Converted:
    """Load and convert the network of ``request``.

    Raises
    ------
    ModelError
        When it cannot be loaded, takes or gives something else than was said, or cannot be converted.
    ToolError
        When PyTorch or litert-torch is not installed.
    """
    try:
        import torch

        if importlib.util.find_spec("litert_torch") is None:  # imported below: it takes longer than all that is refused
            raise ImportError("No module named 'litert_torch'")
    except ImportError as error:
        raise ToolError(
            f"importing a PyTorch network needs torch and litert-torch ({error}); install them with: "
            "pip install 'edgeunet[torch]' (docs/PYTORCH.md says how to get the smaller CPU build)"
        ) from None
    network = _from_code(request) if request.kind == CODE else _from_program(request.path)
    layout = _layout(network, request)
    rows = torch.zeros(1, request.window_samples, request.channels)
    original = _as_rows(network, layout, request).eval()
    wrapped = _as_rows(fold_norms(network, _TAKES[layout](rows)), layout, request).eval()
    try:
        import litert_torch

        with scratch_directory() as directory:
            litert_torch.convert(wrapped, (rows,)).export(str(directory / "m.tflite"))
            content = (directory / "m.tflite").read_bytes()
    except Exception as error:  # the converter raises whatever its parts raise
        raise ModelError(
            f"litert-torch cannot convert {request.label} ({_reason(error)}); leave out the operation it names, "
            "and whatever of forward() depends on the values of a tensor"
        ) from error
    parameters = sum(parameter.numel() for parameter in original.parameters())

    def run(window: Any) -> Any:
        with torch.no_grad():
            return original(torch.from_numpy(np.ascontiguousarray(window))).numpy()

    return Converted(content, layout, parameters, run)


def _from_code(request: ImportRequest) -> torch.nn.Module:
    """Run the Python file and return the network it names, with its weights."""
    import torch

    path = request.path.resolve()
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    sys.path.insert(0, str(path.parent))  # it may import what lies beside it, as it can where it was trained
    try:
        spec.loader.exec_module(module)
        found: Any = module
        for part in request.name.split("."):
            if not hasattr(found, part):
                raise ModelError(f"'{request.path}' has no '{request.name}'; {_offered(module)}")
            found = getattr(found, part)
        network = found if isinstance(found, torch.nn.Module) else found()
    except ModelError:
        raise
    except (Exception, SystemExit) as error:
        raise ModelError(f"{request.label} cannot be made ({_reason(error)}{_line(error, path)})") from error
    if not isinstance(network, torch.nn.Module):
        raise ModelError(f"{request.label} gives a {type(network).__name__}, not a torch.nn.Module; {_offered(module)}")
    if request.weights is not None:
        _load_weights(network, request.weights)
    return network.eval().cpu().float()


def _offered(module: Any) -> str:
    import torch

    names = [
        name
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, torch.nn.Module) and value.__module__ == module.__name__
    ]
    return f"name one of: {', '.join(names[:12])}" if names else "name a class of a network, or what returns one"


def _line(error: BaseException, path: Path) -> str:
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f", line {line}" if line else ""


def _load_weights(network: torch.nn.Module, path: Path) -> None:
    import torch

    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # unpickling a damaged or foreign file raises whatever it raises
        raise ModelError(
            f"'{path}' holds no plain weights ({_reason(error)}); write it with torch.save(net.state_dict(), FILE)"
        ) from error
    for key in _STATES:
        if isinstance(state, dict) and isinstance(state.get(key), dict):
            state = state[key]
    if not isinstance(state, dict):
        raise ModelError(f"'{path}' holds a {type(state).__name__}; write it with torch.save(net.state_dict(), FILE)")
    state = {str(key).removeprefix("module."): value for key, value in state.items()}
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise ModelError(
            f"the weights in '{path}' are not those of the network ({_reason(error)}); "
            "pass the file that was saved from this class, made with the same arguments"
        ) from error


def _from_program(path: Path) -> torch.nn.Module:
    import torch

    try:
        network = torch.export.load(path).module()
        network.train = lambda mode=True: network  # it is what it was exported as, and says so by raising
        return network
    except Exception as error:  # the reader raises whatever a damaged archive makes it raise
        raise ModelError(
            f"'{path}' is not a whole exported program ({_reason(error)}); write it with "
            "torch.export.save(torch.export.export(net.eval(), (example,)), 'm.pt2')"
        ) from error


def _layout(network: torch.nn.Module, request: ImportRequest) -> str:
    """Return how the network takes a window: the first layout that it runs on and answers with its classes."""
    import torch

    rows = torch.zeros(1, request.window_samples, request.channels)
    said: list[str] = []
    for layout, take in _TAKES.items():
        try:
            with torch.no_grad():
                output = network(take(rows))
        except Exception as error:  # whatever layers raise on a shape that does not suit them
            said.append(f"{layout}: {_reason(error)}")
            continue
        _check_output(output, request)
        return layout
    raise ModelError(
        f"{request.label} takes no window of {request.window_samples} samples and {request.channels} channels "
        f"({said[0]}); check --window and --channels"
    )


def _check_output(output: Any, request: ImportRequest) -> None:
    import torch

    if not isinstance(output, torch.Tensor):
        raise ModelError(
            f"{request.label} returns a {type(output).__name__} and one tensor is wanted; "
            "name a class or function whose network returns only the scores"
        )
    _class_axis(tuple(output.shape), request)


def _class_axis(shape: Sequence[int], request: ImportRequest) -> int:
    """Return which axis of an output, without those of length 1 beside batch, time and classes, holds the classes."""
    count = len(request.classes)
    if len(shape) == 4 and shape[2] == 1:
        shape = (shape[0], shape[1], shape[3])
    if len(shape) not in (2, 3) or shape[0] != 1 or count not in shape[1:]:
        raise ModelError(
            f"{request.label} gives an output of shape {tuple(shape)} and --classes names {count}; "
            "name as many classes as it has channels in its output, background first"
        )
    last = len(shape) - 1
    return 1 if shape[1] == count and not (shape[last] == count and shape[1] == request.window_samples) else last


def _as_rows(network: torch.nn.Module, layout: str, request: ImportRequest) -> torch.nn.Module:
    import torch

    take = _TAKES[layout]

    class Rows(torch.nn.Module):  # type: ignore[misc]
        """``(1, time, channels)`` in, ``(1, time, classes)`` out, whatever the network's own order is."""

        def __init__(self) -> None:
            super().__init__()
            setattr(self, WRAPPED, network)

        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            output: torch.Tensor = getattr(self, WRAPPED)(take(rows))
            if output.dim() == 4:
                output = output.squeeze(2)
            return output.transpose(1, 2) if output.dim() == 3 and axis == 1 else output

    with torch.no_grad():
        example = network(take(torch.zeros(1, request.window_samples, request.channels)))
    axis = _class_axis(tuple(example.shape), request)
    return Rows()


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:240].rstrip('.')}"
