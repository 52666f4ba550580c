"""``edgeunet flash``: a firmware project onto a board or into an emulator."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from edgeunet.cli.options.completion import board_names
from edgeunet.cli.options.parameters import FiniteRange
from edgeunet.escaping.terminal import print_json, say


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--board", shell_complete=board_names, help="A board or core.  [default: the one the project was made for]"
)
@click.option(
    "--toolchain", type=click.Choice(["gcc", "zig"]), help="Compiler.  [default: the first that is installed]"
)
@click.option(
    "--emulator", type=click.Choice(["qemu", "unicorn"]), help="Emulator.  [default: the first that is installed]"
)
@click.option("--port", help="Serial port of a real board, to hear what the firmware says.")
@click.option(
    "--timeout", "timeout_s", type=FiniteRange(0.1), default=60.0, show_default=True, help="Seconds to listen."
)
@click.option("--raw", is_flag=True, help="Show every line of the firmware's protocol as it comes.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--dry-run", is_flag=True, help="Print the exact commands and run none.")
def command(
    directory: Path,
    board: str | None,
    toolchain: str | None,
    emulator: str | None,
    port: str | None,
    timeout_s: float,
    raw: bool,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Build the project in DIRECTORY, put it on a board (or into an emulator) and say what it reports.

    What the program prints of its own is shown as it comes.
    """
    from edgeunet.cli.words.flash import SCHEMA, flash_document, summarize_flash
    from edgeunet.run.flash import flash, plan_flash

    plan = plan_flash(directory, board, toolchain, emulator)
    if dry_run:
        commands = {"schema": SCHEMA, "board": plan.board.name, "commands": [list(each) for each in plan.commands]}
        print_json(commands, indent=2) if as_json else say(*plan.lines())
        return

    def show(text: str) -> None:
        if raw or not text.startswith("#"):
            say(text, err=as_json)

    lines = flash(
        plan,
        emulator=emulator,
        port=port,
        timeout_s=timeout_s,
        on_text=show,
        note=partial(say, err=True),
    )
    if as_json:
        print_json(flash_document(plan, lines), indent=2)
    else:
        say(*summarize_flash(plan, lines))
