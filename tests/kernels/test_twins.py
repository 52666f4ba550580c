"""Every kernel of a fast core has a portable twin, in two senses, and is run by the tests of its core.

Its file has one of the same name and struct in ``portable``, which the twin tests run on the host in its place. And
what it accepts, a portable kernel of the table accepts, so that no step depends on a core.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest

from edgeunet.graph import read_tflite
from edgeunet.kernels.dsp.choice import Choice
from edgeunet.kernels.dsp.table import chosen_rows
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.kernels.kernel import Kernel, KernelTable, kernel_source
from edgeunet.kernels.mve.columns import rows as column_rows
from edgeunet.kernels.mve.table import mve_table
from edgeunet.kernels.portable.int16_rows import INT16, INT16_TWINS
from edgeunet.kernels.portable.table import PORTABLE, TWINS
from edgeunet.kernels.portable.upsampled import UPSAMPLED
from edgeunet.kernels.prediction import load_cycles
from edgeunet.program.program import FusedAdd
from edgeunet.program.steps import Step
from edgeunet.schedule.plan import schedule_graph
from tests.networks import dsp_networks, image_networks
from tests.networks import helium_networks as convolutions
from tests.networks.helium_table import CHANNELS, column_network, copies_network, table_network
from tests.networks.int16_networks import wide_network
from tests.rigs import kernel_lists
from tests.rigs.twins import twin_source


class Everything(Choice):
    """Whatever fits is chosen."""

    def __init__(self) -> None:
        super().__init__(load_cycles("cortex-m4"))

    def pairs_are_cheapest(self, step: Step) -> bool:
        return True

    def panels_beat_quads(self, step: Step) -> bool:
        return True

    def trios_beat_panels(self, step: Step) -> bool:
        return True


FAST: dict[str, KernelTable] = {"dsp": chosen_rows(Everything()), "mve": mve_table("cortex-m55")}
TESTED = {
    "dsp": (
        *(*kernel_lists.DSP, *kernel_lists.TALL, *kernel_lists.PAIRS),
        *(*kernel_lists.PANELS, *kernel_lists.TRIOS, *kernel_lists.BARE, *kernel_lists.PLANES, *kernel_lists.DUOS),
    ),
    "mve": kernel_lists.HELIUM,
}
"""The lists by which the tests on each emulated core check that all of its kernels ran."""


@pytest.fixture(autouse=True)
def any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions that only large layers are worth are accepted for small ones too."""
    monkeypatch.setattr(column_rows, "FEWEST_VALUES", 0)


def rows(core: str) -> list[tuple[str, Kernel]]:
    return [(kind, kernel) for kind, kernels in FAST[core].items() for kernel in kernels]


def structs(text: str) -> dict[str, str]:
    """The argument structs of a file, comments and white space left out."""
    found = re.findall(r"typedef struct \{(.*?)\} (\w+_t);", re.sub(r"/\*.*?\*/", "", text, flags=re.S), re.S)
    return {name: re.sub(r"\s+", " ", fields) for fields, name in found}


@cache
def sample_steps(core: str) -> list[Step]:
    """Steps of the networks that the tables are made of, as they are placed for ``core``."""
    networks = [table_network(channels, CHANNELS.index(channels)) for channels in (1, 4, 5, 16, 24)]
    networks += [column_network(channels, seed) for seed, channels in enumerate((1, 12))]
    networks.append(copies_network(12, 1))
    networks += [dsp_networks.residual_network(channels, seed) for seed, channels in enumerate((4, 8, 12, 48, 64))]
    networks += [dsp_networks.depthwise_network(channels, seed) for seed, channels in enumerate((1, 4, 12))]
    networks += [dsp_networks.windows_network(channels, seed) for seed, channels in enumerate((4, 5))]
    networks += [dsp_networks.spread_network(4, 1), dsp_networks.unaligned_network(5, 1)]
    networks += [dsp_networks.long_calls_network(channels, channels) for channels in (16, 20)]
    networks += [convolutions.column_network(1, convolutions.APART, 32).build()]
    networks += [dsp_networks.few_rows_network(channels, seed) for seed, channels in enumerate((4, 8, 48))]
    networks += [dsp_networks.several_rows_network(channels, seed) for seed, channels in enumerate((12, 24))]
    networks += dsp_networks.dense_networks()
    networks += [wide_network(channels, seed) for seed, channels in enumerate((2, 3, 4))]
    networks += [image_networks.image_network(channels, seed) for seed, channels in enumerate((3, 12))]
    graphs = map(read_tflite, networks)
    return [
        step for graph in graphs for step in schedule_graph(graph, kernels=core, search=False, without=("order",)).steps
    ]


@cache
def accepted(core: str) -> list[tuple[Kernel, str, Step]]:
    steps = sample_steps(core)
    return [(row, kind, step) for kind, row in rows(core) for step in steps if step.kind == kind and row.accepts(step)]


@pytest.mark.parametrize("core", FAST)
def test_every_fast_kernel_has_a_portable_file_with_the_same_argument_struct(core: str) -> None:
    for kernel, step in {kernel: step for kernel, _, step in accepted(core)}.items():
        struct = kernel.arguments(step).struct
        if struct.startswith("eu_gather_"):
            continue  # written for the kernel that runs on gathered rows, around its own struct
        files_read = (*kernel.requires, kernel.function)
        fast, portable = (
            {name: fields for function in files_read for name, fields in structs(read(core, function)).items()}
            for read in (kernel_source, twin_source)
        )
        assert fast[struct] == portable[struct], kernel.function


@pytest.mark.parametrize("core", FAST)
def test_what_a_fast_kernel_accepts_its_portable_twin_accepts(core: str) -> None:
    seen = set()
    for kernel, kind, step in accepted(core):
        twin = next(
            row for row in {**PORTABLE, **UPSAMPLED, **INT16}[kind] if row.function == {**TWINS, **INT16_TWINS}[kind]
        )
        assert twin.accepts(replace(step, epilogue=(), inputs=step.inputs[:1] if step.epilogue else step.inputs))
        assert all(isinstance(after, FusedAdd) for after in step.epilogue)
        seen.add(kernel.function)
    assert seen == {kernel.function for _, kernel in rows(core)}, "kernels that no network of the tables has"


@pytest.mark.parametrize("core", FAST)
def test_every_fast_kernel_is_named_by_the_tests_of_its_core(core: str) -> None:
    for _, kernel in rows(core):
        assert kernel.flavour == core
        assert kernel.function in TESTED[core]


@pytest.mark.parametrize("core", FAST)
def test_every_table_ends_with_kernels_that_take_everything(core: str) -> None:
    named = [
        {kind: [row.function for row in table[kind]] for kind in table}
        for table in (FLAVOURS[core].tables[0], FAST[core])
    ]
    assert named[0] == named[1]
    assert PORTABLE in FLAVOURS[core].tables
    assert set(FAST[core]) <= {*TWINS, *INT16_TWINS} <= {*PORTABLE, *UPSAMPLED, *INT16}
