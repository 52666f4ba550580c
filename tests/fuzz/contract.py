"""What every reader promises, whatever it is given; the same for all targets, with and without atheris."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from edgeunet.errors import EdgeUNetError

Mutate = Callable[[bytes, Random, Callable[[bytes], bytes]], bytes]
"""An input, decisions, and a mutator of plain bytes → another input."""

SPARE_BYTES = 1 << 30
"""Memory that a reader may take above what the process has when the first input comes."""

_PROFILED = ("call", "c_call")


class BrokenPromiseError(AssertionError):
    """What a reader did that it may not do."""


class TooMuchWork(BaseException):
    """A reader called more functions than its input is worth."""


@dataclass(frozen=True)
class Target:
    """One reader under fuzzing.

    Attributes
    ----------
    about : what it reads, in a few words.
    read : takes the input and an empty folder, reads, and checks what came out (with ``assert``).
    mutate : makes an input from another; it knows the format.
    refuses : the classes of error with which an input may be refused.
    most_bytes : of an input.
    calls, calls_per_byte : how many functions reading may call, for any input and for each of its bytes.
    """

    name: str
    about: str
    read: Callable[[bytes, Path], object]
    mutate: Mutate
    refuses: tuple[type[EdgeUNetError], ...]
    most_bytes: int = 1 << 14
    calls: int = 500_000
    calls_per_byte: int = 500


def hold(target: Target, data: bytes) -> bool:
    """Feed ``data`` to ``target``; whether it was accepted.

    Raises
    ------
    BrokenPromiseError
        When the reader did anything but return or raise one of its own errors with one sentence.
    """
    refusal: EdgeUNetError | None = None
    with tempfile.TemporaryDirectory(prefix="fuzzing-") as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            with counted(target.calls + target.calls_per_byte * len(data)):
                target.read(data, Path(folder))
        except target.refuses as error:
            refusal = error
        except (Exception, TooMuchWork) as error:
            raise BrokenPromiseError(f"{type(error).__name__}: {error}") from error
    if refusal is not None and (fault := fault_of(str(refusal))):
        raise BrokenPromiseError(fault) from refusal
    return refusal is None


def fault_of(sentence: str) -> str:
    """What is wrong with ``sentence``, if anything. Control characters are shown and lengths bounded in printing."""
    return "" if any(c.isalpha() for c in sentence) else f"refused without a word: {sentence!r}"


@contextmanager
def counted(most: int) -> Iterator[None]:
    """Raise `TooMuchWork` inside the block once it has called ``most`` functions.

    Calls are counted, not seconds, so that the same input always has the same verdict.
    """
    left = most

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal left
        if event in _PROFILED:
            left -= 1
            if left < 0:
                sys.setprofile(None)
                raise TooMuchWork(f"more than {most} calls")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)


def limit_memory(spare_bytes: int = SPARE_BYTES) -> None:
    """From here on this process gets no more than ``spare_bytes`` above what it has; asking for more is an error."""
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = int(file.read().split()[0])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * os.sysconf("SC_PAGE_SIZE") + spare_bytes, hard))
