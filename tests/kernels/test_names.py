"""Names of kernels follow the grammar of the contract, whose table is read here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, make_dataclass
from functools import cache
from itertools import combinations, product
from pathlib import Path

import pytest

import edgeunet.kernels
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.kernels.kernel import LICENCE, VARIANTS, kernel_texts
from edgeunet.kernels.mve.assembly import mark, naked

KERNELS = Path(edgeunet.kernels.__file__).parent
EVERYWHERE = {"eu_fill", "eu_edge", "eu_move", "eu_fill_int16", "eu_edge_int16"}
"""What the generator itself calls."""
SHARED = {"EU_NAKED", "EU_UNUSED"}
PORTABLE_FORMS = (
    "1d",
    "2d",
    "rows",
    "upsampled",
    "unfolded",
    "block",
    "slide",
    "columns",
    "line",
    "near",
    "long",
    "four",
)
PORTABLE_PART_FORMS = ("short", "left", "two", "pairs", "four")
PORTABLE_PARTS = {"dot", "requantize", "requantize_int16", "rescaled_int16", "clamp_int16", "gather"}


@dataclass(frozen=True)
class Family:
    """A row of the contract's table."""

    flavour: str
    name: str
    signals: tuple[str, ...]
    tails: tuple[str, ...]
    forms: tuple[str, ...]

    def parses(self, function: str) -> bool:
        """``eu_<family>[_<signals>][_<tail>]`` and any of the forms."""
        signals, tails = (f"(_({'|'.join(words)}))?" if words else "" for words in (self.signals, self.tails))
        forms = f"(_({'|'.join(self.forms)}))*" if self.forms else ""
        return re.fullmatch(f"eu_{self.name}{signals}{tails}{forms}", function) is not None

    def is_complete(self, function: str) -> bool:
        """Whether a kernel of a table says which signals and which tail; a maximum is int8 before."""
        words = set(function.removeprefix(f"eu_{self.name}").split("_"))
        choices = (self.signals, () if words & {"max", "copy"} else self.tails)
        return all(not among or words & set(among) for among in choices)


