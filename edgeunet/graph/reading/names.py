"""Human layer names from the tensor names that converters leave behind.

A fused tensor is called ``functional_1/re_lu_1/Relu6;functional_1/batch_normalization_1/batchnorm/add_1;
functional_1/separable_conv2d_1/separable_conv2d;...``; the person who built the network calls it
``separable_conv2d``. Of the pieces, the one that names a layer with weights is taken, its model scope and operation
are dropped, and so is the counter that tracing adds to every scope.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_WEIGHTED = re.compile(r"conv|dense|matmul|fully_connected", re.IGNORECASE)
_COUNTER = re.compile(r"_\d+$")
_ANONYMOUS = re.compile(r"^(StatefulPartitionedCall.*|PartitionedCall.*|Identity.*|arith\.constant.*|tfl\..*|)$")
_INPUT = re.compile(r"^(?:serving_default_)?(.+?)(?::\d+)?$")
_UNPRINTABLE = re.compile(r"[^\x21-\x7e]+")
_WITH_WEIGHTS = ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED")
_OPERATIONS = ("BiasAdd", "Conv1D", "Conv2D", "MatMul", "ReadVariableOp", "batchnorm", "conv_transpose", "convolution")
_LONGEST = 80


def layer_names(operators: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """One unique name per operator.

    Parameters
    ----------
    operators
        For each operator its kind and the names of tensors that may tell its layer, best first: its output, then its
        weights.

    Returns
    -------
    list of str
        Printable names without spaces or quotes; where two operators come from one layer the later gets ``#2``.
    """
    paths = [_path(kind, names) for kind, names in operators]
    scopes = {path.split("/")[0] for path in paths if path}
    counted = all(_COUNTER.search(scope) for scope in scopes)
    stripped = Counter(_COUNTER.sub("", scope) for scope in scopes)
    counted = counted and all(times == 1 for times in stripped.values())
    seen: Counter[str] = Counter()
    result = []
    for (kind, _), path in zip(operators, paths, strict=True):
        scope, _, rest = path.partition("/")
        name = (_COUNTER.sub("", scope) if counted else scope) + (f"/{rest}" if rest else "")
        name = name or kind.lower()
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return result


def tensor_name(name: str) -> str:
    """``name`` made printable and short, without the decoration of a serving signature."""
    match = _INPUT.match(clean(name))
    return match.group(1) if match else "tensor"


def clean(name: str, longest: int = _LONGEST) -> str:
    """``name`` with anything but visible ASCII replaced, and cut where it would fill a screen."""
    return _UNPRINTABLE.sub("_", name)[:longest].replace("'", "_").replace('"', "_").replace("*/", "*_")


def _path(kind: str, names: Sequence[str]) -> str:
    """The layer path in the first usable tensor name: without the model's scope and the operation's name."""
    for name in names:
        pieces = [piece for piece in name.split(";") if not _ANONYMOUS.match(piece)]
        if not pieces:
            continue
        weighted = [piece for piece in pieces if _WEIGHTED.search(piece)]
        piece = (weighted or pieces)[0] if kind in _WITH_WEIGHTS else pieces[0]
        parts = [part for part in clean(piece).split(":")[0].split("/") if part]
        parts = parts[1:-1] if len(parts) >= 3 else parts[:1]
        if len(parts) > 1 and parts[-1] == "separable_conv2d":
            parts = [*parts[:-1], "depthwise"] if kind == "DEPTHWISE_CONV_2D" else parts[:-1]
        while len(parts) > 1 and parts[-1] in _OPERATIONS:
            parts = parts[:-1]
        if parts:
            return "/".join(parts)
    return ""
