"""What stands in an ``.npz`` file. Nothing in it is ever unpickled, and no size it claims is believed unchecked."""

from __future__ import annotations

import math
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError, shown
from edgeunet.files import require_regular
from edgeunet.signals.record import MOST_LEADS, checked_classes, checked_rate
from edgeunet.signals.recordings.recording import Recording

NPZ_KEYS = ("signal", "labels", "sample_rate_hz", "classes", "leads", "patient", "patients")

MOST_BYTES = 4 << 30
"""What all arrays of a file may take together."""

DEFLATE_RATIO = 1032
"""Deflate cannot shrink anything further than to a 1032nd; a file that claims so lies about its size."""

_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def read_npz(file: Path) -> list[Recording]:
    """Read an ``.npz``: ``signal`` ``(time,)``, ``(time, channels)`` or ``(records, time, channels)``.

    Raises
    ------
    SignalError
        When it is no ``.npz``, has no ``signal``, unknown keys or wrong shapes.
    """
    with _open_npz(file) as content:
        unknown = sorted(set(content.files) - set(NPZ_KEYS))
        if unknown:
            raise SignalError(f"'{file}' has an unknown array {shown(unknown[0])}; it may have {', '.join(NPZ_KEYS)}")
        _require_signal(*_shape_and_type(content, "signal", file), file)
        parts = {key: _member(content, key, file) for key in content.files}
    signal, labels = parts["signal"], parts.get("labels")
    if signal.ndim == 3 and labels is not None and (labels.ndim not in (2, 3) or len(labels) != len(signal)):
        raise SignalError(f"'{file}': labels {labels.shape} do not fit signal {signal.shape}; give (records, time)")
    if "sample_rate_hz" in parts:
        rate_hz = checked_rate(parts["sample_rate_hz"], f"'{file}', 'sample_rate_hz'")
    patients = parts.get("patients", parts.get("patient"))
    leads, classes = _names(parts, "leads", file), _names(parts, "classes", file)
    if classes is not None:
        classes = checked_classes(classes, f"'{file}'")

    def recording(index: int, one_signal: npt.NDArray[Any], one_label: npt.NDArray[Any] | None) -> Recording:
        return Recording(
            signal=one_signal.reshape(len(one_signal), -1),
            labels=one_label,
            sample_rate_hz=rate_hz if "sample_rate_hz" in parts else None,
            classes=classes,
            leads=leads,
            patient=None if patients is None else _patient(patients, index, file),
        )

    if signal.ndim < 3:
        return [recording(0, signal, labels)]
    return [recording(i, one, None if labels is None else labels[i]) for i, one in enumerate(signal)]


def count_npz(file: Path) -> int:
    """Return how many recordings an ``.npz`` holds, from its headers alone."""
    with _open_npz(file) as content:
        shape, dtype = _shape_and_type(content, "signal", file)
        _require_signal(shape, dtype, file)
        return shape[0] if len(shape) == 3 else 1


def patient_in_npz(file: Path, index: int) -> str | None:
    """Return the patient that an ``.npz`` names for its recording number ``index``."""
    with _open_npz(file) as content:
        key = next((key for key in ("patients", "patient") if key in content.files), None)
        return None if key is None else _patient(_member(content, key, file), index, file)


def _require_signal(shape: tuple[int, ...], dtype: np.dtype[Any], file: Path) -> None:
    if len(shape) not in (1, 2, 3) or 0 in shape or dtype.kind not in "iufb":
        raise SignalError(
            f"'{file}': 'signal' is {dtype} {shape}; give numbers shaped (time,), (time, channels) or "
            "(records, time, channels), no length being 0"
        )