@cache
def families() -> tuple[Family, ...]:
    found = []
    for line in (KERNELS / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith(("| `dsp` |", "| `mve` |")):
            cells = [re.findall(r"`(\w+)`", cell) for cell in line.split("|")[1:-1]]
            flavour, name, _, signals, tails, forms = cells
            found.append(Family(flavour[0], name[0], tuple(signals), tuple(tails), tuple(forms)))
    return tuple(found)


def c_files(flavour: str) -> list[Path]:
    return sorted((KERNELS / flavour).rglob("*.c"))


def functions(file: Path) -> list[str]:
    """The file's function, or its variants."""
    text = file.read_text(encoding="utf-8").removeprefix(LICENCE)
    if not text.startswith(VARIANTS):
        return [file.stem]
    return re.findall(r"^ \*     (\w+)", text.partition("*/")[0], re.M)


def defined(text: str) -> Iterator[str]:
    """Functions, types and macros of a C text."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    macro = re.compile(r"^#define (\w+)(?:.*\\\n)*.*$", re.M)
    yield from macro.findall(text)
    text = macro.sub("", text)
    yield from re.findall(r"^\} (\w+);", text, re.M)
    yield from re.findall(r"^typedef [^{}]*?(\w+)\(", text, re.M)
    yield from re.findall(r"^(?:\w+ |__attribute__\(\(.*?\)\) )*static [\w ]*?\*?(\w+)\(", text, re.M)


def test_the_table_lists_the_folders() -> None:
    folders = {
        (file.parts[-2 - ("twin" in file.parts)], flavour) for flavour in ("dsp", "mve") for file in c_files(flavour)
    }
    assert {(family.name, family.flavour) for family in families()} == folders


def test_no_two_families_are_called_alike() -> None:
    """Not even but for an ``s``; what is done value by value is the same family in both flavours."""
    names = [family.name for family in families()]
    alike = {(a, b) for a, b in combinations(names, 2) if a.rstrip("s") == b.rstrip("s")}
    assert alike == {("elementwise", "elementwise")}


@pytest.mark.parametrize("family", families(), ids=lambda family: f"{family.flavour}-{family.name}")
def test_functions_of_a_family_are_called_after_it(family: Family) -> None:
    for file in c_files(family.flavour):
        if family.name in file.parts[-3:-1] and file.stem not in EVERYWHERE:
            assert [name for name in functions(file) if not family.parses(name)] == [], file
            assert file.stem.startswith(f"eu_{family.name}")


@pytest.mark.parametrize("family", families(), ids=lambda family: f"{family.flavour}-{family.name}")
def test_whatever_a_family_defines_begins_with_its_name(family: Family) -> None:
    texts = [*kernel_texts(family.flavour).items(), *kernel_texts(family.flavour, twins=True).items()]
    own = [text for name, text in texts if name not in EVERYWHERE and family.parses(name)]
    names = [name for text in own for name in defined(text)]
    assert names
    assert {n for n in names if not re.match(f"eu_{family.name}(_|$)", n.lower())} <= SHARED


def test_kernels_of_the_tables_say_signals_and_tail() -> None:
    by_flavour = {(family.flavour, family.name): family for family in families()}
    for flavour in FLAVOURS.values():
        for kernel in (row for table in flavour.tables for rows in table.values() for row in rows):
            if kernel.flavour != "portable":
                family = by_flavour[kernel.flavour, kernel.function.split("_")[1]]
                assert family.parses(kernel.function)
                assert family.is_complete(kernel.function), kernel.function


def test_portable_kernels_are_called_after_their_kind_of_step() -> None:
    kinds = {kind for table in FLAVOURS["portable"].tables for kind in table}
    bases = kinds | {kind.removesuffix("_upsampled") for kind in kinds} | PORTABLE_PARTS
    bases |= {kind.removesuffix("_2d") for kind in kinds}
    forms = ["", *(f"_{form}" for form in PORTABLE_FORMS), "_1d_unfolded"]
    names = {f"eu_{base}{form}" for base, form in product(bases, forms)} | EVERYWHERE
    names |= {f"eu_{part}_{form}" for part, form in product(PORTABLE_PARTS, PORTABLE_PART_FORMS)}
    assert kernel_texts("portable").keys() <= names


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_variant_is_whole_and_differs(flavour: str) -> None:
    for twins in (False, True):
        texts = kernel_texts(flavour, twins=twins)
        assert [name for name, text in texts.items() if "$" in text or text.startswith(VARIANTS)] == []
        assert len(set(texts.values())) == len(texts)
    for name, text in kernel_texts(flavour).items():
        if any(name in functions(file) and file.stem != name for file in c_files(flavour)):
            assert name in list(defined(text))


def test_a_shapes_mark_is_over_its_values_alone() -> None:
    shape, renamed = (
        make_dataclass(name, [(field, tuple), ("rest", int)], frozen=True) for name, field in ("Ab", "Cd")
    )
    inner = make_dataclass("Inner", ["value"], frozen=True)
    assert mark(shape((inner(3),), 1)) == mark(renamed((inner(3),), 1))
    assert len({mark(shape((inner(3),), 1)), mark(shape((inner(4),), 1)), mark(shape((inner(3),), 0))}) == 3


def test_the_parameters_of_an_assembly_function_fill_their_lines() -> None:
    text = naked("eu_lanes_123456", ("const int8_t *in", "int8_t *out", "int32_t rows"), ["bx lr"])
    signature = text.partition("\n{")[0].splitlines()
    assert [line.strip().endswith(("in,", "out,", "rows)")) for line in signature] == [True] * 3
    assert max(map(len, signature)) <= 120
    assert naked("eu_tiles_123456", (), ["bx lr"]).startswith(
        "__attribute__((naked, noinline)) static void eu_tiles_123456(void)\n{\n"
    )
