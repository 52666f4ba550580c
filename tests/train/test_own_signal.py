"""The whole road of docs/SIGNALS.md for a signal that is no ECG, command by command."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest

from edgeunet.cli import main
from edgeunet.signals import open_source
from edgeunet.spec import load_spec
from tests.rigs.tools import need

TEXT = (Path(__file__).parents[2] / "docs" / "SIGNALS.md").read_text(encoding="utf-8")


def test_the_files_are_read_and_every_option_of_the_commands_exists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands themselves run at night."""
    monkeypatch.chdir(tmp_path)
    section = TEXT[TEXT.index("## Bring your own signal") :]
    exec(compile(_block(section, "python"), "docs/SIGNALS.md", "exec"), {})
    Path("ppg.toml").write_text(_block(section, "toml"))
    source, spec = open_source(Path("ppg")), load_spec(Path("ppg.toml"))
    assert source.classes == spec.classes
    assert {len(source.read(name).leads) for name in source.names()} == {spec.input_shape[-1]}
    lines = [shlex.split(line) for line in _block(section, "bash").splitlines()]
    assert [name for _, name, *_ in lines] == ["train", "evaluate", "quantize", "export-c"]
    for program, name, *arguments in lines:
        command = import_module(f"edgeunet.cli.{name.replace('-', '_')}").command
        known = {option for parameter in command.params for option in parameter.opts}
        assert program == "edgeunet"
        assert {argument for argument in arguments if argument.startswith("-")} <= known


@pytest.mark.nightly
@pytest.mark.slow
def test_the_commands_for_ones_own_signal_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    need("tensorflow")
    monkeypatch.chdir(tmp_path)
    section = TEXT[TEXT.index("## Bring your own signal") :]
    exec(compile(_block(section, "python"), "docs/SIGNALS.md", "exec"), {})
    Path("ppg.toml").write_text(_block(section, "toml"))
    for line in _block(section, "bash").splitlines():
        program, *arguments = shlex.split(line)
        assert program == "edgeunet"
        with pytest.raises(SystemExit) as exited:
            main(arguments)
        assert exited.value.code == 0, f"{line}\n{capsys.readouterr().err}"
    assert list(Path("firmware").glob("*.h"))
    assert "movement" in capsys.readouterr().out


def _block(text: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]
