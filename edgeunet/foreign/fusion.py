"""Batch norms of a PyTorch network folded into the convolutions before them, which litert-torch leaves to chance.

It folds them where the convolution has no bias. Elsewhere each stays as a product and a sum over all values, with a
range each to be quantized.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_SMALLEST_DIFFERENCE = 1e-4
"""Of the largest output: what the other order of float32 sums makes stays far below."""


def fold_norms(network: torch.nn.Module, example: torch.Tensor) -> torch.nn.Module:
    """Return a copy of ``network`` without the batch norms that directly follow a convolution, where that is the same.

    Parameters
    ----------
    network : in evaluation mode; left as it is, and returned where nothing can be folded.
    example : an input; which layer follows which is seen from a run on it.
    """
    import torch

    try:
        folded = copy.deepcopy(network)
        with torch.no_grad():
            pairs = _followers(folded, example)
            for convolution, norm in pairs:
                _fold(folded, convolution, norm)
            noise = torch.randn(example.shape, generator=torch.Generator().manual_seed(0))
            before, after = network(noise), folded(noise)
    except Exception:  # a network that cannot be copied or looked into is converted as it is
        return network
    same = (after - before).abs().max() <= _SMALLEST_DIFFERENCE * before.abs().max()
    return folded if pairs and bool(same) else network


def _followers(network: torch.nn.Module, example: torch.Tensor) -> list[tuple[Any, Any]]:
    """Return the pairs of a convolution and a norm that takes its output, each of which runs once."""
    import torch

    convolutions = (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.ConvTranspose1d, torch.nn.ConvTranspose2d)
    norms = (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)
    made: list[tuple[Any, Any]] = []
    found: list[tuple[Any, Any]] = []

    def see(module: Any, inputs: Any, output: Any) -> None:
        if isinstance(module, norms):
            found.extend((maker, module) for maker, tensor in made if tensor is inputs[0])
        else:
            made.append((module, output))

    hooks = [
        module.register_forward_hook(see)
        for module in network.modules()
        if isinstance(module, convolutions) or (isinstance(module, norms) and module.track_running_stats)
    ]
    network(example)
    for hook in hooks:
        hook.remove()
    ran = [maker for maker, _ in made]
    return [(maker, norm) for maker, norm in found if ran.count(maker) == [n for _, n in found].count(norm) == 1]


def _fold(network: torch.nn.Module, convolution: Any, norm: Any) -> None:
    import torch
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    fused = fuse_conv_bn_eval(convolution, norm, transpose=convolution.transposed)
    names = {module: name for name, module in network.named_modules()}
    for old, new in ((convolution, fused), (norm, torch.nn.Identity())):
        parent, _, name = names[old].rpartition(".")
        setattr(network.get_submodule(parent), name, new)
