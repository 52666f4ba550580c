"""``export-c --target``: flavour and kernels of the core named, and what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeunet.cli import main
from edgeunet.graph import read_tflite
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.run.bench import Request, compile_request
from edgeunet.schedule.choice import Choice, ram_of
from tests.networks.pass_networks import RELU, PassNetwork


@pytest.fixture
def model(tmp_path: Path) -> Path:
    n = PassNetwork(4)
    x = n.convolution(n.input(32, 4), 16, 3, RELU)
    path = tmp_path / "net.tflite"
    path.write_bytes(n.only(n.convolution(n.depthwise(x, 5, RELU), 8, 1, ("NONE", 3))))
    return path


def exported(model: Path, *arguments: str) -> dict[str, str]:
    """Text by name of what ``export-c`` writes."""
    out = model.parent / "-".join(("out", *arguments)).replace("--", "")
    with pytest.raises(SystemExit) as ended:
        main(["export-c", str(model), "-o", str(out), *arguments])
    assert not ended.value.code
    return {path.name: path.read_text() for path in out.iterdir()}


@pytest.mark.parametrize(
    ("target", "kernels"),
    [
        ("cortex-m0plus", "portable"),
        ("cortex-m3", "portable"),
        ("rv32imc", "portable"),
        ("cortex-m33", "dsp"),
        ("stm32f746g-disco", "dsp"),
        ("cortex-m85", "mve"),
    ],
)
def test_a_target_gets_its_fastest_kernels(model: Path, target: str, kernels: str) -> None:
    header = exported(model, "--target", target)["net.h"]
    assert f"--kernels {kernels} " in header
    assert f"{kernels}, for " in header


def test_a_board_whose_core_stands_for_its_flavour_gets_the_same_files(model: Path) -> None:
    assert exported(model, "--target", "nucleo-l4r5zi") == exported(model, "--kernels", "dsp")


def test_the_command_in_the_files_names_the_core(model: Path) -> None:
    written = exported(model, "--target", "cortex-m7", "--mode", "stream")
    assert "edgeunet export-c --target cortex-m7 --kernels dsp --mode stream" in written["net.h"]


def test_kernels_that_the_core_runs_may_be_asked_for(model: Path) -> None:
    assert "--kernels portable" in exported(model, "--target", "cortex-m7", "--kernels", "portable")["net.h"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--target", "cortex-m4", "--kernels", "mve"],
            "cortex-m4 cannot run the mve kernels; choose one of: dsp, portable",
        ),
        (["--target", "nucleo-g0b1re", "--kernels", "dsp"], "cortex-m0plus cannot run the dsp kernels"),
        (["--target", "cortex-m9"], "there is no board or core 'cortex-m9'"),
    ],
)
def test_a_contradiction_is_a_sentence(
    model: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["export-c", str(model), "-o", str(model.parent / "none"), *arguments])
    told = capsys.readouterr()
    assert (ended.value.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert said in told.err
    assert not (model.parent / "none").exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            ["build", "--preset", "ecg-tiny", "--no-lint", "--target", "cortex-m9"],
            "there is no board or core 'cortex-m9'",
        ),
        (["train", "m.keras", "-o", "n.keras", "--target", "cortex-m4"], "before it is trained"),
    ],
)
def test_an_estimate_for_nothing_is_a_sentence(
    command: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(command)
    told = capsys.readouterr()
    assert (ended.value.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert said in told.err


@pytest.mark.parametrize("target", ["cortex-m4", "cortex-m7", "cortex-m55", "nucleo-l4r5zi"])
def test_a_target_gets_the_files_that_bench_measures_there(model: Path, target: str) -> None:
    for mode in ("window", "stream"):
        measured = compile_request(Request(model, target, mode=mode), read_tflite(model))
        assert exported(model, "--target", target, "--mode", mode) == dict(measured.sources.files)


def test_without_a_target_every_core_gets_its_kernels(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = exported(model)
    assert set(names) == set(exported(model, "--kernels", "auto"))
    assert {"net.h", "net_portable.c", "net_dsp.c", "net_mve.c", "net_selftest.c", "net.cmake"} < set(names)
    said = capsys.readouterr().err
    assert said.count("kernels of 3 kinds, of which a compiler takes one: ") == 2
    assert "edgeunet export-c --kernels auto --mode window" in names["net.h"]


def test_a_flavour_that_does_not_fit_is_left_out_and_named(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = read_tflite(model)
    needed = {f: ram_of(Choice("stream", scratch=0).scheduled(graph, f)) for f in FLAVOURS}
    ram = needed["portable"]
    lacking = [f for f, count in needed.items() if count > ram]
    names = exported(model, "--mode", "stream", "--ram", str(ram))
    said = capsys.readouterr().err
    for flavour in FLAVOURS:
        assert (f"no {flavour} kernels: " in said) == (flavour in lacking)
        assert (f"net_{flavour}.c" in names) == (flavour not in lacking and len(lacking) < 2)


def test_every_target_and_one_contradict_each_other(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["export-c", str(model), "-o", str(model.parent / "none"), "--kernels", "auto", "--target", "cortex-m4"])
    assert ended.value.code == 2
    assert "leave one out" in capsys.readouterr().err


def test_one_form_takes_the_place_of_the_other(model: Path) -> None:
    out = model.parent / "out"
    mine = out / "net_mve.h"
    for arguments in ([], ["--kernels", "dsp"], []):
        with pytest.raises(SystemExit):
            main(["export-c", str(model), "-o", str(out), *arguments])
        names = {path.name for path in out.iterdir() if path != mine or arguments != ["--kernels", "dsp"]}
        assert names == set(exported(model, *arguments))
        if not arguments and not mine.read_text().startswith("mine"):
            mine.write_text("mine\n")
        assert mine.exists(), "a file of the user's own stays"
