"""Layer names from what converters leave behind, case by case."""

from __future__ import annotations

import pytest

from edgeunet.graph.reading.names import clean, layer_names, tensor_name


@pytest.mark.parametrize(
    ("kind", "names", "expected"),
    [
        ("ADD", ["net/skip/Add"], "skip"),
        ("ADD", ["net/block/skip/Add"], "block/skip"),
        ("ADD", ["skip/Add"], "skip"),
        ("ADD", ["skip"], "skip"),
        ("ADD", ["net/skip/Add:0"], "skip"),
        ("ADD", ["", "net/skip/Add"], "skip"),
        ("ADD", ["Identity_1", "net/skip/Add"], "skip"),
        ("ADD", ["arith.constant3;tfl.pseudo;net/skip/Add"], "skip"),
        ("ADD", ["PartitionedCall:0"], "add"),
        ("ADD", [], "add"),
        ("ADD", ["net/relu/Relu;net/enc/conv1d/convolution"], "relu"),
        ("CONV_2D", ["net/relu/Relu;net/enc/convolution"], "enc"),
        ("DEPTHWISE_CONV_2D", ["net/relu/Relu;net/enc/Dense"], "enc"),
        ("TRANSPOSE_CONV", ["net/relu/Relu;net/enc/MATMUL"], "enc"),
        ("FULLY_CONNECTED", ["net/relu/Relu;net/enc/fully_connected"], "enc"),
        ("CONV_2D", ["net/relu/Relu;net/other/Add"], "relu"),
        ("CONV_2D", ["net/separable_conv2d/separable_conv2d/x"], "separable_conv2d"),
        ("DEPTHWISE_CONV_2D", ["net/sep/separable_conv2d/x"], "sep/depthwise"),
        ("CONV_2D", ["net/sep/separable_conv2d/x"], "sep"),
        ("CONV_2D", ["net/enc/Conv1D/conv_transpose/x"], "enc"),
        ("CONV_2D", ["net/Conv1D/x"], "Conv1D"),
        ("ADD", ["net//skip//Add"], "skip"),
        ("ADD", ["/:0", "net/skip/Add"], "skip"),
    ],
)
def test_one_layer(kind: str, names: list[str], expected: str) -> None:
    assert layer_names([(kind, names)]) == [expected]


def test_counters_go_where_every_scope_has_one_and_none_becomes_another() -> None:
    two = [("ADD", ["n/a_1/x"]), ("ADD", ["n/b_12/x"])]
    assert layer_names(two) == ["a", "b"]
    assert layer_names([*two, ("ADD", ["n/c/x"])]) == ["a_1", "b_12", "c"]
    assert layer_names([*two, ("ADD", ["n/a_2/x"])]) == ["a_1", "b_12", "a_2"]
    assert layer_names([*two, ("ADD", [""])]) == ["a", "b", "add"]
    assert layer_names([("ADD", ["n/a_1/deep_2/x"])]) == ["a/deep_2"]


def test_later_layers_of_one_name_are_numbered() -> None:
    same = ("ADD", ["n/a/x"])
    assert layer_names([same, ("SUB", ["n/a/x"]), same, ("ADD", ["n/b/x"])]) == ["a", "a#2", "a#3", "b"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("serving_default_ecg:0", "ecg"),
        ("ecg:12", "ecg"),
        ("ecg", "ecg"),
        ("a:b", "a:b"),
        ("", "tensor"),
        ("a b", "a_b"),
    ],
)
def test_tensors(name: str, expected: str) -> None:
    assert tensor_name(name) == expected


def test_names_are_visible_ascii_and_short() -> None:
    assert clean("a\t\n b'c\"d*/\x7f~!") == "a_b_c_d*__~!"
    assert clean("x" * 81) == "x" * 80
    assert clean("abc", 2) == "ab"
