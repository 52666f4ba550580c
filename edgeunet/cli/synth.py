"""``edgeunet synth``."""

from __future__ import annotations

from pathlib import Path

import click

from edgeunet.escaping.terminal import say


@click.command(short_help="Write synthetic ECG records to look at or to keep.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Directory to write to.")
@click.option("--records", default=10, show_default=True, help="How many records; each is a patient of its own.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="Which patients: the --data-seed of the other commands.",
)
@click.option("--lead", "leads", multiple=True, help="Lead to write; repeat for several. All twelve when left out.")
@click.option("--format", "form", default="npz", show_default=True, type=click.Choice(["npz", "wfdb"]))
def command(output: Path, records: int, seed: int, leads: tuple[str, ...], form: str) -> None:
    """Write the synthetic ECG that train, quantize and evaluate use when they get no --data.

    The files can be given back to them as --data, and WFDB files opened in any WFDB viewer.
    """
    from edgeunet.signals import SyntheticSource
    from edgeunet.signals.recordings.export import export_records

    source = SyntheticSource(records=records, seed=seed, leads=leads or None)
    files = export_records((source.read(name) for name in source.names()), output, form)
    say(f"{records} records in {len(files)} files in {output}", err=True)
