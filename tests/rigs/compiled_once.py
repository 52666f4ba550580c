"""A cache of object files for one session of tests: what ``ccache`` is for a project."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from edgeunet.run import image
from edgeunet.run.machines.toolchains import Toolchain

Compile = Callable[[Toolchain, Sequence[str], Path, str, Path], str]


def compiling_once(folder: Path, compile_source: Compile = image._compile) -> Compile:
    """``compile_source``, that takes from ``folder`` what was compiled before: the template in each image, most of all.

    Two sources are one where compiler, flags and preprocessed text are; processes may share a folder.
    """

    def compile_(toolchain: Toolchain, flags: Sequence[str], source: Path, target: str, directory: Path) -> str:
        text = preprocessed(toolchain, flags, source, directory)
        if text is None:
            return compile_source(toolchain, flags, source, target, directory)
        kept = folder / f"{hashlib.sha256(repr((toolchain, generating(flags))).encode() + text).hexdigest()}.o"
        (directory / target).parent.mkdir(exist_ok=True)
        if not kept.is_file():
            compile_source(toolchain, flags, source, target, directory)
            if not (directory / target).is_file():
                return target  # of flags such as ``--help``
            own = kept.with_suffix(f".{os.getpid()}")
            shutil.copyfile(directory / target, own)
            own.replace(kept)
        shutil.copyfile(kept, directory / target)
        return target

    return compile_


def preprocessed(toolchain: Toolchain, flags: Sequence[str], source: Path, directory: Path) -> bytes | None:
    """What the compiler sees of ``source``, or ``None`` where it refuses that or might say where a line stands."""
    if any(flag.startswith(("-g", "-fsanitize")) and flag != "-g0" for flag in flags):
        return None
    relative = os.path.relpath(source, directory.resolve())
    done = subprocess.run([*toolchain.command, *flags, "-E", "-P", relative], cwd=directory, capture_output=True)
    return done.stdout if done.returncode == 0 and not done.stderr else None


def generating(flags: Sequence[str]) -> list[str]:
    """The flags that mean something after the preprocessor."""
    return [flag for flag in flags if not flag.startswith(("-D", "-I", "-isystem", "/"))]
