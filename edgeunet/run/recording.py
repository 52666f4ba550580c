"""What a firmware with a whole pipeline runs on until it has an ADC: some seconds of synthetic ECG, as counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edgeunet.emit.source import Compiled
from edgeunet.emit.tables import wrap_numbers
from edgeunet.pipeline.selftest import synthetic_samples
from edgeunet.pipeline.settings import Pipeline
from edgeunet.short_repr import short_repr
from edgeunet.signals.causal import WideCounts

SEED = 0xEC6
SECONDS = 8.0


@dataclass(frozen=True, eq=False)
class Recording:
    """Samples, and how they are given to the pipeline.

    Attributes
    ----------
    samples : ``(time, channels)``, int16 or int32.
    push : how many, in time, are given at once: a hop's worth, or a window's.
    """

    samples: WideCounts
    push: int
    pipeline: Pipeline
    mode: str

    __repr__ = short_repr

    def header(self) -> str:
        """Text of ``src/recording.h``."""
        rate = self.pipeline.input_rate_hz
        lines = [
            f"/* {len(self.samples) / rate:g} s of synthetic ECG at {rate:g} Hz, as the ADC would count it. It stands "
            "where your ADC will. */",
            "#ifndef RECORDING_H",
            "#define RECORDING_H",
            "",
            "#include <stdint.h>",
            "",
            f"#define RECORDING_SAMPLES {len(self.samples)}",
            f"#define RECORDING_PUSH {self.push} /* samples, in time, per call */",
            "",
            f"static const {self.samples.dtype}_t recording[{self.samples.size}] = {{",
            *wrap_numbers(self.samples),
            "};",
            "",
            "#endif",
        ]
        return "\n".join(lines) + "\n"

    def document(self) -> Mapping[str, Any]:
        """Return what the project notes of it, so that ``flash`` can say what the numbers mean."""
        return {
            "mode": self.mode,
            "samples": len(self.samples),
            "sample_rate_hz": self.pipeline.input_rate_hz,
            "classes": list(self.pipeline.classes),
        }


def make_recording(compiled: Compiled, pipeline: Pipeline) -> Recording:
    """Return synthetic ECG long enough for the stream to settle, or for two windows and a part of a third."""
    up, down = pipeline.ratio.numerator, pipeline.ratio.denominator
    window = compiled.inputs[0].shape[0]
    if compiled.mode == "stream":
        rows = max(round(SECONDS * pipeline.rate_hz), 4 * compiled.lookahead_samples + 8 * compiled.hop_samples)
        push = -(-compiled.hop_samples * down // up)
    else:
        rows = max(round(SECONDS * pipeline.rate_hz), 5 * window // 2)
        push = -(-window * down // up)
    return Recording(synthetic_samples(pipeline, -(-rows * down // up), SEED), push, pipeline, compiled.mode)
