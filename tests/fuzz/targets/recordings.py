"""Recordings of every format: a folder as ``open_source`` takes it, read record by record and inspected."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from random import Random

import numpy as np

from edgeunet.errors import SignalError
from edgeunet.signals import Record, inspection, open_source
from edgeunet.signals.recordings.edf_files import BLOCK_BYTES, FILE_FIELDS, SIGNAL_FIELDS
from edgeunet.signals.source import PreparedSource
from tests.fuzz import bundle
from tests.fuzz.contract import Mutate, Target, fault_of
from tests.fuzz.mutation.archive import mutate_npz
from tests.fuzz.mutation.files import mutate_bytes, of_files
from tests.fuzz.mutation.text import NUMBERS, PIECES, Plain, encoded, mutate_text
from tests.fuzz.mutation.values import mutate_json


def read(data: bytes, folder: Path) -> None:
    """Inspect what the folder holds, then read it with what is missing masked, as training does."""
    bundle.write(data, folder)
    with suppress(SignalError):  # no record can be read as it is; what for, is said again below
        document = inspection.inspect(open_source(folder))
        json.dumps(document, allow_nan=False)
        assert inspection.describe_inspection(document)
        for refused in document["refused"]:
            assert not fault_of(refused["reason"]), fault_of(refused["reason"])
    source = PreparedSource(open_source(folder, missing="mask"))
    refusals = [problem for name in source.names() if (problem := _problem(source, name))]
    for sentence in source.warnings():
        assert not fault_of(sentence), fault_of(sentence)
    if refusals:
        raise refusals[0]


def _problem(source: PreparedSource, name: str) -> SignalError | None:
    try:
        require_whole(source.read(name))
    except SignalError as error:
        return error
    return None


def require_whole(record: Record) -> None:
    """Hold a record to what everything after reading relies on."""
    assert record.signal.dtype == np.float32
    assert np.isfinite(record.signal).all()
    assert record.samples >= 2
    assert 0 < record.sample_rate_hz < 1e9
    assert len(record.leads) == record.signal.shape[1]
    assert record.labels.min() >= -1
    assert record.labels.max() < len(record.classes)
    for waves in record.waves:
        for wave in waves:
            assert 0 <= wave.onset <= wave.offset < record.samples, wave
    for span in record.annotated:
        assert span is None or 0 <= span[0] <= span[1] <= record.samples


def mutate_words(data: bytes, rng: Random, plain: Plain) -> bytes:
    """An annotation file: one of its 16-bit words changed, dropped or doubled."""
    words = [data[at : at + 2] for at in range(0, len(data), 2)]
    if not words or rng.random() < 0.3:
        return plain(data)
    at = rng.randrange(len(words))
    what = rng.randrange(4)
    if what == 0:
        del words[at]
    elif what == 1:
        words.insert(at, words[at])
    elif what == 2:
        words[at] = struct.pack("<H", rng.randrange(64) << 10 | rng.choice((0, 1, 5, 40, 1023)))
    else:
        words[at:at] = [struct.pack("<H", 59 << 10), struct.pack("<hH", rng.choice((-1, 0, 1, 0x7FFF, -0x8000)), 9)]
    return b"".join(words)


def mutate_edf(data: bytes, rng: Random, plain: Plain) -> bytes:
    """A field of the header changed, or plain bytes."""
    places = list(_edf_fields(data))
    if not places or rng.random() < 0.3:
        return plain(data)
    start, size = rng.choice(places)
    text = rng.choice((*NUMBERS, *NUMBERS, *PIECES, "EDF+C", "EDF+D", "EDF Annotations", "uV", "mV", "V", "degC"))
    return data[:start] + encoded(text)[:size].ljust(size) + data[start + size :]


def _edf_fields(data: bytes) -> list[tuple[int, int]]:
    count = data[BLOCK_BYTES - 4 : BLOCK_BYTES].strip()
    signals = min(int(count), 8) if count.isdigit() else 0
    places, at = [], 0
    for sizes, repeat in ((FILE_FIELDS, 1), (SIGNAL_FIELDS, signals)):
        for size in sizes.values():
            places += [(at + size * i, size) for i in range(repeat)]
            at += size * repeat
    return places


def _target(name: str, about: str, mutators: Mapping[str, Mutate], otherwise: Mutate) -> Target:
    beside: Mapping[str, Mutate] = {".json": mutate_json, "patients.csv": mutate_text}
    mutate = of_files({**beside, **mutators}, otherwise)
    return Target(name, about, read, mutate, (SignalError,), most_bytes=1 << 15, calls=2_000_000)


TARGETS = (
    _target(
        "wfdb",
        "WFDB records: headers, signals, annotations",
        {".hea": mutate_text, "RECORDS": mutate_text, ".dat": mutate_bytes, ".d8": mutate_bytes},
        mutate_words,
    ),
    _target("csv", "CSV recordings and what stands beside them", {}, mutate_text),
    _target("npz", "npz recordings and what stands beside them", {".npz": mutate_npz}, mutate_text),
    _target("edf", "EDF and EDF+ recordings", {".edf": mutate_edf}, mutate_text),
)
