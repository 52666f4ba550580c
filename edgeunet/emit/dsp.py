"""Rows of the kernels for Cortex-M4, M7 and M33 (DSP extension); see ``edgeunet/kernels/README.md``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any



from edgeunet.emit.kernels import Arguments, Kernel, KernelTable
from edgeunet.emit.portable import plain, source
from edgeunet.emit.quads import (
    GROUP,
    Runs,
    offsets_fit,
    pack_double_rounding,
    pack_one_multiply,
    rounding_fits,
    window_runs,
)
from edgeunet.schedule.schedule import ARENA, Step, View
from edgeunet.schedule.steps import Conv, Requantization

QUAD = ("eu_quad",)
_CONSTANTS = {"eu_conv_clamped": 12, "eu_conv_saturated": 12, "eu_conv_linear": 16}
"""Words per quad besides the weights once unpacked, biases included."""


def _aligned(view: View) -> bool:
    """Whether rows of four-byte words can be loaded from ``view``."""
    return view.space == ARENA and view.offset_bytes % 4 == 0 and view.pitch_bytes % 4 == 0


def _stores_quads(step: Step) -> bool:
    """Whether a last quad of fewer channels may write past them: into the next row, written later."""
    outputs = step.output.channels
    return outputs % GROUP == 0 or step.output.pitch_bytes == outputs


def _reads_runs(step: Step, several: bool) -> bool:
    conv, view = step.parameters, source(step)
    if not plain(step) or not _aligned(view):
        return False
    runs = window_runs(conv, view.pitch_bytes)
    return runs is not None and (runs.count > 1) == several


def _is_clamped(r: Requantization) -> bool:
    """Nothing below the zero point comes out."""
    return r.relative_low >= 0


def _is_saturated(r: Requantization) -> bool:
    """The clamp is the int8 range."""
    return r.low == -128 and r.high == 127


def _accepts_clamped(step: Step) -> bool:
    conv = step.parameters
    return _is_clamped(conv.requantization) and step.output.channels % GROUP == 0 and offsets_fit(conv)


def _accepts_saturated(step: Step) -> bool:
    conv = step.parameters
    return _is_saturated(conv.requantization) and _stores_quads(step) and offsets_fit(conv)


def _accepts_linear(step: Step) -> bool:
    conv = step.parameters
    return _is_saturated(conv.requantization) and _stores_quads(step) and rounding_fits(conv)


def _splat(value: int) -> str:
    """``value`` modulo 256 in each byte of a word."""
    return f"{(value & 255) * 0x01010101}U"


def _clamp_fields(r: Requantization) -> dict[str, Any]:
    return {"above": _splat(255 - (r.high - r.low)), "below": _splat(r.high + 1)}


def _rows(step: Step, runs: Runs) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "rows": step.groups,
        "in_step": step.parameters.stride * source(step).pitch_bytes,
        "out_step": step.output.pitch_bytes,
        "outputs": step.output.channels,
        "groups": runs.groups,
    }
    return fields | ({"runs": runs.count, "run_gap": runs.gap} if runs.count > 1 else {})


def _with_scratch(function: str, words: int, fields: dict[str, Any]) -> Arguments:
    """Call ``function`` through an instance that holds its ``words`` of widened weights on the stack."""
    name = f"{function}_{words}"
    text = (
        f"static void {name}(const int8_t *in, int8_t *out, const {function}_t *p)\n"
        f"{{\n    int32_t wide[{words}];\n    {function}(in, out, p, wide);\n}}\n"
    )
    return Arguments(f"{function}_t", fields, name, (text,))


def _convolution(function: str, pack: Callable[[Conv], dict[str, Any]]) -> Callable[[Step], Arguments]:
    constants = _CONSTANTS[function]

    def arguments(step: Step) -> Arguments:
        conv = step.parameters
        runs = window_runs(conv, source(step).pitch_bytes)
        assert runs is not None
        name = function + ("_runs" if runs.count > 1 else "")
        words = 4 + 2 * runs.inputs + constants
        return _with_scratch(name, words, pack(conv) | _rows(step, runs))

    return arguments


def _pack_clamped(conv: Conv) -> dict[str, Any]:
    words, base = pack_one_multiply(conv, 0)
    return {"weights": words, "base": base} | _clamp_fields(conv.requantization)


def _pack_saturated(conv: Conv) -> dict[str, Any]:
    words, base = pack_one_multiply(conv, -128)
    return {"weights": words, "base": base}


def _pack_linear(conv: Conv) -> dict[str, Any]:
    return {"weights": pack_double_rounding(conv)}


def _convolutions(several: bool) -> tuple[Kernel, ...]:
    """The three requantizations, cheapest first, for windows of one run or of several."""
    suffix = "_runs" if several else ""
    rows = (
        ("eu_conv_saturated", _accepts_saturated, _pack_saturated),
        ("eu_conv_clamped", _accepts_clamped, _pack_clamped),
        ("eu_conv_linear", _accepts_linear, _pack_linear),
    )
    return tuple(
        Kernel(
            name + suffix,
            "dsp",
            lambda step, accepts=accepts: _reads_runs(step, several) and accepts(step),
            _convolution(name, pack),
            QUAD,
        )
        for name, accepts, pack in rows
    )


DSP: KernelTable = {"conv": _convolutions(False) + _convolutions(True)}

