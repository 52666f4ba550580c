"""The benchmark table: right shares, no figure of a wrong program, README rewritten between its markers only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import speed, table
from benchmarks.bars import broken_bars
from edgeunet.errors import ReportError


def result(**changes: object) -> dict[str, object]:
    document: dict[str, object] = {
        "exact": True, "instructions": 14_031_820, "instructions_per_mac": 2.33, "ram_bytes": 34_796,
        "flash_bytes": 73_855, "toolchain_version": "gcc 12", "emulator_version": "QEMU 7", "flags": "-std=c99 -O2",
        "kernels": "dsp", "instructions_per_sample": 17_540.0, "cycles": {"zero_wait_count": 9_063_287},
    }  # fmt: skip
    return {**document, **changes}


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory in the place of ``results/``."""
    monkeypatch.setattr(table, "result_path", lambda case: tmp_path / f"{case}.json")
    return tmp_path


def test_shares_are_ours_over_theirs(results: Path) -> None:
    """A quarter of TFLM's cycles; half of 28,063,640 instructions, of 69,592 bytes RAM and of 147,710 bytes flash."""
    (results / "seed-unet-800 on cortex-m4.json").write_text(json.dumps(result()))
    (row,) = table.read_rows()
    assert row.shares()[:3] == pytest.approx((0.5, 0.5, 0.5), abs=1e-4)
    assert row.shares()[3] == pytest.approx(73_855 / (39_286 + 99_016))
    text = table.markdown([row])
    assert (
        "| seed-unet-800 | M4 | 9,063,287 | 0.25 | 14,031,820 | 0.50 | 34,796 | 0.50 | 73,855 | 0.50 | 0.53 |" in text
    )
    assert "gcc 12; QEMU 7" in text


def test_streams_are_compared_with_our_own_window(results: Path) -> None:
    window = result(instructions_per_sample=1000.0)
    cycles = {"zero_wait_count": 24_000}
    stream = result(instructions_per_sample=1100.0, lookahead_samples=172, ram_bytes=10_439, cycles=cycles)
    (results / "seed-unet-800 on cortex-m4.json").write_text(json.dumps(window))
    (results / "seed-unet-800 on cortex-m4, hop 16.json").write_text(json.dumps(stream))
    text = table.markdown(list(table.read_rows()))
    assert "| seed-unet-800 | M4 | 16 | 10,439 | 0.15 | 1,500 | 1,100 | 1.10 | 172 |" in text


def test_another_compiler_stands_beside_gcc(results: Path) -> None:
    gcc = result(instructions=1000, flash_bytes=200, cycles=None)
    (results / "seed-unet-800 on cortex-m4.json").write_text(json.dumps(gcc))
    zig = result(instructions=1250, flash_bytes=220, toolchain_version="zig 9")
    (results / "seed-unet-800 on cortex-m4, zig.json").write_text(json.dumps(zig))
    text = table.markdown(list(table.read_rows()))
    assert "The same C built by zig 9" in text
    assert "| seed-unet-800 | M4 | 1,250 | 1.25 | 34,796 | 220 | 1.10 |" in text
    assert "| seed-unet-800 | M4 | – | – | 1,000 |" in text, "without cycles there is no share of them"
    assert "zig 9" not in text.splitlines()[-1], "gcc's figures are not zig's"


def test_an_inexact_result_is_not_shown(results: Path) -> None:
    (results / "seed-unet-800 on cortex-m4.json").write_text(json.dumps(result(exact=False)))
    with pytest.raises(ReportError, match="not exact"):
        list(table.read_rows())


