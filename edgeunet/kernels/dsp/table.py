"""The kernels for Cortex-M4, M7 and M33 (DSP extension) as a table; see ``edgeunet/kernels/README.md``."""

from __future__ import annotations

from functools import cache

from edgeunet.kernels import images
from edgeunet.kernels.dsp.bare import rows as bare
from edgeunet.kernels.dsp.choice import Choice, is_one_row
from edgeunet.kernels.dsp.depthwise.any_window import any_windows
from edgeunet.kernels.dsp.depthwise.phases import phased
from edgeunet.kernels.dsp.depthwise.rows import depthwises
from edgeunet.kernels.dsp.depthwise.twofold import twofold
from edgeunet.kernels.dsp.depthwise.words import words
from edgeunet.kernels.dsp.duos import rows as duos
from edgeunet.kernels.dsp.elementwise.clamped_add import clamped_additions
from edgeunet.kernels.dsp.elementwise.rows import additions, max_pools
from edgeunet.kernels.dsp.pairs import rows as pairs
from edgeunet.kernels.dsp.panels import rows as panels
from edgeunet.kernels.dsp.planes.rows import planes
from edgeunet.kernels.dsp.quads import rows as quads
from edgeunet.kernels.dsp.quads.unaligned import unaligned_convolutions
from edgeunet.kernels.dsp.single.rows import ones
from edgeunet.kernels.dsp.tall import rows as tall
from edgeunet.kernels.dsp.trios import rows as trios
from edgeunet.kernels.kernel import Kernel, KernelTable, anything
from edgeunet.kernels.prediction import cycles_for
from edgeunet.kernels.transposed_images import transposed

DEFAULT_CORE = "cortex-m4"


@cache
def dsp_table(core: str) -> KernelTable:
    """Rows by step kind, most wanted first, as the cycles of ``core`` choose them."""
    return chosen_rows(Choice(cycles_for(core, DEFAULT_CORE)), panels.order_for(core))


def chosen_rows(choice: Choice, order: str = panels.BURSTS) -> KernelTable:
    """Rows by step kind, most wanted first, as ``choice`` has it; ``order`` is that of the panels' loads."""
    unaligned = unaligned_convolutions()
    by_panels = panels.rows_by_kind(choice.panels_beat_quads, order)
    by_trios = trios.rows_by_kind(choice.trios_beat_panels) if order == panels.BURSTS else {"conv": (), "conv_sum": ()}
    rows: dict[str, tuple[Kernel, ...]] = {
        "conv": (
            *bare.convolutions(is_one_row, streams_only=False),
            *by_trios["conv"],
            *bare.convolutions(choice.bare_is_cheapest),
            *bare.additions_after(choice.bare_is_cheapest),
            *pairs.convolutions(choice.pairs_are_cheapest),
            *pairs.additions_after(choice.pairs_are_cheapest),
            *tall.convolutions(choice.tall_beats_quads),
            *tall.additions_after(choice.tall_beats_quads),
            *bare.convolutions(choice.bare_beats_quads),
            *bare.additions_after(choice.bare_beats_quads),
            *by_panels["conv"],
            *quads.convolutions(False),
            *quads.convolutions(True),
            *ones(),
            *quads.narrow_convolutions(),
            *unaligned,
            *quads.additions_after(),
            *tall.convolutions(anything),
            *tall.additions_after(anything),
            *bare.convolutions(anything),
            *bare.additions_after(anything),
        ),
        "conv_sum": (
            *by_trios["conv_sum"],
            *bare.sums(choice.bare_is_cheapest),
            *pairs.sums(choice.pairs_are_cheapest),
            *tall.sums(choice.tall_beats_quads),
            *bare.sums(choice.bare_beats_quads),
            *by_panels["conv_sum"],
            *quads.sums(),
            *tall.sums(anything),
            *bare.sums(anything),
        ),
        "depthwise": (
            *words(choice.words_beat_sliding),
            *depthwises(),
            *phased(choice.phases_beat_rows),
            *any_windows(),
            *words(),
        ),
        "depthwise_upsampled": (*twofold(), *words()),
        "max_pool": max_pools(),
        "add": (*additions(), *clamped_additions()),
        "conv_int16": duos.convolutions(),
        "depthwise_int16": duos.depthwises(),
        "add_int16": duos.additions(),
        "max_pool_int16": duos.max_pools(),
        "rescale_int16": duos.rescales(),
    }
    of_images = [row for row in rows["conv"] if row not in unaligned]  # gathered rows are filled up to whole words
    return {
        **rows,
        "conv_2d": images.convolutions(of_images),
        "transpose_conv_2d": transposed(of_images),
        "depthwise_2d": (*planes(), *images.depthwises(rows["depthwise"])),
    }
