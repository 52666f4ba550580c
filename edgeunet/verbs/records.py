"""Verbs about records: inspect, synth."""

# No `from __future__ import annotations` here: `help` and `inspect.signature` shall show the types themselves.
import os
from collections.abc import Sequence
from typing import Literal

from edgeunet.verbs.call import Document, run_command, verb


@verb
def inspect(
    *,
    data: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    lead: str | Sequence[str] = (),
    annotator: str | None = None,
    patients: str | os.PathLike[str] | None = None,
    adc_units: str | float = "auto",
    missing: Literal["error", "mask"] = "error",
    records: int | None = None,
    data_seed: int | None = None,
) -> Document:
    """Read every record once and say what they hold, and which cannot be read (``edgeunet inspect``).

    Parameters
    ----------
    data : directory of WFDB, ``.edf``, ``.npz`` or ``.csv`` records, one such file, or a list of them; a ``.toml`` file
        lists several with weights. Synthetic ECG when empty.
    lead : lead to use, or a list of leads; all when empty.
    annotator : WFDB: extension of the annotation files, ``{lead}`` standing for the lead's name.
    patients : JSON or CSV saying whose each record is; else every record is a patient of its own.
    adc_units : WFDB: ``"auto"``, ``"header"``, or microvolts per ADC unit.
    missing : NaN or invalid samples: ``"error"`` refuses the record, ``"mask"`` fills them and leaves them unscored.
    records : synthetic ECG: how many records; ``None`` for 200.
    data_seed : synthetic ECG: which patients; ``None`` for 0.

    Returns
    -------
    dict
        Schema ``edgeunet.inspect/1``: ``records`` and ``patients`` (how many), ``seconds``, ``lead_seconds``,
        ``sample_rates_hz`` and ``leads`` (records of each), ``unknown_share``, ``classes`` (``share``, ``waves``,
        ``median_ms``, ``records_without``), ``refused`` (``record``, ``reason``), ``implausible`` (``kind``,
        ``records``, ``refused``, ``worst``).

    Raises
    ------
    EdgeUNetError
        When no record at all can be read.
    """
    return run_command("inspect", locals())


@verb
def synth(
    *,
    output: str | os.PathLike[str],
    records: int = 10,
    seed: int = 0,
    lead: str | Sequence[str] = (),
    format: Literal["npz", "wfdb"] = "npz",
) -> None:
    """Write the synthetic ECG that train, quantize and evaluate use when they get no data (``edgeunet synth``).

    Parameters
    ----------
    output : directory to write to.
    records : how many; each is a patient of its own.
    seed : which patients, 0 to 2**32 - 1: the ``data_seed`` of the other verbs.
    lead : lead to write, or a list of leads; all twelve when empty.
    format : ``"npz"`` or ``"wfdb"``.

    Raises
    ------
    EdgeUNetError
        When a lead is unknown or the directory cannot be written.
    """
    run_command("synth", locals())
