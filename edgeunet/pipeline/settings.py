"""What a whole pipeline in C does at each stage, settled from the model, its card and what was asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from edgeunet.emit.source import Compiled
from edgeunet.errors import CompileError, SignalError, TrainError
from edgeunet.litert import quantize_saturating
from edgeunet.modelcard import ModelCard
from edgeunet.short_repr import short_repr
from edgeunet.signals.causal import COUNTS_PER_UNIT, NARROW_BITS, OUTPUT_FRACTION_BITS, WIDE_BITS, baseline_shift
from edgeunet.signals.integer_resampling import Resampler, design_resampler
from edgeunet.signals.normalization import CAUSAL_FORMS, COUNT_BITS
from edgeunet.signals.postprocessing import postprocessing_from_dict
from edgeunet.signals.resampling import rate_ratio

UNITS_OF_NORMALIZED: Mapping[str, int] = {"causal": 1 << OUTPUT_FRACTION_BITS, "none": COUNTS_PER_UNIT}
"""Normalizations a device can do on a running signal, and how many integer steps make 1.0 of the network's input."""

_ON_DEVICE = dict.fromkeys(CAUSAL_FORMS, "causal")

GAIN_FRACTION_BITS = 16


@dataclass(frozen=True)
class PipelineRequest:
    """What the model and its card do not say.

    Attributes
    ----------
    input_rate_hz : rate of the samples given; the network's when ``None``.
    microvolts_per_count : size of an ADC count, in thousandths of the unit the network was trained on (µV for mV).
    threshold : by how much, in units of the network's output, a class must lead background to count.
    normalization : instead of the card's.
    adc_bits : of a sample: 16, or up to 24 in an int32; ``None`` for 16, or for the 24 that the model was trained with.
    """

    input_rate_hz: float | None = None
    microvolts_per_count: float = 1.0
    threshold: float = 0.0
    normalization: str | None = None
    adc_bits: int | None = None


@dataclass(frozen=True, eq=False)
class Pipeline:
    """The settled stages.

    Attributes
    ----------
    classes : names in channel order, background first.
    rate_hz, input_rate_hz : of the network and of the samples given.
    gain : microvolts per count with 16 fraction bits; 65536 leaves counts as they are.
    resampler : ``None`` where both rates are the same.
    normalization : a key of `UNITS_OF_NORMALIZED`.
    scale, zero_point : quantization of the network's input.
    merge_rows, least_rows : by class: longest gap that is bridged, and shortest event, at the network's rate.
    threshold_steps : in steps of the network's output.
    adc_bits : of a sample, at whose ends the rails are; 16, or up to 24 in an int32.
    baseline_faster_bits : of normalization "causal": by how much the baseline's shift is lower than the rate's.
    """

    classes: tuple[str, ...]
    channels: int
    rate_hz: float
    input_rate_hz: float
    gain: int
    resampler: Resampler | None
    normalization: str
    scale: float
    zero_point: int
    merge_rows: tuple[int, ...]
    least_rows: tuple[int, ...]
    threshold_steps: int
    adc_bits: int = NARROW_BITS
    baseline_faster_bits: int = 0

    __repr__ = short_repr

    @property
    def bits(self) -> int:
        """Of a sample in microvolts: 16, or 24 until the baseline is gone."""
        return NARROW_BITS if self.adc_bits == NARROW_BITS else WIDE_BITS

    @property
    def is_wide(self) -> bool:
        return self.bits == WIDE_BITS

    @property
    def ratio(self) -> Fraction:
        """The network's rate over that of the samples given."""
        return self.resampler.ratio if self.resampler else Fraction(1)

    def quantized_of(self, normalized: npt.NDArray[np.int16]) -> npt.NDArray[np.int8]:
        """Return what `quantize_saturating` makes of normalized integers, taken as the real values they stand for."""
        real = normalized.astype(np.float32) / np.float32(UNITS_OF_NORMALIZED[self.normalization])
        return np.asarray(quantize_saturating(real, self.scale, self.zero_point), np.int8)

    def staircase(self) -> tuple[int, npt.NDArray[np.int16]]:
        """Return the lowest quantized value and, for each step above it, the first int16 that reaches it."""
        every = np.arange(-32768, 32768).astype(np.int16)
        steps = self.quantized_of(every).astype(np.int64)
        lowest, highest = int(steps[0]), int(steps[-1])
        return lowest, every[np.searchsorted(steps, np.arange(lowest + 1, highest + 1))]


