"""Writes ``corpus/``: ``python -m tests.fuzz.seeds``. Every seed is made here, by the project's own writers."""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edgeunet.files import FileSet
from edgeunet.graph import read_tflite
from edgeunet.modelcard import ModelCard
from edgeunet.signals import SyntheticECG, synthesize
from edgeunet.signals.recordings.edf_files import FILE_FIELDS, SIGNAL_FIELDS
from edgeunet.signals.recordings.export import write_wfdb
from edgeunet.spec import preset
from edgeunet.spec.document import spec_to_dict
from tests.fuzz.bundle import pack
from tests.fuzz.corpus import CORPUS
from tests.networks.pass_networks import tables
from tests.networks.random_networks import random_network
from tests.networks.tflite_writer import ModelWriter
from tests.report import documents

LARGEST_MODEL_BYTES = 3600
CANDIDATES = 400


def seeds() -> Iterator[tuple[str, str, bytes]]:
    """Target, name and bytes of every seed."""
    made = {
        "tflite": models(),
        "card": cards(),
        "spec": specs(),
        "wfdb": wfdb(),
        "csv": csv(),
        "npz": npz(),
        "edf": edf(),
        "results": results(),
        "protocol": protocol(),
    }
    for target, inputs in made.items():
        for name, data in inputs.items():
            yield target, name, data


def models() -> dict[str, bytes]:
    """Random networks, the smallest first, each with an operator that none before has; and what those never hold."""
    chosen = {"tables": tables(), "dilated": _dilated()}
    known = {op.kind for data in chosen.values() for op in read_tflite(data).ops} - {"CONV_2D"}
    networks = sorted((random_network(seed, outputs=2) for seed in range(CANDIDATES)), key=len)
    for seed, data in enumerate(network for network in networks if len(network) < LARGEST_MODEL_BYTES):
        kinds = {op.kind for op in read_tflite(data).ops}
        if not kinds <= known:
            known |= kinds
            chosen[f"random{seed}"] = data
    return chosen


def _dilated() -> bytes:
    """A dilated convolution in its oldest spelling."""
    writer = ModelWriter()
    x = writer.tensor((1, 1, 8, 2), "int8", 0.1, 3)
    block, none = writer.constant([1, 2]), writer.constant([[0, 0], [0, 0]])
    weights = writer.tensor((3, 1, 3, 2), "int8", 0.05, data=np.arange(-9, 9, dtype=np.int8).reshape(3, 1, 3, 2))
    bias = writer.tensor((3,), "int32", 0.005, data=np.array([5, -7, 90], np.int32))
    apart = writer.op("SPACE_TO_BATCH_ND", [x, block, none], writer.tensor((2, 1, 4, 2), "int8", 0.1, 3))
    made = writer.op(
        "CONV_2D",
        [apart, weights, bias],
        writer.tensor((2, 1, 2, 3), "int8", 0.1),
        padding="VALID",
        strideH=1,
        strideW=1,
    )
    y = writer.op("BATCH_TO_SPACE_ND", [made, block, none], writer.tensor((1, 1, 4, 3), "int8", 0.1))
    return writer.build([x], [y])


def cards() -> dict[str, bytes]:
    card: dict[str, Any] = {
        "schema": "edgeunet.modelcard/1",
        **vars(ModelCard("ecg-tiny", ("background", "P", "QRS", "T"), 250.0, ("II",), "causal")),
        "data": {"source": "synthetic", "seed": 1},
        "metrics": {"validation": {"macro_f1": 0.9}},
        "postprocessing": {"merge_ms": {"QRS": 20.0}, "min_ms": {"P": 40}},
        "split": {"train": ["a", "b"], "val": ["c"], "test": []},
    }
    return {"card": _json(card), "none": _json({**card, "normalization": "none", "sample_rate_hz": 360, "leads": None})}


def specs() -> dict[str, bytes]:
    tiny = spec_to_dict(preset("ecg-tiny"))
    toml = (
        'name = "small"\ninput_shape = [256, 1]\nclasses = ["background", "P", "QRS", "T"]\nsample_rate_hz = 250\n'
        "[[blocks]]\nfilters = 8\nkernel = 5\n[[blocks]]\nfilters = 12\npool = 2\n"
    )
    heartkit = {
        "name": "unet",
        "params": {
            "input_shape": [512, 1],
            "classes": 4,
            "blocks": [{"filters": 12, "depth": 2, "seperable": True}, {"filters": 16, "depth": 1, "skip": False}],
        },
    }
    return {
        "json": pack({"net.json": _json(tiny)}),
        "toml": pack({"net.toml": toml.encode()}),
        "heartkit": pack({"net.json": _json(heartkit)}),
    }


