"""The one error hierarchy: every message a user can meet is one sentence saying what, where, the limit and the cure."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class EdgeUNetError(Exception):
    """Base of every error edgeunet raises on purpose; the command line prints it as one sentence and exits with 2."""

    exit_code = 2


class SpecError(EdgeUNetError):
    """A model description that cannot be built: unknown key, wrong type or impossible value."""


class SignalError(EdgeUNetError):
    """A recording, annotation, array or split that cannot be read or used."""


class ModelError(EdgeUNetError):
    """A Keras model that cannot be built, loaded or converted."""


class TrainError(EdgeUNetError):
    """A training or evaluation request that cannot be carried out."""


class QuantizeError(EdgeUNetError):
    """A model that cannot be quantized as asked, or lost more accuracy than was allowed."""


class GraphError(EdgeUNetError):
    """A ``.tflite`` file that is malformed."""


class UnsupportedOpError(GraphError):
    """A well-formed ``.tflite`` file holding an operator, type or shape that the compiler does not support."""


class CompileError(EdgeUNetError):
    """A graph that cannot be scheduled, planned or emitted as asked."""


class ToolError(EdgeUNetError):
    """A compiler, emulator or other program that is missing or failed."""


class RunError(EdgeUNetError):
    """A program under measurement that faulted, hung or answered wrongly."""


class ReportError(EdgeUNetError):
    """A result document, baseline or budget file that cannot be read."""


class BudgetExceededError(EdgeUNetError):
    """A figure broke its budget; the one error whose exit code is 1."""

    exit_code = 1


def did_you_mean(name: object, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return ``did you mean 'x'?`` for the one of ``known`` that is nearest to ``name``; empty where none is near."""
    near = get_close_matches(str(name), list(known), n=1, cutoff=cutoff)
    return f"did you mean '{near[0]}'?" if near else ""


def shown(value: object, most: int = 40) -> str:
    """Return ``value`` as it can stand in a message, whatever a file held: short, on one line."""
    if isinstance(value, int) and abs(value) >= 1 << 64:
        return "a number of more than 64 bits"
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits in it, or lists in lists in lists
        return f"a {type(value).__name__} too large to show"
    return text if len(text) <= most else f"{text[: most - 3]}..."
