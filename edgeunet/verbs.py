"""The commands as Python functions: the same names, arguments and results, for notebooks and scripts.

``edgeunet.bench("m.tflite", target="cortex-m4")`` does what ``edgeunet bench m.tflite --target cortex-m4 --json`` does
and returns its JSON object as a dict. Options are the command's, with ``_`` for ``-``; ``True`` sets a flag, ``False``
clears it; a list repeats an option. Progress goes to stderr, errors are ``EdgeUNetError`` with the same one sentence.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterable
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any

from edgeunet.errors import EdgeUNetError

VERBS = ("build", "train", "evaluate", "quantize", "export_c", "bench", "flash", "report", "check")


def verb(name: str) -> Any:
    """The function for one of ``VERBS``."""

    def call(*arguments: Any, **options: Any) -> Any:
        return run_verb(name, *arguments, **options)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"``edgeunet {name.replace('_', '-')}`` as a function; see ``edgeunet.verbs``."
    return call


def run_verb(name: str, *arguments: Any, **options: Any) -> Any:
    """Run a command on paths (or, where it takes a spec, a ``UNetSpec``) and return its JSON object.

    Parameters
    ----------
    name : one of ``VERBS``.
    arguments : positional arguments of the command.
    options : its options; ``o`` or ``output`` is ``-o``.

    Returns
    -------
    dict or None
        What ``--json`` prints; ``None`` for a command that has no ``--json``.

    Raises
    ------
    EdgeUNetError
        Whatever the command would have said before exiting with 2 (or 1, for a broken budget).
    """
    import click

    command = import_module(f"edgeunet.cli.{name}").command
    flags = {flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)}
    with tempfile.TemporaryDirectory() as scratch:
        words = [_as_path(argument, Path(scratch)) for argument in arguments]
        words += [word for key, value in options.items() for word in _option(key, value, flags, name)]
        if "--json" in flags and "json" not in options:
            words.append("--json")
        printed = io.StringIO()
        try:
            with redirect_stdout(printed):
                command.main(args=words, prog_name=f"edgeunet.{name}", standalone_mode=False)
        except click.ClickException as error:
            raise EdgeUNetError(f"edgeunet.{name}: {error.format_message()}") from error
    return json.loads(printed.getvalue()) if "--json" in words else None


def _as_path(argument: Any, scratch: Path) -> str:
    """A path as it is; a ``UNetSpec`` as a file that holds it."""
    from edgeunet.files import write_json
    from edgeunet.spec import UNetSpec, spec_to_dict

    if not isinstance(argument, UNetSpec):
        return str(argument)
    path = scratch / "spec.json"
    write_json(path, spec_to_dict(argument))
    return str(path)


def _option(key: str, value: Any, flags: Iterable[str], verb_name: str) -> list[str]:
    flag = f"-{key}" if len(key) == 1 else f"--{key.replace('_', '-')}"
    if flag not in flags:
        known = ", ".join(sorted(f[2:].replace("-", "_") for f in flags if f.startswith("--")))
        raise EdgeUNetError(f"edgeunet.{verb_name} has no option '{key}'; it has: {known}")
    if isinstance(value, bool):
        opposite = f"--no-{key.replace('_', '-')}"
        return [flag] if value else [opposite] if opposite in flags else []
    values = value if isinstance(value, list | tuple) else [value]
    return [word for item in values for word in (flag, str(item))]
