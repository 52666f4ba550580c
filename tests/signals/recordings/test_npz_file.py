"""An ``.npz`` is never unpickled, and what it claims is compared with what it is."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import open_source

GOOD = np.sin(np.arange(200) / 5)


def header(shape: tuple[int, ...], dtype: str = "<f8") -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": dtype, "fortran_order": False, "shape": shape})
    return stream.getvalue()


def write(path: Path, signal: bytes, how: int = zipfile.ZIP_STORED) -> Path:
    rate = io.BytesIO()
    np.save(rate, np.array(250.0))
    with zipfile.ZipFile(path, "w", how) as archive:
        archive.writestr("sample_rate_hz.npy", rate.getvalue())
        archive.writestr("signal.npy", signal)
    return path


def read_first(path: Path) -> None:
    source = open_source(path)
    source.read(source.names()[0])


def refused(path: Path) -> str:
    with pytest.raises(SignalError) as caught:
        read_first(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("key", ["signal", "labels", "sample_rate_hz", "classes", "leads", "patient", "patients"])
def test_nothing_is_unpickled(tmp_path: Path, key: str) -> None:
    arrays: dict[str, Any] = {"signal": GOOD, "sample_rate_hz": 250, key: np.array([Trap(tmp_path / "sprung")] * 3)}
    np.savez(tmp_path / "a.npz", **arrays)
    assert f"array '{key}' is damaged or not plain numbers" in refused(tmp_path / "a.npz")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("shape", [(0,), (0, 1), (5, 0), (3, 0, 2), (0, 5, 2), (3, 5, 0)])
def test_an_empty_signal_is_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    np.savez(tmp_path / "a.npz", signal=np.zeros(shape), sample_rate_hz=250)
    assert f"'signal' is float64 {shape}; give numbers shaped" in refused(tmp_path / "a.npz")


@pytest.mark.parametrize("shape", [(10**12,), (10**6, 10**6), (10**18, 10**18), (201,), (199,), (2**63,), (-1,)])
@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_claimed_shape_is_compared_with_the_bytes_that_are_there(
    tmp_path: Path, shape: tuple[int, ...], how: int
) -> None:
    path = write(tmp_path / "a.npz", header(shape) + GOOD.tobytes(), how)
    assert "but the file has 1600 bytes for it" in refused(path)


def test_a_claimed_size_is_compared_with_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.npz", header((200,)) + GOOD.tobytes())
    data = bytearray(path.read_bytes())
    entry = data.rindex(b"PK\1\2")
    for claimed in (2**31, 10**7):
        data[entry + 24 : entry + 28] = claimed.to_bytes(4, "little")  # uncompressed size in the directory
        path.write_bytes(data)
        assert f"says {claimed} bytes, more than can be in it" in refused(path)


def test_what_unpacks_to_more_than_can_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeunet.signals.recordings.npz_file.MOST_BYTES", 1_000_000)
    np.savez_compressed(tmp_path / "a.npz", signal=np.zeros(200_000), sample_rate_hz=250)
    assert "at most 1000000 can be read; use several files" in refused(tmp_path / "a.npz")


@pytest.mark.parametrize("rate", [1e-9, 0.0, np.inf, np.nan, 1e300, "fast", [250, 500]])
def test_a_rate_that_is_none_is_refused(tmp_path: Path, rate: Any) -> None:
    np.savez(tmp_path / "a.npz", signal=GOOD, sample_rate_hz=rate)
    assert "sample rate" in refused(tmp_path / "a.npz")


def test_a_rate_in_a_list_of_one_is_a_rate(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", signal=GOOD, sample_rate_hz=[250])
    assert open_source(tmp_path / "a.npz").read("a").sample_rate_hz == 250


def test_patients_are_one_for_each_recording_or_one_for_all(tmp_path: Path) -> None:
    signal = np.stack([GOOD] * 3)[:, :, None]
    for patients, expected in ((["a", "b", "c"], ["a", "b", "c"]), ("a", ["a"] * 3), (["a"], ["a"] * 3)):
        np.savez(tmp_path / "r.npz", signal=signal, sample_rate_hz=250, patients=patients)
        assert list(open_source(tmp_path).patients().values()) == expected
    np.savez(tmp_path / "r.npz", signal=signal, sample_rate_hz=250, patients=["a", "b"])
    with pytest.raises(SignalError, match="names 2 patients for more recordings"):
        open_source(tmp_path).patients()


def test_infinite_labels_and_two_leads_of_one_name_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", signal=GOOD, sample_rate_hz=250, labels=np.where(GOOD > 0.9, np.inf, 0))
    assert "label inf at sample" in refused(tmp_path / "a.npz")
    np.savez(tmp_path / "a.npz", signal=np.stack([GOOD, GOOD], 1), sample_rate_hz=250, leads=["II", "ii"])
    assert "two leads called 'II'" in refused(tmp_path / "a.npz")


def test_an_encrypted_or_strangely_packed_file_is_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "a.npz", header((200,)) + GOOD.tobytes())
    data = bytearray(path.read_bytes())
    for signature, flags, method in ((b"PK\1\2", 8, 10), (b"PK\3\4", 6, 8)):
        at = data.rindex(signature)
        data[at + flags] |= 1
        data[at + method] = 0
    path.write_bytes(data)
    assert "is damaged or not plain numbers" in refused(path)
    data[data.rindex(b"PK\1\2") + 10] = 97  # a method nobody knows
    data[data.rindex(b"PK\1\2") + 8] &= 0xFE
    path.write_bytes(data)
    assert "is damaged or not plain numbers" in refused(path)
