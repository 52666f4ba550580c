"""The commands as Python functions."""

from __future__ import annotations

import inspect
import json
import keyword
import os
import pydoc
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import click
import pytest

import edgeunet
from edgeunet import EdgeUNetError, UNetSpec, load_spec, verbs
from edgeunet.cli import COMMANDS
from edgeunet.cli.options.parameters import CLASSES, SHAPE
from edgeunet.verbs.call import find_command, find_parameter

NO_VERB = {
    "demo": "runs the other commands as a user types them",
    "comment": "for a job of a CI server, whose variables it reads",
    "firmware boards": "prints a table that `edgeunet.run.machines.boards.load_boards` returns",
}
"""Commands that are no function, and why."""

PRINTED = {
    ("build", "--list-presets"): "prints a list that `edgeunet.spec.PRESETS` holds",
    ("report", "--format"): "what is printed; a verb returns the object",
    ("check", "--format"): "what is printed; a verb returns the object",
}
"""Options that are no parameter, and why; `--json` is none either, for a verb always sets it."""


def commands() -> dict[str, click.Command]:
    """Every command of the command line, and of its groups."""
    found: dict[str, click.Command] = {}
    for name in COMMANDS:
        command = find_command(name.replace("-", "_") + "_" * keyword.iskeyword(name))
        members = command.commands if isinstance(command, click.Group) else {"": command}
        found |= {f"{name} {member}".strip(): each for member, each in members.items()}
    return found


def options(name: str) -> list[click.Parameter]:
    """What of the verb's command must be a parameter of the verb."""
    return [
        parameter
        for parameter in find_command(name).params
        if "--json" not in parameter.opts
        and not getattr(parameter, "hidden", False)
        and not any((name, flag) in PRINTED for flag in parameter.opts)
    ]


def members(annotation: Any) -> set[Any]:
    """The types of a union, or the one type."""
    return set(get_args(annotation)) if get_origin(annotation) in (Union, UnionType) else {annotation}


def accepted(option: click.Parameter) -> list[set[Any]]:
    """What the parameter for ``option`` may be annotated with, ``None`` left out."""
    path, text = {str, os.PathLike[str]}, {str}
    if getattr(option, "is_flag", False):
        return [{bool}]
    if isinstance(option, click.Argument) and option.nargs == 1:
        return [path, {UNetSpec, *path}]
    if option.multiple and isinstance(option.type, click.Path):
        return [{*path, Sequence[str | os.PathLike[str]]}]
    if option.multiple:
        return [{str, Sequence[str]}]
    if isinstance(option.type, click.Choice):
        return [text, {Literal[tuple(option.type.choices)]}]
    if isinstance(option.type, click.Path):
        return [path]
    if isinstance(option.type, click.types.IntParamType):
        return [{int}]
    if isinstance(option.type, click.types.FloatParamType):
        return [{float}]
    of_several = {SHAPE: [{str, Sequence[int]}], CLASSES: [{int, str, Sequence[str]}]}
    return of_several.get(option.type, [text, {str, float}, {str, Sequence[str]}])


@pytest.mark.parametrize("name", verbs.__all__)
def test_every_option_of_a_command_is_a_parameter_of_its_verb(name: str) -> None:
    parameters = inspect.signature(getattr(verbs, name)).parameters
    met = {id(find_parameter(find_command(name), key)) for key in parameters}
    lacking = [parameter.opts for parameter in options(name) if id(parameter) not in met]
    assert not lacking, f"edgeunet.{name} lacks {lacking}"


@pytest.mark.parametrize("name", verbs.__all__)
def test_every_parameter_of_a_verb_is_an_option_of_its_command_with_the_same_default_and_type(name: str) -> None:
    command = find_command(name)
    defaults = command.make_context(name, [], resilient_parsing=True).params
    for key, parameter in inspect.signature(getattr(verbs, name)).parameters.items():
        option = find_parameter(command, key)
        assert option in options(name), f"{name}({key}) is not for a verb"
        default = defaults[option.name or key]
        default = str(default) if isinstance(default, Path) else default
        left_out = parameter.default is inspect.Parameter.empty
        assert left_out == option.required, f"{name}({key})"
        assert (parameter.kind is inspect.Parameter.VAR_POSITIONAL) == (option.nargs == -1), f"{name}({key})"
        if not left_out:
            assert (type(parameter.default), parameter.default) == (type(default), default), f"{name}({key})"
        kinds = members(parameter.annotation)
        assert (type(None) in kinds) == (not left_out and default is None), f"{name}({key})"
        assert kinds - {type(None)} in accepted(option), f"{name}({key}): {kinds} is none of {accepted(option)}"


def test_every_command_is_a_verb_or_says_why_not() -> None:
    named = {name.replace("-", "_").replace(" ", "_") for name in set(commands()) - set(NO_VERB)}
    named = {f"{name}_" if keyword.iskeyword(name) else name for name in named}
    assert named == set(verbs.__all__)
    assert set(NO_VERB) <= set(commands())


