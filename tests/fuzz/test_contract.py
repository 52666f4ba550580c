"""What breaks a promise is noticed, whatever it is; what keeps it is not."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from edgeunet.errors import GraphError, SignalError
from tests.fuzz import bundle, findings
from tests.fuzz.contract import BrokenPromiseError, Target, hold
from tests.fuzz.mutation.files import mutate_bytes

Read = Callable[[bytes, Path], object]


def target(read: Read) -> Target:
    return Target("t", "a test", read, mutate_bytes, (SignalError,), calls=1000, calls_per_byte=10)


def raising(error: Exception) -> Read:
    def read(data: bytes, folder: Path) -> None:
        raise error

    return read


def calling(times: int) -> Read:
    return lambda data, folder: [len(data) for _ in range(times)]


def warn(data: bytes, folder: Path) -> None:
    warnings.warn("overflow", RuntimeWarning, stacklevel=1)


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (raising(KeyError("a")), "KeyError: 'a'"),
        (raising(RecursionError("deep")), "RecursionError: deep"),
        (raising(GraphError("of another reader")), "GraphError: of another reader"),
        (raising(SignalError("")), "refused without a word: ''"),
        (raising(SignalError("?!")), "refused without a word: '[?]!'"),
        (warn, "RuntimeWarning: overflow"),
        (calling(1100), "TooMuchWork: more than 1040 calls"),
        (lambda data, folder: data[9], "IndexError"),
    ],
)
def test_a_broken_promise(read: Read, said: str) -> None:
    with pytest.raises(BrokenPromiseError, match=said):
        hold(target(read), b"four")


def test_a_kept_promise() -> None:
    assert hold(target(calling(900)), b"four")
    assert hold(target(calling(1900)), b"x" * 100)  # a longer input is worth more work
    assert not hold(target(raising(SignalError("it has no signal"))), b"four")


def test_no_reader_can_take_the_end_of_work_for_an_error_of_its_own() -> None:
    def read(data: bytes, folder: Path) -> None:
        try:
            calling(5000)(data, folder)
        except Exception as error:
            raise SignalError("is damaged") from error

    with pytest.raises(BrokenPromiseError, match="TooMuchWork"):
        hold(target(read), b"")


def test_memory_beyond_the_limit_is_a_broken_promise() -> None:
    program = (
        "from tests.fuzz.contract import *; from tests.fuzz.mutation.files import mutate_bytes\n"
        "t = Target('t', 'a test', lambda data, folder: len(bytes(len(data) << 20)), mutate_bytes, ())\n"
        "limit_memory(300 << 20)\n"
        "assert hold(t, b'x' * 100)\n"
        "try: hold(t, b'x' * 400)\n"
        "except BrokenPromiseError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=findings.ROOT)
    assert done.stdout.startswith("MemoryError"), done.stderr


def test_files_of_an_input_come_out_as_they_went_in(tmp_path: Path) -> None:
    files = {"a.hea": b"%%b 3\nxyz", "b.dat": bytes(range(256)), "c": b""}
    assert bundle.unpack(bundle.pack(files)) == files
    assert bundle.write(bundle.pack(files), tmp_path) == list(files)
    assert (tmp_path / "b.dat").read_bytes() == files["b.dat"]


@pytest.mark.parametrize("name", ["../a", "/a", ".a", "a/b", "", "a" * 41, "a b"])
def test_a_file_of_an_input_lies_nowhere_else(name: str) -> None:
    assert bundle.unpack(b"%%" + name.encode() + b" 1\nx") == {}


def broken(read: Read) -> BrokenPromiseError:
    with pytest.raises(BrokenPromiseError) as caught:
        hold(target(read), b"four")
    return caught.value


def test_one_finding_is_kept_of_each_kind(tmp_path: Path) -> None:
    def first(data: bytes, folder: Path) -> None:
        raise KeyError(data)

    def second(data: bytes, folder: Path) -> None:
        raise KeyError(data)

    assert findings.keep(tmp_path / "t", b"1", broken(first)) is not None
    assert findings.keep(tmp_path / "t", b"2", broken(first)) is None
    assert findings.keep(tmp_path / "t", b"3", broken(second)) is not None
    kept = findings.kept(tmp_path / "t")
    assert sorted(path.read_bytes() for path in kept) == [b"1", b"3"]
    assert all(findings.reason(path).startswith("KeyError at test_contract.py:") for path in kept)
    assert findings.kept(tmp_path / "none") == []
