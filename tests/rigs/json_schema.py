"""As much of JSON Schema as the schemas here use; a keyword that is not known here fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "number": (int, float),
    "integer": (int,),
    "null": (type(None),),
}
_WORDS = {"$schema", "$defs", "title", "description"}
_REFERENCE = "#/$defs/"


def violations(value: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield what of ``value`` breaks ``schema``, with its place."""
    yield from _violations(value, schema, "", schema.get("$defs", {}))


def _violations(value: Any, schema: Mapping[str, Any], place: str, defined: Mapping[str, Any]) -> Iterator[str]:
    for keyword, rule in schema.items():
        if keyword in _WORDS:
            continue
        if keyword == "$ref":
            assert rule.startswith(_REFERENCE)
            yield from _violations(value, defined[rule.removeprefix(_REFERENCE)], place, defined)
        elif keyword == "properties":
            for key, inner in rule.items():
                if isinstance(value, dict) and key in value:
                    yield from _violations(value[key], inner, f"{place}.{key}", defined)
        elif keyword == "items":
            for index, item in enumerate(value if isinstance(value, list) else ()):
                yield from _violations(item, rule, f"{place}[{index}]", defined)
        elif keyword == "oneOf":
            if sum(not list(_violations(value, option, place, defined)) for option in rule) != 1:
                yield f"{place or 'document'}: {value!r} fits not exactly one of the forms"
        else:
            yield from (f"{place or 'document'}: {broken}" for broken in _broken(value, keyword, rule, schema))


def _broken(value: Any, keyword: str, rule: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    if keyword == "type":
        if not any(_is(value, name) for name in ([rule] if isinstance(rule, str) else rule)):
            yield f"{value!r} is no {rule}"
    elif keyword == "const":
        if value != rule:
            yield f"{value!r} is not {rule!r}"
    elif keyword == "enum":
        if value not in rule:
            yield f"{value!r} is none of {rule}"
    elif keyword == "minimum":
        if _is(value, "number") and value < rule:
            yield f"{value!r} is below {rule}"
    elif keyword == "exclusiveMinimum":
        if _is(value, "number") and value <= rule:
            yield f"{value!r} is not above {rule}"
    elif keyword == "required":
        yield from (f"{key!r} is missing" for key in rule if isinstance(value, dict) and key not in value)
    elif keyword == "additionalProperties":
        assert rule is False
        yield from (
            f"{key!r} is unknown"
            for key in (value if isinstance(value, dict) else ())
            if key not in schema["properties"]
        )
    else:
        yield f"the keyword {keyword!r} is unknown here"


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])
