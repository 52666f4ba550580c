"""Specs from files and dictionaries: what loads, what does not, and what the message says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from edgeunet.errors import SpecError
from edgeunet.spec import BlockSpec, UNetSpec, choose_spec, load_spec, spec_from_dict, spec_to_dict

BLOCK = {"filters": 12, "depth": 2, "ddepth": 1, "kernel": [1, 5], "pool": [1, 3], "strides": [1, 2]}
HEARTKIT = {
    "name": "unet",
    "params": {
        "blocks": [
            {"filters": f, "depth": 2, "ddepth": 1, "kernel": [1, 5], "pool": [1, 3], "strides": [1, 2], "skip": True,
             "seperable": True}
            for f in (12, 24, 32, 48)
        ],
        "output_kernel_size": [1, 5],
        "include_top": True,
        "use_logits": True,
        "model_name": "efficientnetv2",
    },
}  # fmt: skip


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_heartkit_json_loads_as_it_is(tmp_path: Path) -> None:
    spec = load_spec(written(tmp_path, "heartkit.json", json.dumps(HEARTKIT)))
    assert spec.name == "efficientnetv2"
    assert spec.input_shape == (800, 1)
    assert len(spec.classes) == 5
    assert [block.filters for block in spec.blocks] == [12, 24, 32, 48]
    assert all(block.separable and block.kernel == (1, 5) and block.decoder_depth == 1 for block in spec.blocks)
    assert spec.residual == "projection"
    assert spec.upsample == "nearest"


def test_heartkit_document_in_the_seed_loads(shared: Path) -> None:
    text = (shared / "seeds" / "000_f22dd58b7a6189c2.txt").read_text(encoding="utf-8")
    found = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert found is not None
    assert json.loads(found.group(1)) == HEARTKIT


def test_wrapper_and_bare_document_are_the_same() -> None:
    assert load_spec(HEARTKIT) == load_spec(HEARTKIT["params"])  # type: ignore[arg-type]


def test_shape_and_classes_may_stand_beside_params() -> None:
    spec = load_spec({**HEARTKIT, "input_shape": [1600, 2], "classes": ["a", "b"], "sample_rate_hz": 100})
    assert spec.input_shape == (1600, 2)
    assert spec.classes == ("a", "b")
    assert spec.sample_rate_hz == 100.0


def test_whole_heartkit_experiment_gives_its_network_window_rate_and_classes() -> None:
    experiment = {
        "name": "seg-2-unet",
        "project": "hk-segmentation-2",
        "sampling_rate": 100,
        "frame_size": 320,
        "num_classes": 2,
        "class_names": ["NONE", "P/QRS"],
        "batch_size": 256,
        "architecture": {"name": "unet", "params": {"blocks": [BLOCK], "use_logits": False}},
    }
    spec = load_spec(experiment)
    assert (spec.name, spec.input_shape, spec.sample_rate_hz) == ("seg-2-unet", (320, 1), 100.0)
    assert spec.classes == ("NONE", "P/QRS")
    assert not spec.use_logits
    with pytest.raises(SpecError, match="'tcn' is not a network"):
        load_spec({**experiment, "architecture": {"name": "tcn", "params": {}}})
    with pytest.raises(SpecError, match="architecture is not a table"):
        load_spec({**experiment, "architecture": "unet"})


def test_overrides_take_the_place_of_what_the_source_says() -> None:
    spec = load_spec(HEARTKIT, input_shape=(320, 3), classes=2, sample_rate_hz=250, name="mine")
    assert (spec.input_shape, spec.classes, spec.sample_rate_hz, spec.name) == (
        (320, 3),
        ("class0", "class1"),
        250.0,
        "mine",
    )
    assert load_spec(spec, classes=("x", "y", "z")).classes == ("x", "y", "z")
    assert load_spec(spec) is spec


def test_override_is_checked_before_the_default_shape_is_refused() -> None:
    blocks = [{"filters": 4, "pool": 3, "strides": 3}, {"filters": 4, "pool": 3, "strides": 3}]
    with pytest.raises(SpecError, match="input_shape"):
        load_spec({"blocks": blocks})
    assert load_spec({"blocks": blocks}, input_shape=(90, 1)).input_shape == (90, 1)


def test_toml_loads(tmp_path: Path) -> None:
    text = """
    name = "mine"
    input_shape = [128, 1]
    classes = ["background", "beat"]
    sample_rate_hz = 125
    layout = "classic"
    [[blocks]]
    filters = 8
    kernel = 5
    pool = 2
    strides = 2
    [[blocks]]
    filters = 16
    norm = "none"
    """
    spec = load_spec(written(tmp_path, "mine.toml", text))
    assert spec.layout == "classic"
    assert spec.residual == "none"
    assert spec.blocks[1].norm is None
    assert spec.classes == ("background", "beat")


def test_both_spellings_of_separable() -> None:
    assert BlockSpec(8, seperable=True).separable
    assert BlockSpec(8, separable=True) == BlockSpec(8, seperable=True)
    assert not BlockSpec(8).separable
    with pytest.raises(SpecError, match="contradict"):
        BlockSpec(8, separable=True, seperable=False)


def test_spec_round_trips_through_json() -> None:
    spec = load_spec(HEARTKIT, sample_rate_hz=100)
    assert spec_from_dict(json.loads(json.dumps(spec_to_dict(spec)))) == spec


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"filter": 8}, ["unknown key 'filter' in blocks[0]", "'filters'"]),
        ({"seprable": True}, ["unknown key 'seprable'", "did you mean"]),
        ({"zebra": 1}, ["unknown key 'zebra'", "the keys are"]),
        ({"kernel": 0}, ["blocks[0]", "kernel = 0", "1 to"]),
        ({"kernel": "5"}, ["kernel = '5'", "size"]),
        ({"kernel": [1, 5, 5]}, ["kernel", "3 numbers"]),
        ({"kernel": [3, 5]}, ["kernel = [3, 5]", "1-D", "[1, 5]"]),
        ({"kernel": True}, ["kernel = True"]),
        ({"kernel": 2.5}, ["kernel = 2.5"]),
        ({"filters": 0}, ["filters = 0"]),
        ({"filters": "8"}, ["filters = '8'"]),
        ({"depth": 0}, ["depth = 0"]),
        ({"ddepth": -1}, ["ddepth = -1"]),
        ({"pool": None}, ["strides", "no pool", "pool to at least 2"]),
        ({"pool": 1}, ["strides", "no pool"]),
        ({"skip": 1}, ["skip = 1", "true nor false"]),
        ({"dropout": 1.0}, ["dropout = 1.0", "0 to 1"]),
        ({"dropout": "half"}, ["dropout = 'half'"]),
        ({"norm": "bacth"}, ["norm = 'bacth'", "did you mean 'batch'"]),
        ({"activation": "relu8"}, ["activation = 'relu8'", "'relu"]),
        ({"dilation": 2, "depth": 1, "ddepth": 1}, ["dilation = 2", "nothing at depth 1", "depth to 2"]),
        ({"dilation": 2, "kernel": 1}, ["dilation = 2", "nothing with kernel 1"]),
        ({"dilation": 400}, ["input_shape[0] = 800", "blocks[0]", "dilation 400", "halo"]),
        ({"dilation": [2, 1]}, ["dilation = [2, 1]", "1-D"]),
        ({"upsample": "bilinear"}, ["upsample = 'bilinear'"]),
        ({"upsample": "transpose", "upsample_kernel": 1}, ["upsample_kernel = 1", "stride 2", "gaps"]),
        ({"residual": "maybe"}, ["residual = 'maybe'"]),
    ],
)
def test_bad_block_names_key_limit_and_cure(change: dict[str, Any], said: list[str]) -> None:
    with pytest.raises(SpecError) as raised:
        load_spec({"blocks": [{**BLOCK, **change}]})
    for text in said:
        assert text in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"inputshape": [800, 1]}, ["unknown key 'inputshape'", "'input_shape'"]),
        ({"input_shape": [801, 1]}, ["input_shape[0] = 801", "not divisible by the total stride 2", "800 or 802"]),
        ({"input_shape": [800]}, ["input_shape = [800]", "[time, channels]"]),
        ({"input_shape": [0, 1]}, ["input_shape = 0"]),
        ({"input_shape": "800,1"}, ["input_shape = '800,1'"]),
        ({"classes": 0}, ["classes = 0"]),
        ({"classes": [f"c{i}" for i in range(4097)]}, ["classes = 4097 is outside 1 to 4096"]),
        ({"classes": 1 << 20_000}, ["classes = a number of more than 64 bits"]),
        ({"padding": 1 << 20_000}, ["padding = a number of more than 64 bits"]),
        ({"input_shape": [[1 << 20_000], 1]}, ["input_shape = a list too large to show"]),
        ({"classes": []}, ["classes = []"]),
        ({"classes": ["P", "P"]}, ["'P' twice"]),
        ({"classes": ["P", 3]}, ["classes = 3"]),
        ({"classes": 3, "num_classes": 4}, ["num_classes and classes"]),
        ({"name": ""}, ["name = ''"]),
        ({"name": "a/b"}, ["name = 'a/b'"]),
        ({"name": "a", "model_name": "b"}, ["model_name and name"]),
        ({"sample_rate_hz": 0}, ["sample_rate_hz = 0"]),
        ({"sample_rate_hz": "fast"}, ["sample_rate_hz = 'fast'"]),
        ({"sample_rate_hz": float("nan")}, ["sample_rate_hz = nan"]),
        ({"output_kernel_size": 0}, ["output_kernel_size = 0"]),
        ({"output_kernel_size": [2, 5]}, ["output_kernel_size = [2, 5]", "1-D"]),
        ({"output_kernel_stride": 3}, ["output_kernel_stride 3", "not divisible", "798 or 804"]),
        ({"layout": "clasic"}, ["layout = 'clasic'", "'classic'"]),
        ({"padding": "full"}, ["padding = 'full'"]),
        ({"initializer": "henormal"}, ["initializer = 'henormal'", "he_normal"]),
        ({"skip_mode": "sum"}, ["skip_mode = 'sum'"]),
        ({"conv_bias": "yes"}, ["conv_bias = 'yes'"]),
        ({"use_logits": 1}, ["use_logits = 1"]),
        ({"l2": -1}, ["l2 = -1"]),
        ({"blocks": []}, ["blocks has 0 entries"]),
        ({"blocks": "many"}, ["blocks = 'many' is not a list of levels"]),
        ({"blocks": 5}, ["blocks = 5 is not a list of levels", "blocks = [{ filters = 8 }]"]),
        ({"blocks": {"filters": 8}}, ["blocks = {'filters': 8} is not a list"]),
        ({"blocks": [3]}, ["blocks[0] = 3"]),
        ({"blocks": [{"depth": 2}]}, ["blocks[0] has no filters"]),
        ({"blocks": None}, ["blocks is missing"]),
        ({"padding": "valid", "input_shape": [6, 1]}, ["input_shape[0] = 6", "use up the whole window"]),
    ],
)
def test_bad_spec_names_key_limit_and_cure(change: dict[str, Any], said: list[str]) -> None:
    with pytest.raises(SpecError) as raised:
        load_spec({"blocks": [BLOCK], **change})
    for text in said:
        assert text in str(raised.value)
    assert "\n" not in str(raised.value)


def test_classic_bottleneck_does_not_pool() -> None:
    with pytest.raises(SpecError, match=r"blocks\[1\]: strides = 2 on the bottleneck"):
        load_spec({"layout": "classic", "blocks": [BLOCK, BLOCK]})


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_absurd_strides_are_refused_at_once(padding: str) -> None:
    blocks = [{"filters": 1, "pool": 1024, "strides": 1024}] * 16
    with pytest.raises(SpecError, match=r"input_shape\[0\] = 1000"):
        load_spec({"blocks": blocks, "input_shape": [1000, 1], "padding": padding})


def test_adding_a_skip_needs_equal_channels() -> None:
    blocks = [{**BLOCK, "filters": 8}, {"filters": 16}]
    with pytest.raises(SpecError, match=r"blocks\[0\]: skip_mode 'add' meets 16 upsampled channels with 8"):
        load_spec({"layout": "classic", "skip_mode": "add", "blocks": blocks})
    load_spec({"layout": "classic", "skip_mode": "add", "upsample": "transpose", "blocks": blocks})
    load_spec({"layout": "classic", "skip_mode": "add", "blocks": [{**blocks[0], "upsample_kernel": 3}, blocks[1]]})


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("spec.json", "{", "not valid JSON"),
        ("spec.json", "[1]", "holds a list"),
        ("spec.toml", "blocks = [", "not valid TOML"),
        ("spec.yaml", "blocks: []", "neither .toml nor .json"),
        ("spec.json", '{"name": "resnet", "params": {}}', "'resnet' is not a network"),
        ("spec.json", '{"name": "unet", "params": 3}', "params = 3"),
        ("spec.json", '{"name": "unet", "params": {}, "parms": 1}', "did you mean 'params'"),
        ("spec.json", '{"params": {"classes": 2, "blocks": []}, "classes": 3}', "'classes' stands both"),
        ("spec.json", "[" * 100_000, "not valid JSON"),
        ("spec.toml", "blocks = [{ filters = 0x" + "f" * 5000 + " }]", "filters = a number of more than 64 bits"),
        ("spec.toml", "l2 = " + "9" * 5000, "not valid TOML"),
        ("spec.toml", "# " + "x" * (1 << 24), "over the limit of 16777216"),
        ("spec.json", '{"blocks": [{"filters": 8, "kernal": 3}]}', "did you mean 'kernel'"),
    ],
)
def test_bad_file_is_one_sentence_that_names_it(tmp_path: Path, name: str, content: str, said: str) -> None:
    path = written(tmp_path, name, content)
    with pytest.raises(SpecError) as raised:
        load_spec(path)
    assert said in str(raised.value)
    assert str(path) in str(raised.value)


def test_binary_missing_and_unknown_sources(tmp_path: Path) -> None:
    (tmp_path / "noise.json").write_bytes(bytes(range(128, 256)))
    with pytest.raises(SpecError, match="not text in UTF-8"):
        load_spec(tmp_path / "noise.json")
    with pytest.raises(SpecError, match="cannot read"):
        load_spec(tmp_path / "nowhere.toml")
    with pytest.raises(SpecError, match="neither a file nor a preset"):
        load_spec("ecg-huge")
    with pytest.raises(SpecError, match="nothing to build"):
        choose_spec(None, None)
    with pytest.raises(SpecError, match="two networks"):
        choose_spec("a.toml", "classic")
    with pytest.raises(SpecError, match="--dimensions"):
        choose_spec("a.toml", None, 1)


def test_spec_wants_blocks_of_its_own_type() -> None:
    with pytest.raises(SpecError, match=r"blocks\[0\] is a dict"):
        UNetSpec(blocks=({"filters": 8},))  # type: ignore[arg-type]
