"""A command as the shell would run it, in this process: no interpreter starts and no module is imported again."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from edgeunet.cli import main


def edgeunet(*arguments: str | Path) -> CompletedProcess[str]:
    """What ``edgeunet`` answers to ``arguments``; warnings are errors, as everywhere in these tests."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return CompletedProcess(arguments, int(ended.value.code or 0), out.getvalue(), err.getvalue())
