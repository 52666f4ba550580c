"""Rewrites that only some kernels gain by: they offer, and whoever plans for a flavour takes or leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from edgeunet.program.program import Node, Program


@dataclass(frozen=True)
class Offer:
    """``program`` with one thing done another way, to be taken if every node of ``asked`` has a kernel that gains."""

    program: Program
    asked: tuple[Node, ...]


@dataclass(frozen=True)
class OfferedRewrite:
    """A rewrite done place by place.

    Attributes
    ----------
    places : of a program, in the order in which they are to be tried; a place stays one when others are rewritten.
    offers : what may be done at a place, most wanted first; the first that is taken is done.
    """

    places: Callable[[Program], Sequence[int]]
    offers: Callable[[Program, int], Iterator[Offer]]
