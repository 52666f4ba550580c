"""``edgeunet energy``: what an inference takes, by a power trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from edgeunet.cli.options.parameters import FiniteRange
from edgeunet.escaping.terminal import print_json, say


@click.command()
@click.argument("trace", type=click.Path(path_type=Path))
@click.option("--run", type=click.Path(path_type=Path), help="What bench --json wrote about the run that was recorded.")
@click.option("--voltage", type=FiniteRange(0.5, 60.0), help="Supply in volts, for a current without a voltage.")
@click.option("--trigger", help="Column of the trigger pin.  [default: the only digital one that changes]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(trace: Path, run: Path | None, voltage: float | None, trigger: str | None, as_json: bool) -> None:
    """Say what an inference takes by TRACE, the CSV of a power analyser on a real board.

    The board's trigger pin is high while the model computes; a column of TRACE must show it.
    """
    from edgeunet.power.recorded_run import read_run
    from edgeunet.power.trace import measure_pulses, read_trace

    recorded = None if run is None else read_run(run)
    found = measure_pulses(read_trace(trace, voltage_v=voltage, trigger=trigger))
    document: dict[str, Any] = (found if recorded is None else recorded.pulses(found)).document()
    document |= {
        "model": None if recorded is None else recorded.model,
        "board": None if recorded is None else recorded.board,
    }
    if as_json:
        print_json(document, indent=2)
    else:
        say(_sentence(document))


def _sentence(told: dict[str, Any]) -> str:
    who = f"{told['model']} on {told['board']}: " if told["model"] else ""
    between = ""
    if told["idle_microwatts"] is not None:
        between = f"; {told['idle_microwatts']:,.1f} µW between them"
    cut = f"; {told['cut']} cut off at the ends and left out" if told["cut"] else ""
    return (
        f"{who}{told['microjoules_measured']:,.2f} µJ per inference, measured over {told['inferences']:,} "
        f"({told['microjoules_lowest']:,.2f} to {told['microjoules_highest']:,.2f}), "
        f"{told['microseconds_measured']:,.1f} µs each by {told['trigger']}{between}{cut}"
    )
