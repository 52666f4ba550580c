"""Recordings in, windows with labels out: WFDB directories, arrays and CSV, synthetic ECG; splits by patient."""

from __future__ import annotations

from edgeunet.signals.normalization import NORMALIZATIONS, RECORDING_NORMALIZATIONS, normalize, normalize_recording
from edgeunet.signals.record import CLASSES, UNKNOWN, Record, Wave, paint_labels
from edgeunet.signals.recordings.arrays import ArraySource
from edgeunet.signals.recordings.edf_directory import EdfSource
from edgeunet.signals.recordings.wfdb_directory import WfdbSource
from edgeunet.signals.resampling import resample
from edgeunet.signals.segments import labels_to_waves
from edgeunet.signals.source import PreparedSource, Source, open_source, records_without
from edgeunet.signals.split import Split, load_split, make_split, save_split, split_from_dict
from edgeunet.signals.synthesis.ecg_parameters import SyntheticECG
from edgeunet.signals.synthesis.synthetic import SyntheticSource, synthesize
from edgeunet.signals.windows import Stream, streams, windows

__all__ = [
    "CLASSES",
    "NORMALIZATIONS",
    "RECORDING_NORMALIZATIONS",
    "UNKNOWN",
    "ArraySource",
    "EdfSource",
    "PreparedSource",
    "Record",
    "Source",
    "Split",
    "Stream",
    "SyntheticECG",
    "SyntheticSource",
    "Wave",
    "WfdbSource",
    "labels_to_waves",
    "load_split",
    "make_split",
    "normalize",
    "normalize_recording",
    "open_source",
    "paint_labels",
    "records_without",
    "resample",
    "save_split",
    "split_from_dict",
    "streams",
    "synthesize",
    "windows",
]
