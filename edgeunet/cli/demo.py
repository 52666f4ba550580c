"""``edgeunet demo``: the main road end to end on synthetic ECG, as the very commands a user would type."""

from __future__ import annotations

import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import click

from edgeunet.child import run_module
from edgeunet.cli.options.parameters import FiniteRange
from edgeunet.errors import ToolError
from edgeunet.escaping.terminal import say, say_heading
from edgeunet.files import FileSet, claiming, make_directory, write_text
from edgeunet.orphans import end_with_parent


@dataclass(frozen=True)
class Stage:
    """One command of the demo.

    Attributes
    ----------
    makes : patterns of the files that it writes.
    document : where its ``--json`` document goes, where one is named.
    """

    title: str
    arguments: str
    makes: tuple[str, ...] = ()
    document: str = ""

    def made(self, output: Path) -> list[Path]:
        """Return what this stage wrote, in this demo or an earlier one."""
        patterns = (*self.makes, self.document) if self.document else self.makes
        return [path for pattern in patterns for path in output.glob(pattern)]


STAGES = (
    Stage("What it will cost", "build --preset ecg-tiny -o ecg-tiny.keras", ("ecg-tiny.keras*",), "build.json"),
    Stage(
        "Train on synthetic ECG (a few minutes), normalized as a device can",
        "train ecg-tiny.keras --normalization causal --seed {seed} --epochs 6 --steps-per-epoch 250"
        " --minutes {minutes} -o ecg.keras",
        ("ecg.keras*", "ecg.split.json", "ecg.history.*", "ecg.checkpoint.npz"),
    ),
    Stage("Score it on patients it never saw", "evaluate ecg.keras --part val --plot val.png", ("val.png",),
          "evaluate-float.json"),
    Stage("Quantize to int8", "quantize ecg.keras -o ecg.int8.tflite --max-drop 2", ("ecg.int8.tflite*",),
          "quantize.json"),
    Stage(
        "Score what the device will compute",
        "evaluate ecg.int8.tflite --part val --plot val-int8.png",
        ("val-int8.png",),
        "evaluate-int8.json",
    ),
    Stage("The model as a C array, for users of TFLM", "export-c ecg.int8.tflite --format array -o c-array",
          ("c-array/ecg_model.*",)),
    Stage("The model as self-contained C", "export-c ecg.int8.tflite -o c", ("c/ecg.*", "c/ecg_*")),
    Stage("Run that C on an emulated Cortex-M4", "bench ecg.int8.tflite --target cortex-m4",
          document="bench-cortex-m4.json"),
    Stage(
        "Stream it there, a hop at a time, with all that surrounds it: ADC counts in, events out",
        "bench ecg.int8.tflite --target cortex-m4 --stream --hop 64 --pipeline",
        document="bench-stream-cortex-m4.json",
    ),
    Stage(
        "The same on a board that need not be here: its time, its energy, the days of a coin cell",
        "bench ecg.int8.tflite --target nucleo-l4r5zi --stream --hop 64 --pipeline --energy --capacity-mah 225",
        document="bench-stream-nucleo-l4r5zi.json",
    ),
    Stage(
        "A patient it never saw through the same C on this machine",
        "simulate synthetic-0000 --data-seed 1 --model ecg.int8.tflite --stream --hop 64 --plot events.png",
        ("events.png",),
    ),
    Stage("All figures in one report", "report build.json quantize.json evaluate-float.json evaluate-int8.json"
          " bench-cortex-m4.json bench-stream-cortex-m4.json bench-stream-nucleo-l4r5zi.json -o report",
          ("report/report.*",)),
)  # fmt: skip


@click.command("demo")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("out/demo"),
    show_default=True,
    help="Directory for everything that is made.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Seed of the training.")
@click.option(
    "--minutes",
    type=FiniteRange(0.0),
    default=0.0,
    show_default=True,
    help="Longest training time, 0 for none. With a limit the scores depend on how fast this machine is.",
)
def command(output: Path, seed: int, minutes: float) -> None:
    """Build, train, quantize, compile, run and report, on synthetic ECG."""
    make_directory(output)
    with claiming(output, "demo"):
        with FileSet(output) as files:  # nothing of two demos lies side by side
            for path in [path for stage in STAGES for path in stage.made(output)]:
                files.remove(path)
        _run_all(output, seed, minutes)


def _run_all(output: Path, seed: int, minutes: float) -> None:
    started = time.monotonic()
    for number, stage in enumerate(STAGES, 1):
        arguments = stage.arguments.format(seed=seed, minutes=f"{minutes:g}")
        say("")
        say_heading(f"[{number}/{len(STAGES)}] {stage.title}")
        say(f"$ edgeunet {arguments}")
        _run(stage, shlex.split(arguments), output)
    say("")
    say_heading(f"Done in {time.monotonic() - started:.0f} s. Look at:")
    for name in ("report/report.html", "report/report.md", "val-int8.png", "events.png", "c/ecg.h"):
        if (output / name).exists():
            say(f"  {output / name}")


def _run(stage: Stage, arguments: list[str], output: Path) -> None:
    """Run one stage with ``output`` as its working directory, and keep its document."""
    program = run_module("edgeunet", *arguments)
    if stage.document:
        program.append("--json")
    stdout = subprocess.PIPE if stage.document else None
    result = subprocess.run(program, cwd=output, stdout=stdout, text=True, preexec_fn=end_with_parent)
    if result.returncode:
        raise ToolError(
            f"'edgeunet {shlex.join(arguments)}' ended with exit code {result.returncode}; its message is above"
        )
    if stage.document:
        write_text(output / stage.document, result.stdout)
