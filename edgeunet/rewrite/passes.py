"""The exact passes of the compiler by name: what each does, and where its algebra stands.

None changes a value; each can be left out to see what it brings (``compile_model(..., without=...)``, ``edgeunet bench
--compare``).
"""

from __future__ import annotations

from collections.abc import Collection

from edgeunet.errors import CompileError

PASSES = {
    "padding": "PAD done by the convolution that follows (rewrite.padding)",
    "transposed": "transposed convolutions as one convolution per phase (rewrite.transposed)",
    "activation": "activations of their own in the clamp of the operator before them (rewrite.fold_clamp)",
    "dead_channels": "channels that are the same for every input in the biases that follow (rewrite.dead_channels)",
    "constant_channels": "channels that are the same for every input without weights (rewrite.constant_channels)",
    "tables": "functions of one value in a row as one table (rewrite.merge_tables)",
    "concat": "convolutions over a concatenation split by its inputs, which is then never made (rewrite.fuse_concat)",
    "low_rate": "the upsampled half of such a 1x1 convolution summed once per low-rate row (rewrite.low_rate)",
    "depthwise_parts": "depthwise over a concatenation done part by part (rewrite.split_depthwise)",
    "upsampled": "windows over an upsampled signal by phase, coinciding taps summed (rewrite.upsampled)",
    "zero_points": "input zero points in the biases, so that no kernel subtracts them (kernels.portable.unfolded)",
    "add": "additions done on their producer's values (rewrite.fuse_add)",
    "order": "nodes moved to where fewest bytes are alive (schedule.order)",
    "caller_memory": "input and output left in the caller's memory (schedule.layout)",
    "side_by_side": "operands of a concatenation written where it wants them (schedule.layout)",
    "in_place": "elementwise results written over an operand (schedule.layout)",
    "reshapes": "reshapes that are the same bytes (schedule.layout)",
    "overlap": "outputs placed over inputs where that lowers the peak (schedule.sparing)",
    "retiming": "streams: nodes run late where less waits for them then (schedule.retiming)",
    "recompute": "streams: cheap skips computed again instead of kept (schedule.recompute)",
    "waiting_room": "streams: histories kept apart, so that their rows' bytes serve others (schedule.staging)",
}
"""The passes that can be left out one by one, in the order in which they are done."""

STREAM_PASSES = ("retiming", "recompute", "waiting_room")
"""Those that only a stream has."""


def check_passes(names: Collection[str], kernels: Collection[str] = ()) -> None:
    """Raise ``CompileError`` for a name that is neither in ``PASSES`` nor one of ``kernels``."""
    for name in names:
        if name not in PASSES and name not in kernels:
            raise CompileError(
                f"there is no pass or kernel '{name}' to leave out; use one of {', '.join([*PASSES, *sorted(kernels)])}"
            )
