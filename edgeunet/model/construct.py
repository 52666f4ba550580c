"""The whole of ``edgeunet build``: figures, lint, and the model as a file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from edgeunet.errors import ModelError
from edgeunet.files import require_writable
from edgeunet.model.build import build_model
from edgeunet.model.cost import Cost, cost, cost_document
from edgeunet.model.lint import Finding, lint_model
from edgeunet.model.storage import card_of, save_model
from edgeunet.short_repr import short_repr
from edgeunet.spec import UNetSpec


@dataclass(frozen=True)
class Construction:
    """What ``edgeunet build`` found out: the cost, and the lint's findings (``None`` where it could not run)."""

    cost: Cost
    findings: tuple[Finding, ...] | None

    __repr__ = short_repr

    def document(self) -> dict[str, Any]:
        """Return everything as one JSON object."""
        lint = None if self.findings is None else [vars(finding) for finding in self.findings]
        return {**cost_document(self.cost), "lint": lint}


def construct(spec: UNetSpec, output: Path | None = None, *, seed: int | None = 0, lint: bool = True) -> Construction:
    """Work out the cost of ``spec``, build it, lint its conversion and write it to ``output`` with its card.

    Parameters
    ----------
    spec : what to build.
    output : a ``.keras`` path, or ``None`` to write nothing.
    seed : of the initial weights.
    lint : whether to convert the model and look at the result.

    Raises
    ------
    ModelError
        When ``output`` does not end in ``.keras``.
    ImportError
        When ``output`` is given and TensorFlow is not installed.
    """
    if output is not None and output.suffix != ".keras":
        raise ModelError(f"'{output}' does not end in .keras, the one format Keras models are kept in; add the suffix")
    if output is not None:
        require_writable(output)
    figures = cost(spec)
    if output is None and (not lint or find_spec("tensorflow") is None):
        return Construction(figures, None)
    model = build_model(spec, seed=seed)
    findings = tuple(lint_model(model)) if lint else None
    if output is not None:
        save_model(model, output, card_of(spec))
    return Construction(figures, findings)