def wfdb() -> dict[str, bytes]:
    record = synthesize(SyntheticECG(duration_s=4.0, sample_rate_hz=100.0, leads=("ii", "v1")), 1, "rec")
    with tempfile.TemporaryDirectory() as folder:
        with FileSet(Path(folder)) as written:
            paths = write_wfdb(record, Path(folder), written)
        files = {path.name: path.read_bytes() for path in paths}
        whole = pack({path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())})
    assert files
    counts = np.round(200 * np.sin(np.arange(300) / 9)).astype("<i2")
    header = b"old 2 250/250(0) 150 12:00:00 01/02/2020\n"
    header += b"old.dat 212 200(0)/mV 12 0 0 0 0 MLII\nold.dat 212 200 12 0 0 0 0 V5\n"
    packed = _format_212(counts)
    segments = b"all/3 1 100 170\nfirst 50\n~ 20\nsecond 100\n"
    first = b"first 1 100 50\nfirst.dat 16 1000/mV 16 0 0 0 0 II\n"
    second = b"second 1 100 100\nsecond.d8 80x1 100/uV 8 0 0 0 0 II\n"
    pieces = {
        "all.hea": segments,
        "first.hea": first,
        "first.dat": counts[:50].tobytes(),
        "second.hea": second,
        "second.d8": (counts[:100] // 4 + 128).astype(np.uint8).tobytes(),
        "all.ii": _marks((20, 25, 30, 40, 44, 48)),
        "RECORDS": b"all\n",
    }
    return {
        "ludb": whole,
        "joint": pack({"old.hea": header, "old.dat": packed, "old.q1c": _marks((20, 40, 60, 90, 120, 130))}),
        "segments": pack(pieces),
    }


def _format_212(values: np.ndarray[Any, Any]) -> bytes:
    pairs = (values.astype(np.int64) & 0xFFF).reshape(-1, 2)
    made = np.stack([pairs[:, 0] & 0xFF, pairs[:, 0] >> 8 | pairs[:, 1] >> 8 << 4, pairs[:, 1] & 0xFF], axis=1)
    return made.astype(np.uint8).tobytes()


def _marks(at: Sequence[int]) -> bytes:
    """Onset, peak and offset, again and again, and a long step as SKIP."""
    codes = (39, 1, 40)
    steps = np.diff([0, *at])
    words = [struct.pack("<H", codes[i % 3] << 10 | int(step)) for i, step in enumerate(steps)]
    return b"".join(words[:3]) + struct.pack("<HhH", 59 << 10, 0, 3) + b"".join(words[3:]) + b"\0\0"


def csv() -> dict[str, bytes]:
    rows = [f"{i / 100:g},{np.sin(i / 7):.3f},{np.cos(i / 5):.3f},{i // 10 % 2}" for i in range(60)]
    timed = "# patient: p1\ntime,II,V1,label\n" + "\n".join(rows) + "\n"
    plain = "# sample_rate_hz: 250\n# classes: rest,move\nindex,emg,label\n" + "\n".join(
        f"{i},{i * 7 % 11},{('rest', 'move')[i // 8 % 2]}" for i in range(40)
    )
    dataset = {
        "unit": "uV",
        "scale": 2.5,
        "offset": [1.0, 0],
        "leads": ["a", "b"],
        "patients": {"one": "x"},
        "classes": ["rest", "move"],
    }
    return {
        "timed": pack({"one.csv": timed.encode(), "dataset.json": _json(dataset)}),
        "plain": pack({"two.csv": plain.encode(), "patients.csv": b"record,patient\ntwo,9\n"}),
    }


def npz() -> dict[str, bytes]:
    signal = np.sin(np.arange(80, dtype=np.float32) / 5).reshape(-1, 2)
    one = _npz(
        signal=signal, labels=np.arange(40, dtype=np.int8) // 20, sample_rate_hz=100.0, leads=np.array(["a", "b"])
    )
    many = _npz(
        signal=np.arange(60, dtype=np.int16).reshape(3, 20, 1),
        labels=np.zeros((3, 20), np.int8),
        classes=np.array(["rest", "move"]),
        patients=np.array(["x", "y", "z"]),
    )
    dataset = {"sample_rate_hz": 50, "unit": "%", "scale": 0.5}
    return {"one": pack({"one.npz": one}), "many": pack({"many.npz": many, "dataset.json": _json(dataset)})}


def _npz(**arrays: Any) -> bytes:
    made = io.BytesIO()
    np.savez_compressed(made, **arrays)
    return made.getvalue()


def edf() -> dict[str, bytes]:
    return {
        "plain": pack({"a.edf": _edf(("ECG II",), "")}),
        "plus": pack({"b.edf": _edf(("ECG II", "EDF Annotations"), "EDF+C"), "patients.json": _json({"b": "p"})}),
    }


def _edf(labels: Sequence[str], reserved: str) -> bytes:
    count, samples, records = len(labels), 50, 3
    about = {"version": "0", "patient": "P001 M X X", "start date": "01.02.26", "start time": "12.30.00"}
    about |= {"header bytes": str(256 * (count + 1)), "reserved": reserved, "number of data records": str(records)}
    about |= {"duration of a data record": "0.5", "number of signals": str(count)}
    each = {"physical dimension": "uV", "physical minimum": "-3200", "physical maximum": "3200"}
    each |= {"digital minimum": "-32000", "digital maximum": "32000", "samples per data record": str(samples)}
    head = "".join(about.get(name, "X").ljust(size) for name, size in FILE_FIELDS.items())
    for name, size in SIGNAL_FIELDS.items():
        head += "".join((label if name == "label" else each.get(name, "")).ljust(size) for label in labels)
    values = np.round(8000 * np.sin(np.arange(count * samples * records) / 9)).astype("<i2")
    return head.encode("ascii") + values.tobytes()


def results() -> dict[str, bytes]:
    stored = {
        "model": "ecg-tiny",
        "format": "int8",
        "target": "cortex-m4",
        "figures": {"ram_bytes": 9000, "instructions": 4e6},
    }
    budget = (
        '[[budget]]\nmodel = "ecg-tiny"\nformat = "int8"\ntarget = "cortex-m4"\n'
        "max = { ram_bytes = 10000, stack_bytes = 500 }\n"
        "min.boundaries.QRS.onset.f1 = 0.9\n"
        '[baseline]\nfile = "baseline.json"\nallow = { ram_bytes = 100, "instr*" = "1 %" }\n'
    )
    files = {
        "evaluate.json": _json(documents.evaluate()),
        "bench.json": _json(documents.bench()),
        "edgeunet.toml": budget.encode(),
        "baseline.json": _json({"schema": "edgeunet.baseline/1", "subjects": [stored]}),
    }
    more = {
        "build.json": _json(documents.build()),
        "quantize.json": _json(documents.quantize(validated=True)),
        "stream.json": _json(documents.stream(64)),
        "compare.json": _json(
            {**documents.bench("cortex-m7"), "compare": [{"variant": "as it ships", "instructions": 5}]}
        ),
    }
    return {"checked": pack(files), "reported": pack(more)}


def protocol() -> dict[str, bytes]:
    hello = "hello protocol=1 firmware=abc board=mps2-an386 unit=instructions clock_hz=25000000"
    hello += " state_bytes=10 input_bytes=4 output_bytes=4"
    run = ["calibration count=100 expected=100", "run index=0 count=123 stack_bytes=400 stack_left_bytes=9"]
    run += [
        "output run=0 offset=0 bytes=00ff7f80",
        "layer index=0 count=17 rounds=1",
        "event class=2 onset=1 peak=2 offset=3 confidence=4",
    ]
    registers = "r0=00000000 lr=00000001 pc=00000124 sp=20000000 cfsr=00000200 mmfar=00000000 bfar=20001000"
    riscv = "pc=80000000 ra=80000004 sp=80010000 mtval=00000003 stack_limit=80008000 stack_top=80010000"
    return {
        "run": _session(hello, *run),
        "fault": _session(hello, f"fault exception=3 {registers}"),
        "trap": b"boot v1.2\r\n" + _session(hello, f"fault exception=4 {riscv}"),
    }


def _session(*payloads: str) -> bytes:
    said = [*payloads, f"end lines={len(payloads)}"]
    return b"".join(b"#%s *%08x\n" % (payload.encode(), zlib.crc32(payload.encode())) for payload in said)


def _json(document: Any) -> bytes:
    return json.dumps(document).encode()


def main() -> None:
    """Write the corpus anew; seeds that are no longer made stay, for they may be findings."""
    for target, name, data in seeds():
        path = CORPUS / target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print(f"{sum(path.stat().st_size for path in CORPUS.rglob('*') if path.is_file())} bytes in {CORPUS.name}")


if __name__ == "__main__":
    main()
