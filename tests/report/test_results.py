"""Documents in, one flat set of figures out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edgeunet.errors import ReportError
from edgeunet.report import Subject, collect
from tests.report.documents import bench, build, evaluate, quantize, stream, write_all

INT8 = Subject("ecg-tiny", "int8")


def test_figures_of_one_model_come_together(tmp_path: Path) -> None:
    results = collect([write_all(tmp_path, a=build(), b=evaluate(), c=quantize(), d=bench())])
    figures = results.of(INT8)
    assert figures["parameters"] == 5000
    assert figures["boundaries.QRS.onset.f1"] == pytest.approx(0.974)
    assert figures["model_bytes"] == 23760
    assert "instructions" not in figures
    on_target = results.of(Subject("ecg-tiny", "int8", "cortex-m4"))
    assert on_target["instructions"] == 4_000_000
    assert on_target["exact"] == 1
    assert on_target["parameters"] == 5000


def test_a_figure_nobody_thought_of_is_collected_too(tmp_path: Path) -> None:
    document = {**bench(), "cache": {"misses": 12}, "nothing": None, "broken": float("nan"), "names": ["a"]}
    figures = collect([write_all(tmp_path, d=document)]).of(Subject("ecg-tiny", "int8", "cortex-m4"))
    assert figures["cache.misses"] == 12
    assert not {"nothing", "broken", "names"} & set(figures)


def test_other_parts_and_tolerances_do_not_mix(tmp_path: Path) -> None:
    documents = {"a": evaluate(0.98), "b": evaluate(0.9, part="test"), "c": evaluate(0.8, tolerance_ms=50)}
    figures = collect([write_all(tmp_path, **documents)]).of(INT8)
    assert figures["samples.macro_f1"] == 0.98
    assert figures["test.samples.macro_f1"] == 0.9
    assert figures["within_50_ms.samples.macro_f1"] == 0.8


def test_scores_inside_a_quantize_document_fill_in_but_never_override(tmp_path: Path) -> None:
    alone = collect([write_all(tmp_path / "alone", q=quantize(validated=True))])
    assert alone.of(INT8)["samples.macro_f1"] == 0.97
    assert alone.of(Subject("ecg-tiny", "keras"))["samples.macro_f1"] == 0.99
    assert alone.of(INT8)["validation.worst_drop_points"] == 2.0
    both = collect([write_all(tmp_path / "both", q=quantize(validated=True), e=evaluate(0.96))])
    assert both.of(INT8)["samples.macro_f1"] == 0.96


def test_one_target_measured_in_several_ways_is_several_targets(tmp_path: Path) -> None:
    ways = {
        "a": {**bench(instructions=5), "toolchain": "zig", "kernels": "dsp"},
        "b": {**bench(instructions=4), "toolchain": "gcc", "kernels": "dsp"},
        "c": {**bench(instructions=9), "toolchain": "gcc", "kernels": "portable"},
        "d": {**stream(16, instructions=3), "toolchain": "zig", "kernels": "dsp"},
        "e": {**stream(16, instructions=2), "toolchain": "gcc", "kernels": "dsp"},
        "f": {**bench("cortex-m7", instructions=8), "toolchain": "zig", "kernels": "dsp"},
    }
    results = collect([write_all(tmp_path, **ways)])
    counts = {subject.target: figures["instructions"] for subject, figures in results.figures.items()}
    assert counts == {
        "cortex-m4 zig": 5,
        "cortex-m4": 4,
        "cortex-m4 portable": 9,
        "cortex-m4 zig hop 16": 3,
        "cortex-m4 hop 16": 2,
        "cortex-m7": 8,
    }


def test_contradicting_documents_are_named(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"a\.json' and '.*b\.json' give different values for 'parameters'"):
        collect([write_all(tmp_path, a=build(parameters=1), b=build(parameters=2))])


def test_equal_documents_are_no_contradiction(tmp_path: Path) -> None:
    collect([write_all(tmp_path, a=build(), b=build())])


def test_other_json_in_a_directory_is_passed_over(tmp_path: Path) -> None:
    write_all(tmp_path, a=build(), card={"schema": "edgeunet.modelcard/1", "name": "x"}, other={"schema": 3})
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "directory.json").mkdir()
    assert len(collect([tmp_path]).results) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ('{"schema": "edgeunet.bu', "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ('{"schema": "edgeunet.build/2"}', "another version"),
    ],
)
def test_what_is_left_of_a_result_in_a_directory_is_no_empty_row(tmp_path: Path, content: str, message: str) -> None:
    write_all(tmp_path, a=build())
    (tmp_path / "half.json").write_text(content)
    with pytest.raises(ReportError, match=rf"half\.json.*{message}"):
        collect([tmp_path])


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({**build(), "model": ["a"]}, "has no 'model' name"),
        ({**build(), "parameters": None}, "has no 'parameters'"),
        ({**build(), "parameters": "5000"}, "has 'parameters' = '5000' where a number belongs"),
        ({**build(), "parameters": True}, "has 'parameters' = True where a number belongs"),
        ({**build(), "parameters": -5}, "has 'parameters' = -5, which cannot be negative"),
        ({**build(), "macs": float("nan")}, "has 'macs' = nan, which is no finite number"),
        ({**build(), "macs": 10**400}, "has 'macs' = a number of more than 64 bits"),
        ({**build(), "layers": {"macs": 1}}, "where a list of objects belongs"),
        ({**build(), "layers": [{"macs": "many"}]}, r"has 'layers\[0\].macs' = 'many' where a number belongs"),
        ({**quantize(), "model_bytes": [1]}, r"has 'model_bytes' = \[1\] where a number belongs"),
        ({**quantize(), "validation": 3}, "has 'validation' = 3 where an object belongs"),
        ({**quantize(), "validation": {"float": {"samples": {"f1": "x"}}}}, r"'validation.float.samples.f1' = 'x'"),
        ({**evaluate(), "tolerance_ms": "wide"}, "has 'tolerance_ms' = 'wide' where a number belongs"),
        ({**evaluate(), "tolerance_ms": {"P": 1}}, "where a number belongs"),
        ({**evaluate(), "boundaries": {"P": {"onset": {"f1": "high"}}}}, "'boundaries.P.onset.f1' = 'high'"),
        ({**evaluate(), "boundaries": {"P": {"onset": {"f1": 98.2}}}}, "must lie between 0 and 1"),
        ({**evaluate(), "boundaries": [1]}, r"has 'boundaries' = \[1\] where an object belongs"),
        ({**evaluate(), "part": 3}, "has 'part' = 3 where text belongs"),
        ({**bench(), "exact": "yes"}, "has 'exact' = 'yes' where true or false belongs"),
        ({**bench(), "target": ["m4"]}, "where text belongs"),
        ({**bench(), "instructions": None}, "has none of 'instructions', 'cycles', 'wall_ns'"),
        ({**bench(), "milliseconds": "fast"}, "has 'milliseconds' = 'fast' where a number belongs"),
        ({**bench(), "microjoules": -1.0}, "has 'microjoules' = -1.0, which cannot be negative"),
        ({**bench(), "cycles": {"count": 1.0, "estimated": 1}}, "'cycles.estimated' = 1 where true or false belongs"),
        ({**bench(), "cycles": {"count": "x"}}, "has 'cycles.count' = 'x' where a number belongs"),
        ({**bench(), "layers": [{"cycles": {"count": 1}}]}, r"'layers\[0\].cycles' = {.* where a number belongs"),
        ({**bench(), "weights_in": 3}, "has 'weights_in' = 3 where text belongs"),
        ({**bench(), "energy": 3}, "has 'energy' = 3 where an object belongs"),
        ({**bench(), "pipeline": {"cycles": {"count": -3}}}, "'pipeline.cycles.count' = -3, which cannot be negative"),
        ({key: value for key, value in bench().items() if key != "ram_bytes"}, "has no 'ram_bytes'"),
    ],
)
def test_a_wrong_figure_names_file_figure_and_cure(tmp_path: Path, document: dict[str, Any], message: str) -> None:
    directory = write_all(tmp_path, x=document)
    command = document["schema"].removeprefix("edgeunet.").removesuffix("/1")
    for place in (directory, directory / "x.json"):
        with pytest.raises(
            ReportError, match=rf"x\.json' .*{message}.*; write it again with edgeunet {command} --json"
        ):
            collect([place])


def test_figures_that_a_command_may_leave_open_are_no_error(tmp_path: Path) -> None:
    on_host = {**bench("host"), "instructions": None, "wall_ns": 12_000, "ram_bytes": None, "flash_bytes": None}
    loss = {**quantize(), "output_sqnr_db": -3.0, "validation": {"drop_points": {"P onset": -0.2, "T onset": None}}}
    no_p = evaluate()
    no_p["boundaries"]["P"]["onset"] = {"se": None, "f1": 0.0, "mean_ms": -1.5, "sd_ms": None}
    strict = {"tolerance_ms": {"P": 50.0, "QRS": 40.0}, "boundaries": {}}
    deep: dict[str, Any] = {}
    for _ in range(500):
        deep = {"deeper": deep, "figure": 1}
    documents = {
        "a": on_host,
        "b": loss,
        "c": {**no_p, "strict": strict},
        "d": {**build(), "own": deep, "big": 10**400},
    }
    assert len(collect([write_all(tmp_path, **documents)]).results) == 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not valid JSON"),
        ("\n", "is empty"),
        ("[]", "holds a JSON list, not an object"),
        ('"text"', "holds a JSON text, not an object"),
        ("1" * 5000, "not valid JSON"),
        ('{"schema": 1}', "no result document .its 'schema' is 1."),
        ('{"parameters": 1}', "it has no 'schema'"),
        ('{"schema": "edgeunet.build/9"}', "another version of edgeunet"),
        ('{"schema": "edgeunet.modelcard/1"}', "no result document"),
        ('{"schema": "edgeunet.build/1"}', "no 'model' name"),
    ],
)
def test_a_file_that_is_no_result_is_one_sentence(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(content)
    with pytest.raises(ReportError, match=message) as caught:
        collect([file])
    assert "\n" not in str(caught.value)


def test_missing_and_empty_places_are_named(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="no file or directory"):
        collect([tmp_path / "none"])
    with pytest.raises(ReportError, match="holds no result document"):
        collect([tmp_path])


def test_documents_survive_a_round_trip_through_json(tmp_path: Path) -> None:
    from edgeunet.report import to_document

    document = to_document(collect([write_all(tmp_path, a=build(), d=bench())]))
    assert json.loads(json.dumps(document)) == document
