"""Ctrl-C at any place of a command: exit code 130 and one line, no traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.rigs.tools import need

INTERRUPTED_WHILE = """
import os, runpy, signal, sys

class Finder:
    # Presses Ctrl-C when {module} is about to be imported.
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)
        return None

sys.meta_path.insert(0, Finder())
sys.argv = ["edgeunet", *{arguments!r}]
runpy.run_module("edgeunet", run_name="__main__", alter_sys=True)
"""


def interrupted(program: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stderr.removeprefix("\n")  # click ends the line of the terminal's ^C


@pytest.mark.parametrize(
    "module",
    ["edgeunet.cli", "click", "edgeunet.errors", "edgeunet.cli.build", "edgeunet.spec.presets", "edgeunet.model.cost"],
)
def test_an_interrupt_while_something_is_imported_is_one_line(module: str) -> None:
    program = INTERRUPTED_WHILE.format(module=module, arguments=["build", "--preset", "ecg-tiny", "--no-lint"])
    assert interrupted(program) == (130, "edgeunet: interrupted\n")


@pytest.mark.parametrize("module", ["keras", "tensorflow", "tensorflow.python.eager.context", "ml_dtypes", "absl"])
def test_an_interrupt_while_tensorflow_is_imported_is_one_line(module: str) -> None:
    need("tensorflow")
    program = INTERRUPTED_WHILE.format(module=module, arguments=["build", "--preset", "ecg-tiny"])
    assert interrupted(program) == (130, "edgeunet: interrupted\n")


REPLACED = """
import os, signal
import edgeunet.cli
import edgeunet.cli.doctor

def press(*_, **__):
    {press}

edgeunet.cli.cli.main = press
edgeunet.cli.main([])
"""


@pytest.mark.parametrize(
    "press",
    [
        "os.kill(os.getpid(), signal.SIGINT)",
        # code that takes every exception for its own
        "\\n    try: os.kill(os.getpid(), signal.SIGINT)\\n    except BaseException: raise ImportError('numpy')",
        "\\n    try: os.kill(os.getpid(), signal.SIGINT)\\n    except BaseException: raise SystemError('unreported')",
        "\\n    try: os.kill(os.getpid(), signal.SIGINT)\\n    except BaseException: raise OSError('gone')",
        # a destructor, in which nothing can be raised
        "\\n    class It:\\n        def __del__(self): os.kill(os.getpid(), signal.SIGINT)\\n"
        "    it = It()\\n    del it\\n    while True: pass",
    ],
    ids=["plain", "as ImportError", "as SystemError", "as OSError", "in a destructor"],
)
def test_whatever_an_interrupt_becomes_it_is_one_line(press: str) -> None:
    assert interrupted(REPLACED.format(press=press.replace("\\n", "\n"))) == (130, "edgeunet: interrupted\n")


def test_other_errors_are_not_taken_for_interrupts() -> None:
    code, said = interrupted(REPLACED.format(press="raise SystemError('broken')"))
    assert code == 1
    assert "SystemError: broken" in said