def settle_pipeline(compiled: Compiled, card: ModelCard | None, request: PipelineRequest) -> Pipeline:
    """Return the stages around ``compiled``.

    Raises
    ------
    CompileError
        When there is no card, the network does not label a signal sample by sample, or its normalization cannot be done
        on a running signal; it says which.
    """
    name = compiled.name
    if card is None or not card.classes or not card.sample_rate_hz:
        raise CompileError(
            f"a pipeline around '{name}' needs the model's card (classes, sample rate, normalization) beside "
            "the .tflite file; quantize the model with edgeunet, or write the card"
        )
    _check_network(compiled, card)
    trained = request.normalization or card.normalization
    normalization = _ON_DEVICE.get(trained, trained)
    if normalization not in UNITS_OF_NORMALIZED:
        raise CompileError(
            f"'{name}' was trained with normalization '{normalization}', which looks at a whole window at once; "
            "train it with --normalization causal, or try --normalization causal here at the cost of accuracy"
        )
    faster_bits = CAUSAL_FORMS[trained].faster_bits if trained in CAUSAL_FORMS else 0
    rate_hz = float(card.sample_rate_hz)
    input_rate_hz = float(request.input_rate_hz or rate_hz)
    try:
        ratio = rate_ratio(input_rate_hz, rate_hz, name)
        resampler = design_resampler(ratio) if ratio != 1 else None
        if normalization == "causal":
            baseline_shift(rate_hz, faster_bits)
        cleaning = postprocessing_from_dict(card.postprocessing)
    except (SignalError, TrainError) as error:
        raise CompileError(f"pipeline of '{name}': {error}") from error
    source, target = compiled.inputs[0], compiled.outputs[0]
    return Pipeline(
        classes=card.classes,
        channels=source.shape[-1],
        rate_hz=rate_hz,
        input_rate_hz=input_rate_hz,
        gain=_gain(request.microvolts_per_count),
        resampler=resampler,
        normalization=normalization,
        scale=source.scale,
        zero_point=source.zero_point,
        merge_rows=tuple(math.floor(cleaning.merge_ms.get(kind, 0.0) * rate_hz / 1000.0) for kind in card.classes),
        least_rows=tuple(max(1, math.ceil(cleaning.min_ms.get(kind, 0.0) * rate_hz / 1000.0)) for kind in card.classes),
        threshold_steps=_threshold(request.threshold, target.scale),
        adc_bits=_adc_bits(request.adc_bits or COUNT_BITS.get(trained, NARROW_BITS), normalization),
        baseline_faster_bits=faster_bits,
    )


def _check_network(compiled: Compiled, card: ModelCard) -> None:
    if len(compiled.inputs) != 1 or len(compiled.outputs) != 1:
        raise CompileError(
            f"'{compiled.name}' has {len(compiled.inputs)} inputs and {len(compiled.outputs)} outputs; a pipeline "
            "takes a network with one of each"
        )
    source, target = compiled.inputs[0], compiled.outputs[0]
    if (source.dtype, target.dtype) != ("int8", "int8"):
        raise CompileError(
            f"'{compiled.name}' takes {source.dtype} and gives {target.dtype}; a pipeline takes a network of int8 "
            "input and output, so quantize to int8, or put QUANTIZE operators to int8 at both ends"
        )
    if len(source.shape) != 2 or len(target.shape) != 2 or source.shape[0] != target.shape[0]:
        raise CompileError(
            f"'{compiled.name}' turns {source.shape} into {target.shape}; a pipeline takes a network that gives a "
            "class for each sample of a 1-D signal"
        )
    if target.shape[1] != len(card.classes) or target.shape[1] < 2:
        raise CompileError(
            f"'{compiled.name}' has {target.shape[1]} outputs but its card names {len(card.classes)} classes "
            f"({', '.join(card.classes)}); put the names of its outputs into the card"
        )


def _gain(microvolts_per_count: float) -> int:
    if not 1e-3 <= microvolts_per_count <= 1e4:
        raise CompileError(
            f"{microvolts_per_count:g} microvolts per ADC count is not from 0.001 to 10000; give the size of one count"
        )
    return round(microvolts_per_count * (1 << GAIN_FRACTION_BITS))


def _adc_bits(bits: int, normalization: str) -> int:
    if not NARROW_BITS <= bits <= WIDE_BITS:
        raise CompileError(
            f"an ADC of {bits} bits was asked for; give {NARROW_BITS} (also for one of fewer, whose samples fit int16) "
            f"to {WIDE_BITS}"
        )
    if bits > NARROW_BITS and normalization != "causal":
        raise CompileError(
            f"samples of {bits} bits are for normalization 'causal', which removes their offset, and this model is to "
            f"run with '{normalization}'; give {NARROW_BITS} bits"
        )
    return bits


def _threshold(threshold: float, scale: float) -> int:
    if not threshold >= 0:
        raise CompileError(f"a threshold of {threshold:g} was asked for; give one of 0 or more")
    return min(256, math.ceil(threshold / scale))
