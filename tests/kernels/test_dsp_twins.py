"""The portable twins of the DSP kernels, under ASan and UBSan on the host, equal the exact evaluator."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.kernels.kernel import kernel_source, kernel_texts
from tests.networks.dsp_networks import EACH_KERNEL, EACH_WAY, dense_networks, few_rows_networks, table_of_shapes
from tests.networks.random_networks import random_network
from tests.rigs.kernel_lists import BARE, DSP, MODELS, PAIRS, PANELS, TALL, TRIOS
from tests.rigs.twins import run_twins, twin_source, twins

__all__ = ["twins"]

Names = tuple[str, ...] | None
FEW_OR_ALL = pytest.mark.parametrize(
    "networks", [EACH_WAY, pytest.param(None, marks=pytest.mark.nightly)], ids=("few", "all")
)


@pytest.fixture
def every_twin(twins: None, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Twins of the kernels for few rows in windows as well, trios only where a test says so."""
    monkeypatch.setattr("edgeunet.kernels.selection.for_windows", tuple)
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.TRIOS_WORTH", 0.0)
    return monkeypatch


def test_every_dsp_kernel_with_assembly_has_a_twin_of_its_name() -> None:
    """A file of plain C over the macros and functions of others runs with their twins as it is."""
    alone = kernel_texts("dsp").keys() - kernel_texts("dsp", twins=True).keys()
    assert alone
    texts = {name: kernel_source("dsp", name) for name in alone}
    assert not [name for name, text in texts.items() if "asm" in text or "arm_" in text]


def test_every_twin_stands_in_for_a_kernel_of_its_core() -> None:
    for core in FLAVOURS:
        assert kernel_texts(core, twins=True).keys() <= kernel_texts(core).keys()


def test_a_name_in_two_families_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for family in ("quads", "pairs"):
        (tmp_path / "kernels" / "dsp" / family).mkdir(parents=True)
        (tmp_path / "kernels" / "dsp" / family / "eu_same.c").touch()
    monkeypatch.setattr("edgeunet.kernels.kernel.files", lambda package: tmp_path)
    with pytest.raises(ValueError, match=r"two texts of eu_same"):
        kernel_texts.__wrapped__("dsp")


@pytest.mark.parametrize("names", [EACH_KERNEL, pytest.param(None, marks=pytest.mark.nightly)], ids=("few", "all"))
@pytest.mark.usefixtures("twins")
def test_twins_equal_the_evaluator_around_the_edges(
    tmp_path: Path, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    for worth in ("PANELS_WORTH", "TRIOS_WORTH"):
        monkeypatch.setattr(f"edgeunet.kernels.dsp.choice.{worth}", 0.0)
    used = run_twins(tmp_path, [made for _, made in table_of_shapes(names)])
    assert set(DSP) <= used


@FEW_OR_ALL
def test_twins_for_few_rows_equal_the_evaluator(
    tmp_path: Path, every_twin: pytest.MonkeyPatch, networks: Names
) -> None:
    every_twin.setattr("edgeunet.kernels.dsp.choice.TALL_WORTH", 1e9)
    every_twin.setattr("edgeunet.kernels.dsp.choice.PAIRS_WORTH", 0.0)
    every_twin.setattr("edgeunet.kernels.dsp.choice.BARE_WORTH", 0.0)
    assert set(TALL) <= run_twins(tmp_path, [made for _, made in few_rows_networks(networks)])


@FEW_OR_ALL
def test_twins_by_four_rows_of_two_channels_equal_the_evaluator(
    tmp_path: Path, every_twin: pytest.MonkeyPatch, networks: Names
) -> None:
    every_twin.setattr("edgeunet.kernels.dsp.choice.PANELS_WORTH", 1e9)
    for worth in ("TALL_WORTH", "PAIRS_WORTH", "BARE_WORTH"):
        every_twin.setattr(f"edgeunet.kernels.dsp.choice.{worth}", 0.0)
    assert set(PANELS) <= run_twins(tmp_path, [made for _, made in few_rows_networks(networks)])


def test_twins_by_three_rows_of_two_channels_equal_the_evaluator(
    tmp_path: Path, every_twin: pytest.MonkeyPatch
) -> None:
    every_twin.setattr("edgeunet.kernels.dsp.choice.TRIOS_WORTH", 1e9)
    assert set(TRIOS) <= run_twins(tmp_path, dense_networks())


@FEW_OR_ALL
def test_twins_that_widen_both_operands_equal_the_evaluator(
    tmp_path: Path, every_twin: pytest.MonkeyPatch, networks: Names
) -> None:
    every_twin.setattr("edgeunet.kernels.dsp.choice.PAIRS_WORTH", 1e9)
    every_twin.setattr("edgeunet.kernels.dsp.pairs.rows.LARGEST_SCRATCH", 1200)
    every_twin.setattr("edgeunet.kernels.dsp.choice.BARE_WORTH", 0.0)
    assert set(PAIRS) <= run_twins(tmp_path, [made for _, made in few_rows_networks(networks)])


@FEW_OR_ALL
def test_twins_without_scratch_memory_equal_the_evaluator(
    tmp_path: Path, every_twin: pytest.MonkeyPatch, networks: Names
) -> None:
    every_twin.setattr("edgeunet.kernels.dsp.choice.BARE_WORTH", 1e9)
    assert set(BARE) <= run_twins(tmp_path, [made for _, made in few_rows_networks(networks)])


@pytest.mark.parametrize("seeds", [range(100, 105), pytest.param(range(105, 112), marks=pytest.mark.nightly)], ids=str)
@pytest.mark.usefixtures("twins")
def test_twins_equal_the_evaluator_on_random_networks(tmp_path: Path, seeds: range) -> None:
    run_twins(tmp_path, [random_network(seed) for seed in seeds])


@pytest.mark.usefixtures("twins")
def test_twins_run_the_shared_models(shared: Path, tmp_path: Path) -> None:
    run_twins(tmp_path, [(shared / "models" / f"{name}.int8.tflite").read_bytes() for name in MODELS])


def test_twins_stand_in_for_the_fast_files_alone() -> None:
    """What is replaced is the text of a kernel: struct, packing and calls stay those of the DSP row."""
    assert twin_source("dsp", "eu_quads_conv_linear_loop") != kernel_source("dsp", "eu_quads_conv_linear_loop")
