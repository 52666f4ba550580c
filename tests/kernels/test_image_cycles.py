"""Cycles of layers over images before anything is compiled: what is counted, and that every kind has a prediction."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from benchmarks.cycles.singles import OVER_IMAGES, WIDE_IMAGES, Sort, side_by_side
from edgeunet.cli import main
from edgeunet.emit.work import predicted_layers
from edgeunet.graph import read_tflite
from edgeunet.kernels.flavours import find_flavour
from edgeunet.kernels.kernel import Kernel
from edgeunet.kernels.prediction import CoreCycles
from edgeunet.kernels.work import parts_of, work_of
from edgeunet.program.convolutions import Conv2d
from edgeunet.program.steps import Step
from edgeunet.run.machines.boards import load_boards
from edgeunet.schedule.plan import schedule_graph
from tests.networks.image_networks import ImageNetwork
from tests.networks.random_layers import Value

CORES = tuple(load_boards().cores)
SORTS = (
    Sort("images", tuple(dict.fromkeys(OVER_IMAGES)), "HxW", times=1),
    Sort("wide", tuple(dict.fromkeys(WIDE_IMAGES)), "HxW", "int16", times=1),
)
RELU, NONE = ("RELU", -128), ("NONE", 3)


def last(network: ImageNetwork, output: Value, kernels: str) -> tuple[Kernel, Step]:
    """The kernel and step of the layer of ``network`` that makes its only output."""
    schedule = schedule_graph(read_tflite(network.only(output)), kernels=kernels)
    return schedule.kernels[-1], schedule.steps[-1]


def taps(size: int, out: int, window: int, stride: int, before: int) -> Iterator[tuple[int, bool]]:
    """Of a window along one axis: output and whether the tap is inside, for every tap of every output."""
    for o, k in product(range(out), range(window)):
        yield o, 0 <= o * stride - before + k < size


def every_kind() -> bytes:
    """A layer of each kind that images have, each read by the next or by none."""
    n = ImageNetwork(5)
    x = n.conv(n.image(9, 8, 3), 8, (3, 3), stride=(2, 1))
    deep = n.conv(n.depth(n.depth(x, (3, 3)), (2, 5), NONE, (1, 2)), 6, (1, 1))
    joined = n.sum(x, n.conv(n.conv(x, 8, (3, 2), dilation=(2, 1)), 8, (1, 1), NONE), "RELU")
    up = n.conv(n.up(joined, 4, (3, 2), (2, 3), "VALID"), 4, (3, 3), stride=(2, 2))
    twice = n.depth(n.image(4, 6, 3), (3, 3), multiplier=2)
    head = n.dense(n.average(joined, (5, 4)), 5)
    return n.only(deep, up, twice, head)


@pytest.mark.parametrize("core", CORES)
def test_explain_predicts_layers_over_images(core: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.tflite").write_bytes(every_kind())
    given = ["export-c", str(tmp_path / "m.tflite"), "-o", str(tmp_path / "c"), "--target", core, "--explain"]
    with pytest.raises(SystemExit) as left:
        main(given)
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert f"cycles of a {core}, predicted" in shown
    assert "not predicted" not in shown


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("sort", SORTS, ids=["int8", "int16"])
def test_every_kind_of_layer_over_images_has_a_prediction(core: str, sort: Sort) -> None:
    flavour = find_flavour(load_boards().cores[core].kernels[0]).on(core)
    schedule = schedule_graph(side_by_side(sort, 7), kernels=flavour)
    cycles = predicted_layers(schedule).cycles
    lost = [kernel.function for kernel, count in zip(schedule.kernels, cycles, strict=True) if not count]
    assert not lost


def test_a_kernel_over_images_is_its_rows_and_what_is_gathered_for_them() -> None:
    n = ImageNetwork(1)
    y = n.depth(n.conv(n.image(5, 4, 3), 4, (1, 1), NONE), (3, 5), RELU)
    kernel, step = last(n, y, "dsp")
    assert kernel.inside is not None
    ((inner, row, times),) = kernel.inside(step).calls
    assert (times, row.groups, inner.function) == (5, 4, kernel.function)
    parts, one = parts_of(kernel, step), work_of(inner, row)
    assert parts is not None
    assert one is not None
    assert parts[kernel.function] == {name: 5 * count for name, count in one.items()}
    lines, inside, width = 5 * 3, 4 + 5 + 4, 4 + 4
    outside = lines * width - inside * 4
    counts = {"call": 5, "line": lines, "inside": inside, "outside": outside, "outside_word": outside}
    assert parts["eu_gather"] == {**counts, "pixel": inside * 4, "chunk": 0, "word": inside * 4}
    assert work_of(kernel, step) is None


@pytest.mark.parametrize(("channels", "copied"), [(1, {"one"}), (3, {"three"}), (5, {"pixel_bytes", "byte"})])
def test_pixels_that_are_no_words_are_gathered_by_bytes(channels: int, copied: set[str]) -> None:
    n = ImageNetwork(2)
    y = n.conv(n.image(5, 6, channels), 8, (3, 3))
    parts = parts_of(*last(n, y, "dsp"))
    assert parts is not None
    gathered = parts["eu_gather"]
    assert {"one", "three", "pixel_bytes", "byte"} & gathered.keys() == copied
    assert sum(gathered[name] for name in copied - {"byte"}) == gathered["inside"] * 6


@pytest.mark.parametrize("kernels", ["dsp", "mve"])
def test_residues_of_a_transposed_convolution_make_every_output_once(kernels: str) -> None:
    n = ImageNetwork(3)
    y = n.up(n.conv(n.image(4, 3, 3), 4, (1, 1), NONE), 8, (5, 4), (2, 3), "VALID")
    kernel, step = last(n, y, kernels)
    assert kernel.inside is not None
    inside, image = kernel.inside(step), step.parameters
    assert isinstance(image, Conv2d)
    assert len(inside.calls) == 2 * 3
    made = sum(times * row.groups for _, row, times in inside.calls)
    assert made == image.image.out_height * image.image.out_width == 11 * 10
    gathers = {(y + image.image.top) // 2 for y in range(image.image.out_height)}
    assert inside.own["eu_gather"]["call"] == len(gathers)


def test_taps_inside_the_image_are_counted() -> None:
    n = ImageNetwork(4)
    y = n.conv(n.image(5, 7, 3), 6, (3, 4), stride=(2, 1))
    kernel, step = last(n, y, "portable")
    work, conv = work_of(kernel, step), step.parameters
    assert work is not None
    assert isinstance(conv, Conv2d)
    at = conv.image
    rows = list(taps(at.in_height, at.out_height, 3, 2, at.top))
    columns = list(taps(at.in_width, at.out_width, 4, 1, at.left))
    lines, inside = sum(ok for _, ok in rows), sum(ok for _, ok in columns)
    assert (work["tap"], work["half"]) == (len(rows) * len(columns) * 6, lines * len(columns) * 6)
    assert (work["inside"], work["product"]) == (lines * inside * 6, lines * inside * 6 * 3)


def test_inputs_that_meet_a_transposed_window_are_counted() -> None:
    n = ImageNetwork(6)
    y = n.up(n.conv(n.image(3, 4, 3), 5, (1, 1), NONE), 4, (3, 3), (2, 2))
    kernel, step = last(n, y, "portable")
    work, conv = work_of(kernel, step), step.parameters
    assert work is not None
    assert isinstance(conv, Conv2d)
    at = conv.image
    met = 0
    for y, x, i, j in product(range(at.in_height), range(at.in_width), range(3), range(3)):
        met += 0 <= 2 * y + i - at.top < at.out_height and 0 <= 2 * x + j - at.left < at.out_width
    assert (work["inside"], work["product"]) == (met * 4, met * 4 * 5)


def test_a_layer_whose_inner_kernel_was_not_measured_takes_no_one_knows_how_long() -> None:
    n = ImageNetwork(7)
    y = n.conv(n.image(5, 6, 4), 8, (3, 3))
    kernel, step = last(n, y, "dsp")
    parts = parts_of(kernel, step)
    assert parts is not None
    known = {function: {"call": 1.0} for function in parts}
    assert CoreCycles("made up", known).of_kernel(kernel, step) == 5 + 5
    del known["eu_gather"]
    assert CoreCycles("made up", known).of_kernel(kernel, step) == float("inf")
