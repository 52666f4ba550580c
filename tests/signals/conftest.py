"""Small WFDB records written by the ``wfdb`` package, the judge of our own reader."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# No deadline: a busy machine is not a failure.
settings.register_profile("signals", deadline=None, max_examples=40)
settings.load_profile("signals")

WriteRecord = Callable[..., Path]


@pytest.fixture
def write_record(tmp_path: Path) -> WriteRecord:
    """Return a function that writes one record of two leads and its annotation files, and returns its directory."""
    wfdb = pytest.importorskip("wfdb")

    def write(
        name: str = "sel1",
        *,
        samples: int = 2500,
        rate_hz: float = 250,
        leads: Sequence[str] = ("ECG1", "ECG2"),
        storage: str = "212",
        annotations: dict[str, tuple[Sequence[int], Sequence[str]]] | None = None,
        signal: np.ndarray | None = None,  # type: ignore[type-arg]
        **annotation_options: object,
    ) -> Path:
        if signal is None:
            time_s = np.arange(samples) / rate_hz
            signal = np.stack([np.sin(2 * np.pi * (k + 1) * time_s) for k in range(len(leads))], axis=1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wfdb.wrsamp(
                name,
                fs=rate_hz,
                units=["mV"] * len(leads),
                sig_name=list(leads),
                p_signal=signal,
                fmt=[storage] * len(leads),
                adc_gain=[200.0] * len(leads),
                baseline=[0] * len(leads),
                write_dir=str(tmp_path),
            )
            for extension, (at, symbols) in (annotations or {}).items():
                # The package writes no digits in an extension.
                wfdb.wrann(
                    name, "new", np.array(at), symbol=list(symbols), write_dir=str(tmp_path), **annotation_options
                )
                (tmp_path / f"{name}.new").rename(tmp_path / f"{name}.{extension}")
        return tmp_path

    return write


def beat(start: int, *, t_onset: bool = False) -> tuple[list[int], list[str]]:
    """Marks of one beat as in ``.q1c`` of the QT database, where T waves have no onset."""
    at, symbols = [start, start + 10, start + 20], ["(", "p", ")"]
    at += [start + 30, start + 40, start + 50]
    symbols += ["(", "N", ")"]
    at += ([start + 70] if t_onset else []) + [start + 90, start + 110]
    symbols += (["("] if t_onset else []) + ["t", ")"]
    return at, symbols


def beats(starts: Sequence[int], *, t_onset: bool = False) -> tuple[list[int], list[str]]:
    """Marks of several beats."""
    at: list[int] = []
    symbols: list[str] = []
    for start in starts:
        one_at, one_symbols = beat(start, t_onset=t_onset)
        at += one_at
        symbols += one_symbols
    return at, symbols