@contextmanager
def _open_npz(file: Path) -> Iterator[Any]:
    foreign = SignalError(f"'{file}' is not an .npz file of plain arrays, or cut short; write it with numpy.savez")
    require_regular(file, SignalError)
    try:
        stream = file.open("rb")
    except OSError as error:
        raise SignalError(f"cannot read '{file}': {error.strerror}; check the path") from error
    with stream:
        if not zipfile.is_zipfile(stream):
            raise foreign
        stream.seek(0)
        try:
            content = np.load(stream, allow_pickle=False)
            members = content.zip.infolist()
        except Exception as error:  # whatever a damaged file makes zipfile and numpy stumble over
            raise foreign from error
        with content:
            _require_possible_sizes(members, file)
            yield content


def _require_possible_sizes(members: list[zipfile.ZipInfo], file: Path) -> None:
    available = file.stat().st_size
    for member in members:
        if member.compress_size > available or member.file_size > (member.compress_size + 1) * DEFLATE_RATIO:
            raise SignalError(
                f"'{file}': array {shown(member.filename)} says {member.file_size} bytes, more than can be in it; "
                "write the file again"
            )
    total = sum(member.file_size for member in members)
    if total > MOST_BYTES:
        raise SignalError(f"'{file}' holds {total} bytes unpacked, at most {MOST_BYTES} can be read; use several files")


def _member(content: Any, key: str, file: Path) -> npt.NDArray[Any]:
    """Return an array whose header claims just what the file has for it."""
    _shape_and_type(content, key, file)
    try:
        values = np.asarray(content[key])
    except Exception as error:  # whatever a damaged file makes zipfile and numpy stumble over
        raise _damaged(key, file) from error
    if values.dtype.kind == "U" and not _is_unicode(values):
        raise _damaged(key, file)
    return values


def _is_unicode(text: npt.NDArray[Any]) -> bool:
    """Return whether every character is one; NumPy takes any 32 bits for one, and Python none that it does not know."""
    codes = np.frombuffer(text.tobytes(), np.dtype("u4").newbyteorder(text.dtype.byteorder))
    return int(codes.max(initial=0)) <= sys.maxunicode


def _shape_and_type(content: Any, key: str, file: Path) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return shape and type of an array from its header, checked against the bytes that the file has for it."""
    if key not in content.files:
        raise SignalError(f"'{file}' has no array '{key}'; it has {shown(', '.join(content.files), 200) or 'none'}")
    name = f"{key}.npy" if f"{key}.npy" in content.zip.namelist() else key
    try:
        with content.zip.open(name) as member:
            shape, _, dtype = _HEADERS[np.lib.format.read_magic(member)](member)
            there = content.zip.getinfo(name).file_size - member.tell()
    except Exception as error:  # whatever a damaged file makes zipfile and numpy stumble over
        raise _damaged(key, file) from error
    if dtype.hasobject:
        raise _damaged(key, file)
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != there:
        raise SignalError(
            f"'{file}': array '{key}' says {shown(shape)} values of {dtype}, but the file has {there} bytes for it; "
            "write the file again"
        )
    return tuple(int(length) for length in shape), dtype


def _damaged(key: str, file: Path) -> SignalError:
    return SignalError(f"'{file}': array '{key}' is damaged or not plain numbers; write the file again")


def _names(parts: Mapping[str, npt.NDArray[Any]], key: str, file: Path) -> tuple[str, ...] | None:
    if key not in parts:
        return None
    values = parts[key].ravel()
    if values.dtype.kind not in "Uiu":
        raise SignalError(f"'{file}': '{key}' are of type {values.dtype}; give an array of text")
    if values.size > MOST_LEADS:
        raise SignalError(f"'{file}': '{key}' has {values.size} names, at most {MOST_LEADS} can be; correct it")
    return tuple(str(value) for value in values)


def _patient(values: npt.NDArray[Any], index: int, file: Path) -> str:
    flat = values.ravel()
    if not flat.size or (flat.size > 1 and index >= flat.size):
        raise SignalError(f"'{file}' names {flat.size} patients for more recordings; name one for each, or one for all")
    return str(flat[index] if flat.size > 1 else flat[0])
