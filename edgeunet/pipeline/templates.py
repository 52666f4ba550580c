"""The C of a pipeline: templates beside the kernels, filled in for one model."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files


def filled(template: str, name: str, parts: Mapping[str, str] | None = None) -> str:
    """Return a template of ``kernels/pipeline`` with its ``@key@`` replaced by ``parts`` and the model's ``name``."""
    text = (files("edgeunet.kernels") / "pipeline" / template).read_text(encoding="utf-8")
    for key, value in (parts or {}).items():
        text = text.replace(f"@{key}@", value)
    return text.replace("@name@", name).replace("@NAME@", name.upper())
