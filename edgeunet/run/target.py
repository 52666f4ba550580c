"""What a name after ``--target`` stands for: a board, and the kernels that its core runs best."""

from __future__ import annotations

from edgeunet.errors import RunError
from edgeunet.kernels.flavour import Flavour
from edgeunet.kernels.flavours import FLAVOURS, find_flavour
from edgeunet.run.machines.boards import HOST, Board, load_boards


def find_board(target: str) -> Board | None:
    """Return the board of ``target``, ``None`` for the host.

    Raises
    ------
    RunError
        When there is no such core or board.
    """
    return None if target == HOST else load_boards().board(target)


def choose_kernels(board: Board | None, asked: str | None) -> str:
    """Return the kernel flavour to compile with: the one asked for, or the core's first that the compiler has.

    Raises
    ------
    RunError
        When the core cannot run the flavour asked for.
    """
    runnable = board.core.kernels if board else ("portable",)
    if asked is None:
        return next(kernels for kernels in runnable if kernels in FLAVOURS)
    if asked not in runnable:
        where = board.core.name if board else HOST
        raise RunError(f"{where} cannot run the {asked} kernels; choose one of: {', '.join(runnable)}")
    return asked


def target_kernels(board: Board | None, asked: str | None) -> Flavour:
    """Return the flavour of ``choose_kernels``, its kernels chosen by the cycles of the board's core.

    Raises
    ------
    RunError
        When the core cannot run the flavour asked for.
    """
    return find_flavour(choose_kernels(board, asked)).on(board.core.name if board else None)
