"""Records written to disk: as ``.npz``, or as WFDB in LUDB's layout (microvolts, one annotation file per lead)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

from edgeunet.errors import SignalError
from edgeunet.files import FileSet, file_digest, outdated_files
from edgeunet.signals.record import Record, Wave
from edgeunet.signals.recordings.wfdb_annotations import SKIP, SYMBOLS

UNITS_PER_MV = 1000
"""ADC units per millivolt in the WFDB files written here."""

CODES = {symbol: code for code, symbol in SYMBOLS.items()}

WAVE_SYMBOLS = {"P": "p", "QRS": "N", "T": "t"}


MANIFEST = "edgeunet.json"
"""Lists, beside the records, what was written, so that the next records there take the place of all of these."""


def export_records(records: Iterable[Record], directory: Path, form: str = "npz") -> list[Path]:
    """Write ``records`` into ``directory`` as ``form`` (``"npz"`` or ``"wfdb"``), all in one step; return the files.

    Records that were written there earlier, and not changed since, go.

    Raises
    ------
    SignalError
        When there is no such form, or a record does not fit it.
    """
    if form not in FORMS:
        raise SignalError(f"records cannot be written as '{form}'; choose {' or '.join(FORMS)}")
    with FileSet(directory, lambda: outdated_files(directory, MANIFEST)) as written:
        files = [file for record in records for file in FORMS[form](record, directory, written)]
        listed = list(files)
        if form == "wfdb":
            listed.append(directory / "RECORDS")
            written.write_text(listed[-1], "".join(f"{file.stem}\n" for file in files if file.suffix == ".hea"))
        digests = {file.name: file_digest(written.written(file)) for file in sorted(listed)}
        written.write_json(directory / MANIFEST, {"schema": "edgeunet.records/1", "files": digests})
    return files


def write_npz(record: Record, directory: Path, written: FileSet) -> list[Path]:
    """Write one ``.npz`` with all that `edgeunet.signals.ArraySource` reads."""
    path = directory / f"{record.name}.npz"
    with written.replacing(path) as staged, staged.open("wb") as stream:
        np.savez_compressed(
            stream,
            signal=record.signal,
            labels=record.labels,
            sample_rate_hz=record.sample_rate_hz,
            classes=np.array(record.classes),
            leads=np.array(record.leads),
            patient=np.array(record.patient),
        )
    return [path]


def write_wfdb(record: Record, directory: Path, written: FileSet) -> list[Path]:
    """Write header, signal and an annotation file for each lead.

    Raises
    ------
    SignalError
        When the signal exceeds 16 bits, or the waves have no WFDB symbol.
    """
    adc = np.rint(record.signal.astype(np.float64) * UNITS_PER_MV)
    if np.abs(adc).max(initial=0) > 32_767:
        raise SignalError(f"record '{record.name}' exceeds ±32 mV, which 16 bits of 1 µV cannot hold; write it as npz")
    base, samples = directory / record.name, adc.astype("<i2")
    lines = [f"{record.name} {len(record.leads)} {record.sample_rate_hz:g} {record.samples}"]
    for index, lead in enumerate(record.leads):
        column = samples[:, index]
        checksum = (int(column.astype(np.int64).sum()) + 2**15) % 2**16 - 2**15
        lines.append(f"{base.name}.dat 16 {UNITS_PER_MV}(0)/mV 16 0 {int(column[0])} {checksum} 0 {lead}")
    files = [base.with_name(f"{base.name}.dat")]
    written.write_bytes(files[0], samples.tobytes())
    for lead, waves in zip(record.leads, record.waves, strict=True):
        files.append(base.with_name(f"{base.name}.{lead.lower()}"))
        written.write_bytes(files[-1], annotation_bytes(waves, record.name))
    files.append(base.with_name(f"{base.name}.hea"))
    written.write_text(files[-1], "\n".join([*lines, f"# patient: {record.patient}"]) + "\n")
    return files


def annotation_bytes(waves: Iterable[Wave], name: str = "record") -> bytes:
    """Return a WFDB annotation file of ``waves``; boundaries that were not marked are left out.

    Raises
    ------
    SignalError
        When a wave has no WFDB symbol.
    """
    marks: list[tuple[int, str]] = []
    for wave in waves:
        if wave.kind not in WAVE_SYMBOLS:
            raise SignalError(f"record '{name}': WFDB has no symbol for a wave '{wave.kind}'; write it as npz")
        peak = wave.peak if wave.peak is not None else (wave.onset + wave.offset) // 2
        marks += [(wave.onset, "(")] if wave.onset_marked else []
        marks += [(peak, WAVE_SYMBOLS[wave.kind])]
        marks += [(wave.offset, ")")] if wave.offset_marked else []
    data, before = bytearray(), 0
    for at, symbol in sorted(marks, key=lambda mark: mark[0]):
        step, before = at - before, at
        if step > 1023:
            data += struct.pack("<HHH", SKIP << 10, step >> 16, step & 0xFFFF)
            step = 0
        data += struct.pack("<H", CODES[symbol] << 10 | step)
    return bytes(data) + b"\0\0"


FORMS: Mapping[str, Callable[[Record, Path, FileSet], list[Path]]] = {"npz": write_npz, "wfdb": write_wfdb}
"""Name of a form → function that writes one record in it."""
