"""A flavour is a folder and one object: what adding one takes, shown by adding one on trial."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from edgeunet.cli.export_c import command
from edgeunet.emit import compile_model
from edgeunet.errors import CompileError
from edgeunet.graph import read_tflite
from edgeunet.kernels.flavour import Flavour
from edgeunet.kernels.flavours import FLAVOURS, find_flavour
from edgeunet.kernels.kernel import KernelTable, kernel_source, kernel_texts
from edgeunet.kernels.portable.table import PORTABLE
from tests.rigs.tiny import level_network

TRIAL = """static void eu_trial_max(const int8_t *in, int8_t *out, const eu_max_pool_1d_t *p)
{
    eu_max_pool_1d(in, out, p);
}
"""


def trial_table(core: str) -> KernelTable:
    (*_, row) = PORTABLE["max_pool"]
    return {"max_pool": (replace(row, function="eu_trial_max", flavour="trial", requires=("eu_max_pool_1d",)),)}


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flavour:
    """A flavour whose one kernel is a maximum: a folder with its C, and an object among the others."""
    package = tmp_path / "edgeunet"
    shutil.copytree(Path(str(files("edgeunet"))) / "kernels", package / "kernels")
    (package / "kernels" / "trial").mkdir()
    (package / "kernels" / "trial" / "eu_trial_max.c").write_text(TRIAL)
    shutil.copy(package / "kernels" / "portable" / "windows" / "eu_max_pool_1d.c", package / "kernels" / "trial")
    flavour = replace(FLAVOURS["portable"], name="trial", title="a trial", own_table=trial_table)
    monkeypatch.setattr("edgeunet.kernels.flavours.FLAVOURS", {**FLAVOURS, "trial": flavour})
    monkeypatch.setattr("edgeunet.kernels.kernel.files", lambda _: package)
    for cached in (kernel_source, kernel_texts):
        cached.cache_clear()
    return flavour


@pytest.fixture(autouse=True)
def forgetful() -> object:
    yield
    for cached in (kernel_source, kernel_texts):
        cached.cache_clear()


def test_a_folder_and_an_object_make_a_flavour(trial: Flavour) -> None:
    compiled = compile_model(read_tflite(level_network()), "net", kernels="trial")
    assert compiled.kernels == "trial"
    assert "eu_trial_max" in {layer.kernel for layer in compiled.layers}
    assert TRIAL in compiled.sources.files["net.c"]
    assert trial.own_kernels == {"eu_trial_max"}


def test_a_kernel_of_the_new_flavour_can_be_left_out_by_its_name(trial: Flavour) -> None:
    compiled = compile_model(read_tflite(level_network()), "net", kernels=trial.name, without=["eu_trial_max"])
    assert "eu_trial_max" not in {layer.kernel for layer in compiled.layers}


def test_an_unknown_flavour_is_refused_with_those_there_are() -> None:
    with pytest.raises(CompileError, match="there are no kernels 'neon'; use one of portable, dsp, mve"):
        find_flavour("neon")


def test_help_names_every_flavour_and_what_it_runs_on() -> None:
    text = " ".join(CliRunner().invoke(command, ["--help"]).output.split())
    for flavour in FLAVOURS.values():
        assert flavour.title in text
    assert f"[{'|'.join(('auto', *FLAVOURS))}]" in text


def test_names_and_titles_load_no_numpy() -> None:
    program = "import sys, edgeunet.kernels.flavours; assert 'numpy' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0
