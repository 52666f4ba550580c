"""The options of ``--pipeline``: what surrounds the network."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from edgeunet.cli.options.parameters import FiniteRange

if TYPE_CHECKING:
    from edgeunet.pipeline.settings import PipelineRequest

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class PipelineOptions:
    """What was asked for; the rest is ignored unless ``wanted``."""

    wanted: bool
    input_rate_hz: float | None
    microvolts_per_count: float
    threshold: float
    normalization: str | None
    adc_bits: int | None

    def request(self) -> PipelineRequest:
        """Return it as the emitter takes it."""
        from edgeunet.pipeline.settings import PipelineRequest

        return PipelineRequest(
            self.input_rate_hz, self.microvolts_per_count, self.threshold, self.normalization, self.adc_bits
        )

    def arguments(self) -> str:
        """Return the options that give the same again, for the header comment."""
        if not self.wanted:
            return ""
        text = " --pipeline"
        text += f" --input-rate {self.input_rate_hz:g}" if self.input_rate_hz is not None else ""
        text += f" --adc-uv {self.microvolts_per_count:g}" if self.microvolts_per_count != 1 else ""
        text += f" --adc-bits {self.adc_bits}" if self.adc_bits is not None else ""
        text += f" --threshold {self.threshold:g}" if self.threshold else ""
        return text + (f" --normalization {self.normalization}" if self.normalization else "")


_OPTIONS = (
    click.option("--pipeline", is_flag=True, help="Add all that surrounds the network: int16 samples in, events out."),
    click.option(
        "--input-rate",
        type=FiniteRange(min=0, min_open=True),
        help="pipeline: rate of the samples, in Hz.  [default: the network's]",
    ),
    click.option(
        "--adc-uv", type=FiniteRange(), default=1.0, show_default=True, help="pipeline: microvolts per ADC count."
    ),
    click.option(
        "--adc-bits",
        type=click.IntRange(16, 24),
        help="pipeline: width of a sample; above 16 there is a call for int32 too.  [default: 16, or the model's]",
    ),
    click.option(
        "--threshold", type=FiniteRange(), default=0.0, help="pipeline: by how much a class must lead background."
    ),
    click.option(
        "--normalization",
        type=click.Choice(["causal", "causal-fast", "none"]),
        help="pipeline: instead of the model card's.",
    ),
)


def pipeline_options(command: Command) -> Command:
    """Add the pipeline's options to a command; it gets them as one argument, ``pipeline: PipelineOptions``."""

    @functools.wraps(command)
    def wrapped(*args: Any, **values: Any) -> Any:
        wanted, rate_hz, size = values.pop("pipeline"), values.pop("input_rate"), values.pop("adc_uv")
        rest = values.pop("threshold"), values.pop("normalization"), values.pop("adc_bits")
        chosen = PipelineOptions(wanted, rate_hz, size, *rest)
        if not wanted and chosen != PipelineOptions(False, None, 1.0, 0.0, None, None):
            raise click.UsageError(
                "--input-rate, --adc-uv, --adc-bits, --threshold and --normalization are for --pipeline; add it."
            )
        return command(*args, pipeline=chosen, **values)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]