def test_only_the_text_between_the_markers_changes(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
    assert table.rewrite(readme, "new")
    assert readme.read_text() == f"before\n{table.BEGIN}\nnew\n{table.END}\nafter\n"
    assert not table.rewrite(readme, "new")


def test_a_readme_without_markers_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("nothing here")
    with pytest.raises(ReportError, match="lacks the lines"):
        table.rewrite(tmp_path / "README.md", "new")


def test_the_results_here_are_exact_and_the_readme_shows_them() -> None:
    rows = list(table.read_rows())
    readme = (table.HERE.parent / "README.md").read_text(encoding="utf-8")
    assert table.markdown(rows) in readme


def test_the_results_here_keep_their_bars() -> None:
    assert list(broken_bars(list(table.read_rows()))) == []


def test_a_share_over_its_bar_is_a_sentence(results: Path) -> None:
    """The result is half of TFLM's instructions, RAM and flash on a Cortex-M4; the bars are 0.30, 0.62 and 0.40."""
    (results / "seed-unet-800 on cortex-m4.json").write_text(json.dumps(result()))
    stream = result(instructions_per_sample=19_400.0, lookahead_samples=172)
    (results / "seed-unet-800 on cortex-m4, hop 64.json").write_text(json.dumps(stream))
    speed, flash, of_window = broken_bars(list(table.read_rows()))
    assert speed == "seed-unet-800 on cortex-m4: share 0.500 (instructions) is over the bar of 0.30"
    assert "0.500 (flash)" in flash
    assert "hop 64: share 1.106 (cycles per sample of our window) is over the bar of 1.10" in of_window


def test_the_baselines_are_those_that_were_measured(shared: Path) -> None:
    assert json.loads(table.BASELINES.read_text()) == json.loads(
        (shared / "baselines" / "tflm_cmsis_nn.json").read_text()
    )


def test_the_image_with_the_fewest_cycles_is_compared_with(tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    images = [{"model": "m", "target": "cortex-m4", "build": b, "cycles": c} for b, c in (("a", 9), ("b", 7), ("c", 8))]
    page.write_text(json.dumps({"images": images}))
    assert table.fewest_cycles(page)["m", "cortex-m4"]["build"] == "b"


def row_of_speed(**changes: object) -> dict[str, object]:
    document: dict[str, object] = {
        "model": "kws", "target": "cortex-m4", "exact": True, "instructions": 500, "model_digest": "d",
        "cycles": {"zero_wait_count": 900},
    }  # fmt: skip
    return {**document, **changes}


@pytest.fixture
def speeds(results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page of results beside one image of another tool: 1,200 cycles, 1,000 instructions."""
    image = {"model": "kws", "target": "cortex-m4", "cycles": 1200, "instructions": 1000, "model_digest": "d"}
    monkeypatch.setattr(speed, "fewest_cycles", lambda: {("kws", "cortex-m4"): image})
    monkeypatch.setattr(speed, "RESULTS", tmp_path / "speed.json")
    return tmp_path / "speed.json"


def test_speed_is_cycles_with_instructions_beside(speeds: Path) -> None:
    speeds.write_text(json.dumps({"measurements": [row_of_speed(), row_of_speed(target="cortex-m0plus", cycles=None)]}))
    text = speed.markdown(speed.read_speeds())
    assert "| kws | M4 | 900 | 1,200 | 0.75 | 500 | 1,000 | 0.50 |" in text
    assert "| kws | M0+ | – | – | – | 500 | – | – |" in text


@pytest.mark.parametrize(
    ("changes", "said"), [({"exact": False}, "not exact"), ({"model_digest": "e"}, "another model")]
)
def test_speeds_of_wrong_programs_are_not_shown(changes: dict[str, object], said: str, speeds: Path) -> None:
    speeds.write_text(json.dumps({"measurements": [row_of_speed(**changes)]}))
    with pytest.raises(ReportError, match=said):
        speed.read_speeds()


def test_the_speeds_here_are_of_the_images_models_and_the_page_shows_them() -> None:
    page = speed.PAGE.read_text(encoding="utf-8")
    assert page.split(speed.BEGIN)[1].split(speed.END)[0].strip() == speed.markdown(speed.read_speeds()), "make bench"


def test_images_need_about_the_instructions_that_were_counted_with_other_builds() -> None:
    """Two firmwares, two ways to count, the same sources: the best traced build is within 3 % of the best of all."""
    counted = json.loads(table.BASELINES.read_text())
    for (model, target), image in table.fewest_cycles().items():
        if target in counted.get(model, {}):
            assert image["instructions"] == pytest.approx(counted[model][target]["fastest"]["instructions"], rel=0.03)