def test_options_left_out_of_a_verb_exist() -> None:
    for name, flag in PRINTED:
        assert any(flag in parameter.opts for parameter in find_command(name).params), (name, flag)


@pytest.mark.parametrize("name", verbs.__all__)
def test_help_shows_the_signature_and_explains_every_parameter(name: str) -> None:
    function = getattr(edgeunet, name)
    signature = inspect.signature(function)
    assert signature == inspect.signature(getattr(verbs, name))
    text = pydoc.plain(pydoc.render_doc(function))
    assert str(signature) in text
    document = inspect.getdoc(getattr(verbs, name)) or ""
    explained = {
        key.strip()
        for line in document.splitlines()
        if " : " in line and not line.startswith(" ")
        for key in line.partition(" : ")[0].split(",")
    }
    assert explained == set(signature.parameters)
    assert "\nRaises\n------\nEdgeUNetError\n" in document
    assert ("\nReturns\n-------\ndict\n" in document) == (signature.return_annotation is not None)


def test_a_type_checker_sees_the_verbs(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import edgeunet\n"
        "from edgeunet.train import TrainOptions\n"
        "instructions = edgeunet.bench('m.tflite', target='cortex-m4', repeat=2)['instructions']\n"
        "edgeunet.train(edgeunet.load_spec('ecg-tiny'), output='m.keras', epochs=TrainOptions().epochs)\n"
        "edgeunet.bench('m.tflite', tarjet='cortex-m4')\n"
        "edgeunet.train('spec.toml')\n"
        "edgeunet.export_c('m.tflite', output='c', mode='windows')\n"
        "edgeunet.benhc('m.tflite')\n"
    )
    root = Path(edgeunet.__file__).parent.parent
    # a cache of its own: another process may check the package at the same time
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path / "cache")]
    result = subprocess.run(
        [*command, "--config-file", os.devnull, str(program)], cwd=root, capture_output=True, text=True
    )
    errors = [line for line in result.stdout.splitlines() if "error:" in line and line.startswith(str(program))]
    assert [int(line.split(":")[1]) for line in errors] == [5, 6, 7, 8], result.stdout + result.stderr
    assert "tarjet" in errors[0]
    assert "output" in errors[1]
    assert "windows" in errors[2]
    assert "benhc" in errors[3]


def test_importing_the_verbs_loads_nothing_heavy() -> None:
    program = (
        "import sys, inspect, edgeunet; inspect.signature(edgeunet.bench)\n"
        "heavy = {'numpy', 'click', 'tensorflow', 'keras'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_build_returns_the_object_that_the_command_prints() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "edgeunet", "build", "--preset", "ecg-tiny", "--no-lint", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert edgeunet.build(preset="ecg-tiny", lint=False) == json.loads(printed.stdout)


def test_a_spec_object_can_be_given_in_place_of_a_file() -> None:
    spec = load_spec("ecg-tiny")
    assert isinstance(spec, UNetSpec)
    assert edgeunet.build(spec, lint=False)["parameters"] == edgeunet.build(preset="ecg-tiny", lint=False)["parameters"]


def test_a_list_is_a_repeated_option_or_one_word() -> None:
    assert edgeunet.inspect(records=1, lead=["II", "V1"])["leads"] == {"ii": 1, "v1": 1}
    built = edgeunet.build(preset="ecg-tiny", input_shape=(800, 1), classes=["background", "QRS"], lint=False)
    assert (built["input_shape"], built["output_shape"]) == ([800, 1], [800, 2])


def test_a_verb_without_an_object_writes_its_files(tmp_path: Path) -> None:
    assert edgeunet.synth(output=tmp_path, records=2) is None  # type: ignore[func-returns-value]
    assert len(list(tmp_path.glob("*.npz"))) == 2


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EdgeUNetError, match=r"missing\.tflite"):
        edgeunet.export_c(tmp_path / "missing.tflite", output=tmp_path / "c")


def test_a_path_may_begin_with_a_dash() -> None:
    with pytest.raises(EdgeUNetError, match=r"-x\.tflite"):
        edgeunet.bench("-x.tflite")


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EdgeUNetError, match="file"):
        edgeunet.synth(output=tmp_path / "file" / "below", records=1)


def test_an_unknown_option_names_the_known_ones() -> None:
    with pytest.raises(EdgeUNetError, match=r"no option 'tolerence_ms'; it has: .*tolerance_ms"):
        edgeunet.evaluate("m.keras", tolerence_ms=40)  # type: ignore[call-arg]


def test_a_missing_option_is_named() -> None:
    with pytest.raises(EdgeUNetError, match=r"edgeunet\.export_c: missing a required.* 'output'"):
        edgeunet.export_c("m.tflite")  # type: ignore[call-arg]


def test_packages_named_like_verbs_stay_packages(tmp_path: Path) -> None:
    from edgeunet.train import TrainOptions

    assert TrainOptions().epochs > 0
    with pytest.raises(EdgeUNetError, match=r"missing\.keras"):
        edgeunet.quantize(tmp_path / "missing.keras", output=tmp_path / "m.tflite")
