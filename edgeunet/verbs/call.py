"""From the call of a verb to the words of its command, and from what the command prints to a dict."""

from __future__ import annotations

import functools
import inspect
import io
import json
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from edgeunet.errors import EdgeUNetError, ToolError
from edgeunet.spec import UNetSpec, spec_to_dict

if TYPE_CHECKING:
    import click

Document = dict[str, Any]
"""The JSON object of a command."""

P = ParamSpec("P")
R = TypeVar("R")


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """Let ``function`` answer a call that does not fit its signature with one sentence instead of a traceback."""

    @functools.wraps(function)
    def checked(*arguments: P.args, **options: P.kwargs) -> R:
        signature = inspect.signature(function)
        known = [p.name for p in signature.parameters.values() if p.kind is inspect.Parameter.KEYWORD_ONLY]
        for key in options:
            if key not in signature.parameters:
                raise EdgeUNetError(
                    f"edgeunet.{function.__name__} has no option '{key}'; it has: {', '.join(sorted(known))}"
                )
        try:
            signature.bind(*arguments, **options)
        except TypeError as error:
            raise EdgeUNetError(f"edgeunet.{function.__name__}: {error}; see help(edgeunet.{function.__name__})") from (
                error
            )
        return function(*arguments, **options)

    return checked


def find_command(name: str) -> click.Command:
    """Return the click command of the verb ``name``: ``export_c`` is ``export-c``, and so on."""
    import click

    from edgeunet.cli import COMMANDS

    if name.rstrip("_").replace("_", "-") in COMMANDS:  # `import_`, for `import` is a word of Python
        found = import_module(f"edgeunet.cli.{name}").command
    else:  # firmware_new is the command `new` of the group `firmware`
        group, _, member = name.partition("_")
        found = import_module(f"edgeunet.cli.{group}").command.commands[member]
    assert isinstance(found, click.Command)
    return found


def find_parameter(command: click.Command, name: str) -> click.Parameter:
    """Return the argument called ``name``, or the option one of whose flags is ``--name`` with ``-`` for ``_``.

    Raises
    ------
    LookupError
        When the command has none: signature and command disagree.
    """
    import click

    flag = f"--{name.replace('_', '-')}"
    for parameter in command.params:
        if flag in parameter.opts or (isinstance(parameter, click.Argument) and parameter.name == name):
            return parameter
    raise LookupError(f"the command '{command.name}' has no parameter '{name}'")


def run_command(name: str, values: Mapping[str, Any]) -> Document:
    """Run the command of the verb ``name`` and return its JSON object.

    Parameters
    ----------
    name : a verb.
    values : by parameter of the verb; ``None`` leaves an option to the command.

    Returns
    -------
    dict
        What ``--json`` prints; empty for a command that has no ``--json``.

    Raises
    ------
    EdgeUNetError
        Whatever the command would have said before exiting with 2 (or 1, for a broken budget).
    """
    import click

    from edgeunet.cli import missing_package, system_error
    from edgeunet.files import scratch_directory

    command = find_command(name)
    prints_json = any("--json" in parameter.opts for parameter in command.params)
    options, arguments = ["--json"] if prints_json else [], ["--"]
    with scratch_directory() as scratch:
        for key, value in values.items():
            parameter = find_parameter(command, key)
            if isinstance(parameter, click.Argument):
                arguments += _argument(value, scratch)
            else:
                options += _option(parameter, f"--{key.replace('_', '-')}", value)
        printed = io.StringIO()
        try:
            with redirect_stdout(printed):
                command.main(args=options + arguments, prog_name=f"edgeunet.{name}", standalone_mode=False)
        except click.ClickException as error:
            raise EdgeUNetError(f"edgeunet.{name}: {error.format_message()}") from error
        except ImportError as error:
            raise ToolError(f"edgeunet.{name}: {missing_package(error)}") from error
        except OSError as error:
            raise ToolError(f"edgeunet.{name}: {system_error(error)}") from error
    document: Document = json.loads(printed.getvalue()) if prints_json else {}
    return document


def _argument(value: Any, scratch: Path) -> list[str]:
    """Return a path as it is, a ``UNetSpec`` as a file that holds it, a tuple as several words."""
    from edgeunet.files import write_json

    if isinstance(value, UNetSpec):
        path = scratch / "spec.json"
        write_json(path, spec_to_dict(value))
        return [str(path)]
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return [] if value is None else [str(value)]


def _option(parameter: click.Parameter, flag: str, value: Any) -> list[str]:
    """Return the words that give an option ``value``; a list repeats it, or is one word where it cannot be repeated."""
    if value is None:
        return []
    if getattr(parameter, "is_flag", False):
        return [flag] if value else list(parameter.secondary_opts)
    values = value if isinstance(value, list | tuple) else [value]
    if not parameter.multiple and len(values) > 1:
        values = [",".join(str(item) for item in values)]
    return [word for item in values for word in (flag, str(item))]
