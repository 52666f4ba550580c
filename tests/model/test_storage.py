"""Models as files: they come back as they went, and what is no model is refused in one sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import ModelError
from edgeunet.model import build_model, card_of, load_model, save_model, to_static
from edgeunet.modelcard import read_card
from edgeunet.spec import load_spec

SPEC = {"blocks": [{"filters": 4, "kernel": 3, "pool": 2, "strides": 2}] * 2, "input_shape": [32, 1], "classes": 3}
EVERY_LAYER = {
    "padding": "valid",
    "layout": "classic",
    "input_shape": [48, 1],
    "use_logits": False,
    "blocks": [
        {"filters": 4, "kernel": 3, "pool": 2, "strides": 2, "norm": "layer", "activation": "selu", "dropout": 0.1},
        {"filters": 4, "kernel": 3, "separable": True, "activation": "elu"},
    ],
}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "m.keras"
    save_model(build_model(load_spec(SPEC), seed=1), path, card_of(load_spec(SPEC)))
    return path


@pytest.mark.parametrize("document", [SPEC, EVERY_LAYER])
def test_model_comes_back_as_it_went(tmp_path: Path, document: dict[str, object]) -> None:
    spec = load_spec(document)
    model = build_model(spec, seed=2)
    save_model(model, tmp_path / "m.keras")
    again = load_model(tmp_path / "m.keras")
    x = np.random.default_rng(0).standard_normal((2, *spec.input_shape)).astype(np.float32)
    np.testing.assert_array_equal(np.asarray(model(x)), np.asarray(again(x)))


def test_card_lies_beside_it_and_holds_the_spec(saved: Path) -> None:
    card = read_card(saved)
    assert card is not None
    assert card.spec is not None
    assert load_spec(card.spec) == load_spec(SPEC)
    assert sorted(path.name for path in saved.parent.iterdir()) == ["m.keras", "m.keras.json"]


def test_every_cut_of_a_model_file_is_refused(saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    for share in (0.0, 0.02, 0.3, 0.7, 0.99):
        cut = tmp_path / "cut.keras"
        cut.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(ModelError) as raised:
            load_model(cut)
        assert "cut.keras" in str(raised.value)
        assert "\n" not in str(raised.value)


def test_damaged_bytes_are_refused_or_harmless(saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    rng = np.random.default_rng(4)
    for _ in range(10):
        damaged = bytearray(whole)
        start = int(rng.integers(0, len(whole) - 64))
        damaged[start : start + 64] = rng.bytes(64)
        (tmp_path / "damaged.keras").write_bytes(damaged)
        try:
            load_model(tmp_path / "damaged.keras")
        except ModelError as error:
            message = str(error)
            assert "\n" not in message


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        load_model(tmp_path / "nowhere.keras")
    with pytest.raises(ModelError, match="it is a directory"):
        load_model(tmp_path)
    (tmp_path / "text.keras").write_text("hello")
    with pytest.raises(ModelError, match="not a whole"):
        load_model(tmp_path / "text.keras")
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ModelError, match="cannot load"):
        load_model(tmp_path / "other.keras")


def test_unknown_layers_are_refused_by_name(tmp_path: Path) -> None:
    import keras

    class Doubled(keras.layers.Layer):  # type: ignore[misc]
        def call(self, x: object) -> object:
            return x

    source = keras.Input((8, 1))
    keras.Model(source, Doubled()(source)).save(tmp_path / "foreign.keras")
    with pytest.raises(ModelError, match="Doubled"):
        load_model(tmp_path / "foreign.keras")


def test_lambda_layers_are_not_executed(tmp_path: Path) -> None:
    import keras

    source = keras.Input((8, 1))
    keras.Model(source, keras.layers.Lambda(lambda x: x)(source)).save(tmp_path / "lambda.keras")
    with pytest.raises(ModelError, match="Lambda layer, which holds Python code"):
        load_model(tmp_path / "lambda.keras")


def test_suffix_is_checked(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"does not end in \.keras"):
        save_model(build_model(load_spec(SPEC)), tmp_path / "m.h5")


def test_static_model_has_a_batch_of_one_and_the_same_outputs() -> None:
    model = build_model(load_spec(SPEC), seed=3)
    static = to_static(model)
    assert static.input_shape == (1, 32, 1)
    x = np.random.default_rng(0).standard_normal((1, 32, 1)).astype(np.float32)
    np.testing.assert_allclose(np.asarray(model(x)), np.asarray(static(x)), rtol=1e-6, atol=1e-6)
    before = np.asarray(model(x))
    static.set_weights([weight * 0 for weight in static.get_weights()])
    np.testing.assert_array_equal(before, np.asarray(model(x)))


def test_open_and_several_inputs_cannot_be_static() -> None:
    import keras

    source = keras.Input((None, 1), name="open")
    with pytest.raises(ModelError, match="open input shape"):
        to_static(keras.Model(source, keras.layers.Conv1D(1, 1)(source)))
    first, second = keras.Input((8, 1)), keras.Input((8, 1))
    with pytest.raises(ModelError, match="2 inputs"):
        to_static(keras.Model([first, second], keras.layers.Add()([first, second])))


def test_seed_repeats_the_weights() -> None:
    spec = load_spec(SPEC)
    first, second, third = (build_model(spec, seed=seed).get_weights() for seed in (7, 7, 8))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, third, strict=True))
