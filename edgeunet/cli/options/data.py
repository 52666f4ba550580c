"""The options that say which records a command works on, shared by train, evaluate and quantize."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from edgeunet.errors import SignalError
from edgeunet.escaping.terminal import say
from edgeunet.signals import Source, open_source
from edgeunet.signals.mixture import mix

RECORDS = 200
Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class DataRequest:
    """What was asked for; `open` gives the source."""

    data: Path | None
    leads: tuple[str, ...]
    annotator: str | None
    patients: Path | None
    adc_units: str
    missing: str
    records: int | None
    data_seed: int | None
    more_data: tuple[Path, ...] = ()

    def open_record(self, record: str) -> tuple[Source, str]:
        """Open where ``record`` is, and return its name there: a name within the data, or the path of a recording.

        Raises
        ------
        SignalError
            When ``record`` is a path and no recording is there.
        """
        path = Path(record)
        if self.annotator is None:  # a recording that nobody annotated will do
            return replace(self, annotator="any").open_record(record)
        if self.data is not None:
            return self.open(), record
        base = path.with_suffix("") if path.suffix in (".hea", ".dat") else path
        if base.name and base.with_name(base.name + ".hea").is_file():
            return replace(self, data=base.parent).open(), base.name
        if path.suffix.lower() in (".csv", ".npz", ".edf") and path.is_file():
            source = replace(self, data=path).open()
            return source, source.names()[0]
        if path.suffix or len(path.parts) > 1:
            raise SignalError(
                f"there is no recording '{record}'; give the path of a WFDB record, an .edf, .npz or .csv file, a "
                "name within --data, or synthetic-0000 and so on without data"
            )
        return self.open(), record

    def open(self) -> Source:
        """Open the records.

        Raises
        ------
        SignalError
            When they cannot be opened, or options are given that mean nothing for them.
        """
        synthetic = {"--records": self.records, "--data-seed": self.data_seed}
        for option, value in synthetic.items():
            if value is not None and self.data is not None:
                raise SignalError(f"{option} {value} is for synthetic ECG, and --data is '{self.data}'; leave one out")
        if self.data is not None and (self.more_data or self.data.suffix == ".toml"):
            return mix(
                [self.data, *self.more_data],
                leads=self.leads or None,
                annotator=self.annotator,
                adc_units=self.adc_units,
                patients=self.patients,
                missing=self.missing,
            )
        return open_source(
            self.data,
            leads=self.leads or None,
            annotator=self.annotator,
            patients=self.patients,
            adc_units=self.adc_units,
            missing=self.missing,
            records=RECORDS if self.records is None else self.records,
            seed=self.data_seed or 0,
        )


def tell_warnings(warnings: Iterable[str]) -> None:
    """Print what is implausible about the records on standard error, a line each."""
    for warning in warnings:
        say(f"edgeunet: warning: {warning}", err=True)


_OPTIONS = (
    click.option(
        "--data",
        type=click.Path(path_type=Path),
        multiple=True,
        help="Directory of WFDB, .edf, .npz or .csv records, or a .toml file that lists several; repeat to mix them. "
        "Synthetic ECG when left out.",
    ),
    click.option("--lead", "leads", multiple=True, help="Lead to use; repeat for several. All leads when left out."),
    click.option("--annotator", help="WFDB: extension of the annotation files, {lead} standing for the lead's name."),
    click.option("--patients", type=click.Path(path_type=Path), help="JSON or CSV saying whose each record is."),
    click.option("--adc-units", default="auto", show_default=True, help="WFDB: header, or microvolts per ADC unit."),
    click.option(
        "--missing",
        default="error",
        show_default=True,
        type=click.Choice(["error", "mask"]),
        help="NaN or invalid samples: refuse the record, or fill them and leave them unscored.",
    ),
    click.option("--records", type=int, help=f"Synthetic ECG: how many records.  [default: {RECORDS}]"),
    click.option("--data-seed", type=click.IntRange(0, 2**32 - 1), help="Synthetic ECG: which patients.  [default: 0]"),
)


def data_options(command: Command) -> Command:
    """Add the data options to a command; it gets them as one argument, ``request: DataRequest``."""
    import functools

    names = ("data", "leads", "annotator", "patients", "adc_units", "missing", "records", "data_seed")

    @functools.wraps(command)
    def wrapped(*args: Any, **values: Any) -> Any:
        first, *more = values.pop("data") or (None,)
        about = {name: values.pop(name) for name in names[1:]}
        request = DataRequest(data=first, **about, more_data=tuple(more))
        return command(*args, request=request, **values)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]
