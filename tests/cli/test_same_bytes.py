"""What is generated depends on the model and the options alone, not on where either lies or is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeunet.cli import main
from edgeunet.modelcard import ModelCard, write_card
from tests.rigs.pipeline_stages import card, small_network

WAYS = [
    ["export-c", "--kernels", "dsp"],
    ["export-c", "--mode", "stream", "--hop", "4", "--pipeline", "--input-rate", "360"],
    ["export-c", "--format", "array", "--no-arena"],
    ["firmware", "new", "--board", "mps2-an386", "--mode", "stream"],
]


def written(directory: Path) -> dict[Path, bytes]:
    return {path.relative_to(directory): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def place(folder: Path, the_card: ModelCard) -> Path:
    """A copy of the model and its card in ``folder``."""
    folder.mkdir(parents=True)
    model = folder / "ecg.tflite"
    model.write_bytes(small_network(1))
    write_card(model, the_card)
    return model


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_the_same_bytes_come_out_of_any_folder(
    way: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    near, far = place(tmp_path / "zxnear", card()), place(tmp_path / "zxa b" / "zxfar", card())
    given = ["--model"] if way[0] == "firmware" else []
    found = []
    for folder, model, output in (
        (near.parent, Path("ecg.tflite"), Path("zxout")),
        (tmp_path, far, tmp_path / "zxelse where"),
        (far.parent, Path("..") / ".." / "zxnear" / "ecg.tflite", Path("..") / "zxup"),
    ):
        monkeypatch.chdir(folder)
        with pytest.raises(SystemExit) as ended:
            main([*way, *given, str(model), "-o", str(output)])
        assert ended.value.code == 0, capsys.readouterr().err
        found.append(written(folder / output))
    first, *others = found
    assert len(first) >= 2
    assert all(other == first for other in others)
    assert [path for path, content in first.items() if b"zx" in content or str(tmp_path).encode() in content] == []
