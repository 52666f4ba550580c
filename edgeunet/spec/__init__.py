"""What a network is: one validated description, from Python, TOML or JSON."""

from edgeunet.spec.block import BlockSpec
from edgeunet.spec.document import choose_spec, load_spec, spec_from_dict, spec_to_dict
from edgeunet.spec.geometry import window_sizes
from edgeunet.spec.presets import ECG_CLASSES, PRESETS, Preset, list_of_presets, preset
from edgeunet.spec.unet import UNetSpec

__all__ = [
    "ECG_CLASSES",
    "PRESETS",
    "BlockSpec",
    "Preset",
    "UNetSpec",
    "choose_spec",
    "list_of_presets",
    "load_spec",
    "preset",
    "spec_from_dict",
    "spec_to_dict",
    "window_sizes",
]
