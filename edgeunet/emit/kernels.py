"""Kernel selection as a table: for each step, the first row that accepts it; see ``edgeunet/kernels/README.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from numpy.typing import NDArray

from edgeunet.errors import CompileError
from edgeunet.schedule.schedule import Step


@dataclass(frozen=True, eq=False)
class Arguments:
    """A kernel's argument struct: arrays become ``static const`` tables, integers are written in place."""

    struct: str
    fields: Mapping[str, int | NDArray[Any]] = field(default_factory=dict)


def no_scratch(step: Step) -> int:
    return 0


@dataclass(frozen=True)
class Kernel:
    """One row of the table.

    Attributes
    ----------
    function : name of the C function; its file is ``kernels/<core>/<function>.c``.
    core : ``portable``, ``dsp`` or ``mve``.
    accepts : whether the kernel can run a step: every condition on shapes, quantization and epilogue it relies on.
    arguments : the struct for a step, arrays packed as the kernel wants them.
    requires : files to paste before it, in order.
    positioned : whether the call also gets the index of its first group and the length of its input signal.
    scratch_bytes : bytes of arena the call wants besides its operands.
    """

    function: str
    core: str
    accepts: Callable[[Step], bool]
    arguments: Callable[[Step], Arguments]
    requires: tuple[str, ...] = ()
    positioned: bool = False
    scratch_bytes: Callable[[Step], int] = no_scratch


KernelTable = Mapping[str, Sequence[Kernel]]


def select_kernel(step: Step, tables: Sequence[KernelTable]) -> Kernel:
    """The first kernel of ``tables`` (most wanted first) that accepts ``step``.

    Raises
    ------
    CompileError
        When none does.
    """
    for table in tables:
        for kernel in table.get(step.kind, ()):
            if kernel.accepts(step):
                return kernel
    raise CompileError(
        f"layer '{step.name}' ({'/'.join(step.covers)}): no kernel takes a {step.kind} of these shapes; "
        "report it with the model, it is a limit of the compiler"
    )


@cache
def kernel_source(core: str, function: str) -> str:
    """Text of the file ``kernels/<core>/<function>.c``."""
    return (files("edgeunet") / "kernels" / core / f"{function}.c").read_text(encoding="utf-8")
