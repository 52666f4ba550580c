"""Which layers go back to int8 where weights of four bits cost too much: the fewest, in the order of their damage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from edgeunet.quantize.layers import LayerError


def in_order_of_damage(names: Collection[str], layers: Sequence[LayerError]) -> list[str]:
    """``names`` of layers with weights of four bits, those first that lose most of the signal themselves."""
    lost = {layer.name: layer.lost_db for layer in layers}
    return sorted(names, key=lambda name: -(lost.get(name) or 0.0))


def fewest_kept(order: Sequence[str], holds: Callable[[Sequence[str]], bool]) -> Sequence[str]:
    """The fewest first of ``order`` with which the limit ``holds``, by bisection; all of them where it never does.

    Each is a trial; that more layers in int8 never lose more is taken for granted, as is that with all it holds.
    """
    if holds(()):
        return ()
    fails, enough = 0, len(order)
    while enough - fails > 1:
        middle = (fails + enough) // 2
        if holds(order[:middle]):
            enough = middle
        else:
            fails = middle
    return order[:enough]
