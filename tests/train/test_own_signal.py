"""The whole road of docs/SIGNALS.md for a signal that is no ECG, command by command."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from edgeunet.cli import main

pytest.importorskip("tensorflow")

TEXT = (Path(__file__).parents[2] / "docs" / "SIGNALS.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_commands_for_ones_own_signal_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
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
