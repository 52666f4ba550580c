"""The presets: what comes along, in which forms."""

from __future__ import annotations

import pytest

from edgeunet.errors import SpecError
from edgeunet.spec import PRESETS, list_of_presets, load_spec, preset, spec_from_dict, spec_to_dict

FORMS = [(name, dimensions) for name, item in PRESETS.items() for dimensions in item.specs]


def test_every_network_of_the_documents_is_a_preset() -> None:
    assert {"heartkit", "classic", "classic-batchnorm", "classic-valid", "he-dropout"} < set(PRESETS)
    assert {"ecg-tiny", "ecg-small", "ecg-base"} < set(PRESETS)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_a_1d_form(name: str) -> None:
    assert preset(name, 1).dimensions == 1
    assert preset(f"{name}-1d") == preset(name, 1)


@pytest.mark.parametrize(("name", "dimensions"), FORMS)
def test_preset_round_trips(name: str, dimensions: int) -> None:
    spec = preset(name, dimensions)
    assert spec_from_dict(spec_to_dict(spec)) == spec
    assert spec.dimensions == dimensions


@pytest.mark.parametrize("name", ["ecg-tiny", "ecg-small", "ecg-base"])
def test_ecg_presets_delineate_one_lead_at_250_hz(name: str) -> None:
    spec = load_spec(name)
    assert spec.classes == ("background", "P", "QRS", "T")
    assert spec.sample_rate_hz == 250
    assert spec.input_shape[1] == 1


def test_published_presets_have_their_published_shapes() -> None:
    assert preset("he-dropout").input_shape == (96, 128, 3)
    assert len(preset("he-dropout").classes) == 23
    assert preset("classic-valid").input_shape == (572, 572, 1)
    assert preset("heartkit").input_shape == (800, 1)


def test_2d_preset_takes_a_1d_shape() -> None:
    assert load_spec("classic", input_shape=(64, 2)).dimensions == 1


def test_unknown_preset_and_form() -> None:
    with pytest.raises(SpecError, match="no preset 'ecg-huge'"):
        preset("ecg-huge")
    with pytest.raises(SpecError, match="'heartkit' has no 2-D form; it comes in 1-D"):
        preset("heartkit", 2)


def test_list_names_every_preset() -> None:
    assert [line.split()[0] for line in list_of_presets()] == list(PRESETS)
