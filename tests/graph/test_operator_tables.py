"""An operator is five rows: decoder, rules, evaluation, length and lowering. Here the rows that one lacks are named."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from edgeunet.graph.evaluation.evaluate import EVALUATIONS
from edgeunet.graph.folding.space_to_batch import BLOCKS
from edgeunet.graph.length import RATES
from edgeunet.graph.reading.options import DECODERS
from edgeunet.graph.rules.table import SUPPORTED
from edgeunet.lower.lower import LOWERINGS

TABLES: Mapping[str, Collection[str]] = {
    "graph.reading.options.DECODERS": DECODERS,
    "graph.rules.table.SUPPORTED": SUPPORTED,
    "graph.evaluation.evaluate.EVALUATIONS": EVALUATIONS,
    "graph.length.RATES": RATES,
    "lower.lower.LOWERINGS": LOWERINGS,
}
MADE_WHILE_READING = {"FLOAT_FUNCTION"}
"""Operators that no file has: they have no decoder."""
IN_FILES_ONLY = {
    *BLOCKS,
    *(spelling.split()[0] for entry in SUPPORTED.values() for spelling in entry.spellings),
}
"""Operators of files that reading turns into others: they have a decoder and nothing else."""


def lacking(tables: Mapping[str, Collection[str]]) -> dict[str, str]:
    """For each operator that is in some of ``tables`` and not in all, a sentence that says where it is missing."""
    kinds = set().union(*tables.values()) - IN_FILES_ONLY
    made = {name: MADE_WHILE_READING if name.endswith("DECODERS") else set() for name in tables}
    missing = {
        kind: [name for name, table in tables.items() if kind not in table and kind not in made[name]]
        for kind in sorted(kinds)
    }
    return {kind: f"{kind} is missing from {', '.join(names)}" for kind, names in missing.items() if names}


@pytest.mark.parametrize("kind", SUPPORTED)
def test_a_supported_operator_stands_in_all_five_tables(kind: str) -> None:
    sentence = lacking(TABLES).get(kind)
    assert sentence is None, sentence


def test_no_table_has_an_operator_that_is_not_supported() -> None:
    sentences = lacking(TABLES)
    assert not sentences, "\n".join(sentences.values())


@pytest.mark.parametrize("written", TABLES)
def test_an_operator_written_into_one_table_only_is_reported(written: str) -> None:
    others = [name for name in TABLES if name != written]
    found = lacking({**TABLES, written: {*TABLES[written], "MADE_UP"}})
    assert found == {"MADE_UP": f"MADE_UP is missing from {', '.join(others)}"}


@pytest.mark.parametrize("forgotten", TABLES)
def test_an_operator_forgotten_in_one_table_is_reported(forgotten: str) -> None:
    found = lacking({**TABLES, forgotten: set(TABLES[forgotten]) - {"TANH"}})
    assert found == {"TANH": f"TANH is missing from {forgotten}"}
