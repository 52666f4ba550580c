"""Long helps in sections: what an option is about stands over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Data": (
        "--data",
        "--lead",
        "--annotator",
        "--patients",
        "--adc-units",
        "--missing",
        "--records",
        "--data-seed",
        "--split",
        "--part",
    ),
    "Training": (
        "--epochs",
        "--steps-per-epoch",
        "--minutes",
        "--batch-size",
        "--learning-rate",
        "--weight-decay",
        "--class-weights",
        "--patience",
        "--augmentation",
        "--resume",
    ),
    "Windows, streams and their memory": (
        "--mode",
        "--stream",
        "--hop",
        "--recompute",
        "--ram",
        "--scratch",
        "--effort",
        "--aligned",
    ),
    "Kernels": ("--kernels", "--prefer", "--cflags"),
    "Pipeline": ("--pipeline", "--input-rate", "--adc-uv", "--adc-bits", "--threshold", "--normalization"),
    "Packages": ("--package", "--package-version", "--force"),
    "Time and energy": ("--weights", "--energy", "--energy-mode", "--capacity-mah", "--voltage"),
    "How it is run": (
        "--toolchain",
        "--emulator",
        "--repeat",
        "--peer",
        "--compare",
        "--port",
        "--sanitize",
        "--timeout",
        "--stack",
    ),
    "Accuracy": (
        "--calibration-windows",
        "--input-range",
        "--max-drop",
        "--no-evaluate",
        "--tolerance-ms",
        "--overlap",
    ),
}
"""Heading, and the options that stand under it; every other one stands first, without."""

FEWEST = 2
"""Options that are worth a heading."""


class SectionedCommand(click.Command):
    """A command whose help has a heading for each kind of option."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, those of no section first."""
        for heading, rows in self._sections(ctx):
            with formatter.section(heading):
                formatter.write_dl(rows)

    def _sections(self, ctx: click.Context) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        shown = [(option, row) for option in options if (row := option.get_help_record(ctx))]
        placed = {
            heading: rows
            for heading, names in SECTIONS.items()
            if len(rows := [row for option, row in shown if set(names) & set(option.opts)]) >= FEWEST
        }
        rest = [row for _, row in shown if not any(row in rows for rows in placed.values())]
        yield "Options", rest
        yield from placed.items()
