"""Portable twins of the generated Helium functions: what each does, in C, on the same arguments.

The functions that ``helium.py`` and the modules beside it write are assembly. With these in their place, and the files
of ``kernels/portable`` in place of those of ``kernels/mve``, the C made for a Cortex-M55 runs on any machine: shapes,
packing and calls are checked there, under sanitizers.
"""

from __future__ import annotations

from edgeunet.kernels.mve.channels.function import ChannelsShape
from edgeunet.kernels.mve.columns.function import ColumnShape
from edgeunet.kernels.mve.lanes.function import DepthwiseShape
from edgeunet.kernels.mve.lines.function import LineShape
from edgeunet.kernels.mve.runs.function import RunsShape
from edgeunet.kernels.mve.tiles.blocks import BlockShape
from edgeunet.kernels.mve.tiles.function import LANES, QuadShape


def line_twin(name: str, shape: LineShape) -> str:
    """The twin of ``line_function``."""
    return (
        f"static void {name}(const int8_t *in, int8_t *out, const eu_lines_t *p)\n"
        f"{{\n    eu_lines_between(in, out, p, {shape.low}, {shape.high});\n}}\n"
    )


def depthwise_twin(name: str, shape: DepthwiseShape) -> str:
    """The twin of ``depthwise_function``."""
    chosen = len(shape.ways) > 1
    orders = [
        [*(start if chosen else ()), *(tap for group in way.taps(start) for tap in group)]
        for way in shape.ways
        for start in way.starts
    ]
    listed = ", ".join(str(value) for order in orders for value in order)
    kind = (
        *(shape.taps, 8 + shape.weight_bytes, shape.channel_step, shape.narrowing, int(shape.signed)),
        *(len(shape.ways[0].starts[0]) if chosen else 0, "orders"),
    )
    return (
        f"static void {name}(const int8_t *in, int8_t *out, const eu_lanes_t *p, int32_t rows)\n"
        f"{{\n    static const int8_t orders[] = {{{listed}}};\n"
        f"    static const eu_lanes_kind_t kind = {{{', '.join(map(str, kind))}}};\n"
        "    eu_lanes_channels(in, out, p, rows, &kind);\n}\n"
    )


def quad_twin(name: str, shape: QuadShape) -> str:
    """The twin of ``quad_function``."""
    first, s = shape.segments[0], shape.scaling
    products = shape.placement.products
    parts = ", ".join(f"{{{p.row_a.segment}, {LANES * p.index}, {p.row_a.inputs}}}" for p in products)
    kind = {
        "parts": "parts",
        "count": len(products),
        "a_step": 0 if first.shared else first.step_bytes,
        "octets": int(shape.octets),
        "first_shift": s.first_shift,
        "shift": s.shift,
        "folded": int(s.folded),
        "has_sign": int(s.sign != ""),
        "stops_at_zero": int(s.unsigned),
        "low": s.low,
        "high": s.high,
    }
    fields = ", ".join(f".{key} = {value}" for key, value in kind.items())
    return (
        f"static void {name}(const int8_t *a, const int8_t *b, int8_t *out, const eu_tiles_t *p)\n"
        f"{{\n    static const eu_tiles_part_t parts[] = {{{parts}}};\n"
        f"    static const eu_tiles_kind_t kind = {{{fields}}};\n"
        "    eu_tiles_rows(a, b, out, p, &kind);\n}\n"
    )


def block_twin(name: str, shape: BlockShape) -> str:
    """The twin of ``block_function``."""
    s = shape.scaling
    kind = (shape.inputs, shape.step_bytes, s.shift, int(s.sign != ""), int(s.unsigned), s.low, s.high)
    return (
        f"static void {name}(const int8_t *in, int8_t *out, const eu_tiles_blocks_t *p)\n"
        f"{{\n    static const eu_tiles_blocks_kind_t kind = {{{', '.join(map(str, kind))}}};\n"
        "    eu_tiles_blocks_rows(in, out, p, &kind);\n}\n"
    )


def column_twin(name: str, shape: ColumnShape) -> str:
    """The twin of ``column_function``."""
    s = shape.scaling
    passes = ", ".join(
        f"{{{p.operand}, {p.offset}, {p.inputs // p.phases}, {p.kernel}, {p.step_bytes // p.phases}}}"
        for p in shape.passes
    )
    kind = {
        "passes": "passes",
        "count": len(shape.passes),
        "shift": s.shift,
        "has_sign": int(s.sign != ""),
        "stops_at_zero": int(s.unsigned),
        "low": s.low,
        "high": s.high,
    }
    fields = ", ".join(f".{key} = {value}" for key, value in kind.items())
    return (
        f"static void {name}(const eu_columns_frame_t *frame)\n"
        f"{{\n    static const eu_columns_pass_t passes[] = {{{passes}}};\n"
        f"    static const eu_columns_kind_t kind = {{{fields}}};\n"
        "    eu_columns_channels(frame, &kind);\n}\n"
    )


def runs_twin(name: str, shape: RunsShape) -> str:
    """The twin of ``runs_function``."""
    s = shape.scaling
    runs = ", ".join(f"{{{run.operand}, {run.offset}, {run.inputs}}}" for run in shape.runs)
    kind = {
        "runs": "runs",
        "count": len(shape.runs),
        "rest": shape.rest,
        "shift": s.shift,
        "folded": int(s.folded),
        "has_sign": int(s.sign != ""),
        "stops_at_zero": int(s.unsigned),
        "low": s.low,
        "high": s.high,
    }
    fields = ", ".join(f".{key} = {value}" for key, value in kind.items())
    return (
        f"static void {name}(const eu_runs_frame_t *frame)\n"
        f"{{\n    static const eu_runs_run_t runs[] = {{{runs}}};\n"
        f"    static const eu_runs_kind_t kind = {{{fields}}};\n"
        "    eu_runs_rows(frame, &kind);\n}\n"
    )


def channels_twin(name: str, shape: ChannelsShape) -> str:
    """The twin of ``channels_function``."""
    return (
        f"static void {name}(const int8_t *in, int8_t *out, const eu_channels_t *p)\n"
        f"{{\n    eu_channels_rows(in, out, p, {shape.taps}, {shape.narrowing}, {int(shape.signed)});\n}}\n"
    )
