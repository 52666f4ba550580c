"""A network of others, imported: the float ``.tflite`` file, its card, and how far it is from the original."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from edgeunet.errors import ModelError, ToolError
from edgeunet.files import FileSet, require_writable, scratch_directory
from edgeunet.foreign.request import ImportRequest
from edgeunet.modelcard import ModelCard, add_card
from edgeunet.short_repr import short_repr
from edgeunet.worker import EndedError, LateError, Worker

SCHEMA = "edgeunet.import/1"
TIMEOUT_S = 900.0


@dataclass(frozen=True)
class Imported:
    """A converted network, its card, and the document that ``--json`` prints."""

    model: bytes
    card: ModelCard
    document: Mapping[str, Any]

    __repr__ = short_repr

    def write(self, path: Path) -> None:
        """Write the model and its card in one step."""
        with FileSet(path.parent) as files:
            files.write_bytes(path, self.model)
            add_card(files, path, self.card)


def import_network(request: ImportRequest, card: ModelCard, timeout_s: float = TIMEOUT_S) -> Imported:
    """Convert the network of ``request`` in a process of its own, and compare the file with it.

    Parameters
    ----------
    request : where the network is.
    card : goes beside the file.
    timeout_s : after which the process is ended.

    Raises
    ------
    ModelError, ToolError
        When the network cannot be loaded or converted, differs from its file, or the converter is not installed.
    """
    with scratch_directory() as directory:
        output = directory / "m.tflite"
        asked = {**asdict(request), "title": card.name, "output": str(output)}
        asked |= {"path": str(request.path), "weights": str(request.weights or "")}
        worker = Worker("edgeunet.foreign.apart", timeout_s, directory)
        try:
            answer = worker.ask(asked)
        except LateError as late:
            raise ModelError(
                f"{request.label} was not converted {late}; check that the file itself does not train or wait, "
                "or import a smaller network"
            ) from None
        except EndedError as ended:
            raise ModelError(
                f"the process that converted {request.label} {ended}; leave out the operation that the converter "
                "cannot take, or import a smaller network"
            ) from None
        finally:
            worker.end()
        if "error" in answer:
            raise (ToolError if answer.get("tool") else ModelError)(str(answer["error"]))
        model = output.read_bytes()
    digest = hashlib.sha256(model).hexdigest()
    document = {
        "schema": SCHEMA,
        "model": card.name,
        "model_digest": digest,
        "model_bytes": len(model),
        "input_shape": [request.window_samples, request.channels],
        **answer,
        "output_shape": list(answer["output_shape"][1:]),
    }
    figures = {key: document[key] for key in ("model_bytes", "max_error")}
    return Imported(model, replace(card, metrics={"format": "float32", **figures}, model_digest=digest), document)


def check_output(output: Path) -> None:
    """Raise where no model can be written to ``output``.

    Raises
    ------
    ModelError
        When the name does not end in ``.tflite``.
    """
    if output.suffix != ".tflite":
        raise ModelError(f"'{output}' does not end in .tflite, the format that is written; add the suffix")
    require_writable(output)
