"""Which channels are found to be constant, and which go: by hand, on small programs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edgeunet.graph import evaluate, read_tflite
from edgeunet.lower.lower import lower
from edgeunet.program.convolutions import Conv, Image
from edgeunet.program.parameters import Copy
from edgeunet.program.program import EACH, RESHAPED, Access, Node
from edgeunet.rewrite import simplify
from edgeunet.rewrite.constant_channels import VARIES, constant_channels, fix_constant_channels
from edgeunet.rewrite.dead_channels import STEP, remove_dead_channels
from tests.networks import random_networks
from tests.networks.image_networks import ImageNetwork
from tests.networks.pass_networks import NETWORKS
from tests.networks.random_layers import Network
from tests.rigs.hand_made import node
from tests.rigs.interpreter import run_program
from tests.rigs.products import products
from tests.rigs.small_sums import Shape, conv, image_conv, program


def first_layer(shift: int = -1) -> Node:
    """Ten channels that vary, then ten that are 5 + 4 = 9 with no weights."""
    return conv(0, 1, [[1]] * 10 + [[0]] * 10, [16] * 20, shift)


def test_a_channel_is_constant_where_its_extremes_meet() -> None:
    found = constant_channels(program(first_layer()))[1]
    assert found.tolist() == [VARIES] * 10 + [9] * 10
    scaled_down = constant_channels(program(first_layer(-20)))[1]
    assert scaled_down.tolist() == [5] * 20


def test_what_a_constant_channel_adds_goes_into_the_bias() -> None:
    made = remove_dead_channels(program(first_layer(), conv(1, 2, [[1] * 10 + [3] * 10], [7])))
    (first, second), kept = made.nodes, 16
    assert isinstance(first.parameters, Conv)
    assert isinstance(second.parameters, Conv)
    assert made.signals[1].channels == kept == len(first.parameters.bias) == second.parameters.weights.shape[2]
    assert kept % STEP == 0
    assert second.parameters.bias.tolist() == [7 + 4 * 3 * (9 - 5)]
    assert (first.macs, second.macs) == (kept, kept)


def test_a_window_that_reaches_into_padding_keeps_what_is_not_the_zero_point() -> None:
    made = program(first_layer(), conv(1, 2, [[1] * 20], [7], taps=3))
    assert remove_dead_channels(made) is made


def test_what_is_an_output_keeps_its_channels() -> None:
    made = program(first_layer())
    assert remove_dead_channels(made) is made


def test_so_does_one_that_is_read_as_well() -> None:
    made = program(first_layer(), conv(1, 2, [[1] * 20], [7]), outputs=(1, 2))
    assert remove_dead_channels(made) is made


@pytest.mark.parametrize(
    ("copy", "access", "shape", "run"),
    [(Copy(1, 6, 20), EACH, (2, 3, 20), 16), (Copy(1, 1, 120), RESHAPED, (1, 6, 20), 6 * 16)],
    ids=["row by row", "all in one run"],
)
def test_a_reshape_moves_as_many_channels_as_are_left(copy: Copy, access: Access, shape: Shape, run: int) -> None:
    reshape = node("reshape", (1,), 2, copy, access)
    shapes = {0: (2, 3, 1), 1: (2, 3, 20), 2: shape, 3: (1, 6, 1)}
    given = program(first_layer(), reshape, conv(2, 3, [[1] * 10 + [3] * 10], [7]), shapes=shapes)
    made = remove_dead_channels(given)
    assert made.nodes[1].parameters == replace(copy, run_bytes=run)
    assert [made.signals[i].channels for i in (1, 2)] == [16, 16]
    inputs = [np.array([-128, 127, 5, 0, 17, -40])]
    np.testing.assert_array_equal(run_program(made, inputs), run_program(given, inputs))


def test_a_transposed_convolution_adds_nothing_between_its_rows() -> None:
    """Of one tap every second row and column is the bias alone, whatever the input's channels are."""
    image = Image(2, 3, 4, 6, 1, 1, 2, 2)
    up = image_conv(1, 2, image, [[1] * 20], "transpose_conv_2d")
    made = program(first_layer(), up, shapes={0: (2, 3, 1), 1: (2, 3, 20), 2: (4, 6, 1)})
    assert len(set(run_program(made, [np.full(6, 5)])[0].ravel().tolist())) == 2
    assert remove_dead_channels(made) is made


def test_groups_of_channels_are_all_kept() -> None:
    image = Image(2, 3, 2, 3, 1, 1)
    grouped = image_conv(1, 2, image, [[1] * 10] * 2)
    made = program(first_layer(), grouped, shapes={0: (2, 3, 1), 1: (2, 3, 20), 2: (2, 3, 2)})
    assert remove_dead_channels(made) is made


def test_what_something_else_reads_keeps_its_channels() -> None:
    n = ImageNetwork(1)
    x = n.image(3, 3, 4)
    n.scales = (1e-9, 2e-9)
    a, b = n.conv(x, 16, (1, 1)), n.conv(x, 16, (1, 1))
    given = lower(simplify(read_tflite(n.only(n.conv(n.sum(a, b), 4, (1, 1))))))
    found = constant_channels(given)
    assert any((values != VARIES).all() for values in found.values())
    assert [s.channels for s in remove_dead_channels(given).signals] == [s.channels for s in given.signals]


@pytest.mark.parametrize("name", ["dead_channels", "constant_channels"])
def test_the_network_of_the_pass_has_channels_of_the_kind(name: str) -> None:
    given = lower(simplify(read_tflite(NETWORKS[name]())))
    shrunk = remove_dead_channels(given)
    fewer = sum(s.channels for s in shrunk.signals) < sum(s.channels for s in given.signals)
    assert fewer == (name == "dead_channels")
    assert (fix_constant_channels(shrunk) is not shrunk) == (name == "constant_channels")


class Dying(Network):
    """Weights of which a third of the channels have none and four in ten next to none."""

    def weights(self, shape: tuple[int, ...], axis: int) -> tuple[int, float]:
        numbers = self.choices.numbers
        data = numbers.integers(-127, 128, shape, dtype=np.int8)
        np.moveaxis(data, axis, 0)[numbers.random(shape[axis]) < 0.3] = 0
        scales = numbers.uniform(0.5, 2.0, shape[axis]) / (73.0 * np.sqrt(data.size / shape[axis]))
        usual = float(scales.mean())
        scales[numbers.random(shape[axis]) < 0.4] *= 2.0**-24
        return self.writer.tensor(shape, "int8", scales.astype(np.float32), data=data, axis=axis), usual


@pytest.mark.parametrize("seeds", [range(1, 14), pytest.param(range(14, 300), marks=pytest.mark.nightly)])
def test_random_networks_with_dead_channels_give_the_same(seeds: range, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random_networks, "Network", Dying)
    monkeypatch.setattr("edgeunet.rewrite.dead_channels.STEP", 1)
    removed = 0
    for seed in seeds:
        graph = read_tflite(random_networks.random_network(seed))
        given = lower(simplify(graph))
        made = fix_constant_channels(remove_dead_channels(given))
        removed += sum(s.channels for s in made.signals) < sum(s.channels for s in given.signals)
        numbers = np.random.default_rng(seed)
        inputs = [random_networks.random_inputs(graph.tensors[i].shape, numbers).astype(np.int8) for i in graph.inputs]
        found, right = run_program(made, inputs), evaluate(graph, inputs)
        assert all(np.array_equal(np.ravel(a), np.ravel(b)) for a, b in zip(found, right, strict=True)), seed
        assert all(node.macs == products(made, node) for node in made.nodes)
    assert removed >= len(seeds) // 5
