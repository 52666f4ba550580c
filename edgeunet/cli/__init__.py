"""The ``edgeunet`` command: arguments in, one call into the packages, a sentence and an exit code out."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from importlib import import_module

import click

from edgeunet import __version__
from edgeunet.cli.interruption import Interruption
from edgeunet.errors import EdgeUNetError, did_you_mean
from edgeunet.escaping.terminal import say
from edgeunet.files import own_temporary_files

COMMANDS = {
    "demo": ("demo", "Go the whole road on synthetic ECG: build, train, quantize, compile, run, report."),
    "build": ("build", "Build a Keras U-Net from a spec or preset and print what it will cost."),
    "train": ("train", "Train a model on a directory of records or on synthetic ECG."),
    "import": ("import_", "Import a PyTorch network or a SavedModel as a float .tflite file."),
    "evaluate": ("evaluate", "Score a .keras or .tflite model by sample and by wave boundary."),
    "quantize": ("quantize", "Quantize a .keras or float .tflite model to int8, int16x8 or float32 TFLite."),
    "export-c": ("export_c", "Compile a .tflite model to self-contained C, or emit it as a C array."),
    "bench": ("bench", "Build, run and measure the generated C on the host or an emulated core."),
    "simulate": ("simulate", "Send a recording through the compiled pipeline and plot its events."),
    "firmware": ("firmware", "Make a firmware project around a model."),
    "flash": ("flash", "Put a firmware project on a board or into an emulator."),
    "energy": ("energy", "Say what an inference takes by the power trace of a real board."),
    "report": ("report", "Collect results into one table of accuracy against cost."),
    "check": ("check", "Compare results with budgets and a baseline; exit 1 when one broke."),
    "comment": ("comment", "Put what a check found into the pull request, as one comment that is replaced."),
    "inspect": ("inspect", "Say what a directory of records holds, and which cannot be read."),
    "synth": ("synth", "Write synthetic ECG records to look at or to keep."),
    "doctor": ("doctor", "List the compilers, emulators and libraries edgeunet can use here."),
}


class LazyGroup(click.Group):
    """Lists every command from the table above and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _ = COMMANDS[name]
        command = import_module(f"edgeunet.cli.{module}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            cure = did_you_mean(args[0], COMMANDS)
            ctx.fail(f"there is no command '{args[0]}'{'; ' if cure else ''}{cure}")
        name, command, rest = super().resolve_command(ctx, args)
        return name, command, rest


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="edgeunet")
def cli() -> None:
    """From the spec of a compact 1-D U-Net to bit-exact, small, fast C firmware."""


def main(args: list[str] | None = None) -> None:
    """Run the command line; the one place where an error becomes a sentence on stderr and an exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with Interruption() as interruption:
        try:
            code, said = _run(args)
        except BaseException:
            if not interruption.happened:
                raise
            code, said = _INTERRUPTED
        if code and interruption.happened:
            code, said = _INTERRUPTED
        say(*said, err=True)
    sys.exit(code)


_WITHOUT_FILES = {"-h", "--help", "--version"}
_INTERRUPTED = (130, ("edgeunet: interrupted",))


def _run(args: list[str] | None) -> tuple[int, tuple[str, ...]]:
    """Return the exit code and the lines that are to be said on stderr."""
    words = sys.argv[1:] if args is None else args
    try:
        with own_temporary_files() if _WITHOUT_FILES.isdisjoint(words) and words else nullcontext():
            code = cli.main(args=args, prog_name="edgeunet", standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code, ()
    except click.ClickException as error:
        return 2, _usage(error)
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except EdgeUNetError as error:
        return error.exit_code, (f"edgeunet: {error}",)
    except ImportError as error:
        return 2, (f"edgeunet: {missing_package(error)}",)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it flushes
        return 1, ()
    except OSError as error:
        return 2, (f"edgeunet: {system_error(error)}",)
    return (code if isinstance(code, int) else 0), ()


def _usage(error: click.ClickException) -> tuple[str, ...]:
    shows_help = error.message.startswith("Usage:")  # a group that was called without a command
    if shows_help or not isinstance(error, click.UsageError) or error.ctx is None:
        return tuple(error.format_message().splitlines())
    said = " ".join(error.format_message().split()).rstrip(".")
    link = " see" if said.endswith("?") else "; see"
    return (f"edgeunet: {said}{link} {error.ctx.command_path} --help",)


def system_error(error: OSError) -> str:
    """Return one sentence about a file that cannot be read or written."""
    where = f"'{error.filename}': " if error.filename else ""
    return f"{where}{error.strerror or error}; check the path, its permissions and the space left"


_EXTRA_OF_PACKAGE = {
    "tensorflow": "train",
    "keras": "train",
    "wfdb": "train",
    "scipy": "train",
    "matplotlib": "train",
    "ai_edge_litert": "litert",
    "ai_edge_quantizer": "quantizer",
    "litert_torch": "torch",
    "torch": "torch",
    "ziglang": "emulate",
    "unicorn": "emulate",
    "tflite_micro": "peer",
}


def missing_package(error: ImportError) -> str:
    """Return one sentence saying how to install the package; an import that failed for another reason goes on."""
    package = (error.name or "").split(".")[0]
    extra = _EXTRA_OF_PACKAGE.get(package)
    if extra is None:
        raise error
    return f"this command needs the Python package '{package}'; install it with: pip install 'edgeunet[{extra}]'"
