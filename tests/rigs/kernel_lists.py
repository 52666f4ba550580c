"""The kernels of each core that its tests must have run, by name."""

from __future__ import annotations

MODELS = ("seed-unet-800", "small-unet-256", "classic-unet-512")
"""The fixed workloads, below ``models`` of the shared data."""

TALL = (
    *("eu_tall_conv_saturated", "eu_tall_conv_relu", "eu_tall_conv_linear", "eu_tall_add_relu", "eu_tall_add_linear"),
    *("eu_tall_sum_saturated", "eu_tall_sum_relu", "eu_tall_sum_linear"),
)
"""The kernels for few rows, each by name."""

PAIRS = (
    *(
        "eu_pairs_conv_saturated",
        "eu_pairs_conv_clamped",
        "eu_pairs_conv_linear",
        "eu_pairs_add_relu",
        "eu_pairs_add_linear",
    ),
    *("eu_pairs_sum_saturated", "eu_pairs_sum_clamped", "eu_pairs_sum_linear"),
)
"""The kernels that widen both operands."""

PANELS = (
    *("eu_panels_conv_relu", "eu_panels_conv_linear"),
    *("eu_panels_add_relu", "eu_panels_add_linear"),
    *("eu_panels_sum_saturated", "eu_panels_sum_relu", "eu_panels_sum_linear"),
)
"""The kernels by four rows of two channels."""

TRIOS = (
    *("eu_trios_conv_3", "eu_trios_conv_5", "eu_trios_conv_7"),
    *("eu_trios_sum_3", "eu_trios_sum_5", "eu_trios_sum_7"),
)
"""The kernels by three rows of two channels."""

FOUR_BITS = (
    *("eu_nibbles_conv_relu", "eu_nibbles_conv_linear", "eu_nibbles_add_relu", "eu_nibbles_add_linear"),
    *("eu_nibbles_sum_saturated", "eu_nibbles_sum_relu", "eu_nibbles_sum_linear", "eu_depthwise_four_5"),
)
"""The kernels for Cortex-M4, M7 and M33 whose weights have four bits."""

BARE = (
    *("eu_bare_conv_saturated", "eu_bare_conv_clamped", "eu_bare_conv_linear"),
    *("eu_bare_add_relu", "eu_bare_add_linear"),
    *("eu_bare_sum_saturated", "eu_bare_sum_clamped", "eu_bare_sum_linear"),
)
"""The kernels without scratch memory."""

DUOS = (
    *("eu_duos_conv", "eu_duos_depthwise_3", "eu_duos_depthwise_5"),
    *("eu_duos_add", "eu_duos_add_other", "eu_duos_max", "eu_duos_rescale"),
)
"""The kernels for int16 values."""

HELIUM = (
    "eu_tiles",
    "eu_columns",
    "eu_runs",
    "eu_tiles_blocks",
    "eu_lanes",
    "eu_channels",
    "eu_lines",
    "eu_elementwise_add",
    "eu_elementwise_max",
    "eu_elementwise_copy",
)

DSP = (
    *(
        f"eu_quads_conv_{tail}{form}"
        for tail in ("clamped", "saturated", "linear")
        for form in ("", "_runs", "_any", "_any_runs")
    ),
    *(f"eu_quads_sum_{tail}{form}" for tail in ("clamped", "saturated", "linear") for form in ("", "_runs")),
    *("eu_quads_add_relu", "eu_quads_add_linear"),
    *("eu_single_conv_clamped", "eu_single_conv_saturated", "eu_single_conv_linear"),
    *("eu_depthwise_3", "eu_depthwise_5", "eu_depthwise_7", "eu_depthwise_9", "eu_depthwise_any", "eu_depthwise_word"),
    *("eu_depthwise_twice_3", "eu_depthwise_twice_5"),
    *("eu_elementwise_max_2", "eu_elementwise_max_3", "eu_elementwise_max_4"),
    *("eu_elementwise_add_linear", "eu_elementwise_add_clamped"),
)

SCALAR = (
    *("eu_conv_block", "eu_conv_sum_block", "eu_depthwise_slide", "eu_depthwise_columns"),
    *("eu_add_line", "eu_max_pool_near"),
)
"""The portable kernels in blocks of rows and channels, some of which are assembly on a Cortex-M."""

PLANES = ("eu_planes_one", "eu_planes_two")
"""The kernels of images alone."""
