"""The commands as Python functions: the same names, options and results, for notebooks and scripts.

``edgeunet.bench("m.tflite", target="cortex-m4")`` does what ``edgeunet bench m.tflite --target cortex-m4 --json`` does
and returns its JSON object as a dict. Options are the command's, with ``_`` for ``-``; ``True`` sets a flag, ``False``
clears it; a list repeats an option. Progress goes to stderr, errors are ``EdgeUNetError`` with the same one sentence.
"""

from edgeunet.verbs.devices import bench, doctor, energy, export_c, firmware_new, flash, simulate
from edgeunet.verbs.models import build, evaluate, import_, quantize, train
from edgeunet.verbs.records import inspect, synth
from edgeunet.verbs.results import check, report

__all__ = [
    "bench",
    "build",
    "check",
    "doctor",
    "energy",
    "evaluate",
    "export_c",
    "firmware_new",
    "flash",
    "import_",
    "inspect",
    "quantize",
    "report",
    "simulate",
    "synth",
    "train",
]
