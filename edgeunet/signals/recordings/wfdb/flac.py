"""WFDB signals compressed with FLAC (formats 508, 516 and 524), decoded by the ``soundfile`` package."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edgeunet.errors import SignalError
from edgeunet.signals.record import MOST_SAMPLES
from edgeunet.signals.recordings.wfdb.header import SignalLine
from edgeunet.signals.recordings.wfdb.storage import COMPRESSED, Adc

SUBTYPES = {"PCM_S8": 8, "PCM_16": 16, "PCM_24": 24}
"""libsndfile's name of a resolution → bits."""

CHUNK_FRAMES = 1 << 20


def read_flac(path: Path, lines: tuple[SignalLine, ...], frames: int | None) -> Adc:
    """Return the samples in the order of an uncompressed file, frame after frame; fewer where the file ends before.

    A channel of the FLAC stream is a signal; its samples of one frame follow each other. The byte offset of such a
    signal counts samples.

    Raises
    ------
    SignalError
        When the package is missing, or the file is damaged, or does not hold what the header says.
    """
    try:
        import soundfile
    except ImportError as error:
        raise SignalError(
            f"signal file '{path}' is FLAC, which takes the soundfile package; pip install 'edgeunet[train]'"
        ) from error
    per_frame = {line.frame for line in lines}
    if len(per_frame) > 1:
        raise SignalError(f"signal file '{path}': signals in a FLAC file must have one number of samples per frame")
    (frame,) = per_frame
    try:
        with path.open("rb") as stream, soundfile.SoundFile(stream) as file:
            bits = SUBTYPES.get(file.subtype, 32) if file.format == "FLAC" else 32
            if bits > COMPRESSED[lines[0].storage] or file.channels != len(lines):
                raise SignalError(
                    f"signal file '{path}' holds {file.channels} channels of {file.format} {file.subtype}, but its "
                    f"header says {len(lines)} of format {lines[0].storage}; fetch both again"
                )
            offset = min(lines[0].byte_offset, file.frames)
            wanted = file.frames - offset if frames is None else min(frames * frame, file.frames - offset)
            if wanted * len(lines) > MOST_SAMPLES:
                raise SignalError(f"signal file '{path}' says {wanted} samples, which is too many to read; cut it up")
            file.seek(offset)
            blocks = []
            for at in range(0, wanted, CHUNK_FRAMES):
                asked = min(CHUNK_FRAMES, wanted - at)
                blocks.append(file.read(asked, dtype="int32", always_2d=True).copy())
                if len(blocks[-1]) < asked:  # the stream ends before what its header says
                    break
    except OSError as error:
        raise SignalError(f"cannot read signal file '{path}': {error.strerror}; fetch it again") from error
    except RuntimeError as error:  # soundfile's own errors
        raise SignalError(f"signal file '{path}' is damaged or not FLAC; fetch it again") from error
    samples = np.concatenate(blocks or [np.zeros((0, len(lines)), np.int32)]).astype(np.int64) >> (32 - bits)
    samples = samples[: len(samples) // frame * frame]
    return np.ascontiguousarray(samples.reshape(-1, frame, len(lines)).transpose(0, 2, 1)).reshape(-1)
