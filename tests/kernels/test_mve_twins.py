"""The portable twins of the Helium kernels, under ASan and UBSan on the host, equal the exact evaluator."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeunet.kernels.mve.columns import rows as column_rows
from edgeunet.kernels.mve.tiles import rows as helium_quads
from tests.networks import helium_networks as convolutions
from tests.networks.helium_networks import ALIKE, APART
from tests.networks.helium_table import CHANNELS, column_network, copies_network, table_network
from tests.networks.random_networks import random_network
from tests.rigs.kernel_lists import HELIUM
from tests.rigs.twins import run_twins, twins

__all__ = ["twins"]


@pytest.mark.parametrize("table", [(1, 5, 16), pytest.param(CHANNELS, marks=pytest.mark.nightly)], ids=("few", "all"))
@pytest.mark.usefixtures("twins")
def test_twins_equal_the_evaluator_around_the_edges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: tuple[int, ...]
) -> None:
    """Functions that only large layers are worth are made for small ones too."""
    monkeypatch.setattr(column_rows, "FEWEST_VALUES", 0)
    monkeypatch.setattr(helium_quads, "WORTH", 0)
    contents = [table_network(channels, CHANNELS.index(channels)) for channels in table]
    contents += [column_network(channels, seed) for seed, channels in enumerate((1, 4, 12)[: len(table) - 1])]
    contents += [copies_network(channels, seed) for seed, channels in enumerate((1, 16, 17)[: len(table) - 1])]
    made = [convolutions.column_network(rows, scales, rows) for rows, scales in ((32, APART), (72, ALIKE))]
    made += [convolutions.runs_network(seed, scales) for seed, scales in ((0, APART), (2, ALIKE))]
    made += [convolutions.blocks_network(seed, scales) for seed, scales in ((0, APART), (1, ALIKE))]
    assert set(HELIUM) <= run_twins(tmp_path, contents + [network.build() for network in made], "mve")


@pytest.mark.parametrize("seeds", [range(100, 104), pytest.param(range(104, 112), marks=pytest.mark.nightly)], ids=str)
@pytest.mark.usefixtures("twins")
def test_twins_equal_the_evaluator_on_random_networks(tmp_path: Path, seeds: range) -> None:
    run_twins(tmp_path, [random_network(seed) for seed in seeds], "mve")


@pytest.mark.usefixtures("twins")
def test_twins_run_the_shared_models(shared: Path, tmp_path: Path) -> None:
    names = ("seed-unet-800", "small-unet-256", "classic-unet-512")
    run_twins(tmp_path, [(shared / "models" / f"{name}.int8.tflite").read_bytes() for name in names], "mve")
