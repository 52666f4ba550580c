"""From measured layers to the figures of a page: what is fitted, and what is held."""

from __future__ import annotations

import pytest

from benchmarks.cycles.fitting import fit_page, predicted
from benchmarks.cycles.measuring import Sample

OLD = {"eu_old": {"call": 100.0, "row": 7.0}}


def layers(function: str, counts: tuple[int, ...], old_row: float = 7.0) -> dict[str, list[Sample]]:
    """Layers whose function takes 40 cycles a call and 3 a row, each beside a call of ``eu_old`` over four rows."""
    made = [
        Sample(
            f"{n} rows",
            {function: {"call": 1, "row": n}, "eu_old": {"call": 1, "row": 4}},
            round(40 + 3 * n + 100 + 4 * old_row),
        )
        for n in counts
    ]
    return {"network": made}


def test_what_a_page_lacks_is_fitted_beside_what_it_has() -> None:
    page = fit_page("a core", layers("eu_new", (10, 100, 300, 1000)), OLD)
    assert page["core"] == "a core"
    assert page["functions"]["eu_old"] == OLD["eu_old"]
    assert page["functions"]["eu_new"] == pytest.approx({"call": 40, "row": 3}, rel=0.02)


def test_held_figures_stay_where_layers_say_otherwise() -> None:
    samples = layers("eu_new", (10, 100, 300, 1000), old_row=9.0)
    assert fit_page("a core", samples, OLD)["functions"]["eu_old"] == OLD["eu_old"]
    anew = fit_page("a core", samples)
    assert all(predicted(anew, sample) == pytest.approx(sample.cycles, rel=0.01) for sample in samples["network"])


def test_a_function_called_once_in_too_few_layers_has_the_held_figures_of_any_call() -> None:
    few, enough = (fit_page("a core", layers("eu_old alone", counts), OLD) for counts in ((10, 90), (10, 90, 300)))
    assert few["functions"] == OLD
    assert enough["functions"].keys() == {"eu_old", "eu_old alone"}


def test_cycles_of_instructions_count_as_they_are_and_only_on_their_core() -> None:
    def sample(n: int) -> Sample:
        return Sample("", {"eu_text": {"call": 1, "on a core": 3.0 * n, "on another": 5.0 * n}}, 60 + 3 * n)

    samples = {"network": [sample(n) for n in (100, 200, 900)]}
    assert fit_page("a core", samples)["functions"] == {"eu_text": {"call": pytest.approx(60), "on a core": 1.0}}


def test_layers_whose_results_the_compiler_knew_decide_nothing() -> None:
    counts = [{"call": 1, "output": n} for n in (100, 200, 900)]
    samples = [Sample("", {"eu_new": work}, round(20 + 30 * work["output"])) for work in counts]
    folded = Sample("", {"eu_new": {"call": 1, "output": 500}}, 10)
    alike = fit_page("a core", {"network": samples}), fit_page("a core", {"network": [*samples, folded]})
    assert alike[0] == alike[1]
