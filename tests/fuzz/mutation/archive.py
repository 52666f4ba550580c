"""``.npz`` files changed array by array; the zip around them stays sound, or claims what is not so."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from random import Random

from tests.fuzz.mutation.text import Plain, mutate_text

_MAGIC = b"\x93NUMPY\x01\x00"
_TYPES = ("<i2", "<f4", "<f8", ">f8", "<i8", "|u1", "|b1", "<U3", "|O", "<c16", "<M8[s]", "|V4", "<f2")
_KEYS = ("signal", "labels", "sample_rate_hz", "classes", "leads", "patient", "patients", "signal.x", "../x")


def mutate_npz(data: bytes, rng: Random, plain: Plain) -> bytes:
    """One array changed in its header, its data or its name; now and then the bytes of the whole."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # whatever a mutant makes zipfile stumble over
        return plain(data)
    if not members or rng.random() < 0.1:
        return plain(data)
    name = rng.choice(list(members))
    what = rng.randrange(6)
    if what == 0:
        members[f"{rng.choice(_KEYS)}.npy"] = members[name]
    elif what == 1:
        del members[name]
    elif what == 2:
        members[name] = plain(members[name])
    else:
        members[name] = _member(members[name], rng, plain)
    return _zipped(members, rng)


def _member(data: bytes, rng: Random, plain: Plain) -> bytes:
    if not data.startswith(_MAGIC) or len(data) < 10:
        return plain(data)
    (size,) = struct.unpack("<H", data[8:10])
    header, body = data[10 : 10 + size], data[10 + size :]
    if rng.random() < 0.4 and b"'descr': '" in header:
        before, _, rest = header.partition(b"'descr': '")
        header = before + b"'descr': '" + rng.choice(_TYPES).encode() + b"'" + rest.partition(b"'")[2]
    elif rng.random() < 0.6:
        header = mutate_text(header, rng, plain)
    else:
        body = plain(body)
    header = header[:60_000].rstrip() + b"\n"
    return _MAGIC + struct.pack("<H", len(header)) + header + body


def _zipped(members: dict[str, bytes], rng: Random) -> bytes:
    made = io.BytesIO()
    kind = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", kind) as archive:
        warnings.simplefilter("ignore")
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, kind)
        if rng.random() < 0.05:
            name = rng.choice(list(members) or ["signal.npy"])
            archive.writestr(zipfile.ZipInfo(name), b"", kind)
    return made.getvalue()
